import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { bySort, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { inScope, ofScope, type Scope, WITH_PLACE } from './scope.js';

const WITH_ENDS = {
  configuration: { include: { datastore: WITH_PLACE } },
  endpoint: true,
} as const satisfies Prisma.OfferingInclude;

/** An offering with its endpoint, its configuration and where that lives. */
export type OfferingDetail = Prisma.OfferingGetPayload<{ include: typeof WITH_ENDS }>;

/** Filters of the list. */
export interface OfferingFilter {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly layer_name?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly configuration?: string | undefined;
  /** Those whose configuration uses this stored data. */
  readonly stored_data?: string | undefined;
  readonly is_open?: boolean | undefined;
}

/**
 * An offering of the scope.
 * @throws ApiError not_found, which is also what a removed offering answers
 */
export async function getOffering({ prisma }: Pick<Deps, 'prisma'>, scope: Scope, id: string): Promise<OfferingDetail> {
  const offering = await prisma.offering.findFirst({
    where: { id, configuration: ofScope(scope) },
    include: WITH_ENDS,
  });
  if (offering === null) throw notFound(`L'offre ${id} n'existe pas.`);
  return offering;
}

/** A page of the offerings of a scope, oldest first unless sorted otherwise. */
export async function listOfferings(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  query: { filter: OfferingFilter; sort: readonly Sort<'creation' | 'update'>[]; page: Page },
): Promise<Paged<OfferingDetail>> {
  const { filter } = query;
  const where = inScope(Prisma.sql`configuration.datastore_id`, scope);
  if (filter.type !== undefined) where.push(Prisma.sql`configuration.type = ${filter.type}`);
  if (filter.status !== undefined) where.push(Prisma.sql`entity.status = ${filter.status}`);
  if (filter.layer_name !== undefined) where.push(matchesText(Prisma.sql`configuration.layer_name`, filter.layer_name));
  if (filter.endpoint !== undefined) where.push(Prisma.sql`entity.endpoint_id = ${filter.endpoint}::uuid`);
  if (filter.configuration !== undefined) where.push(Prisma.sql`configuration.id = ${filter.configuration}::uuid`);
  if (filter.is_open !== undefined) where.push(Prisma.sql`entity.open = ${filter.is_open}`);
  if (filter.stored_data !== undefined) {
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM geopf.configuration_stored_data AS used
      WHERE used.configuration_id = configuration.id AND used.stored_data_id = ${filter.stored_data}::uuid)`);
  }
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.offering AS entity
      JOIN geopf.configuration AS configuration ON configuration.id = entity.configuration_id`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await prisma.offering.findMany({ where: { id: { in: ids } }, include: WITH_ENDS });
  return { items: inOrder(ids, rows), total };
}
