import type { Deps } from '../../deps.js';
import { conflict } from '../../errors.js';
import { COMMUNITY_RIGHTS } from '../access.js';
import { type CommunityChanges, type CommunityDetail, findCommunity, updateCommunity } from '../communities.js';
import { isUniqueViolation } from '../database.js';
import { giveRights } from '../members.js';
import { assertKnown, hold } from './known.js';

type Database = Pick<Deps, 'prisma'>;

export interface NewCommunity {
  readonly name: string;
  readonly technicalName: string;
  readonly description?: string | undefined;
  /** By default the address of the supervisor. */
  readonly contact?: string | undefined;
  readonly public?: boolean | undefined;
  /** Id of an API user, who becomes a member with every right. */
  readonly supervisor: string;
  readonly organization?: string | null | undefined;
}

/** `organization: null` takes the community out of its organization. */
export interface AdministratorCommunityChanges extends CommunityChanges {
  readonly organization?: string | null | undefined;
}

/**
 * Creates a community with its supervisor as its first member; it has no datastore yet.
 * @throws ApiError not_found for an unknown supervisor or organization, conflict for a technical name that is taken
 */
export async function createCommunity(
  { prisma }: Database,
  community: NewCommunity,
  initiatorId: string,
): Promise<CommunityDetail> {
  const { supervisor, organization, ...columns } = community;
  try {
    return await prisma.$transaction(async (tx) => {
      await assertKnown(tx, { user: [supervisor], organization: named(organization) });
      const { email } = await tx.apiUser.findUniqueOrThrow({ where: { id: supervisor } });
      const { id } = await tx.community.create({
        data: {
          ...columns,
          description: columns.description === '' ? null : columns.description,
          contact: columns.contact ?? email,
          supervisorId: supervisor,
          organizationId: organization ?? null,
        },
      });
      await giveRights(tx, { communityId: id, userId: supervisor, initiatorId, rights: COMMUNITY_RIGHTS });
      return findCommunity(tx, id);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict(`Une communauté de nom technique ${community.technicalName} existe déjà.`);
  }
}

/**
 * Changes a community. A new supervisor gets every right; the former one stays a member (access.md §4).
 * @throws ApiError not_found for the community, supervisor or organization
 */
export async function changeCommunity(
  { prisma }: Database,
  id: string,
  changes: AdministratorCommunityChanges,
  initiatorId: string,
): Promise<CommunityDetail> {
  const { supervisor, organization, ...rest } = changes;
  return prisma.$transaction(async (tx) => {
    await hold(tx, 'community', id);
    await assertKnown(tx, { user: named(supervisor), organization: named(organization) });
    const { supervisorId: former } = await updateCommunity(tx, id, rest);
    if (organization !== undefined)
      await tx.community.update({ where: { id }, data: { organizationId: organization } });
    if (supervisor !== undefined) {
      await tx.member.createMany({
        data: { communityId: id, userId: former, rights: [...COMMUNITY_RIGHTS] },
        skipDuplicates: true,
      });
      await giveRights(tx, { communityId: id, userId: supervisor, initiatorId, rights: COMMUNITY_RIGHTS });
      await tx.community.update({ where: { id }, data: { supervisorId: supervisor } });
    }
    return findCommunity(tx, id);
  });
}

/**
 * Deletes a community with its memberships.
 * @throws ApiError not_found; conflict while it has a datastore or benefits from permissions
 */
export async function deleteCommunity({ prisma }: Database, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await hold(tx, 'community', id);
    const datastore = await tx.datastore.findUnique({ where: { communityId: id }, select: { id: true } });
    const permissions = await tx.permission.findMany({ where: { communityId: id }, orderBy: { creation: 'asc' } });
    const sentences = [
      ...(datastore === null ? [] : [`La communauté a l'entrepôt ${datastore.id}.`]),
      ...permissions.map(({ licence }) => `La communauté bénéficie de la permission « ${licence} ».`),
    ];
    if (sentences.length > 0) throw conflict(...sentences);
    await tx.community.delete({ where: { id } });
  });
}

function named(id: string | null | undefined): string[] {
  return id === undefined || id === null ? [] : [id];
}
