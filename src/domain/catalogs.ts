import type { Deps } from '../deps.js';
import { Prisma } from '../generated/prisma/client.js';
import { inOrder, type Page, type Paged, pageOfIds } from './listing.js';

const WITH_CONTACT = {
  configuration: { include: { datastore: { include: { community: { select: { contact: true } } } } } },
  endpoint: true,
} as const satisfies Prisma.OfferingInclude;

/** An offering of the public catalogue, with the address of the community that gives it. */
export type CatalogOffering = Prisma.OfferingGetPayload<{ include: typeof WITH_CONTACT }>;

/** Filters of the catalogue. `isEndpointOpen`: served to everybody, or only to those who have an access key. */
export interface CatalogFilters {
  readonly type?: string | undefined;
  readonly isEndpointOpen?: boolean | undefined;
}

/**
 * A page of the offerings that anybody may know of, oldest first: open to all, on line, and given by a community that
 * shows itself, which the sandbox does not.
 */
export async function listCatalogOfferings(
  { prisma }: Pick<Deps, 'prisma'>,
  query: { filters: CatalogFilters; page: Page },
): Promise<Paged<CatalogOffering>> {
  const { type, isEndpointOpen } = query.filters;
  const where = [
    Prisma.sql`entity.open`,
    // A published offering that takes in changes goes on being served.
    Prisma.sql`entity.status IN ('PUBLISHED', 'MODIFYING')`,
    Prisma.sql`community.public`,
    Prisma.sql`datastore.active`,
  ];
  if (type !== undefined) where.push(Prisma.sql`configuration.type = ${type}`);
  if (isEndpointOpen !== undefined) where.push(Prisma.sql`endpoint.open = ${isEndpointOpen}`);
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.offering AS entity
      JOIN geopf.configuration AS configuration ON configuration.id = entity.configuration_id
      JOIN geopf.datastore AS datastore ON datastore.id = configuration.datastore_id
      JOIN geopf.community AS community ON community.id = datastore.community_id
      JOIN geopf.endpoint AS endpoint ON endpoint.id = entity.endpoint_id`,
    where,
    orderBy: [Prisma.sql`entity.creation`],
    page: query.page,
  });
  const rows = await prisma.offering.findMany({ where: { id: { in: ids } }, include: WITH_CONTACT });
  return { items: inOrder(ids, rows), total };
}
