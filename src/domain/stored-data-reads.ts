import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { type DataFilters, dataConditions } from './data-filters.js';
import { bySort, inOrder, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { listedIn, ownIn, type OwnershipFilter, reachedFrom } from './reach.js';
import { ofScope, type Scope, WITH_PLACE } from './scope.js';

/** Reading of stored data, spec lifecycle §5. */

const WITH_OWNER = {
  storage: true,
  datastore: WITH_PLACE,
} as const satisfies Prisma.StoredDataInclude;

/** A stored data with its storage, where it lives and the contact of its owner. */
export type StoredDataDetail = Prisma.StoredDataGetPayload<{ include: typeof WITH_OWNER }>;

/** What every list of stored data is asked. */
export interface StoredDataQuery {
  readonly filters: DataFilters;
  readonly sort: readonly Sort<'creation' | 'last_event'>[];
  readonly page: Page;
}

/**
 * A stored data of the scope; deleted ones stay readable.
 * @throws ApiError not_found
 */
export async function getStoredData(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  id: string,
): Promise<StoredDataDetail> {
  const storedData = await prisma.storedData.findFirst({ where: { id, ...ofScope(scope) }, include: WITH_OWNER });
  if (storedData === null) throw notFound(`La donnée stockée ${id} n'existe pas.`);
  return storedData;
}

/**
 * A stored data that the datastore may read: its own, one shared with it, or an open one.
 * @throws ApiError not_found
 */
export async function getReachableStoredData(
  { prisma }: Pick<Deps, 'prisma'>,
  datastoreId: string,
  id: string,
): Promise<StoredDataDetail> {
  const storedData = await prisma.storedData.findFirst({
    where: { id, ...reachedFrom(datastoreId) },
    include: WITH_OWNER,
  });
  if (storedData === null) throw notFound(`La donnée stockée ${id} n'existe pas.`);
  return storedData;
}

/** A page of the stored data of a scope, with those shared with it when it is a datastore. */
export async function listStoredData(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  query: StoredDataQuery & { ownership?: OwnershipFilter },
): Promise<Paged<StoredDataDetail>> {
  return pageOfStoredData(prisma, query, {
    listed: await listedIn(prisma, 'stored_data', scope, query.ownership),
    own: ownIn(scope),
  });
}

/**
 * A stored data visible to a user, see {@link visibleTo}.
 * @throws ApiError not_found
 */
export async function getVisibleStoredData(
  { prisma }: Pick<Deps, 'prisma'>,
  communities: readonly string[],
  id: string,
): Promise<StoredDataDetail> {
  const rows = await prisma.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.stored_data AS entity WHERE id = ${id}::uuid AND ${visibleTo(communities)}`;
  const storedData =
    rows.length === 0 ? null : await prisma.storedData.findUnique({ where: { id }, include: WITH_OWNER });
  if (storedData === null) throw notFound(`La donnée stockée ${id} n'existe pas.`);
  return storedData;
}

/** A page of the stored data visible to the members of some communities. */
export async function listVisibleStoredData(
  { prisma }: Pick<Deps, 'prisma'>,
  communities: readonly string[],
  query: StoredDataQuery,
): Promise<Paged<StoredDataDetail>> {
  return pageOfStoredData(prisma, query, { listed: visibleTo(communities), own: ownedByCommunities(communities) });
}

/**
 * Condition of what a user may see (lifecycle §1.4): the stored data that are open, those of the datastores of the
 * user's communities, those shared with these datastores, and those made visible to one of the communities.
 */
function visibleTo(communities: readonly string[]): Prisma.Sql {
  const ids = Prisma.sql`ANY (${[...communities]}::uuid[])`;
  return Prisma.sql`(entity.open OR ${ownedByCommunities(communities)}
    OR EXISTS (SELECT 1 FROM geopf.stored_data_visibility AS visibility
      WHERE visibility.stored_data_id = entity.id AND visibility.community_id = ${ids})
    OR EXISTS (SELECT 1 FROM geopf.stored_data_sharing AS sharing
      JOIN geopf.datastore AS receiver ON receiver.id = sharing.datastore_id
      WHERE sharing.stored_data_id = entity.id AND receiver.community_id = ${ids}))`;
}

function ownedByCommunities(communities: readonly string[]): Prisma.Sql {
  return Prisma.sql`entity.datastore_id IN (
    SELECT id FROM geopf.datastore WHERE community_id = ANY (${[...communities]}::uuid[]))`;
}

/** @param view `listed`: condition of what the list may show; `own`: of what is not shown as shared */
async function pageOfStoredData(
  prisma: Deps['prisma'],
  query: StoredDataQuery,
  view: { listed: Prisma.Sql; own: Prisma.Sql },
): Promise<Paged<StoredDataDetail>> {
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.stored_data AS entity`,
    where: [view.listed, ...dataConditions(query.filters, view.own)],
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await prisma.storedData.findMany({ where: { id: { in: ids } }, include: WITH_OWNER });
  return { items: inOrder(ids, rows), total };
}

/** An entity as `dependencies` names it. */
export interface Dependency {
  readonly _id: string;
  readonly name: string;
}

/**
 * The stored data whose files this one shows, and those that show its own. Only pyramids refer to one another.
 * @throws ApiError not_found
 */
export async function storedDataDependencies(
  deps: Pick<Deps, 'prisma'>,
  datastoreId: string,
  id: string,
): Promise<{ used_by: Dependency[]; use: Dependency[] }> {
  await getStoredData(deps, { datastore: datastoreId }, id);
  const query = { select: { id: true, name: true }, orderBy: { creation: 'asc' } } as const;
  const usedBy = await deps.prisma.storedData.findMany({ ...query, where: { uses: { some: { usedId: id } } } });
  const use = await deps.prisma.storedData.findMany({ ...query, where: { usedBy: { some: { storedDataId: id } } } });
  return { used_by: usedBy.map(toDependency), use: use.map(toDependency) };
}

function toDependency({ id, name }: { id: string; name: string }): Dependency {
  return { _id: id, name };
}
