import type { Static, TObject } from 'typebox';
import type { UploadFilters } from '../../domain/uploads.js';
import { badRequest } from '../../errors.js';
import { readDate, readFields, readPage, readSort, readTagFilters } from '../lists.js';
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
  const { type, status, name, srs, open, lon, lat, before, after } = query;
  if ((lon === undefined) !== (lat === undefined)) {
    throw badRequest('Les paramètres "lon" et "lat" vont ensemble.');
  }
  return {
    type,
    status,
    name,
    srs,
    open,
    tags: readTagFilters(query),
    point: lon === undefined || lat === undefined ? undefined : { lon, lat },
    createdBefore: readDate('before', before),
    createdAfter: readDate('after', after),
  };
}
