import type { Static } from 'typebox';
import type { StoredDataQuery } from '../../domain/stored-data-reads.js';
import { readDate, readPage, readPoint, readSort, readTagFilters } from '../lists.js';
import type { VisibleListQuery } from './schema.js';

/**
 * Filters, sort and page of a list of stored data.
 * @throws ApiError bad_request
 */
export function readQuery(query: Static<typeof VisibleListQuery>): StoredDataQuery {
  const { type, status, name, open, srs, before, after } = query;
  return {
    filter: {
      type,
      status,
      name,
      open,
      srs,
      point: readPoint(query),
      tags: readTagFilters(query),
      before: readDate('before', before),
      after: readDate('after', after),
    },
    sort: readSort(query, ['creation', 'last_event']),
    page: readPage(query),
  };
}
