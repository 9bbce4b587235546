import type { Static, TObject } from 'typebox';
import { readDataFilters } from '../data-filters.js';
import { readFields, readPage, readSort } from '../lists.js';
import { LIST_FIELDS, type LIST_FILTERS } from './schema.js';

/**
 * What the query of a list of uploads asks for.
 * @throws ApiError bad_request
 */
export function readList(query: Static<TObject<typeof LIST_FILTERS>>) {
  return {
    fields: readFields(query, LIST_FIELDS),
    page: readPage(query),
    sort: readSort(query, ['creation', 'last_event']),
    filters: readDataFilters(query),
  };
}
