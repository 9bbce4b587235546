import type { Static } from 'typebox';
import { readPage, readSort } from '../lists.js';
import type { ListQuery } from './schema.js';

/** What a list of static files asks for. @throws ApiError bad_request */
export function readList(query: Static<typeof ListQuery>) {
  return { filter: query, sort: readSort(query, ['creation', 'update']), page: readPage(query) };
}
