import type { Static } from 'typebox';
import type { StoredDataQuery } from '../../domain/stored-data-reads.js';
import { badRequest } from '../../errors.js';
import { readDate, readPage, readSort, readTagFilters } from '../lists.js';
import type { VisibleListQuery } from './schema.js';

/**
 * Filters, sort and page of a list of stored data.
 * @throws ApiError bad_request
 */
export function readQuery(query: Static<typeof VisibleListQuery>): StoredDataQuery {
  const { type, status, name, open, srs, lon, lat, before, after } = query;
  if ((lon === undefined) !== (lat === undefined)) {
    throw badRequest('Les paramètres "lon" et "lat" vont ensemble.');
  }
  return {
    filter: {
      type,
      status,
      name,
      open,
      srs,
      lon,
      lat,
      tags: readTagFilters(query),
      before: readDate('before', before),
      after: readDate('after', after),
    },
    sort: readSort(query, ['creation', 'last_event']),
    page: readPage(query),
  };
}
