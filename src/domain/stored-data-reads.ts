import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { hasTags, inOrder, matchesText, type Page, type Paged, pageOfIds } from './listing.js';
import { inScope, ofScope, type Scope, WITH_PLACE } from './scope.js';

/** Reading of stored data, spec lifecycle §5. */

const WITH_OWNER = {
  storage: true,
  datastore: WITH_PLACE,
} as const satisfies Prisma.StoredDataInclude;

/** A stored data with its storage, where it lives and the contact of its owner. */
export type StoredDataDetail = Prisma.StoredDataGetPayload<{ include: typeof WITH_OWNER }>;

/** Filters of the list. */
export interface StoredDataFilter {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly open?: boolean | undefined;
  readonly srs?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | null;
  /** A point in degrees that the extent must hold; both or none. */
  readonly lon?: number | undefined;
  readonly lat?: number | undefined;
  /** Bounds of the creation. */
  readonly before?: Date | undefined;
  readonly after?: Date | undefined;
  /** `owned: false` or `shared: true` ask for data of other datastores: none, since nothing is shared here. */
  readonly owned?: boolean | undefined;
  readonly shared?: boolean | undefined;
}

export type StoredDataSort = { readonly field: 'creation' | 'last_event'; readonly descending: boolean };

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

/** A page of the stored data of a scope; deleted ones only when the status filter asks for them. */
export async function listStoredData(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  query: { filter: StoredDataFilter; sort: readonly StoredDataSort[]; page: Page },
): Promise<Paged<StoredDataDetail>> {
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.stored_data AS entity`,
    where: [...inScope(Prisma.sql`entity.datastore_id`, scope), ...conditions(query.filter)],
    orderBy: [...query.sort.map(orderBy), Prisma.sql`entity.creation`],
    page: query.page,
  });
  const rows = await prisma.storedData.findMany({ where: { id: { in: ids } }, include: WITH_OWNER });
  return { items: inOrder(ids, rows), total };
}

function conditions(filter: StoredDataFilter): Prisma.Sql[] {
  const where: Prisma.Sql[] = [];
  where.push(
    filter.status === undefined ? Prisma.sql`entity.status <> 'DELETED'` : Prisma.sql`entity.status = ${filter.status}`,
  );
  if (filter.owned === false || filter.shared === true) where.push(Prisma.sql`false`);
  if (filter.name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, filter.name));
  if (filter.srs !== undefined) where.push(matchesText(Prisma.sql`coalesce(entity.srs, '')`, filter.srs));
  if (filter.type !== undefined) where.push(Prisma.sql`entity.type = ${filter.type}`);
  if (filter.open !== undefined) where.push(Prisma.sql`entity.open = ${filter.open}`);
  if (filter.tags) where.push(hasTags(Prisma.sql`entity.tags`, filter.tags));
  if (filter.before !== undefined) where.push(Prisma.sql`entity.creation < ${filter.before}`);
  if (filter.after !== undefined) where.push(Prisma.sql`entity.creation >= ${filter.after}`);
  if (filter.lon !== undefined && filter.lat !== undefined) {
    where.push(Prisma.sql`ST_Intersects(
      ST_SetSRID(ST_GeomFromGeoJSON(coalesce(entity.extent->'geometry', entity.extent)), 4326),
      ST_SetSRID(ST_MakePoint(${filter.lon}, ${filter.lat}), 4326))`);
  }
  return where;
}

function orderBy(sort: StoredDataSort): Prisma.Sql {
  const column = sort.field === 'creation' ? Prisma.sql`entity.creation` : Prisma.sql`(entity.last_event->>'date')`;
  return sort.descending ? Prisma.sql`${column} DESC NULLS LAST` : Prisma.sql`${column} ASC NULLS FIRST`;
}

/** An entity as `dependencies` names it. */
export interface Dependency {
  readonly _id: string;
  readonly name: string;
}

/**
 * The stored data that this one is made of by reference, and those made of it. Only pyramids refer to one another:
 * a VECTOR-DB is always whole.
 * @throws ApiError not_found
 */
export async function storedDataDependencies(
  deps: Pick<Deps, 'prisma'>,
  datastoreId: string,
  id: string,
): Promise<{ used_by: Dependency[]; use: Dependency[] }> {
  await getStoredData(deps, { datastore: datastoreId }, id);
  return { used_by: [], use: [] };
}
