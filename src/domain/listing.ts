import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';

/** A page of a list: `limit` items from `offset` (0-based). */
export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** A page of items with the number of all of them. */
export interface Paged<Item> {
  readonly items: Item[];
  readonly total: number;
}

/**
 * Condition of a text filter (contract §8): `%` stands for zero or more characters, `_` is itself,
 * case does not count; without `%` the whole value must match.
 * @param column SQL expression of type text
 */
export function matchesText(column: Prisma.Sql, filter: string): Prisma.Sql {
  const pattern = filter.replaceAll('\\', '\\\\').replaceAll('_', '\\_');
  return Prisma.sql`${column} ILIKE ${pattern} ESCAPE '\\'`;
}

/** {@link matchesText} for a list that is not in the database. */
export function textMatches(value: string, filter: string): boolean {
  const text = value.toLowerCase();
  const [head = '', ...parts] = filter.toLowerCase().split('%');
  const tail = parts.pop();
  if (tail === undefined) return text === head;
  const end = text.length - tail.length;
  if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let from = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}

/** Condition of tag filters: every key has exactly that value. `column`: SQL expression of type jsonb. */
export function hasTags(column: Prisma.Sql, tags: Readonly<Record<string, string>>): Prisma.Sql {
  return Prisma.sql`${column} @> ${JSON.stringify(tags)}::jsonb`;
}

/** Condition of label filters: all of them are there. `column`: SQL expression of type text[]. */
export function hasLabels(column: Prisma.Sql, labels: readonly string[]): Prisma.Sql {
  return Prisma.sql`${column} @> ${[...labels]}::text[]`;
}

/** One criterion of a sort. */
export interface Sort<Field extends SortField = SortField> {
  readonly field: Field;
  readonly descending: boolean;
}

export type SortField = keyof typeof SORT_COLUMNS;

const SORT_COLUMNS = {
  creation: Prisma.sql`entity.creation`,
  update: Prisma.sql`coalesce(entity.update, entity.creation)`,
  last_event: Prisma.sql`(entity.last_event->>'date')`,
} as const;

/**
 * `ORDER BY` expressions of a sort by dates; where nothing ever happened is before any event.
 * @param otherwise what decides between equals, and when nothing is asked: oldest first by default
 */
export function bySort(sort: readonly Sort[], otherwise: Prisma.Sql = SORT_COLUMNS.creation): Prisma.Sql[] {
  const asked = sort.map(({ field, descending }) => {
    const direction = Prisma.raw(descending ? 'DESC' : 'ASC');
    const nulls = Prisma.raw(field !== 'last_event' ? '' : descending ? 'NULLS LAST' : 'NULLS FIRST');
    return Prisma.sql`${SORT_COLUMNS[field]} ${direction} ${nulls}`;
  });
  return [...asked, otherwise];
}

/** Degrees, WGS 84. */
export interface Point {
  readonly lon: number;
  readonly lat: number;
}

/**
 * Condition: an extent holds a point. Only type and coordinates of the geometry are read: what else a producer wrote in
 * it (a reference system that nobody knows) must not break the list.
 * @param extent SQL expression of type jsonb: a GeoJSON geometry, a Feature, or null, which holds nothing
 */
export function holdsPoint(extent: Prisma.Sql, { lon, lat }: Point): Prisma.Sql {
  const geometry = Prisma.sql`(CASE ${extent}->>'type' WHEN 'Feature' THEN ${extent}->'geometry' ELSE ${extent} END)`;
  return Prisma.sql`(CASE WHEN jsonb_typeof(${geometry}) = 'object' THEN ST_Intersects(
    ST_SetSRID(ST_GeomFromGeoJSON(jsonb_build_object(
      'type', ${geometry}->'type', 'coordinates', ${geometry}->'coordinates')::text), 4326),
    ST_SetSRID(ST_MakePoint(${lon}, ${lat}), 4326)) ELSE false END)`;
}

/**
 * The ids of one page of a filtered and sorted table, and the total, which depends on neither page nor sort.
 * @param query.from table with its joins; the entity is called `entity`
 * @param query.orderBy expressions; `entity.id` is added so that pages never overlap
 */
export async function pageOfIds(
  db: Db,
  query: { from: Prisma.Sql; where: readonly Prisma.Sql[]; orderBy: readonly Prisma.Sql[]; page: Page },
): Promise<{ ids: string[]; total: number }> {
  const where = query.where.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...query.where], ' AND ')}`;
  const orderBy = Prisma.join([...query.orderBy, Prisma.sql`entity.id`]);
  const [counted, rows] = await Promise.all([
    db.$queryRaw<{ total: bigint }[]>`SELECT count(*) AS total FROM ${query.from} ${where}`,
    db.$queryRaw<{ id: string }[]>`
      SELECT entity.id FROM ${query.from} ${where} ORDER BY ${orderBy}
      OFFSET ${query.page.offset} LIMIT ${query.page.limit}`,
  ]);
  return { ids: rows.map((row) => row.id), total: Number(counted[0]?.total ?? 0) };
}

/** Puts records in the order of their ids. */
export function inOrder<Row extends { id: string }>(ids: readonly string[], rows: readonly Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
