import type { Static, TObject } from 'typebox';
import type { UploadFilters } from '../../domain/uploads.js';
import { readDate, readFields, readPage, readPoint, readSort, readTagFilters } from '../lists.js';
import { LIST_FIELDS, type LIST_FILTERS } from './schema.js';

type Query = Static<TObject<typeof LIST_FILTERS>>;

/**
 * What the query of a list of uploads asks for.
 * @throws ApiError bad_request
 */
export function readList(query: Query) {
  return {
    fields: readFields(query, LIST_FIELDS),
    page: readPage(query),
    sort: readSort(query, ['creation', 'last_event']),
    filters: readFilters(query),
  };
}

function readFilters(query: Query): UploadFilters {
  const { type, status, name, srs, open, before, after } = query;
  return {
    type,
    status,
    name,
    srs,
    open,
    tags: readTagFilters(query),
    point: readPoint(query),
    createdBefore: readDate('before', before),
    createdAfter: readDate('after', after),
  };
}
