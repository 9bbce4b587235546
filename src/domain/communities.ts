import { forbidden, notFound } from '../errors.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import type { Page, Paged } from './listing.js';

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

/** A page of the communities of an organization, or of those that everybody may see; oldest first. */
export async function listCommunities(
  db: Db,
  which: { readonly organizationId: string } | { readonly public: true },
  page: Page,
): Promise<Paged<CommunityItem>> {
  const [total, items] = await Promise.all([
    db.community.count({ where: which }),
    db.community.findMany({
      where: which,
      include: { organization: true },
      orderBy: [{ creation: 'asc' }, { id: 'asc' }],
      skip: page.offset,
      take: page.limit,
    }),
  ]);
  return { items, total };
}
