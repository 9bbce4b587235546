import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { type ApiUser, Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { inOrder, matchesText, type Page, type Paged, pageOfIds } from './listing.js';
import { assertUser } from './users.js';

const WITH_MODEL = { economicalModel: true } as const satisfies Prisma.OrganizationInclude;

/** An organization with its economical model. */
export type OrganizationRecord = Prisma.OrganizationGetPayload<{ include: typeof WITH_MODEL }>;

/** A page of the organizations of the platform, by name. */
export async function listOrganizations(
  db: Db,
  query: { name?: string | undefined; page: Page },
): Promise<Paged<OrganizationRecord>> {
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.organization AS entity`,
    where: query.name === undefined ? [] : [matchesText(Prisma.sql`entity.name`, query.name)],
    orderBy: [Prisma.sql`entity.name`],
    page: query.page,
  });
  const rows = await db.organization.findMany({ where: { id: { in: ids } }, include: WITH_MODEL });
  return { items: inOrder(ids, rows), total };
}

/**
 * An organization.
 * @throws ApiError not_found
 */
export async function findOrganization(db: Db, id: string): Promise<OrganizationRecord> {
  const organization = await db.organization.findUnique({ where: { id }, include: WITH_MODEL });
  if (organization === null) throw notFound(`L'organisme ${id} n'existe pas.`);
  return organization;
}

/** A page of the members of an organization, oldest first. */
export async function listOrganizationMembers(
  { prisma }: Pick<Deps, 'prisma'>,
  organizationId: string,
  page: Page,
): Promise<Paged<ApiUser>> {
  const where = { organizationId };
  const [total, rows] = await Promise.all([
    prisma.organizationMember.count({ where }),
    prisma.organizationMember.findMany({
      where,
      include: { user: true },
      orderBy: [{ creation: 'asc' }, { userId: 'asc' }],
      skip: page.offset,
      take: page.limit,
    }),
  ]);
  return { items: rows.map((row) => row.user), total };
}

/**
 * Makes a user a member of an organization; one who is already stays so.
 * @throws ApiError not_found when no API user has that id
 */
export async function addOrganizationMember(
  { prisma }: Pick<Deps, 'prisma'>,
  organizationId: string,
  userId: string,
): Promise<void> {
  await assertUser(prisma, userId);
  await prisma.organizationMember.createMany({ data: { organizationId, userId }, skipDuplicates: true });
}

/**
 * Removes a member from an organization.
 * @throws ApiError not_found when the user is no member of it
 */
export async function removeOrganizationMember(
  { prisma }: Pick<Deps, 'prisma'>,
  organizationId: string,
  userId: string,
): Promise<void> {
  const { count } = await prisma.organizationMember.deleteMany({ where: { organizationId, userId } });
  if (count === 0) throw notFound(`L'utilisateur ${userId} n'est pas membre de l'organisme.`);
}
