import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import type { Community } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { distinctIds } from './ids.js';

/**
 * Communities whose members may read a stored data (lifecycle.md §1.4). The caller has made sure that the stored data
 * belongs to the datastore of the request.
 */

/** The communities, in the order in which they were added. */
export async function listVisibility(db: Db, storedDataId: string): Promise<Community[]> {
  const rows = await db.storedDataVisibility.findMany({
    where: { storedDataId },
    include: { community: true },
    orderBy: [{ creation: 'asc' }, { communityId: 'asc' }],
  });
  return rows.map((row) => row.community);
}

/** Adds communities; those that are there already stay. @throws ApiError not_found for unknown communities */
export async function addVisibility(
  { prisma }: Pick<Deps, 'prisma'>,
  storedDataId: string,
  communityIds: readonly string[],
): Promise<void> {
  const ids = distinctIds(communityIds);
  const known = await prisma.community.findMany({ where: { id: { in: ids } }, select: { id: true } });
  const unknown = ids.filter((id) => !known.some((community) => community.id === id));
  if (unknown.length > 0) throw notFound(...unknown.map((id) => `La communauté ${id} n'existe pas.`));
  await prisma.storedDataVisibility.createMany({
    data: ids.map((communityId) => ({ storedDataId, communityId })),
    skipDuplicates: true,
  });
}

/**
 * Removes communities: all of them or, when one is refused, none.
 * @throws ApiError not_found for a community that could not see the stored data
 */
export async function removeVisibility(
  { prisma }: Pick<Deps, 'prisma'>,
  storedDataId: string,
  communityIds: readonly string[],
): Promise<void> {
  const ids = distinctIds(communityIds);
  await prisma.$transaction(async (tx) => {
    const removed = await tx.$queryRaw<{ id: string }[]>`
      DELETE FROM geopf.stored_data_visibility
      WHERE stored_data_id = ${storedDataId}::uuid AND community_id = ANY (${ids}::uuid[]) RETURNING community_id AS id`;
    const absent = ids.filter((id) => !removed.some((row) => row.id === id));
    if (absent.length > 0) {
      throw notFound(...absent.map((id) => `La donnée stockée n'est pas visible de la communauté ${id}.`));
    }
  });
}
