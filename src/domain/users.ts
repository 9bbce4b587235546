import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import type { ApiUser } from '../generated/prisma/client.js';
import { COMMUNITY_RIGHTS, type CommunityRight } from './access.js';
import type { Db } from './database.js';
import { documentsUse } from './document-reads.js';

/** A community as one of its members sees it. */
export interface MemberCommunity {
  readonly id: string;
  readonly name: string;
  readonly technicalName: string;
  readonly public: boolean;
  readonly supervisorId: string;
  /** Absent for a community that only consumes; an inactive one is there. */
  readonly datastoreId: string | undefined;
  /** In the order of COMMUNITY_RIGHTS; all of them for the supervisor. */
  readonly rights: readonly CommunityRight[];
}

export interface UserProfile {
  readonly user: ApiUser;
  readonly communities: readonly MemberCommunity[];
  /** Bytes of the personal documents. */
  readonly documentsUse: number;
  /** Number of access keys. */
  readonly keysUse: number;
}

/** An API user with the communities they belong to, oldest first, and what they use now (access.md §3.2). */
export async function readProfile({ prisma }: Pick<Deps, 'prisma'>, userId: string): Promise<UserProfile> {
  const [user, communities, documents, keysUse] = await Promise.all([
    prisma.apiUser.findUniqueOrThrow({ where: { id: userId } }),
    prisma.community.findMany({
      where: { OR: [{ supervisorId: userId }, { members: { some: { userId } } }] },
      include: { members: { where: { userId } }, datastore: { select: { id: true } } },
      orderBy: [{ creation: 'asc' }, { id: 'asc' }],
    }),
    documentsUse(prisma, userId),
    prisma.userKey.count({ where: { userId } }),
  ]);
  return {
    user,
    communities: communities.map((community) => {
      const granted = community.members[0]?.rights ?? [];
      const supervises = community.supervisorId === userId;
      return {
        id: community.id,
        name: community.name,
        technicalName: community.technicalName,
        public: community.public,
        supervisorId: community.supervisorId,
        datastoreId: community.datastore?.id,
        rights: COMMUNITY_RIGHTS.filter((right) => supervises || granted.includes(right)),
      };
    }),
    documentsUse: documents,
    keysUse,
  };
}

/**
 * Says that somebody is known to the API: an account is since its first call.
 * @throws ApiError not_found
 */
export async function assertUser(db: Db, id: string): Promise<void> {
  if ((await db.apiUser.count({ where: { id } })) === 0) throw notFound(`L'utilisateur ${id} n'existe pas.`);
}
