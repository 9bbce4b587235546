import { randomUUID } from 'node:crypto';
import type { ProcessingDefinition } from '../catalogue/processings.js';
import { badRequest, notFound } from '../errors.js';
import type { Caller } from './caller.js';
import type { Db } from './database.js';
import { recordEvent } from './events.js';
import { askBy, assertNotFull } from './storage-room.js';
import { assertAllowed } from './transitions.js';

type OutputType = ProcessingDefinition['output_type'];

/** The stored data an execution makes or, with `id`, changes in place. */
export type StoredDataOutput =
  | { readonly id: string }
  | { readonly name: string; readonly storage_type?: string; readonly storage_tags?: readonly string[] };

/** Label looked for first when the client gives no storage tag (spec lifecycle §4.2). */
const PREFERRED_LABELS: Readonly<Record<string, string>> = {
  'VECTOR-DB': 'VECTEUR',
  'ROK4-PYRAMID-RASTER': 'PYRAMIDE',
  'ROK4-PYRAMID-VECTOR': 'PYRAMIDE',
  ARCHIVE: 'ARCHIVE',
};

/** PostgreSQL schema that holds the tables of a VECTOR-DB. */
export function featureSchemaOf(storedDataId: string): string {
  return `sd_${storedDataId.replaceAll('-', '')}`;
}

/** Storage prefix of the files of all stored data. */
export const FILES_ROOT = 'stored-data';

/** Storage prefix of every version of the files of a stored data. */
export function filesRootOf(storedDataId: string): string {
  return `${FILES_ROOT}/${storedDataId}`;
}

/** Storage prefix of the files that an execution makes for its output. */
export function filesKeyOf(storedDataId: string, executionId: string): string {
  return `${filesRootOf(storedDataId)}/${executionId}`;
}

/**
 * The stored data an execution will write: an existing one, or a new one that exists (CREATED) from now on, since
 * clients tag it before the launch.
 * @throws ApiError not_found, bad_request (wrong type, no matching storage) or conflict (status, quota)
 */
export async function prepareOutput(
  tx: Db,
  context: Caller,
  type: OutputType,
  output: StoredDataOutput,
): Promise<{ id: string; isNew: boolean }> {
  if (!('stored_data' in type)) throw badRequest('Le traitement ne produit pas de donnée stockée.');
  if ('id' in output) {
    await assertModifiable(tx, context.datastoreId, type.stored_data, output.id);
    return { id: output.id, isNew: false };
  }
  const storageId = await chooseStorage(tx, context.datastoreId, type, output);
  const id = randomUUID();
  await tx.storedData.create({
    data: {
      id,
      datastoreId: context.datastoreId,
      storageId,
      type: type.stored_data,
      name: output.name,
      status: 'CREATED',
      schemaName: type.stored_data === 'VECTOR-DB' ? featureSchemaOf(id) : null,
    },
  });
  await recordEvent(tx, { entity: 'stored_data', id, title: 'Création', initiatorId: context.userId });
  return { id, isNew: true };
}

/** Keeps the row from being deleted until the transaction ends; a storage that is full is refused. */
async function assertModifiable(tx: Db, datastoreId: string, type: string, id: string): Promise<void> {
  const rows = await tx.$queryRaw<{ type: string; status: string; storageId: string }[]>`
    SELECT type, status, storage_id::text AS "storageId" FROM geopf.stored_data
    WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid FOR SHARE`;
  const [found] = rows;
  if (found === undefined) throw notFound(`La donnée stockée ${id} n'existe pas.`);
  if (found.type !== type) {
    throw badRequest(`La donnée stockée ${id} est de type ${found.type}, le traitement produit le type ${type}.`);
  }
  assertAllowed('stored_data', 'modify', found.status);
  await assertNotFull(askBy(tx), { datastoreId, storageId: found.storageId });
}

/** The first data storage of the datastore that fits; a storage that is full is refused. */
async function chooseStorage(
  tx: Db,
  datastoreId: string,
  type: Extract<OutputType, { stored_data: unknown }>,
  output: Exclude<StoredDataOutput, { id: string }>,
): Promise<string> {
  const grants = await tx.datastoreStorage.findMany({
    where: { datastoreId, usage: 'DATA', storage: { type: { in: [...type.storage] } } },
    include: { storage: true },
    orderBy: [{ storage: { position: 'asc' } }, { storageId: 'asc' }],
  });
  const tags = output.storage_tags ?? [];
  const fitting = grants.filter(
    ({ storage }) =>
      (output.storage_type === undefined || storage.type === output.storage_type) &&
      tags.every((tag) => storage.labels.includes(tag)),
  );
  const preferred = tags.length === 0 ? PREFERRED_LABELS[type.stored_data] : undefined;
  const chosen =
    fitting.find(({ storage }) => preferred !== undefined && storage.labels.includes(preferred)) ?? fitting[0];
  if (chosen === undefined) {
    const wanted = [output.storage_type ?? type.storage.join(' ou '), ...tags].join(', ');
    throw badRequest(`Aucun stockage de l'entrepôt ne correspond à la demande (${wanted}).`);
  }
  await assertNotFull(askBy(tx), chosen);
  return chosen.storageId;
}
