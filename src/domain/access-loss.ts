import type { Db } from './database.js';

/**
 * Accesses that end with what they relied on (access.md §6, §7). Those of a key, permission or offering that is
 * deleted go by foreign keys; the rest is here. Expiry takes nothing away: requests are refused, the rows stay.
 */

/** Ends the accesses by a permission to offerings that it does not cover any more. */
export async function forgetUncoveredAccesses(
  tx: Db,
  permissionId: string,
  offeringIds: readonly string[],
): Promise<void> {
  await tx.access.deleteMany({ where: { permissionId, offeringId: { in: [...offeringIds] } } });
}

/** Ends the accesses without permission to an offering that is not open to all keys any more. */
export async function forgetFreeAccesses(tx: Db, offeringId: string): Promise<void> {
  await tx.access.deleteMany({ where: { offeringId, permissionId: null } });
}

/**
 * Ends the accesses that somebody has by the permissions of a community, unless they are still in it. To be called
 * in the transaction that removes the member or changes the supervisor, after that change: an access that is being
 * created holds the membership, so the change waits for it, and this sees it.
 */
export async function forgetMemberAccesses(
  tx: Db,
  { communityId, userId }: { communityId: string; userId: string },
): Promise<void> {
  const isOut = { supervisorId: { not: userId }, members: { none: { userId } } };
  await tx.access.deleteMany({ where: { key: { userId }, permission: { communityId, community: isOut } } });
}
