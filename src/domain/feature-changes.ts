import type pg from 'pg';
import { quoteIdentifier, type RelationColumn } from './relations.js';

/**
 * Rows of a table changed or deleted by the rows of a file: these are copied into a temporary table, whose columns
 * have the types of the table's, then one statement applies them all. All in the caller's transaction. No text of a
 * file ever becomes SQL.
 */

type Client = Pick<pg.ClientBase, 'query'>;

/** Where the rows of a file wait; of the connection, gone with the transaction. */
export const STAGE = { schema: 'pg_temp', table: 'geopf_changes' } as const;

/** Columns of {@link STAGE} beside those of the file: line of the file, whether the line has GeoJSON geometries. */
export const STAGE_LINE = 'line';
export const STAGE_GEOJSON = 'geojson';

/** Name in {@link STAGE} of the column at an index of the file. */
export function stageColumn(index: number): string {
  return `c${index + 1}`;
}

/** A table, and its columns that the file gives, in the file's order. */
export interface ChangedTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly RelationColumn[];
  readonly primaryKey: readonly string[];
  /** EPSG code of the geometries that name no system of their own. */
  readonly srid: number;
}

/** Lines of the file that are applied: those up to this one, all when absent. */
export interface LineLimit {
  readonly upTo?: number;
}

/** Makes an empty {@link STAGE}. */
export async function createStage(client: Client, { columns }: ChangedTable): Promise<void> {
  const typed = columns.map(
    (column, index) => `${stageColumn(index)} ${column.geometry === null ? column.type : 'public.geometry'}`,
  );
  await client.query(`DROP TABLE IF EXISTS ${stage()}`);
  await client.query(
    `CREATE TEMPORARY TABLE ${STAGE.table} (${STAGE_LINE} bigint, ${STAGE_GEOJSON} boolean, ${typed.join(', ')})
     ON COMMIT DROP`,
  );
}

/** Forgets {@link STAGE}. */
export async function dropStage(client: Client): Promise<void> {
  await client.query(`DROP TABLE ${stage()}`);
}

/** Gives the planner the size of {@link STAGE}. */
export async function analyseStage(client: Client): Promise<void> {
  await client.query(`ANALYZE ${stage()}`);
}

/** Updates the rows whose key a line has; of several lines with one key the last one counts. Returns how many changed. */
export async function applyUpdates(client: Client, table: ChangedTable, limit: LineLimit = {}): Promise<number> {
  const keys = table.columns.flatMap(({ name }, index) =>
    table.primaryKey.includes(name) ? [stageColumn(index)] : [],
  );
  const assignments = table.columns.flatMap((column, index) =>
    table.primaryKey.includes(column.name)
      ? []
      : [`${quoteIdentifier(column.name)} = ${newValue(table, column, `s.${stageColumn(index)}`)}`],
  );
  const { rowCount } = await client.query(
    `UPDATE ${nameOf(table)} AS t SET ${assignments.join(', ')}
     FROM (SELECT DISTINCT ON (${keys.join(', ')}) * FROM ${stage()} WHERE ${within(limit)}
           ORDER BY ${keys.join(', ')}, ${STAGE_LINE} DESC) AS s
     WHERE ${sameKey(table)}`,
  );
  return rowCount ?? 0;
}

/** Deletes the rows that equal a line in all its columns. Returns how many. */
export async function applyDeletes(client: Client, table: ChangedTable, limit: LineLimit = {}): Promise<number> {
  const { rowCount } = await client.query(
    `DELETE FROM ${nameOf(table)} AS t USING ${stage()} AS s WHERE ${within(limit)} AND ${await sameValues(client, table)}`,
  );
  return rowCount ?? 0;
}

/** Lines that no row answers to. */
export interface IdleLines {
  readonly count: number;
  /** The first ones. */
  readonly lines: readonly number[];
}

