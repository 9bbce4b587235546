import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import type { ApiUser, Organization } from '../generated/prisma/client.js';
import type { Page, Paged } from './listing.js';
import { assertUser } from './users.js';

/** A page of the organizations of the platform, by name. */
export async function listOrganizations({ prisma }: Pick<Deps, 'prisma'>, page: Page): Promise<Paged<Organization>> {
  const [total, items] = await Promise.all([
    prisma.organization.count(),
    prisma.organization.findMany({ orderBy: { name: 'asc' }, skip: page.offset, take: page.limit }),
  ]);
  return { items, total };
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
