import type { Static } from 'typebox';
import type { MetadataRecord } from '../../domain/metadata-reads.js';
import { presentDates, presentOptional } from '../present.js';
import type { MetadataDetail } from './schema.js';

type Detail = Static<typeof MetadataDetail>;

/** A metadata record, alike in lists and alone. */
export function presentMetadata(metadata: MetadataRecord): Detail {
  return {
    _id: metadata.id,
    ...presentDates(metadata),
    type: metadata.type as Detail['type'],
    open_data: metadata.openData,
    level: metadata.level as Detail['level'],
    file_identifier: metadata.fileIdentifier,
    tags: metadata.tags as Detail['tags'],
    endpoints: metadata.publications.map(({ endpoint }) => ({
      _id: endpoint.id,
      ...presentDates(endpoint),
      name: endpoint.name,
    })),
    ...presentOptional({ extra: metadata.extra as Detail['extra'] | null }),
  };
}
