import { Prisma } from '../generated/prisma/client.js';

/**
 * Whose entities a list or a read looks at: those of one datastore; those of an organization (of all its communities);
 * or those of the whole platform. The last two may be narrowed by community and datastore.
 */
export type Scope =
  | { readonly datastore: string }
  | { readonly organization: string; readonly within?: ScopeFilters }
  | { readonly platform: true; readonly within?: ScopeFilters };

/** Filters of the lists that go beyond one datastore. */
export interface ScopeFilters {
  readonly organization?: string | undefined;
  readonly community?: string | undefined;
  readonly datastore?: string | undefined;
}

/** Where an entity lives, as the extended answers tell beside it. Ids. */
export interface Place {
  readonly datastore: string;
  readonly community: string;
  readonly organization: string | null;
}

/** What a query must read of an entity's datastore to tell its place and its contact. */
export const WITH_PLACE = {
  select: { id: true, communityId: true, community: { select: { contact: true, organizationId: true } } },
} as const satisfies Prisma.DatastoreDefaultArgs;

/** A datastore read with {@link WITH_PLACE}. */
export type PlacedDatastore = Prisma.DatastoreGetPayload<typeof WITH_PLACE>;

/** Where the entities of a datastore live. */
export function placeOf(datastore: PlacedDatastore): Place {
  const { id, communityId, community } = datastore;
  return { datastore: id, community: communityId, organization: community.organizationId };
}

/** The condition of {@link inScope} in the words of the database client, to read one entity that has a datastore. */
export function ofScope(scope: Scope): { datastoreId: string } | { datastore: Prisma.DatastoreWhereInput } {
  if ('datastore' in scope) return { datastoreId: scope.datastore };
  const { datastore, community, organization } = scope.within ?? {};
  const whole = 'organization' in scope ? { community: { organizationId: scope.organization } } : {};
  return {
    datastore: {
      AND: [
        whole,
        datastore === undefined ? {} : { id: datastore },
        community === undefined ? {} : { communityId: community },
        organization === undefined ? {} : { community: { organizationId: organization } },
      ],
    },
  };
}

/**
 * Conditions that keep the entities of a scope.
 * @param datastoreId SQL expression of the id of the entity's datastore
 */
export function inScope(datastoreId: Prisma.Sql, scope: Scope): Prisma.Sql[] {
  if ('datastore' in scope) return [Prisma.sql`${datastoreId} = ${scope.datastore}::uuid`];
  const { datastore, community, organization } = scope.within ?? {};
  const conditions: Prisma.Sql[] = [];
  if (datastore !== undefined) conditions.push(Prisma.sql`${datastoreId} = ${datastore}::uuid`);
  if (community !== undefined) conditions.push(ofCommunities(datastoreId, Prisma.sql`id = ${community}::uuid`));
  if (organization !== undefined) {
    conditions.push(ofCommunities(datastoreId, Prisma.sql`organization_id = ${organization}::uuid`));
  }
  if ('organization' in scope) {
    conditions.push(ofCommunities(datastoreId, Prisma.sql`organization_id = ${scope.organization}::uuid`));
  }
  return conditions;
}

/** Conditions that keep what the catalogue lends in a scope; on the whole platform, what is lent to nobody too. */
export function lentIn(kind: 'check' | 'processing', scope: Scope): Prisma.Sql[] {
  if ('platform' in scope) return [];
  const lent = Prisma.raw(`geopf.datastore_${kind} AS lent WHERE lent.${kind}_id = entity.id`);
  const where = Prisma.join(inScope(Prisma.sql`lent.datastore_id`, scope), ' AND ');
  return [Prisma.sql`EXISTS (SELECT 1 FROM ${lent} AND ${where})`];
}

/** {@link lentIn} in the words of the database client, to read one entry. */
export function lentWithin(scope: Scope): { datastores?: { some: ReturnType<typeof ofScope> } } {
  return 'platform' in scope ? {} : { datastores: { some: ofScope(scope) } };
}

function ofCommunities(datastoreId: Prisma.Sql, condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`${datastoreId} IN (
    SELECT id FROM geopf.datastore WHERE community_id IN (SELECT id FROM geopf.community WHERE ${condition}))`;
}
