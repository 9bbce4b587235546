import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { type ApiUser, Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { bySort, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { inScope, type Scope } from './scope.js';

/** Columns of an offering that permissions and accesses show: neither its publication nor its configuration's content. */
export const REFERRED_OFFERING = {
  select: {
    id: true,
    status: true,
    open: true,
    available: true,
    urls: true,
    configuration: { select: { type: true, layerName: true } },
  },
} as const satisfies Prisma.OfferingDefaultArgs;

/** An offering as permissions and accesses name it. */
export type ReferredOffering = Prisma.OfferingGetPayload<typeof REFERRED_OFFERING>;

const WITH_ENDS = {
  user: true,
  community: true,
  datastore: { include: { community: true } },
  offerings: {
    select: { offering: REFERRED_OFFERING },
    orderBy: [{ offering: { creation: 'asc' } }, { offeringId: 'asc' }],
  },
} as const satisfies Prisma.PermissionInclude;

/** A permission with its author, its beneficiary and its offerings, oldest first. */
export type PermissionRecord = Prisma.PermissionGetPayload<{ include: typeof WITH_ENDS }>;

/** Who benefits: a person, also through their communities, or one community. */
export type Holder = { readonly user: string } | { readonly community: string };

/** Filters of the lists of those who benefit. */
export interface HeldFilter {
  /** Those given to the person; alone, no others. */
  readonly personal?: boolean | undefined;
  /** Those given to one of their communities; alone, no others. */
  readonly community?: boolean | undefined;
  readonly licence?: string | undefined;
  readonly only_oauth?: boolean | undefined;
  /** Of one offering, as is `type`. */
  readonly layer_name?: string | undefined;
  readonly type?: string | undefined;
}

/** A page of the permissions given in a scope, oldest first unless sorted otherwise. */
export async function listGivenPermissions(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  query: { offering?: string | undefined; sort: readonly Sort<'creation'>[]; page: Page },
): Promise<Paged<PermissionRecord>> {
  const where = inScope(Prisma.sql`entity.datastore_id`, scope);
  if (query.offering !== undefined) {
    where.push(coversOffering([Prisma.sql`covered.offering_id = ${query.offering}::uuid`]));
  }
  return page(prisma, { where, orderBy: bySort(query.sort), page: query.page });
}

/** A permission given in a scope. @throws ApiError not_found */
export async function getGivenPermission(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  id: string,
): Promise<PermissionRecord> {
  return readOne(prisma, id, inScope(Prisma.sql`entity.datastore_id`, scope));
}

/** A page of the permissions that somebody benefits from, expired ones too, oldest first (access.md §3.3). */
export async function listHeldPermissions(
  { prisma }: Pick<Deps, 'prisma'>,
  holder: Holder,
  query: { filter: HeldFilter; page: Page },
): Promise<Paged<PermissionRecord>> {
  const { filter } = query;
  const where = [heldBy(holder)];
  if (!(filter.personal ?? filter.community !== true)) where.push(Prisma.sql`entity.user_id IS NULL`);
  if (!(filter.community ?? filter.personal !== true)) where.push(Prisma.sql`entity.community_id IS NULL`);
  if (filter.licence !== undefined) where.push(matchesText(Prisma.sql`entity.licence`, filter.licence));
  if (filter.only_oauth !== undefined) where.push(Prisma.sql`entity.only_oauth = ${filter.only_oauth}`);
  const offering: Prisma.Sql[] = [];
  if (filter.type !== undefined) offering.push(Prisma.sql`configuration.type = ${filter.type}`);
  if (filter.layer_name !== undefined) {
    offering.push(matchesText(Prisma.sql`configuration.layer_name`, filter.layer_name));
  }
  if (offering.length > 0) where.push(coversOffering(offering));
  return page(prisma, { where, orderBy: [Prisma.sql`entity.creation`], page: query.page });
}

/** A permission that somebody benefits from. @throws ApiError not_found */
export async function getHeldPermission(
  { prisma }: Pick<Deps, 'prisma'>,
  holder: Holder,
  id: string,
): Promise<PermissionRecord> {
  return readOne(prisma, id, [heldBy(holder)]);
}

/** The permissions of these ids, in that order. */
export async function readPermissions(db: Db, ids: readonly string[]): Promise<PermissionRecord[]> {
  const rows = await db.permission.findMany({ where: { id: { in: [...ids] } }, include: WITH_ENDS });
  return inOrder(ids, rows);
}

/** A page of the members of a community who have an access by one of its permissions. @throws ApiError not_found */
export async function listPermissionUsers(
  deps: Pick<Deps, 'prisma'>,
  communityId: string,
  permissionId: string,
  query: Page,
): Promise<Paged<ApiUser>> {
  const { id } = await getHeldPermission(deps, { community: communityId }, permissionId);
  const { ids, total } = await pageOfIds(deps.prisma, {
    from: Prisma.sql`geopf.api_user AS entity`,
    where: [
      Prisma.sql`EXISTS (SELECT 1 FROM geopf.access AS access JOIN geopf.user_key AS key ON key.id = access.key_id
        WHERE key.user_id = entity.id AND access.permission_id = ${id}::uuid)`,
    ],
    orderBy: [Prisma.sql`entity.last_name`, Prisma.sql`entity.first_name`],
    page: query,
  });
  const rows = await deps.prisma.apiUser.findMany({ where: { id: { in: ids } } });
  return { items: inOrder(ids, rows), total };
}

/** SQL condition on the permission `entity`. */
function heldBy(holder: Holder): Prisma.Sql {
  if ('community' in holder) return Prisma.sql`entity.community_id = ${holder.community}::uuid`;
  return Prisma.sql`(entity.user_id = ${holder.user}::uuid OR entity.community_id IN (
    SELECT id FROM geopf.community WHERE supervisor_id = ${holder.user}::uuid
    UNION ALL SELECT community_id FROM geopf.member WHERE user_id = ${holder.user}::uuid))`;
}

function coversOffering(conditions: Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT 1 FROM geopf.permission_offering AS covered
    JOIN geopf.offering AS offering ON offering.id = covered.offering_id
    JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
    WHERE covered.permission_id = entity.id AND ${Prisma.join(conditions, ' AND ')})`;
}

async function page(
  db: Db,
  query: { where: readonly Prisma.Sql[]; orderBy: readonly Prisma.Sql[]; page: Page },
): Promise<Paged<PermissionRecord>> {
  const { ids, total } = await pageOfIds(db, { from: Prisma.sql`geopf.permission AS entity`, ...query });
  return { items: await readPermissions(db, ids), total };
}

async function readOne(db: Db, id: string, where: readonly Prisma.Sql[]): Promise<PermissionRecord> {
  const { items } = await page(db, {
    where: [Prisma.sql`entity.id = ${id}::uuid`, ...where],
    orderBy: [],
    page: { offset: 0, limit: 1 },
  });
  if (items[0] === undefined) throw notFound(`La permission ${id} n'existe pas.`);
  return items[0];
}
