import type { Deps } from '../deps.js';
import { badRequest, notFound } from '../errors.js';
import type { Db } from './database.js';
import { holdEndpoint } from './offerings.js';
import { quotaExceeded } from './quotas.js';
import { indexRecord, removeRecords, storedRecordFile } from './record-index.js';

/** Publication of metadata records (spec diffusion §9): told at once, by file identifier, and shown by the catalogue. */

/** What clients send: records of the datastore and one endpoint of metadata. */
export interface MetadataPublicationRequest {
  readonly file_identifiers: readonly string[];
  readonly endpoint: string;
}

/**
 * Shows records on an endpoint, as their type and `open_data` are now; those it shows already are shown again.
 * @throws ApiError not_found for the endpoint, or naming every unknown identifier; bad_request for an endpoint of
 *   another type; conflict when the quota of the endpoint is passed. Nothing is published then.
 */
export async function publishMetadata(
  deps: Pick<Deps, 'prisma' | 'config' | 'storage'>,
  datastoreId: string,
  request: MetadataPublicationRequest,
): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    const { endpoint, quota } = await holdEndpoint(tx, datastoreId, request.endpoint);
    assertMetadataEndpoint(endpoint);
    const ids = await findRecords(tx, datastoreId, request.file_identifiers);
    const shown = await tx.metadataPublication.findMany({
      where: { endpointId: endpoint.id, metadata: { datastoreId } },
      select: { metadataId: true },
    });
    const already = new Set(shown.map(({ metadataId }) => metadataId));
    const added = ids.filter((id) => !already.has(id));
    if (added.length > 0 && shown.length + added.length > quota) {
      const of = `du point d'accès « ${endpoint.name} »`;
      throw quotaExceeded({ of, quota, use: shown.length, asked: added.length, unit: 'métadonnée(s)' });
    }
    await tx.metadataPublication.createMany({
      data: added.map((metadataId) => ({ metadataId, endpointId: endpoint.id })),
    });
    for (const id of ids) {
      const metadata = await tx.metadata.findUnique({ where: { id } });
      if (metadata === null) continue;
      const file = await storedRecordFile(deps, metadata);
      await indexRecord(deps, tx, metadata, { ...metadata, endpointId: endpoint.id, file });
    }
  });
}

/**
 * Takes records off an endpoint; those it does not show stay as they are.
 * @throws ApiError not_found for the endpoint, or naming every unknown identifier; bad_request for an endpoint of
 *   another type
 */
export async function unpublishMetadata(
  deps: Pick<Deps, 'prisma' | 'config'>,
  datastoreId: string,
  request: MetadataPublicationRequest,
): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    // An endpoint that is no longer lent may still show records.
    const endpoint = await tx.endpoint.findUnique({ where: { id: request.endpoint } });
    if (endpoint === null) throw notFound(`Le point d'accès ${request.endpoint} n'existe pas.`);
    assertMetadataEndpoint(endpoint);
    const ids = await findRecords(tx, datastoreId, request.file_identifiers);
    await tx.metadataPublication.deleteMany({ where: { endpointId: endpoint.id, metadataId: { in: ids } } });
    await removeRecords(deps, tx, { endpointId: endpoint.id, metadataIds: ids });
  });
}

function assertMetadataEndpoint(endpoint: { name: string; type: string }): void {
  if (endpoint.type === 'METADATA') return;
  throw badRequest(
    `Le point d'accès « ${endpoint.name} » est de type ${endpoint.type} : les métadonnées se publient sur un point d'accès METADATA.`,
  );
}

/** The ids of records, held: what replaces, removes, publishes or unpublishes one of them ends first. */
async function findRecords(tx: Db, datastoreId: string, identifiers: readonly string[]): Promise<string[]> {
  await tx.$queryRaw`
    SELECT 1 FROM geopf.metadata WHERE datastore_id = ${datastoreId}::uuid AND file_identifier = ANY (${[...identifiers]})
    ORDER BY id FOR NO KEY UPDATE`;
  const records = await tx.metadata.findMany({
    where: { datastoreId, fileIdentifier: { in: [...identifiers] } },
    select: { id: true, fileIdentifier: true },
  });
  const known = new Set(records.map(({ fileIdentifier }) => fileIdentifier));
  const unknown = identifiers.filter((identifier) => !known.has(identifier));
  if (unknown.length > 0) {
    throw notFound(
      ...unknown.map((identifier) => `La métadonnée d'identifiant de fichier "${identifier}" n'existe pas.`),
    );
  }
  return records.map(({ id }) => id);
}
