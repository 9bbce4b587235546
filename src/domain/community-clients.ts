import type { Deps } from '../deps.js';
import { type ApiUser, type Member, Prisma } from '../generated/prisma/client.js';
import { type Page, type Paged, pageOfIds } from './listing.js';

/** A service account in a community. */
export interface CommunityClient {
  /** Of the identity provider. */
  readonly clientId: string;
  readonly user: ApiUser;
  readonly member: Member;
}

/** A page of the service accounts that are members of a community, by client. */
export async function listCommunityClients(
  { prisma }: Pick<Deps, 'prisma'>,
  communityId: string,
  page: Page,
): Promise<Paged<CommunityClient>> {
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.account AS entity JOIN geopf.member AS member ON member.user_id = entity.id`,
    where: [Prisma.sql`member.community_id = ${communityId}::uuid`, Prisma.sql`entity.service_client_id IS NOT NULL`],
    orderBy: [Prisma.sql`entity.service_client_id`],
    page,
  });
  const [accounts, members] = await Promise.all([
    prisma.account.findMany({ where: { id: { in: ids } } }),
    prisma.member.findMany({ where: { communityId, userId: { in: ids } }, include: { user: true } }),
  ]);
  const items = ids.flatMap((id) => {
    const clientId = accounts.find((account) => account.id === id)?.serviceClientId;
    const found = members.find((one) => one.userId === id);
    if (found === undefined || typeof clientId !== 'string') return [];
    const { user, ...member } = found;
    return [{ clientId, user, member }];
  });
  return { items, total };
}