/** Lines whose key no row has. */
export function linesWithoutKey(client: Client, table: ChangedTable): Promise<IdleLines> {
  return idleLines(client, table, sameKey(table));
}

/** Lines that no row equals. */
export async function linesWithoutRow(client: Client, table: ChangedTable): Promise<IdleLines> {
  return idleLines(client, table, await sameValues(client, table));
}

const LINES_SHOWN = 10;

async function idleLines(client: Client, table: ChangedTable, condition: string): Promise<IdleLines> {
  const { rows } = await client.query<{ count: number; lines: number[] | null }>(
    `SELECT count(*)::int AS count, (array_agg(${STAGE_LINE}::int ORDER BY ${STAGE_LINE}))[1:${LINES_SHOWN}] AS lines
     FROM ${stage()} AS s WHERE NOT EXISTS (SELECT 1 FROM ${nameOf(table)} AS t WHERE ${condition})`,
  );
  return { count: rows[0]?.count ?? 0, lines: rows[0]?.lines ?? [] };
}

function sameKey({ columns, primaryKey }: ChangedTable): string {
  return columns
    .flatMap(({ name }, index) =>
      primaryKey.includes(name) ? [`t.${quoteIdentifier(name)} = s.${stageColumn(index)}`] : [],
    )
    .join(' AND ');
}

const TEXT_TYPE = /^(text|character varying|character)\b/;

/**
 * Equality of every column of the file. A cell without value equals a missing value, and in a text the empty one too;
 * written so that the planner can hash it, where no cell of the column is without value.
 */
async function sameValues(client: Client, { columns, srid }: ChangedTable): Promise<string> {
  const { rows } = await client.query<Record<string, boolean>>(
    `SELECT ${columns.map((_, index) => `bool_or(${stageColumn(index)} IS NULL) AS ${stageColumn(index)}`).join(', ')} FROM ${stage()}`,
  );
  return columns
    .map((column, index) => {
      const { name, type, geometry } = column;
      const cell = stageColumn(index);
      const [left, right] = [`t.${quoteIdentifier(name)}`, `s.${cell}`];
      if (geometry !== null) return `${left} IS NOT DISTINCT FROM ${inSystem(right, srid, geometry.srid)}`;
      if (type === 'json') return `${left}::jsonb IS NOT DISTINCT FROM ${right}::jsonb`;
      if (rows[0]?.[cell] !== true) return `${left} = ${right}`;
      return TEXT_TYPE.test(type)
        ? `coalesce(${left}, '') = coalesce(${right}, '')`
        : `${left} IS NOT DISTINCT FROM ${right}`;
    })
    .join(' AND ');
}

/** What a cell gives to its column: geometries in the column's system, multiple and with altitude when it wants so. */
function newValue({ srid }: ChangedTable, { geometry }: RelationColumn, cell: string): string {
  if (geometry === null) return cell;
  const placed = inSystem(cell, srid, geometry.srid);
  const fitted = /^multi/i.test(geometry.type) ? `public.ST_Multi(${placed})` : placed;
  return geometry.hasZ ? `public.ST_Force3D(${fitted})` : fitted;
}

/** GeoJSON names no system: it is that of the delivery, whatever PostGIS assumes. */
function inSystem(cell: string, from: number, to: number): string {
  const named = `CASE WHEN public.ST_SRID(${cell}) = 0 OR s.${STAGE_GEOJSON} THEN public.ST_SetSRID(${cell}, ${from}) ELSE ${cell} END`;
  return to === 0 ? `public.ST_SetSRID(${cell}, 0)` : `public.ST_Transform(${named}, ${to})`;
}

function within({ upTo }: LineLimit): string {
  return upTo === undefined ? 'true' : `${STAGE_LINE} <= ${Math.trunc(upTo)}`;
}

function nameOf({ schema, table }: ChangedTable): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

function stage(): string {
  return `${STAGE.schema}.${STAGE.table}`;
}
