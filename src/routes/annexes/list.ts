import type { Static, TObject } from 'typebox';
import { readPage, readSort, readWords } from '../lists.js';
import type { LIST_FILTERS } from './schema.js';

/**
 * What the query of a list of annexes asks for.
 * @throws ApiError bad_request
 */
export function readList(query: Static<TObject<typeof LIST_FILTERS>>) {
  return {
    page: readPage(query),
    sort: readSort(query, ['creation', 'update']),
    filters: { mimeType: query.mime_type, path: query.path, labels: readWords(query, 'labels') },
  };
}
