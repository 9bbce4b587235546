import { notFound } from '../errors.js';
import { type Community, Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';

/** Activity feeds: the events of a family of entities, newest first (lifecycle.md §1.3). */

/** What a feed is about. */
export type ActivityFamily = 'upload' | 'stored_data' | 'configuration' | 'offering' | 'member' | 'permission';

/** Both ends included. */
export interface Period {
  readonly after: Date;
  readonly before: Date;
}

/** An event with the entity it happened to. */
export interface ActivityEntry {
  readonly id: bigint;
  readonly date: Date;
  readonly title: string;
  readonly text: string | null;
  /** Full name of the person who did it; `null` for the platform, and in public feeds. */
  readonly initiator: string | null;
  readonly family: ActivityFamily;
  readonly entityId: string;
  /** Name of the entity; of the layer, for an offering. */
  readonly name: string;
  /** GeoJSON, or `null`. */
  readonly extent: unknown;
  /** The service of a public offering: path from the server's root, and protocol. */
  readonly service: { readonly type: string; readonly path: string } | null;
}

/** A feed: its community, and at most {@link MAX_ENTRIES} entries, newest first. */
export interface Activity {
  readonly community: Pick<Community, 'id' | 'name' | 'technicalName' | 'contact'>;
  readonly entries: readonly ActivityEntry[];
}

/** Entries of one feed: older ones are found with `before`. */
export const MAX_ENTRIES = 200;

/** What happened to the entities of a datastore, those deleted included as long as the registry keeps them. */
export async function readDatastoreActivity(
  db: Db,
  datastoreId: string,
  family: 'upload' | 'stored_data' | 'configuration',
  period: Period,
): Promise<Activity> {
  const { community } = await db.datastore.findUniqueOrThrow({
    where: { id: datastoreId },
    include: { community: true },
  });
  const extent = family === 'configuration' ? Prisma.sql`NULL::jsonb` : Prisma.sql`entity.extent`;
  const entries = await readEntries(db, {
    family,
    columns: Prisma.sql`entity.name, ${extent} AS extent, NULL::jsonb AS service`,
    join: Prisma.sql`JOIN ${Prisma.raw(`geopf.${family}`)} AS entity
      ON entity.id = event.entity_id AND entity.datastore_id = ${datastoreId}::uuid`,
    period,
  });
  return { community, entries };
}

/**
 * What happened to the members, or to the permissions given and received, of a community.
 * @throws ApiError not_found
 */
export async function readCommunityActivity(
  db: Db,
  communityId: string,
  family: 'member' | 'permission',
  period: Period,
): Promise<Activity> {
  const community = await db.community.findUnique({ where: { id: communityId } });
  if (community === null) throw notFound(`La communauté ${communityId} n'existe pas.`);
  const entries = await readEntries(db, {
    family,
    columns: Prisma.sql`entity.name, NULL::jsonb AS extent, NULL::jsonb AS service`,
    join: Prisma.sql`JOIN geopf.community AS entity ON entity.id = event.entity_id AND entity.id = ${communityId}::uuid`,
    period,
  });
  return { community, entries };
}

/**
 * What became available, or went, among the stored data and offerings that a public community shows
 * (`public_activity`): neither texts nor people, which are the producer's own.
 * @throws ApiError not_found for an unknown or private community
 */
export async function readPublicActivity(db: Db, technicalName: string, period: Period): Promise<Activity> {
  const community = await db.community.findFirst({ where: { technicalName, public: true } });
  if (community === null) throw notFound(`La communauté ${technicalName} n'existe pas.`);
  const isShown = Prisma.sql`event.to_status IN ('GENERATED', 'PUBLISHED', 'DELETED')`;
  const storedData = await readEntries(db, {
    family: 'stored_data',
    columns: Prisma.sql`entity.name, entity.extent, NULL::jsonb AS service`,
    join: Prisma.sql`
      JOIN geopf.stored_data AS entity ON entity.id = event.entity_id AND entity.public_activity AND ${isShown}
      JOIN geopf.datastore AS datastore
        ON datastore.id = entity.datastore_id AND datastore.community_id = ${community.id}::uuid`,
    period,
  });
  const offerings = await readEntries(db, {
    family: 'offering',
    columns: Prisma.sql`configuration.layer_name AS name, NULL::jsonb AS extent, endpoint.urls::jsonb -> 0 AS service`,
    join: Prisma.sql`
      JOIN geopf.offering AS entity ON entity.id = event.entity_id AND entity.public_activity AND ${isShown}
      JOIN geopf.endpoint AS endpoint ON endpoint.id = entity.endpoint_id
      JOIN geopf.configuration AS configuration ON configuration.id = entity.configuration_id
      JOIN geopf.datastore AS datastore
        ON datastore.id = configuration.datastore_id AND datastore.community_id = ${community.id}::uuid`,
    period,
  });
  const entries = [...storedData, ...offerings]
    .toSorted((a, b) => b.date.getTime() - a.date.getTime() || Number(b.id - a.id))
    .slice(0, MAX_ENTRIES)
    .map((entry) => ({ ...entry, text: null, initiator: null }));
  return { community, entries };
}

/** @param feed.join joins the entity, called `entity`, and keeps the events of the feed */
async function readEntries(
  db: Db,
  feed: { family: ActivityFamily; columns: Prisma.Sql; join: Prisma.Sql; period: Period },
): Promise<ActivityEntry[]> {
  return db.$queryRaw<ActivityEntry[]>`
    SELECT event.id, event.date, event.title, event.text, event.entity_type AS family, entity.id AS "entityId",
      nullif(trim(concat_ws(' ', person.first_name, person.last_name)), '') AS initiator, ${feed.columns}
    FROM geopf.event AS event ${feed.join}
    LEFT JOIN geopf.api_user AS person ON person.id = event.initiator_id
    WHERE event.entity_type = ${feed.family} AND event.title IS NOT NULL
      AND event.date BETWEEN ${feed.period.after} AND ${feed.period.before}
    ORDER BY event.date DESC, event.id DESC LIMIT ${MAX_ENTRIES}`;
}
