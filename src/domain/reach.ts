import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { inScope, type Scope } from './scope.js';

/**
 * What a datastore reaches beyond its own entities (lifecycle.md §1.4): the uploads and stored data that are shared
 * with it, and those that are open. It reads them and gives them to processings; it never changes them.
 * Every SQL expression here is about a table called `entity`.
 */

export type ReachableEntity = 'upload' | 'stored_data';

/** `owned` and `shared` of a list: without either both kinds, else those asked for. Open entities are never listed. */
export interface OwnershipFilter {
  readonly owned?: boolean | undefined;
  readonly shared?: boolean | undefined;
}

/** Condition: the entity is shared with the datastore. */
export function sharedWith(entity: ReachableEntity, datastoreId: string): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM ${Prisma.raw(`geopf.${entity}_sharing`)} AS sharing
    WHERE sharing.${Prisma.raw(`${entity}_id`)} = entity.id AND sharing.datastore_id = ${datastoreId}::uuid)`;
}

/** Condition: the datastore may read the entity and give it to processings: its own, shared with it or open. */
export function reachableFrom(entity: ReachableEntity, datastoreId: string): Prisma.Sql {
  return Prisma.sql`(entity.datastore_id = ${datastoreId}::uuid OR entity.open OR ${sharedWith(entity, datastoreId)})`;
}

/** The condition of {@link reachableFrom} in the words of the database client. */
export function reachedFrom(datastoreId: string) {
  return { OR: [{ datastoreId }, { open: true }, { sharings: { some: { datastoreId } } }] };
}

/** Condition: the entity belongs to the scope, and is not just shared with it. */
export function ownIn(scope: Scope): Prisma.Sql {
  const conditions = inScope(Prisma.sql`entity.datastore_id`, scope);
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.sql`(${Prisma.join(conditions, ' AND ')})`;
}

/** Condition of a list: what belongs to the scope and, when it is one datastore, what is shared with it. */
export async function listedIn(
  db: Db,
  entity: ReachableEntity,
  scope: Scope,
  filter: OwnershipFilter = {},
): Promise<Prisma.Sql> {
  return 'datastore' in scope ? listedInDatastore(db, entity, scope.datastore, filter) : ownIn(scope);
}

/**
 * Condition of the list of a datastore. What is shared with it is looked up first: mostly nothing, and then the list
 * is read in the order of its index.
 */
async function listedInDatastore(
  db: Db,
  entity: ReachableEntity,
  datastoreId: string,
  filter: OwnershipFilter,
): Promise<Prisma.Sql> {
  const own = Prisma.sql`entity.datastore_id = ${datastoreId}::uuid`;
  const wantsOwned = filter.owned ?? filter.shared !== true;
  const wantsShared = filter.shared ?? filter.owned !== true;
  const ids = wantsShared ? await sharedIds(db, entity, datastoreId) : [];
  if (ids.length === 0) return wantsOwned ? own : Prisma.sql`false`;
  const shared = Prisma.sql`entity.id = ANY (${ids}::uuid[])`;
  return wantsOwned ? Prisma.sql`(${own} OR ${shared})` : shared;
}

async function sharedIds(db: Db, entity: ReachableEntity, datastoreId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT ${Prisma.raw(`${entity}_id`)} AS id FROM ${Prisma.raw(`geopf.${entity}_sharing`)}
    WHERE datastore_id = ${datastoreId}::uuid`;
  return rows.map(({ id }) => id);
}
