import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { bySort, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { inScope, ofScope, type Scope, WITH_PLACE } from './scope.js';

const WITH_DATASTORE = { datastore: WITH_PLACE } as const satisfies Prisma.StaticInclude;

/** A static file with where it lives. */
export type StaticRecord = Prisma.StaticGetPayload<{ include: typeof WITH_DATASTORE }>;

/** Filters of the list. */
export interface StaticFilter {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * A static file of the scope.
 * @throws ApiError not_found
 */
export async function getStatic({ prisma }: Pick<Deps, 'prisma'>, scope: Scope, id: string): Promise<StaticRecord> {
  const found = await prisma.static.findFirst({ where: { id, ...ofScope(scope) }, include: WITH_DATASTORE });
  if (found === null) throw notFound(`Le fichier statique ${id} n'existe pas.`);
  return found;
}

/** A page of the static files of a scope, oldest first unless sorted otherwise. */
export async function listStatics(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  query: { filter: StaticFilter; sort: readonly Sort<'creation' | 'update'>[]; page: Page },
): Promise<Paged<StaticRecord>> {
  const where = inScope(Prisma.sql`entity.datastore_id`, scope);
  if (query.filter.type !== undefined) where.push(Prisma.sql`entity.type = ${query.filter.type}`);
  if (query.filter.name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, query.filter.name));
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.static AS entity`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await prisma.static.findMany({ where: { id: { in: ids } }, include: WITH_DATASTORE });
  return { items: inOrder(ids, rows), total };
}
