import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import type { EntityName } from './states/table.js';

/** A public address that came with a publication, shown in the events of configurations. */
export interface EventUrl {
  readonly type: string;
  readonly url: string;
}

/** What the API may show of an event (lifecycle.md §1.3). Without a title it is recorded, never shown. */
export interface ShownEvent {
  readonly title: string | null;
  readonly text?: string | undefined;
  readonly urls?: readonly EventUrl[] | undefined;
  /** API user; absent when the platform acts by itself. */
  readonly initiatorId?: string | undefined;
}

/** An event as the API and `last_event` show it; `date` has microseconds and no zone (UTC). */
export interface PublicEvent {
  title: string;
  text?: string;
  date: string;
  urls?: EventUrl[];
  initiator?: { _id: string; first_name: string; last_name: string };
}

/**
 * What events are about: an entity, or what happens in a community, whose id then stands for the entity's
 * (`member`: somebody joins, changes, leaves; `permission`: given, changed, withdrawn; community-events.ts).
 */
export type EventSubject = EntityName | 'member' | 'permission';

/** Entities whose row keeps a copy of the last event that the API shows. */
export function hasLastEvent(entity: EventSubject): boolean {
  return entity === 'upload' || entity === 'stored_data' || entity === 'configuration';
}

/**
 * SQL expression of the JSON kept in `last_event`. Needs a relation `clock(now)` in the statement:
 * row and event must carry the same date.
 */
export function lastEventJson(event: ShownEvent): Prisma.Sql {
  return Prisma.sql`jsonb_strip_nulls(jsonb_build_object(
    'title', ${event.title}::text,
    'text', ${event.text ?? null}::text,
    'date', to_char(clock.now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    'urls', ${urlsJson(event)}::jsonb,
    'initiator', (
      SELECT jsonb_build_object('_id', person.id, 'first_name', person.first_name, 'last_name', person.last_name)
      FROM geopf.api_user AS person WHERE person.id = ${event.initiatorId ?? null}::uuid)))`;
}

/** SQL expressions of the columns title, text, urls, initiator_id. */
export function eventColumns(event: ShownEvent): Prisma.Sql {
  return Prisma.sql`${event.title}::text, ${event.text ?? null}::text, ${urlsJson(event)}::jsonb, ${event.initiatorId ?? null}::uuid`;
}

/** Records an event that is not a transition (« Création », « Vérification terminée »…) and updates `last_event`. */
export async function recordEvent(
  db: Db,
  event: ShownEvent & { entity: EventSubject; id: string; title: string },
): Promise<void> {
  const touch = hasLastEvent(event.entity)
    ? Prisma.sql`, touched AS (
        UPDATE ${Prisma.raw(`geopf.${event.entity}`)} AS entity SET last_event = ${lastEventJson(event)}
        FROM clock WHERE entity.id = ${event.id}::uuid)`
    : Prisma.empty;
  await db.$executeRaw`
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now) ${touch}
    INSERT INTO geopf.event (entity_type, entity_id, date, title, text, urls, initiator_id)
    SELECT ${event.entity}, ${event.id}::uuid, clock.now, ${eventColumns(event)} FROM clock`;
}

/** A page of the events the API shows, oldest first. */
export async function listEvents(
  db: Db,
  entity: { entity: EntityName; id: string },
  page: { offset: number; limit: number },
): Promise<{ items: PublicEvent[]; total: number }> {
  const where = { entityType: entity.entity, entityId: entity.id, title: { not: null } };
  const total = await db.event.count({ where });
  const items = await db.$queryRaw<{ event: PublicEvent }[]>`
    SELECT jsonb_strip_nulls(jsonb_build_object(
      'title', event.title,
      'text', event.text,
      'date', to_char(event.date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
      'urls', event.urls,
      'initiator', CASE WHEN person.id IS NULL THEN NULL ELSE
        jsonb_build_object('_id', person.id, 'first_name', person.first_name, 'last_name', person.last_name) END)) AS event
    FROM geopf.event AS event LEFT JOIN geopf.api_user AS person ON person.id = event.initiator_id
    WHERE event.entity_type = ${entity.entity} AND event.entity_id = ${entity.id}::uuid AND event.title IS NOT NULL
    ORDER BY event.id OFFSET ${page.offset} LIMIT ${page.limit}`;
  return { items: items.map((row) => row.event), total };
}

function urlsJson(event: ShownEvent): string | null {
  return event.urls === undefined ? null : JSON.stringify(event.urls);
}
