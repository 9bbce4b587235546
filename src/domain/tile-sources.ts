import { identifier, inline, join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import { isGeographic } from '../geo/crs.js';
import { type Column, columnKind, type FeatureTable, type GeometryColumn } from '../ogc/feature-table.js';

/** SQL that reads the features of a table as vector tiles are made of: in EPSG:3857, clipped, in a fixed order. */

/** A table, with what is wanted of it. */
export interface TileSource {
  readonly table: FeatureTable & { readonly geometry: GeometryColumn };
  readonly attributes: readonly Column[];
  /** A condition in SQL that was checked, or `null`. */
  readonly filter: string | null;
  /** WKT in EPSG:4326, longitude first: nothing outside is read. */
  readonly clip: string | null;
}

/** How the value of an attribute comes in a row. */
export type TileValueKind = 'integer' | 'real' | 'boolean' | 'text';

/** How the value of a column comes: whole numbers, other numbers and booleans as such, the rest as text. */
export function tileValueKind({ type }: Column): TileValueKind {
  switch (columnKind(type)) {
    case 'short':
    case 'integer':
    case 'long':
      return 'integer';
    case 'float':
    case 'double':
    case 'decimal':
      return 'real';
    case 'boolean':
      return 'boolean';
    default:
      return 'text';
  }
}

const CASTS: Readonly<Record<TileValueKind, string>> = {
  integer: 'bigint',
  real: 'double precision',
  boolean: 'boolean',
  text: 'text',
};

/** Beyond these latitudes EPSG:3857 ends, a little outside the square of its tiles. */
const MERCATOR_LATITUDE = 85.06;

/** Name of the function that {@link guardedGeometry} makes. */
const GUARD = raw('pg_temp.tile_geometry');

/**
 * `COPY` of the features: integer key (or NULL), geometry (little-endian WKB in EPSG:3857, NULL when nothing is left),
 * then the attributes. Ordered by key; a table without key in the order of its rows.
 * @param guarded geometries that PostGIS cannot transform become NULL instead of an error; see {@link guardedGeometry}
 */
export function tileCopy(source: TileSource, guarded: boolean): string {
  const { table, attributes } = source;
  const key = table.columns.find(({ name }) => table.primaryKey.length === 1 && name === table.primaryKey[0]);
  const isInteger = key !== undefined && tileValueKind(key) === 'integer';
  const columns = [
    isInteger ? sql`t.${identifier(key.name)}::bigint` : raw('NULL::bigint'),
    raw(`public.ST_AsBinary(placed.g, 'NDR')`),
    ...attributes.map((column) => sql`t.${identifier(column.name)}::${raw(CASTS[tileValueKind(column)])}`),
  ];
  const geometry = sql`t.${identifier(table.geometry.column)}`;
  // OFFSET 0 keeps PostgreSQL from merging the levels: each step is computed once for each row, and after the sort.
  return inline(sql`COPY (
    SELECT ${join(columns, ', ')}
    FROM (${orderedRows(source)} OFFSET 0) AS t
    CROSS JOIN LATERAL (SELECT ${
      guarded ? sql`${GUARD}(${geometry})` : placedGeometry(source, geometry)
    } AS g OFFSET 0) AS placed) TO STDOUT (FORMAT binary)`);
}

/** The function that lets geometries that cannot be transformed become NULL; it lives as long as the connection. */
export function guardedGeometry(source: TileSource): string {
  return inline(sql`CREATE OR REPLACE FUNCTION ${GUARD}(given public.geometry) RETURNS public.geometry LANGUAGE plpgsql AS $body$
    BEGIN RETURN ${placedGeometry(source, raw('given'))}; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $body$`);
}

/** The rows of a source, as they are stored: those that have a geometry and fit the filter. */
function orderedRows({ table, filter, clip }: TileSource): SqlFragment {
  const geometry = identifier(table.geometry.column);
  const order =
    table.primaryKey.length === 0 ? raw('') : sql` ORDER BY ${join(table.primaryKey.map(identifier), ', ')}`;
  return sql`SELECT * FROM ${tableName(table)} WHERE ${geometry} IS NOT NULL AND ${conditionOf(filter)} AND ${nearClip(
    clip,
    table.geometry,
  )}${order}`;
}

/** The table of a source. */
export function tableName({ schema, table }: FeatureTable): SqlFragment {
  return sql`${identifier(schema)}.${identifier(table)}`;
}

/** A filter as a condition. */
export function conditionOf(filter: string | null): SqlFragment {
  return raw(filter === null ? 'true' : `(\n${filter}\n)`);
}

/** Leaves out what the index knows to be far from the clip; only where the box of the clip is exact. */
function nearClip(clip: string | null, { column, srid }: GeometryColumn): SqlFragment {
  if (clip === null || srid !== 4326) return raw('true');
  return sql`${identifier(column)} && public.ST_GeomFromText(${clip}, 4326)`;
}

/** A geometry in EPSG:3857: flat, without curves, within the world and the clip. */
function placedGeometry({ table: { geometry }, clip }: TileSource, given: SqlFragment): SqlFragment {
  const { type, srid } = geometry;
  const flat = sql`public.ST_Force2D(${given})`;
  const straight = /geometry|curve|surface/i.test(type)
    ? sql`CASE WHEN public.GeometryType(${given}) ~ 'CURVE|MULTISURFACE|CIRCULAR' THEN public.ST_CurveToLine(${flat}) ELSE ${flat} END`
    : flat;
  const steps = [straight];
  const g = raw('g');
  if (isGeographic(srid)) steps.push(withinWorld(g, srid));
  if (srid !== 3857) steps.push(raw('public.ST_Transform(g, 3857)'));
  if (clip !== null) steps.push(clipped(g, clip));
  return steps.reduce((inner, step) => sql`(SELECT ${step} FROM (SELECT ${inner} AS g OFFSET 0) AS step)`);
}

/** Degrees within the square of EPSG:3857; what crosses the antimeridian is cut there, and its far part moved. */
function withinWorld(g: SqlFragment, srid: number): SqlFragment {
  const world = raw(`public.ST_MakeEnvelope(-180, -${MERCATOR_LATITUDE}, 180, ${MERCATOR_LATITUDE}, ${srid})`);
  return sql`CASE WHEN ${g} OPERATOR(public.@) ${world} THEN ${g} ELSE public.ST_Intersection(
    public.ST_WrapX(public.ST_WrapX(public.ST_MakeValid(${g}), 180, -360), -180, 360), ${world}) END`;
}

/** What is inside the clip; its sides are straight in degrees. */
function clipped(g: SqlFragment, clip: string): SqlFragment {
  const area = sql`public.ST_Transform(public.ST_Segmentize(public.ST_Intersection(public.ST_GeomFromText(${clip}, 4326),
    public.ST_MakeEnvelope(-180, -${MERCATOR_LATITUDE}, 180, ${MERCATOR_LATITUDE}, 4326)), 1), 3857)`;
  return sql`CASE WHEN NOT ${g} OPERATOR(public.&&) ${area} THEN NULL WHEN public.ST_CoveredBy(${g}, ${area}) THEN ${g}
    ELSE public.ST_Intersection(public.ST_MakeValid(${g}), ${area}) END`;
}
