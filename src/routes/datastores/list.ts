import type { Static, TObject } from 'typebox';
import { readPage } from '../lists.js';
import type { ENDPOINT_FILTERS } from './schema.js';

/** What the query of a list of lent endpoints asks for. */
export function readEndpointList(query: Static<TObject<typeof ENDPOINT_FILTERS>>) {
  const { name, type, open, use_ratio } = query;
  return { page: readPage(query), filters: { name, type, open, useRatio: use_ratio } };
}
