import type { Deps } from '../deps.js';
import { badRequest, conflict, notFound } from '../errors.js';
import { type Community, type Datastore, Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { among, configurationsUsing, executionsReading, permissionsOn } from './foreign-uses.js';
import { distinctIds } from './ids.js';
import { inOrder } from './listing.js';

/** Sharing of uploads, stored data and offerings with other datastores (lifecycle.md §1.4). */

export type SharedEntity = 'upload' | 'stored_data' | 'offering';

/** What is shared; the caller has made sure that it belongs to the datastore of the request. */
export interface SharedSubject {
  readonly entity: SharedEntity;
  readonly id: string;
  /** Its owner. */
  readonly datastoreId: string;
}

/** A datastore that receives a share; its name is that of its community. */
export type SharingTarget = Datastore & { community: Community };

/** The datastores an entity is shared with, in the order in which they were added. */
export async function listSharings(db: Db, subject: SharedSubject): Promise<SharingTarget[]> {
  const ids = await receivers(db, subject);
  const rows = await db.datastore.findMany({ where: { id: { in: ids } }, include: { community: true } });
  return inOrder(ids, rows);
}

/**
 * Shares an entity with datastores; those that have it already stay as they are.
 * @throws ApiError bad_request for the owner itself, not_found for unknown datastores, conflict for those that take no
 *   shares
 */
export async function shareWith(
  { prisma }: Pick<Deps, 'prisma'>,
  subject: SharedSubject,
  datastoreIds: readonly string[],
): Promise<void> {
  const ids = distinctIds(datastoreIds);
  if (ids.includes(subject.datastoreId)) {
    throw badRequest(`L'entrepôt ${subject.datastoreId} est le propriétaire : rien ne se partage avec soi-même.`);
  }
  const targets = await prisma.datastore.findMany({ where: { id: { in: ids } }, select: { id: true, sharings: true } });
  const unknown = ids.filter((id) => !targets.some((target) => target.id === id));
  if (unknown.length > 0) throw notFound(...unknown.map((id) => `L'entrepôt ${id} n'existe pas.`));
  const closed = targets.filter((target) => !target.sharings);
  if (closed.length > 0) throw conflict(...closed.map(({ id }) => `L'entrepôt ${id} n'accepte pas de partages.`));
  const { table, column } = names(subject.entity);
  await prisma.$executeRaw`
    INSERT INTO ${table} (${column}, datastore_id)
    SELECT ${subject.id}::uuid, target FROM unnest(${ids}::uuid[]) AS target ON CONFLICT DO NOTHING`;
}

/**
 * Stops sharing an entity with datastores: all of them or, when one is refused, none.
 * @throws ApiError not_found for a datastore it is not shared with, conflict when one of them uses it, naming each use
 */
export async function stopSharing(
  { prisma }: Pick<Deps, 'prisma'>,
  subject: SharedSubject,
  datastoreIds: readonly string[],
): Promise<void> {
  const ids = distinctIds(datastoreIds);
  await prisma.$transaction(async (tx) => {
    const { open } = await hold(tx, subject);
    const present = await receivers(tx, subject);
    const absent = ids.filter((id) => !present.includes(id));
    if (absent.length > 0) throw notFound(...absent.map((id) => `Il n'y a pas de partage avec l'entrepôt ${id}.`));
    const uses = await usesBy(tx, subject, { datastoreIds: ids, open });
    if (uses.length > 0) throw conflict('Le partage ne peut pas être retiré.', ...uses);
    const { table, column } = names(subject.entity);
    await tx.$executeRaw`
      DELETE FROM ${table} WHERE ${column} = ${subject.id}::uuid AND datastore_id = ANY (${ids}::uuid[])`;
  });
}

/**
 * Those of these offerings that are shared with a datastore: it may give permissions on them. Whoever holds the
 * offerings in the transaction (held-offerings.ts) may rely on it until the end: {@link stopSharing} waits.
 */
export async function sharedOfferings(tx: Db, datastoreId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.offeringSharing.findMany({ where: { datastoreId, offeringId: { in: [...ids] } } });
  return new Set(rows.map((row) => row.offeringId));
}

/** Keeps the entity from being used anew until the transaction ends; users hold its row before they look at sharings. */
async function hold(tx: Db, { entity, id }: SharedSubject): Promise<{ open: boolean }> {
  const rows = await tx.$queryRaw<{ open: boolean }[]>`
    SELECT open FROM ${Prisma.raw(`geopf.${entity}`)} WHERE id = ${id}::uuid FOR UPDATE`;
  const [row] = rows;
  if (row === undefined) throw notFound(`L'entité ${id} n'existe plus.`);
  return row;
}

async function receivers(db: Db, subject: SharedSubject): Promise<string[]> {
  const { table, column } = names(subject.entity);
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT datastore_id AS id FROM ${table} WHERE ${column} = ${subject.id}::uuid ORDER BY creation, datastore_id`;
  return rows.map(({ id }) => id);
}

/** What the datastores could not have done without the share: processings need none of an open entity. */
async function usesBy(
  tx: Db,
  { entity, id }: SharedSubject,
  { datastoreIds, open }: { datastoreIds: readonly string[]; open: boolean },
): Promise<string[]> {
  const users = among(datastoreIds);
  if (entity === 'offering') return permissionsOn(tx, id, users);
  const executions = open ? [] : await executionsReading(tx, { entity, id }, users);
  return entity === 'upload' ? executions : [...(await configurationsUsing(tx, id, users)), ...executions];
}

function names(entity: SharedEntity): { table: Prisma.Sql; column: Prisma.Sql } {
  return { table: Prisma.raw(`geopf.${entity}_sharing`), column: Prisma.raw(`${entity}_id`) };
}
