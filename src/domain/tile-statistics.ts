import type pg from 'pg';
import { identifier, join, sql, type SqlFragment, toQuery } from '../filter/fragment.js';
import { columnKind, isNumericKind } from '../ogc/feature-table.js';
import type { AttributeDescription, TableDescription } from '../pyramid/descriptor.js';
import { conditionOf, tableName, type TileSource } from './tile-sources.js';

/** What the descriptor of a pyramid says of the attributes of a table. */

/** Values are listed when there are no more. */
const MOST_VALUES = 100;

interface Row {
  place: number;
  count: string;
  min: number | null;
  max: number | null;
  values: string[] | null;
}

/** Describes a source; the query is sent at once, so that PostgreSQL counts while the caller works. */
export async function describeSource(
  client: Pick<pg.ClientBase, 'query'>,
  source: TileSource,
): Promise<TableDescription> {
  const { table, attributes } = source;
  const described: AttributeDescription[] = [];
  if (attributes.length > 0) {
    const { text, values } = toQuery(statistics(source));
    const { rows } = await client.query<Row>(text, values);
    for (const { place, count, min, max, values: list } of rows) {
      const column = attributes[place];
      if (column === undefined) continue;
      described.push({
        name: column.name,
        type: column.type,
        count: Number(count),
        ...(min === null || !Number.isFinite(min) ? {} : { min }),
        ...(max === null || !Number.isFinite(max) ? {} : { max }),
        ...(list === null ? {} : { values: list }),
      });
    }
  }
  return { name: table.table, geometry: table.geometry.type.toUpperCase(), attributes: described };
}

function statistics(source: TileSource): SqlFragment {
  const { table, filter, attributes } = source;
  const geometry = identifier(table.geometry.column);
  const from = sql`FROM ${tableName(table)} WHERE ${geometry} IS NOT NULL AND ${conditionOf(filter)}`;
  const each = attributes.map(({ name, type }, place) => {
    const column = identifier(name);
    if (isNumericKind(columnKind(type))) {
      return sql`SELECT ${place}::integer, count(*), min(v)::float8, max(v)::float8, NULL::text[]
        FROM (SELECT DISTINCT ${column} AS v ${from} AND ${column} IS NOT NULL) AS d`;
    }
    return sql`(WITH d AS MATERIALIZED (SELECT DISTINCT ${column}::text COLLATE "C" AS v ${from} AND ${column} IS NOT NULL)
      SELECT ${place}::integer, (SELECT count(*) FROM d), NULL::float8, NULL::float8,
        (SELECT CASE WHEN count(*) <= ${MOST_VALUES}::integer THEN array_agg(v ORDER BY v) END
         FROM (SELECT v FROM d LIMIT ${MOST_VALUES + 1}::integer) AS few))`;
  });
  return sql`SELECT * FROM (${join(each, ' UNION ALL ')}) AS described (place, count, min, max, values) ORDER BY place`;
}
