import { randomUUID } from 'node:crypto';
import type { Deps } from '../deps.js';
import { badRequest, forbidden, notFound } from '../errors.js';
import type { Permission } from '../generated/prisma/client.js';
import { forgetUncoveredAccesses } from './access-loss.js';
import type { Caller } from './caller.js';
import { recordPermissionEvent } from './community-events.js';
import type { Db } from './database.js';
import { holdOfferings, readIds } from './held-offerings.js';
import { distinctIds } from './ids.js';
import { getHeldPermission, type Holder, type PermissionRecord, readPermissions } from './permission-reads.js';
import {
  type Beneficiaries,
  type BeneficiaryRequest,
  readBeneficiaries,
  readEndDate,
  readLicence,
} from './permission-requests.js';
import { sharedOfferings } from './sharings.js';

/** Permissions to use offerings of restricted endpoints (access.md §6). */

/** What a producer asks for: one permission per beneficiary. */
export interface NewPermissions extends BeneficiaryRequest {
  readonly licence: string;
  readonly offerings: readonly string[];
  /** ISO 8601. */
  readonly end_date?: string | null | undefined;
  readonly only_oauth?: boolean | undefined;
}

/**
 * Gives permissions, all or none.
 * @returns one per beneficiary, in the order of the request
 * @throws ApiError bad_request with every problem, or not_found when only beneficiaries are unknown
 */
export async function createPermissions(
  { prisma }: Pick<Deps, 'prisma'>,
  caller: Caller,
  request: NewPermissions,
): Promise<PermissionRecord[]> {
  const ids = await prisma.$transaction(async (tx) => {
    const faults: string[] = [];
    const licence = readLicence(request.licence, faults);
    const endDate = readEndDate(request.end_date ?? null, faults);
    const beneficiaries = readBeneficiaries(request, faults);
    const offeringIds = await holdGivenOfferings(tx, caller.datastoreId, request.offerings, { faults });
    const unknown = beneficiaries === null ? [] : await unknownBeneficiaries(tx, beneficiaries);
    if (beneficiaries === null || faults.length > 0) throw badRequest(...faults, ...unknown);
    if (unknown.length > 0) throw notFound(...unknown);
    const column = beneficiaries.type === 'ACCOUNT' ? 'userId' : 'communityId';
    const given = beneficiaries.ids.map((beneficiary) => ({ id: randomUUID(), [column]: beneficiary }));
    await tx.permission.createMany({
      data: given.map((one) => ({
        ...one,
        datastoreId: caller.datastoreId,
        licence,
        endDate,
        onlyOauth: request.only_oauth ?? false,
      })),
    });
    await tx.permissionOffering.createMany({
      data: given.flatMap(({ id }) => offeringIds.map((offeringId) => ({ permissionId: id, offeringId }))),
    });
    for (const { id } of given) {
      await recordPermissionEvent(tx, { permissionId: id, change: 'given', initiatorId: caller.userId });
    }
    return given.map(({ id }) => id);
  });
  return readPermissions(prisma, ids);
}

/**
 * Changes the given properties; `offerings` replaces the list, and those that leave it lose the accesses that relied on
 * the permission. `end_date: null` removes the end.
 * @throws ApiError not_found, or bad_request with every problem
 */
export async function updatePermission(
  { prisma }: Pick<Deps, 'prisma'>,
  caller: Caller,
  id: string,
  change: {
    licence?: string | undefined;
    end_date?: string | null | undefined;
    offerings?: readonly string[] | undefined;
  },
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const permission = await findGivenPermission(tx, caller.datastoreId, id);
    const covered = await tx.permissionOffering.findMany({ where: { permissionId: permission.id } });
    const known = new Set(covered.map((row) => row.offeringId));
    const faults: string[] = [];
    const licence = change.licence === undefined ? undefined : readLicence(change.licence, faults);
    const endDate =
      change.end_date === undefined ? undefined : readEndDate(change.end_date, faults, permission.endDate);
    const wanted =
      change.offerings && (await holdGivenOfferings(tx, caller.datastoreId, change.offerings, { faults, known }));
    if (faults.length > 0) throw badRequest(...faults);
    await holdPermission(tx, permission.id);
    if (wanted !== undefined) await replaceOfferings(tx, permission.id, wanted);
    await tx.permission.update({ where: { id: permission.id }, data: { licence, endDate, update: new Date() } });
    await recordPermissionEvent(tx, { permissionId: permission.id, change: 'changed', initiatorId: caller.userId });
  });
}

/** Takes a permission back, with the accesses that relied on it. @throws ApiError not_found */
export async function withdrawPermission({ prisma }: Pick<Deps, 'prisma'>, caller: Caller, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const permission = await findGivenPermission(tx, caller.datastoreId, id);
    await removePermission(tx, permission.id, { change: 'withdrawn', initiatorId: caller.userId });
  });
}

/**
 * Renounces a permission, with the accesses that relied on it: a person theirs, a community its own.
 * @throws ApiError not_found, or forbidden for a person who benefits from it through a community only
 */
