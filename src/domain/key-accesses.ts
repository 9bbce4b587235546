import { randomUUID } from 'node:crypto';
import type { Deps } from '../deps.js';
import { badRequest, conflict, notFound } from '../errors.js';
import type { Permission, Prisma } from '../generated/prisma/client.js';
import { type Db, isUniqueViolation } from './database.js';
import { type HeldOffering, holdOfferings, readIds } from './held-offerings.js';
import type { Page, Paged } from './listing.js';
import { REFERRED_OFFERING } from './permission-reads.js';
import { findKey } from './user-keys.js';

/** Accesses: the offerings of restricted endpoints that a key may use, one row each (access.md §7). */

const WITH_ENDS = {
  key: { select: { id: true, name: true, type: true } },
  permission: true,
  offering: REFERRED_OFFERING,
} as const satisfies Prisma.AccessInclude;

/** An access with its key, permission and offering. */
export type AccessRecord = Prisma.AccessGetPayload<{ include: typeof WITH_ENDS }>;

/**
 * Links a key to offerings through one permission, or without one where offerings are open to all keys; all or none.
 * @returns one access per offering, in the order of the request
 * @throws ApiError not_found (key, permission), bad_request with every problem, or conflict when the key has an access
 *   to one of the offerings already
 */
export async function createAccesses(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  keyId: string,
  request: { permission?: string | undefined; offerings: readonly string[] },
): Promise<AccessRecord[]> {
  const key = await findKey(prisma, userId, keyId);
  const faults: string[] = [];
  const offeringIds = readIds('offerings', request.offerings, faults);
  const created = offeringIds.map((offeringId) => ({ id: randomUUID(), keyId: key.id, offeringId }));
  try {
    await prisma.$transaction(async (tx) => {
      const offerings = await holdOfferings(tx, offeringIds);
      const permission =
        request.permission === undefined ? null : await holdHeldPermission(tx, userId, request.permission);
      if (permission !== null) faults.push(...permissionFaults(permission, key.type));
      faults.push(...(await offeringFaults(tx, { ids: offeringIds, offerings, permission })));
      if (faults.length > 0) throw badRequest(...faults);
      const rows = created.map((row) => ({ ...row, permissionId: permission?.id ?? null }));
      // In one order: two requests for the same offerings would wait for each other.
      await tx.access.createMany({ data: rows.toSorted((one, other) => (one.offeringId < other.offeringId ? -1 : 1)) });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict(...(await alreadyLinked(prisma, key.id, offeringIds)));
  }
  const rows = await prisma.access.findMany({
    where: { id: { in: created.map(({ id }) => id) } },
    include: WITH_ENDS,
  });
  return created.flatMap(({ id }) => rows.find((row) => row.id === id) ?? []);
}

/** A page of the accesses of one key of a person, oldest first. @throws ApiError not_found */
export async function listAccessesOfKey(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  keyId: string,
  page: Page,
): Promise<Paged<AccessRecord>> {
  const { id } = await findKey(prisma, userId, keyId);
  return listAccesses(prisma, { keyId: id }, page);
}

/** A page of the accesses of all the keys of a person, oldest first. */
export function listAccessesOfUser(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  page: Page,
): Promise<Paged<AccessRecord>> {
  return listAccesses(prisma, { key: { userId } }, page);
}

/** Removes one access of a key. @throws ApiError not_found */
export async function deleteAccess(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  keyId: string,
  id: string,
): Promise<void> {
  const key = await findKey(prisma, userId, keyId);
  const { count } = await prisma.access.deleteMany({ where: { id, keyId: key.id } });
  if (count === 0) throw notFound(`L'accès ${id} n'existe pas.`);
}

async function listAccesses(db: Db, where: Prisma.AccessWhereInput, page: Page): Promise<Paged<AccessRecord>> {
  const [total, items] = await Promise.all([
    db.access.count({ where }),
    db.access.findMany({
      where,
      include: WITH_ENDS,
      orderBy: [{ creation: 'asc' }, { id: 'asc' }],
      skip: page.offset,
      take: page.limit,
    }),
  ]);
  return { items, total };
}

/**
 * A permission that the person benefits from, kept as it is until the end of the transaction, and their membership with
 * it: leaving the community at the same time waits, then takes the new access away (access-loss.ts).
 */
async function holdHeldPermission(tx: Db, userId: string, id: string): Promise<Permission> {
  await tx.$queryRaw`SELECT 1 FROM geopf.permission WHERE id = ${id}::uuid FOR SHARE`;
  const permission = await tx.permission.findUnique({ where: { id } });
  if (permission !== null && (permission.userId === userId || (await holdMembership(tx, userId, permission)))) {
    return permission;
  }
  throw notFound(`La permission ${id} n'existe pas.`);
}

async function holdMembership(tx: Db, userId: string, { communityId }: Permission): Promise<boolean> {
  if (communityId === null) return false;
  const members = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.member
    WHERE community_id = ${communityId}::uuid AND user_id = ${userId}::uuid FOR SHARE`;
  if (members.length > 0) return true;
  const supervised = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.community
    WHERE id = ${communityId}::uuid AND supervisor_id = ${userId}::uuid FOR SHARE`;
  return supervised.length > 0;
}

/** Why a permission that somebody benefits from gives a key of that type no access: French sentences. */
export function permissionFaults(
  permission: Pick<Permission, 'id' | 'endDate' | 'onlyOauth'>,
  keyType: string,
): string[] {
  const faults: string[] = [];
  if (permission.endDate !== null && permission.endDate.getTime() <= Date.now()) {
    faults.push(`La permission ${permission.id} a expiré.`);
  }
  if (permission.onlyOauth && keyType !== 'OAUTH2') {
    faults.push(
      `La permission ${permission.id} ne peut être utilisée qu'avec une clé de type OAUTH2 (la clé est de type ${keyType}).`,
    );
  }
  return faults;
}

/** The same sentence for an offering that does not exist and for one that only a permission opens. */
async function offeringFaults(
  tx: Db,
  request: {
    ids: readonly string[];
    offerings: ReadonlyMap<string, HeldOffering>;
    permission: Permission | null;
  },
): Promise<string[]> {
  const { ids, offerings, permission } = request;
  const rows =
    permission === null ? [] : await tx.permissionOffering.findMany({ where: { permissionId: permission.id } });
  const covered = new Set(rows.map((row) => row.offeringId));
  return ids.flatMap((id) => {
    const offering = offerings.get(id);
    if (offering?.endpointOpen === true) {
      return `L'offre ${id} est sur un point d'accès ouvert : aucun accès n'y est nécessaire.`;
    }
    if (permission !== null) {
      return covered.has(id) ? [] : `L'offre ${id} ne fait pas partie de la permission ${permission.id}.`;
    }
    return offering?.open === true ? [] : `L'offre ${id} n'existe pas ou n'est accessible qu'avec une permission.`;
  });
}

async function alreadyLinked(db: Db, keyId: string, offeringIds: readonly string[]): Promise<string[]> {
  const rows = await db.access.findMany({ where: { keyId, offeringId: { in: [...offeringIds] } } });
  if (rows.length === 0) return ["La clé avait à l'instant un accès à l'une de ces offres : recommencez."];
  return rows.map(({ offeringId }) => `La clé a déjà un accès à l'offre ${offeringId}.`);
}
