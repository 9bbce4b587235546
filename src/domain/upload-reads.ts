import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { type DataFilters, dataConditions } from './data-filters.js';
import type { Db } from './database.js';
import { bySort, inOrder, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { listedIn, ownIn, type OwnershipFilter, reachedFrom } from './reach.js';
import { ofScope, type Scope, WITH_PLACE } from './scope.js';

/** Reading of uploads, spec lifecycle §2. */

const WITH_DATASTORE = { datastore: WITH_PLACE } as const satisfies Prisma.UploadInclude;

/** An upload with where it lives and the contact of the community that owns it. */
export type UploadRecord = Prisma.UploadGetPayload<{ include: typeof WITH_DATASTORE }>;

/**
 * An upload of the scope, whatever its status.
 * @throws ApiError not_found
 */
export async function findUpload(db: Db, scope: Scope, id: string): Promise<UploadRecord> {
  const upload = await db.upload.findFirst({ where: { id, ...ofScope(scope) }, include: WITH_DATASTORE });
  if (upload === null) throw notFound(`La livraison ${id} n'existe pas.`);
  return upload;
}

/**
 * An upload that the datastore may read: its own, one shared with it, or an open one.
 * @throws ApiError not_found
 */
export async function findReachableUpload(db: Db, datastoreId: string, id: string): Promise<UploadRecord> {
  const upload = await db.upload.findFirst({
    where: { id, ...reachedFrom(datastoreId) },
    include: WITH_DATASTORE,
  });
  if (upload === null) throw notFound(`La livraison ${id} n'existe pas.`);
  return upload;
}

/** A page of the uploads of a scope, with those shared with it when it is a datastore. */
export async function listUploads(
  db: Db,
  scope: Scope,
  query: {
    filters: DataFilters;
    sort: readonly Sort<'creation' | 'last_event'>[];
    page: Page;
    ownership?: OwnershipFilter;
  },
): Promise<Paged<UploadRecord>> {
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.upload AS entity`,
    where: [await listedIn(db, 'upload', scope, query.ownership), ...dataConditions(query.filters, ownIn(scope))],
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await db.upload.findMany({ where: { id: { in: ids } }, include: WITH_DATASTORE });
  return { items: inOrder(ids, rows), total };
}