export async function renouncePermission(
  deps: Pick<Deps, 'prisma'>,
  { holder, userId }: { holder: Holder; userId: string },
  id: string,
): Promise<void> {
  const permission = await getHeldPermission(deps, holder, id);
  if ('user' in holder && permission.userId !== holder.user) {
    throw forbidden(`La permission ${id} est celle d'une communauté : elle seule peut y renoncer.`);
  }
  await deps.prisma.$transaction((tx) =>
    removePermission(tx, permission.id, { change: 'renounced', initiatorId: userId }),
  );
}

/**
 * Adds a new offering to permissions of its datastore.
 * @throws ApiError not_found naming those that are not
 */
export async function addToPermissions(
  tx: Db,
  datastoreId: string,
  { offeringId, permissions }: { offeringId: string; permissions: readonly string[] },
): Promise<void> {
  const ids = distinctIds(permissions);
  const found = await tx.permission.findMany({ where: { id: { in: ids }, datastoreId }, select: { id: true } });
  const known = new Set(found.map((row) => row.id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw notFound(...unknown.map((id) => `La permission ${id} n'existe pas.`));
  await tx.permissionOffering.createMany({ data: ids.map((permissionId) => ({ permissionId, offeringId })) });
}

async function findGivenPermission(tx: Db, datastoreId: string, id: string): Promise<Permission> {
  const permission = await tx.permission.findFirst({ where: { id, datastoreId } });
  if (permission === null) throw unknownPermission(id);
  return permission;
}

const unknownPermission = (id: string) => notFound(`La permission ${id} n'existe pas.`);

/** Until the end of the transaction, nobody makes an access by the permission. @throws ApiError not_found */
async function holdPermission(tx: Db, id: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM geopf.permission WHERE id = ${id}::uuid FOR UPDATE`;
  if (rows.length === 0) throw unknownPermission(id);
}

async function removePermission(
  tx: Db,
  id: string,
  event: { change: 'withdrawn' | 'renounced'; initiatorId: string },
): Promise<void> {
  await holdPermission(tx, id);
  await recordPermissionEvent(tx, { permissionId: id, ...event });
  await tx.permission.delete({ where: { id } });
}

async function replaceOfferings(tx: Db, permissionId: string, wanted: readonly string[]): Promise<void> {
  const covered = await tx.permissionOffering.findMany({ where: { permissionId } });
  const known = new Set(covered.map((row) => row.offeringId));
  const dropped = [...known].filter((offeringId) => !wanted.includes(offeringId));
  await forgetUncoveredAccesses(tx, permissionId, dropped);
  await tx.permissionOffering.deleteMany({ where: { permissionId, offeringId: { in: dropped } } });
  await tx.permissionOffering.createMany({
    data: wanted.filter((offeringId) => !known.has(offeringId)).map((offeringId) => ({ permissionId, offeringId })),
  });
}

/**
 * The distinct offerings of a body, kept as they are, with those that the permission covers already (`known`).
 * @param context.faults gets a sentence per problem
 */
async function holdGivenOfferings(
  tx: Db,
  datastoreId: string,
  given: readonly string[],
  { faults, known = new Set() }: { faults: string[]; known?: ReadonlySet<string> },
): Promise<string[]> {
  const ids = readIds('offerings', given, faults);
  const held = await holdOfferings(tx, [...new Set([...ids, ...known])]);
  const shared = await sharedOfferings(tx, datastoreId, ids);
  for (const id of ids) {
    const offering = held.get(id);
    if (offering === undefined || (offering.datastoreId !== datastoreId && !shared.has(id))) {
      faults.push(`L'offre ${id} n'existe pas dans l'entrepôt.`);
    } else if (offering.endpointOpen) {
      faults.push(
        `L'offre ${id} (couche "${offering.layerName}") est sur un point d'accès ouvert : aucune permission n'y est nécessaire.`,
      );
    } else if (!known.has(id) && offering.status === 'UNPUBLISHING') {
      // One that is PUBLISHING may be given: the web application asks for both in a row (spec diffusion §11).
      faults.push(
        `L'offre ${id} (couche "${offering.layerName}") est en cours de retrait (statut actuel : ${offering.status}).`,
      );
    }
  }
  return ids;
}

/** A sentence per beneficiary that there is not. */
async function unknownBeneficiaries(tx: Db, { type, ids }: Beneficiaries): Promise<string[]> {
  const where = { id: { in: [...ids] } };
  const rows =
    type === 'ACCOUNT'
      ? await tx.apiUser.findMany({ where, select: { id: true } })
      : await tx.community.findMany({ where, select: { id: true } });
  const known = new Set(rows.map((row) => row.id));
  const noun = type === 'ACCOUNT' ? "L'utilisateur" : 'La communauté';
  return ids.filter((id) => !known.has(id)).map((id) => `${noun} ${id} n'existe pas.`);
}
