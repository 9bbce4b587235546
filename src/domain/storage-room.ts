import type { Db } from './database.js';
import { quotaExceeded } from './quotas.js';

/**
 * The room that data storages still give to a datastore. Whoever asks holds the storage until the end of the transaction:
 * two outputs that would only fit one by one do not both fit.
 */

/** Asks the registry, by Prisma in a server or by a session of PostgreSQL in a task. */
export type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** By the transaction of a server. */
export function askBy(tx: Db): Ask {
  return (text, values) => tx.$queryRawUnsafe(text, ...values);
}

/** What an execution made does not fit; the message is a French sentence. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

/** Where an output is or will be. */
interface Place {
  readonly datastoreId: string;
  readonly storageId: string;
}

/**
 * Refuses a new output, or a change of an existing one, on a storage whose quota is reached.
 * @throws ApiError conflict
 */
export async function assertNotFull(ask: Ask, place: Place): Promise<void> {
  const room = await holdRoom(ask, place);
  if (room !== null && room.use >= room.quota) {
    throw quotaExceeded({ ...room, asked: 'au moins 1', unit: 'octet(s)' });
  }
}

/**
 * Refuses what an execution made of its output when the storage has no room for it; what has not grown always has.
 * @param size bytes of all the output
 * @throws NoRoomError
 */
export async function assertFits(ask: Ask, storedDataId: string, size: number): Promise<void> {
  const [data] = await ask<Place & { size: string | bigint | null }>(
    `SELECT datastore_id::text AS "datastoreId", storage_id::text AS "storageId", size
     FROM geopf.stored_data WHERE id = $1::uuid`,
    [storedDataId],
  );
  const room = data === undefined ? null : await holdRoom(ask, data);
  const asked = size - Number(data?.size ?? 0);
  if (room === null || asked <= 0 || room.use + asked <= room.quota) return;
  throw new NoRoomError(quotaExceeded({ ...room, asked, unit: 'octet(s)' }).message);
}

/**
 * Keeps administrators from changing a datastore until the end of the transaction. Before what it was lent is held: they
 * take it first, and whatever is put in it asks for it. Two orders would be a deadlock.
 */
export async function keepDatastore(ask: Ask, id: string): Promise<void> {
  await ask('SELECT 1 FROM geopf.datastore WHERE id = $1::uuid FOR KEY SHARE', [id]);
}

/** `null`: the storage is not lent, which what it holds outlives. */
async function holdRoom(
  ask: Ask,
  { datastoreId, storageId }: Place,
): Promise<{ of: string; quota: number; use: number } | null> {
  await keepDatastore(ask, datastoreId);
  const [lent] = await ask<{ name: string; quota: string | bigint }>(
    `SELECT storage.name, lent.quota FROM geopf.datastore_storage AS lent
     JOIN geopf.storage AS storage ON storage.id = lent.storage_id
     WHERE lent.datastore_id = $1::uuid AND lent.storage_id = $2::uuid AND lent.usage = 'DATA' FOR UPDATE OF lent`,
    [datastoreId, storageId],
  );
  if (lent === undefined) return null;
  const [sum] = await ask<{ use: string | bigint }>(
    `SELECT coalesce(sum(size), 0)::bigint AS use FROM geopf.stored_data
     WHERE datastore_id = $1::uuid AND storage_id = $2::uuid AND status <> 'DELETED'`,
    [datastoreId, storageId],
  );
  return { of: `du stockage « ${lent.name} »`, quota: Number(lent.quota), use: Number(sum?.use ?? 0) };
}
