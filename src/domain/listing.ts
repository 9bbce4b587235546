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

/** `ORDER BY` expressions of a sort by creation, the only one that most of the platform's lists know. */
export function byCreation(sort: readonly { descending: boolean }[]): Prisma.Sql[] {
  return sort.map(({ descending }) => Prisma.sql`entity.creation ${Prisma.raw(descending ? 'DESC' : 'ASC')}`);
}

/** A sort by one of the dates that every entity has. */
export interface DateSort {
  readonly field: 'creation' | 'update';
  readonly descending: boolean;
}

/** `ORDER BY` expressions of a sort by date: oldest first when nothing else is asked. */
export function byDates(sort: readonly DateSort[]): Prisma.Sql[] {
  const asked = sort.map(({ field, descending }) => {
    const column =
      field === 'creation' ? Prisma.sql`entity.creation` : Prisma.sql`coalesce(entity.update, entity.creation)`;
    return descending ? Prisma.sql`${column} DESC` : column;
  });
  return [...asked, Prisma.sql`entity.creation`];
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
