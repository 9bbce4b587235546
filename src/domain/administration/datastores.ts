import type { Deps } from '../../deps.js';
import { conflict, notFound } from '../../errors.js';
import { type Db, isUniqueViolation } from '../database.js';
import { type DatastoreRecord, findDatastoreDetail } from '../datastores.js';
import { assertGrantable, type Grants, lend } from './grants.js';

type Database = Pick<Deps, 'prisma'>;

/** An empty prefix removes it. */
export interface DatastoreChanges extends Grants {
  readonly active?: boolean | undefined;
  readonly sharings?: boolean | undefined;
  readonly metadataPrefix?: string | undefined;
  readonly layerNamePrefix?: string | undefined;
}

/**
 * Creates the datastore of a community, inactive (contract §13).
 * @throws ApiError not_found for unknown ids, bad_request for what cannot be lent, conflict when the community has one
 */
export async function createDatastore(
  { prisma }: Database,
  communityId: string,
  given: Omit<DatastoreChanges, 'active'>,
): Promise<DatastoreRecord> {
  try {
    const id = await prisma.$transaction(async (tx) => {
      await assertGrantable(tx, given, [communityId]);
      const datastore = await tx.datastore.create({ data: { communityId, active: false, ...columnsOf(given) } });
      await lend(tx, datastore.id, given);
      return datastore.id;
    });
    return await findDatastoreDetail(prisma, id);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict(`La communauté ${communityId} a déjà un entrepôt.`);
  }
}

/**
 * Changes the parts that are given. `active` opens or closes the datastore at once; nothing is deleted.
 * @throws ApiError not_found, bad_request for what cannot be lent, conflict for what is taken back while used
 */
export async function changeDatastore(
  { prisma }: Database,
  id: string,
  changes: DatastoreChanges,
): Promise<DatastoreRecord> {
  await prisma.$transaction(async (tx) => {
    await holdDatastore(tx, id);
    await assertGrantable(tx, changes);
    await tx.datastore.update({
      where: { id },
      data: { active: changes.active, ...columnsOf(changes), update: new Date() },
    });
    await lend(tx, id, changes);
  });
  return findDatastoreDetail(prisma, id);
}

/**
 * Deletes a datastore, with the traces of the uploads and stored data that were deleted.
 * @throws ApiError not_found; conflict while it has anything else
 */
export async function deleteDatastore({ prisma }: Database, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await holdDatastore(tx, id);
    const sentences = await remainders(tx, id);
    if (sentences.length > 0) throw conflict(...sentences);
    await forgetDeleted(tx, id);
    await tx.datastore.delete({ where: { id } });
  });
}

/** Nothing new can be put in the datastore until the transaction ends. */
async function holdDatastore(tx: Db, id: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM geopf.datastore WHERE id = ${id}::uuid FOR UPDATE`;
  if (rows.length === 0) throw notFound(`L'entrepôt ${id} n'existe pas.`);
}

function columnsOf({ sharings, metadataPrefix, layerNamePrefix }: DatastoreChanges) {
  return {
    sharings,
    metadataPrefix: metadataPrefix === '' ? null : metadataPrefix,
    layerNamePrefix: layerNamePrefix === '' ? null : layerNamePrefix,
  };
}

async function remainders(tx: Db, datastoreId: string): Promise<string[]> {
  const kept = { datastoreId, status: { not: 'DELETED' } };
  const inside = { some: { execution: { datastoreId: { not: datastoreId } } } };
  const counts = [
    ['livraison(s)', await tx.upload.count({ where: kept })],
    ['donnée(s) stockée(s)', await tx.storedData.count({ where: kept })],
    ['configuration(s)', await tx.configuration.count({ where: { datastoreId } })],
    ['fichier(s) statique(s)', await tx.static.count({ where: { datastoreId } })],
    ['annexe(s)', await tx.annex.count({ where: { datastoreId } })],
    ['métadonnée(s)', await tx.metadata.count({ where: { datastoreId } })],
    ['permission(s)', await tx.permission.count({ where: { datastoreId } })],
  ] as const;
  const readElsewhere =
    (await tx.upload.count({ where: { datastoreId, inputOf: inside } })) +
    (await tx.storedData.count({ where: { datastoreId, inputOf: inside } }));
  return [
    ...counts.filter(([, count]) => count > 0).map(([what, count]) => `L'entrepôt a encore ${count} ${what}.`),
    ...(readElsewhere > 0 ? ["Des exécutions d'autres entrepôts ont lu des données de l'entrepôt."] : []),
  ];
}

/** Uploads and stored data are deleted softly, and stay readable with their executions, logs, events and comments. */
async function forgetDeleted(tx: Db, datastoreId: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM geopf.log_line WHERE execution_id IN (
      SELECT id FROM geopf.processing_execution WHERE datastore_id = ${datastoreId}::uuid
      UNION ALL SELECT execution.id FROM geopf.check_execution AS execution
      JOIN geopf.upload AS upload ON upload.id = execution.upload_id WHERE upload.datastore_id = ${datastoreId}::uuid)`;
  for (const table of ['event', 'comment', 'warning']) {
    await tx.$executeRawUnsafe(
      `DELETE FROM geopf.${table} WHERE entity_id IN (
        SELECT id FROM geopf.upload WHERE datastore_id = $1::uuid
        UNION ALL SELECT id FROM geopf.stored_data WHERE datastore_id = $1::uuid)`,
      datastoreId,
    );
  }
  await tx.checkExecution.deleteMany({ where: { upload: { datastoreId } } });
  await tx.processingExecution.deleteMany({ where: { datastoreId } });
  await tx.upload.deleteMany({ where: { datastoreId } });
  await tx.storedData.deleteMany({ where: { datastoreId } });
}
