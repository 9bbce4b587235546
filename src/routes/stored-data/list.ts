import type { Static, TObject } from 'typebox';
import type { StoredDataFilter } from '../../domain/stored-data-reads.js';
import { readDate, readFields, readPage, readPoint, readSort, readTagFilters } from '../lists.js';
import { LIST_FIELDS, type LIST_FILTERS } from './schema.js';

type Query = Static<TObject<typeof LIST_FILTERS>>;

/**
 * What the query of a list of stored data asks for.
 * @throws ApiError bad_request
 */
export function readList(query: Query) {
  return {
    fields: readFields(query, LIST_FIELDS),
    page: readPage(query),
    sort: readSort(query, ['creation', 'last_event']),
    filter: readFilter(query),
  };
}

function readFilter(query: Query): StoredDataFilter {
  const { type, status, name, srs, open, before, after } = query;
  return {
    type,
    status,
    name,
    srs,
    open,
    point: readPoint(query),
    tags: readTagFilters(query),
    before: readDate('before', before),
    after: readDate('after', after),
  };
}
