import type { Deps } from '../deps.js';
import type { TokenClaims } from '../identity/verify.js';

/** Rights of a community member (access.md §4). */
export const COMMUNITY_RIGHTS = ['COMMUNITY', 'UPLOAD', 'PROCESSING', 'BROADCAST', 'ANNEX'] as const;
export type CommunityRight = (typeof COMMUNITY_RIGHTS)[number];

/**
 * What a route asks of its caller. `member`: any member of the community of the path, or of the datastore of the path;
 * `organization`: a member of the organization of the path, whatever the communities.
 */
export const ROUTE_RIGHTS = [
  'anonymous',
  'authenticated',
  'member',
  ...COMMUNITY_RIGHTS,
  'organization',
  'administrator',
] as const;
export type RouteRight = (typeof ROUTE_RIGHTS)[number];

/** What a user may do in one community; the supervisor has every right. */
export interface Membership {
  readonly communityId: string;
  readonly rights: readonly CommunityRight[];
}

/** The caller of a request. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly administrator: boolean;
  readonly memberships: readonly Membership[];
  /** Ids of the organizations whose member they are. */
  readonly organizations: readonly string[];
}

/** The datastore named by the path of a request. */
export interface RequestDatastore {
  readonly id: string;
  readonly communityId: string;
  readonly active: boolean;
}

/**
 * The API user behind a token: created at the first call, names and address kept in step with the
 * account, `last_call` moved at each call (access.md §3.2), though not more than once a second: a write for every read
 * would cost more than the read. One round trip.
 */
export async function rememberCaller({ prisma }: Deps, claims: TokenClaims): Promise<User> {
  const rows = await prisma.$queryRaw<CallerRow[]>`
    WITH fresh AS (
      SELECT id, administrator FROM geopf.api_user
      WHERE id = ${claims.sub}::uuid AND email = ${claims.email} AND first_name = ${claims.givenName}
        AND last_name = ${claims.familyName} AND last_call > now() - interval '1 second'
    ), remembered AS (
      INSERT INTO geopf.api_user AS known (id, email, first_name, last_name, last_call)
      SELECT ${claims.sub}::uuid, ${claims.email}, ${claims.givenName}, ${claims.familyName}, now()
      WHERE NOT EXISTS (SELECT FROM fresh)
      ON CONFLICT (id) DO UPDATE SET email = excluded.email, first_name = excluded.first_name,
        last_name = excluded.last_name, last_call = excluded.last_call
      RETURNING id, administrator
    ), caller AS (SELECT * FROM fresh UNION ALL SELECT * FROM remembered)
    SELECT caller.administrator, ARRAY(
      SELECT organization_id::text FROM geopf.organization_member WHERE user_id = caller.id
    ) AS organizations, (
      SELECT coalesce(json_agg(json_build_object(
          'communityId', community.id,
          'supervisor', community.supervisor_id = caller.id,
          'rights', member.rights)), '[]')
      FROM geopf.community AS community
      LEFT JOIN geopf.member AS member ON member.community_id = community.id AND member.user_id = caller.id
      WHERE community.supervisor_id = caller.id OR member.user_id IS NOT NULL
    ) AS memberships
    FROM caller`;
  const row = rows[0];
  if (row === undefined) throw new Error(`the row of user ${claims.sub} was neither inserted nor updated`);
  return {
    id: claims.sub,
    email: claims.email,
    firstName: claims.givenName,
    lastName: claims.familyName,
    administrator: row.administrator,
    organizations: row.organizations,
    memberships: row.memberships.map(({ communityId, supervisor, rights }) => ({
      communityId,
      rights: supervisor ? COMMUNITY_RIGHTS : (rights ?? []),
    })),
  };
}

interface CallerRow {
  administrator: boolean;
  organizations: string[];
  memberships: { communityId: string; supervisor: boolean; rights: CommunityRight[] | null }[];
}

/** The datastore of that id, or `null`. */
export async function findDatastore({ prisma }: Deps, id: string): Promise<RequestDatastore | null> {
  return prisma.datastore.findUnique({ where: { id }, select: { id: true, communityId: true, active: true } });
}

/** Whether there is a community of that id. */
export async function communityExists({ prisma }: Deps, id: string): Promise<boolean> {
  return (await prisma.community.count({ where: { id } })) > 0;
}

/** Whether there is an organization of that id. */
export async function organizationExists({ prisma }: Deps, id: string): Promise<boolean> {
  return (await prisma.organization.count({ where: { id } })) > 0;
}

/** Whether the user may do in the community what the right allows; `member` needs no particular right. */
export function hasRight(user: User, communityId: string, right: 'member' | CommunityRight): boolean {
  return user.memberships.some(
    (membership) => membership.communityId === communityId && (right === 'member' || membership.rights.includes(right)),
  );
}
