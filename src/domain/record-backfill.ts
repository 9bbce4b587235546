import type { Deps } from '../deps.js';
import { READING } from '../ogc/iso/content.js';
import { indexStoredRecord } from './record-index.js';

/**
 * Bringing the index of the catalogue to what is published, when a server starts: records that were published before there
 * was an index, or when it held less of them.
 */

type BackfillDeps = Pick<Deps, 'config' | 'storage' | 'prisma' | 'log'>;

interface Publication {
  readonly metadata_id: string;
  readonly endpoint_id: string;
}

/** Publications looked up at once. */
const BATCH = 100;

const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Indexes the published records that the index lacks, one transaction each; what cannot be read is left out and logged.
 * @param signal stops after the record that is being indexed
 * @returns how many were indexed
 */
export async function indexMissingRecords(deps: BackfillDeps, signal: AbortSignal): Promise<number> {
  let indexed = 0;
  let last: Publication = { metadata_id: NIL, endpoint_id: NIL };
  for (;;) {
    const batch = await missingAfter(deps, last);
    for (const publication of batch) {
      if (signal.aborted) return indexed;
      if (await indexOne(deps, publication)) indexed += 1;
      last = publication;
    }
    if (batch.length < BATCH) return indexed;
  }
}

function missingAfter({ prisma }: BackfillDeps, last: Publication): Promise<Publication[]> {
  return prisma.$queryRaw<Publication[]>`
    SELECT publication.metadata_id, publication.endpoint_id FROM geopf.metadata_publication AS publication
    WHERE (publication.metadata_id, publication.endpoint_id) > (${last.metadata_id}::uuid, ${last.endpoint_id}::uuid)
      AND NOT EXISTS (
        SELECT FROM geopf.catalogue_record AS record
        WHERE record.metadata_id = publication.metadata_id AND record.endpoint_id = publication.endpoint_id
          AND record.visible_until = 'infinity' AND record.reading = ${READING})
    ORDER BY publication.metadata_id, publication.endpoint_id LIMIT ${BATCH}`;
}

async function indexOne(deps: BackfillDeps, { metadata_id, endpoint_id }: Publication): Promise<boolean> {
  try {
    return await indexStoredRecord(deps, metadata_id, endpoint_id);
  } catch (error) {
    deps.log.warn({ err: error, metadata: metadata_id }, 'Catalogue:RecordNotIndexed');
    return false;
  }
}
