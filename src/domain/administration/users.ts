import type { Deps } from '../../deps.js';
import type { ApiUser } from '../../generated/prisma/client.js';
import type { Page, Paged } from '../listing.js';
import { assertUser, readProfile, type UserProfile } from '../users.js';

type Database = Pick<Deps, 'prisma'>;

/** A page of the users that the API knows, oldest first. */
export async function listUsers({ prisma }: Database, page: Page): Promise<Paged<ApiUser>> {
  const [total, items] = await Promise.all([
    prisma.apiUser.count(),
    prisma.apiUser.findMany({ orderBy: [{ creation: 'asc' }, { id: 'asc' }], skip: page.offset, take: page.limit }),
  ]);
  return { items, total };
}

/**
 * A user with their communities and uses.
 * @throws ApiError not_found
 */
export async function findUser(database: Database, id: string): Promise<UserProfile> {
  await assertUser(database.prisma, id);
  return readProfile(database, id);
}

/**
 * Changes the quotas of a user: bytes of documents, number of keys. One below its use only refuses what comes next.
 * @throws ApiError not_found
 */
export async function changeUserQuotas(
  database: Database,
  id: string,
  quotas: { documentsQuota?: number | undefined; keysQuota?: number | undefined },
): Promise<UserProfile> {
  await assertUser(database.prisma, id);
  await database.prisma.apiUser.update({ where: { id }, data: quotas });
  return readProfile(database, id);
}
