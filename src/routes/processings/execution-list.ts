import type { Static, TObject } from 'typebox';
import { readPage, readSort } from '../lists.js';
import type { LIST_FILTERS } from './execution-schema.js';

/**
 * What the query of a list of executions asks for.
 * @throws ApiError bad_request
 */
export function readList(query: Static<TObject<typeof LIST_FILTERS>>) {
  return {
    page: readPage(query),
    sort: readSort(query, ['creation']),
    filter: query,
  };
}
