import type { Static, TObject } from 'typebox';
import { readFields, readPage, readSort, readTagFilters } from '../lists.js';
import { LIST_FIELDS, type LIST_FILTERS } from './schema.js';

/**
 * What the query of a list of configurations asks for.
 * @throws ApiError bad_request
 */
export function readList(query: Static<TObject<typeof LIST_FILTERS>>) {
  return {
    fields: readFields(query, LIST_FIELDS),
    page: readPage(query),
    sort: readSort(query, ['creation', 'update', 'last_event']),
    filter: { ...query, tags: readTagFilters(query) },
  };
}
