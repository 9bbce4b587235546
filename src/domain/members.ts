import type { Deps } from '../deps.js';
import { conflict, notFound } from '../errors.js';
import { type ApiUser, Prisma } from '../generated/prisma/client.js';
import { COMMUNITY_RIGHTS, type CommunityRight } from './access.js';
import { forgetMemberAccesses } from './access-loss.js';
import { recordMemberEvent } from './community-events.js';
import type { Db } from './database.js';
import { inOrder, type Page, type Paged, pageOfIds } from './listing.js';
import { assertUser } from './users.js';

/** A member of a community, supervisor included; `creation` and `update` are those of the membership. */
export interface CommunityMember {
  readonly user: ApiUser;
  /** In the order of COMMUNITY_RIGHTS; all of them for the supervisor. */
  readonly rights: readonly CommunityRight[];
  readonly creation: Date;
  readonly update: Date | null;
}

/** A page of the members of a community, oldest first. @param query.rights keeps those who have every one of them */
export async function listMembers(
  db: Db,
  communityId: string,
  query: { rights: readonly CommunityRight[]; page: Page },
): Promise<Paged<CommunityMember>> {
  const from = membersOf(communityId);
  const { ids, total } = await pageOfIds(db, {
    from,
    where: query.rights.length === 0 ? [] : [Prisma.sql`entity.rights @> ${[...query.rights]}::text[]`],
    orderBy: [Prisma.sql`entity.creation`],
    page: query.page,
  });
  const rows = await db.$queryRaw<{ id: string; rights: string[]; creation: Date; update: Date | null }[]>`
    SELECT entity.id, entity.rights, entity.creation, entity.update FROM ${from}
    WHERE entity.id = ANY (${ids}::uuid[])`;
  const users = await db.apiUser.findMany({ where: { id: { in: ids } } });
  const byId = new Map(users.map((user) => [user.id, user]));
  const members = inOrder(ids, rows).flatMap(({ id, rights, creation, update }) => {
    const user = byId.get(id);
    const known = COMMUNITY_RIGHTS.filter((right) => rights.includes(right));
    return user === undefined ? [] : [{ user, rights: known, creation, update }];
  });
  return { items: members, total };
}

/** SQL: the members of a community as `entity`. A supervisor who is not listed has been one since its creation. */
function membersOf(communityId: string): Prisma.Sql {
  return Prisma.sql`(
    SELECT person.user_id AS id, person.creation, person.update,
      CASE WHEN person.user_id = community.supervisor_id THEN ${[...COMMUNITY_RIGHTS]}::text[] ELSE person.rights END
        AS rights
    FROM geopf.community AS community
    CROSS JOIN LATERAL (
      SELECT user_id, rights, creation, update FROM geopf.member WHERE community_id = community.id
      UNION ALL
      SELECT community.supervisor_id, '{}', community.creation, NULL WHERE NOT EXISTS (
        SELECT 1 FROM geopf.member WHERE community_id = community.id AND user_id = community.supervisor_id)
    ) AS person
    WHERE community.id = ${communityId}::uuid) AS entity`;
}

/** Whose membership of what, and who decides it. */
export interface MembershipRequest {
  readonly communityId: string;
  readonly userId: string;
  /** API user. */
  readonly initiatorId: string;
}

/**
 * Gives a user these rights in a community, and no others; who was no member becomes one.
 * @throws ApiError not_found when no API user has that id (it takes a first call of /users/me); conflict for a
 *   supervisor who would lose a right
 */
export async function setMember(
  { prisma }: Pick<Deps, 'prisma'>,
  request: MembershipRequest & { rights: readonly CommunityRight[] },
): Promise<void> {
  const rights = COMMUNITY_RIGHTS.filter((right) => request.rights.includes(right));
  await prisma.$transaction(async (tx) => {
    const supervisorId = await holdMembers(tx, request.communityId);
    await assertUser(tx, request.userId);
    if (request.userId === supervisorId && rights.length < COMMUNITY_RIGHTS.length) {
      throw conflict('Le superviseur de la communauté a forcément tous les droits.');
    }
    await giveRights(tx, { ...request, rights });
  });
}

/** {@link setMember} in the transaction of somebody who has checked the request. */
export async function giveRights(
  tx: Db,
  request: MembershipRequest & { rights: readonly CommunityRight[] },
): Promise<void> {
  const { communityId, userId } = request;
  const rights = [...request.rights];
  const isMember = (await tx.member.count({ where: { communityId, userId } })) > 0;
  if (isMember) await changeRights(tx, { ...request, rights });
  else await join(tx, { ...request, rights });
}

/**
 * Ends a membership, whether the member leaves or is removed, and the accesses by the permissions of the community.
 * @throws ApiError not_found when the user is no member; conflict for the supervisor
 */
export async function removeMember({ prisma }: Pick<Deps, 'prisma'>, request: MembershipRequest): Promise<void> {
  const { communityId, userId, initiatorId } = request;
  await prisma.$transaction(async (tx) => {
    const supervisorId = await holdMembers(tx, communityId);
    if (userId === supervisorId) {
      throw conflict(
        userId === initiatorId
          ? 'Vous ne pouvez pas quitter une communauté dont vous êtes le superviseur.'
          : 'Le superviseur de la communauté ne peut pas en être exclu.',
      );
    }
    const isMember = (await tx.member.count({ where: { communityId, userId } })) > 0;
    if (!isMember) throw notFound(notMember(request));
    await leave(tx, request);
  });
}

async function join(tx: Db, request: MembershipRequest & { rights: CommunityRight[] }): Promise<void> {
  const { communityId, userId, rights } = request;
  await tx.member.create({ data: { communityId, userId, rights } });
  await recordMemberEvent(tx, { ...request, change: 'joined' });
}

async function changeRights(tx: Db, request: MembershipRequest & { rights: CommunityRight[] }): Promise<void> {
  const { communityId, userId, rights } = request;
  await tx.member.update({
    where: { communityId_userId: { communityId, userId } },
    data: { rights, update: new Date() },
  });
  await recordMemberEvent(tx, { ...request, change: 'changed' });
}

async function leave(tx: Db, request: MembershipRequest): Promise<void> {
  const { communityId, userId } = request;
  await tx.member.delete({ where: { communityId_userId: { communityId, userId } } });
  await forgetMemberAccesses(tx, { communityId, userId });
  await recordMemberEvent(tx, { ...request, change: 'left' });
}

/**
 * Makes other changes of the community and its members wait for the end of the transaction.
 * @returns its supervisor
 * @throws ApiError not_found
 */
async function holdMembers(tx: Db, communityId: string): Promise<string> {
  const [community] = await tx.$queryRaw<{ supervisor: string }[]>`
    SELECT supervisor_id::text AS supervisor FROM geopf.community
    WHERE id = ${communityId}::uuid FOR NO KEY UPDATE`;
  if (community === undefined) throw notFound(`La communauté ${communityId} n'existe pas.`);
  return community.supervisor;
}

function notMember({ communityId, userId, initiatorId }: MembershipRequest): string {
  return userId === initiatorId
    ? `Vous n'êtes pas membre de la communauté ${communityId}.`
    : `L'utilisateur ${userId} n'est pas membre de la communauté.`;
}
