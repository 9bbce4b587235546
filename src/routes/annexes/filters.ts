import type { Static } from 'typebox';
import type { AnnexFilters } from '../../domain/annex-reads.js';
import { readWords } from '../lists.js';
import type { ListQuery } from './schema.js';

/** The filters of a list of annexes, of a datastore or beyond. */
export function readAnnexFilters(query: Static<typeof ListQuery>): AnnexFilters {
  return { mimeType: query.mime_type, path: query.path, labels: readWords(query, 'labels') };
}
