import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { bySort, hasTags, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { inScope, ofScope, type Scope, WITH_PLACE } from './scope.js';

const WITH_PUBLICATIONS = {
  datastore: WITH_PLACE,
  publications: { include: { endpoint: true }, orderBy: [{ creation: 'asc' }, { endpointId: 'asc' }] },
} as const satisfies Prisma.MetadataInclude;

/** A metadata record with where it lives and the endpoints that show it, in order of publication. */
export type MetadataRecord = Prisma.MetadataGetPayload<{ include: typeof WITH_PUBLICATIONS }>;

export interface MetadataFilter {
  readonly type?: string | undefined;
  readonly level?: string | undefined;
  readonly file_identifier?: string | undefined;
  readonly open_data?: boolean | undefined;
  readonly tags?: Readonly<Record<string, string>> | null;
}

/**
 * A metadata record of the scope.
 * @throws ApiError not_found
 */
export async function getMetadata(db: Db, scope: Scope, id: string): Promise<MetadataRecord> {
  const found = await db.metadata.findFirst({ where: { id, ...ofScope(scope) }, include: WITH_PUBLICATIONS });
  if (found === null) throw notFound(`La métadonnée ${id} n'existe pas.`);
  return found;
}

/** A page of the metadata of a scope, oldest first unless sorted otherwise. */
export async function listMetadata(
  db: Db,
  scope: Scope,
  query: { filter: MetadataFilter; sort: readonly Sort<'creation' | 'update'>[]; page: Page },
): Promise<Paged<MetadataRecord>> {
  const { filter } = query;
  const where = inScope(Prisma.sql`entity.datastore_id`, scope);
  if (filter.type !== undefined) where.push(Prisma.sql`entity.type = ${filter.type}`);
  if (filter.level !== undefined) where.push(Prisma.sql`entity.level = ${filter.level}`);
  if (filter.open_data !== undefined) where.push(Prisma.sql`entity.open_data = ${filter.open_data}`);
  if (filter.file_identifier !== undefined) {
    where.push(matchesText(Prisma.sql`entity.file_identifier`, filter.file_identifier));
  }
  if (filter.tags !== undefined && filter.tags !== null) where.push(hasTags(Prisma.sql`entity.tags`, filter.tags));
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.metadata AS entity`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await db.metadata.findMany({ where: { id: { in: ids } }, include: WITH_PUBLICATIONS });
  return { items: inOrder(ids, rows), total };
}
