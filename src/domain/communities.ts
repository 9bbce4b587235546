import { forbidden, notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { bySort, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';

const SHOWN = { organization: true, supervisor: true, datastore: true } as const satisfies Prisma.CommunityInclude;

/** A community with its supervisor, its datastore if it produces data, and its organization if it has one. */
export type CommunityDetail = Prisma.CommunityGetPayload<{ include: typeof SHOWN }>;

/** A community as lists show it. */
export type CommunityItem = Prisma.CommunityGetPayload<{ include: { organization: true } }>;

/**
 * A community.
 * @throws ApiError not_found
 */
export async function findCommunity(db: Db, id: string): Promise<CommunityDetail> {
  const community = await db.community.findUnique({ where: { id }, include: SHOWN });
  if (community === null) throw notFound(`La communauté ${id} n'existe pas.`);
  return community;
}

/** What its members may change; an empty description removes it. */
export interface CommunityChanges {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly contact?: string | undefined;
  readonly public?: boolean | undefined;
  /** Who supervises it already: another one is for administrators to name (access.md §4). */
  readonly supervisor?: string | undefined;
}

/**
 * Changes a community.
 * @throws ApiError not_found; forbidden for another supervisor
 */
export async function updateCommunity(db: Db, id: string, changes: CommunityChanges): Promise<CommunityDetail> {
  const { supervisor, description, ...members } = changes;
  const community = await findCommunity(db, id);
  if (supervisor !== undefined && supervisor.toLowerCase() !== community.supervisorId) {
    throw forbidden('Seul un administrateur de la plateforme peut changer le superviseur d’une communauté.');
  }
  return db.community.update({
    where: { id },
    data: {
      ...members,
      ...(description === undefined ? {} : { description: description === '' ? null : description }),
      update: new Date(),
    },
    include: SHOWN,
  });
}

/** Filters of the lists of communities. */
export interface CommunityFilters {
  readonly name?: string | undefined;
  readonly organization?: string | undefined;
  readonly public?: boolean | undefined;
}

/** A page of the communities of the platform, oldest first unless sorted. */
export async function listCommunities(
  db: Db,
  query: { filters: CommunityFilters; sort?: readonly Sort<'creation'>[]; page: Page },
): Promise<Paged<CommunityItem>> {
  const { name, organization, public: isPublic } = query.filters;
  const where: Prisma.Sql[] = [];
  if (name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, name));
  if (organization !== undefined) where.push(Prisma.sql`entity.organization_id = ${organization}::uuid`);
  if (isPublic !== undefined) where.push(Prisma.sql`entity.public = ${isPublic}`);
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.community AS entity`,
    where,
    orderBy: bySort(query.sort ?? []),
    page: query.page,
  });
  const rows = await db.community.findMany({ where: { id: { in: ids } }, include: { organization: true } });
  return { items: inOrder(ids, rows), total };
}
