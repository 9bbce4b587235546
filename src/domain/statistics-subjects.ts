import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { inScope, type Scope } from './scope.js';

/** What statistics are asked of must exist for whoever asks: each function throws `not_found` otherwise. */

/** An offering of a configuration of the scope. @throws ApiError not_found */
export async function assertOffering(db: Db, scope: Scope, id: string): Promise<void> {
  const found = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.offering AS offering
    JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
    WHERE ${all([Prisma.sql`offering.id = ${id}::uuid`, ...inScope(Prisma.sql`configuration.datastore_id`, scope)])}`;
  if (found.length === 0) throw notFound(`L'offre ${id} n'existe pas.`);
}

/** An endpoint lent to a datastore of the scope. @throws ApiError not_found */
export async function assertEndpoint(db: Db, scope: Scope, id: string): Promise<void> {
  const found = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.datastore_endpoint AS lent
    WHERE ${all([Prisma.sql`lent.endpoint_id = ${id}::uuid`, ...inScope(Prisma.sql`lent.datastore_id`, scope)])} LIMIT 1`;
  if (found.length === 0) throw notFound(`Le point d'accès ${id} n'existe pas.`);
}

/** A permission given by a datastore of the scope. @throws ApiError not_found */
export async function assertPermissionOf(db: Db, scope: Scope, id: string): Promise<void> {
  const found = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.permission AS permission
    WHERE ${all([Prisma.sql`permission.id = ${id}::uuid`, ...inScope(Prisma.sql`permission.datastore_id`, scope)])}`;
  if (found.length === 0) throw unknownPermission(id);
}

/**
 * A permission that one of the beneficiaries holds.
 * @param beneficiary.communities ids of communities
 * @throws ApiError not_found
 */
export async function assertPermissionFor(
  db: Db,
  beneficiary: { user?: string; communities: readonly string[] },
  id: string,
): Promise<void> {
  const { user, communities } = beneficiary;
  const holders = [{ communityId: { in: [...communities] } }, ...(user === undefined ? [] : [{ userId: user }])];
  if ((await db.permission.count({ where: { id, OR: holders } })) === 0) throw unknownPermission(id);
}

/** A key of a user. @throws ApiError not_found */
export async function assertKey(db: Db, userId: string, id: string): Promise<void> {
  if ((await db.userKey.count({ where: { id, userId } })) === 0) throw notFound(`La clé ${id} n'existe pas.`);
}

/** An access of a key. @throws ApiError not_found */
export async function assertAccess(db: Db, keyId: string, id: string): Promise<void> {
  if ((await db.access.count({ where: { id, keyId } })) === 0) throw notFound(`L'accès ${id} n'existe pas.`);
}

/** A community of an organization. @throws ApiError not_found */
export async function assertCommunityOf(db: Db, organizationId: string, id: string): Promise<void> {
  if ((await db.community.count({ where: { id, organizationId } })) === 0) {
    throw notFound(`La communauté ${id} n'existe pas dans l'organisme ${organizationId}.`);
  }
}

const all = (conditions: readonly Prisma.Sql[]) => Prisma.join([...conditions], ' AND ');

const unknownPermission = (id: string) => notFound(`La permission ${id} n'existe pas.`);
