import { identifier, inline, join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import { plainGeometry } from '../filter/plain-geometry.js';
import { filterToSql } from '../filter/sql.js';
import { type Column, columnKind, type GeometryColumn } from '../ogc/feature-table.js';
import { featureIdColumn, tileColumns } from '../ogc/vector-tms/documents.js';
import { tableId, type TiledTable } from '../ogc/vector-tms/model.js';
import { MAX_FEATURES, type TileOptions } from '../ogc/vector-tms/request.js';
import { EPOCH_SQL } from './epochs.js';
import { envelope, type TileArea, WEB_MERCATOR } from './tile-area.js';

/** The query that makes one layer of a vector tile in PostGIS. */

const TABLE = 'f';

export interface TileQuery {
  readonly table: TiledTable;
  readonly geometry: GeometryColumn;
  readonly area: TileArea;
  readonly options: TileOptions;
  /** Features are looked for by their extents, projected one by one, rather than by the spatial index. */
  readonly byExtents: boolean;
  /** Features too small to be seen are left out, the others simplified, before they are projected. */
  readonly isCoarse: boolean;
}

/**
 * Selects one row with the tile, `mvt`, and the epoch of the publications, `epoch`. Features come in the order of the key: the same request gives the same bytes.
 * The features are cut to the limit on bare columns, so that only those of the tile are projected.
 * @throws FilterError when the filter does not fit the table
 */
export function tileSql(query: TileQuery): SqlFragment {
  const { table, geometry, area, options } = query;
  const { source } = table;
  const featureId = featureIdColumn(table);
  const geometryName = identifier(geometry.column);
  const columns = propertiesOf(table, options.properties, featureId).map((column) => valueSql(column));
  const drawn = sql`ST_AsMVTGeom(${projected(query)}, ${envelope(area.bounds)}::box2d, ${whole(options.resolution)}, ${whole(options.buffer)}, true) AS ${geometryName}`;
  const keys = source.primaryKey.map((name) => reference(name));
  const order = keys.length === 0 ? raw('') : sql` ORDER BY ${join(keys, ', ')}`;
  const limit = Math.min(options.limit ?? MAX_FEATURES, MAX_FEATURES);
  const indexed = indexedArea(query);
  const from = sql`${identifier(source.schema)}.${identifier(source.table)} AS ${raw(TABLE)}`;
  const features = sql`SELECT ${join([drawn, ...columns], ', ')} FROM ${indexed === null ? from : sql`area, ${from}`} WHERE ${join(conditions(query), ' AND ')}${order} LIMIT ${whole(limit)}`;
  const names = [constant(tableId(table)), whole(options.resolution), constant(geometry.column)];
  if (featureId !== null) names.push(constant(featureId));
  const tile = sql`SELECT ST_AsMVT(t, ${join(names, ', ')}) AS mvt, ${raw(EPOCH_SQL)} AS epoch FROM (${features}) AS t WHERE t.${geometryName} IS NOT NULL`;
  return indexed === null ? tile : sql`WITH area AS MATERIALIZED (${indexed}) ${tile}`;
}

function indexedArea({ area, byExtents }: TileQuery): SqlFragment | null {
  return byExtents ? null : area.rows;
}

/** The wanted attributes that exist, or all of them when none does; the feature id is always there. */
function propertiesOf(table: TiledTable, wanted: readonly string[] | null, featureId: string | null): Column[] {
  const columns = tileColumns(table);
  const known = [...new Set(wanted ?? [])].flatMap((name) => columns.find((column) => column.name === name) ?? []);
  const chosen = known.length === 0 ? [...columns] : known;
  const id = columns.filter(({ name }) => name === featureId && !chosen.some((column) => column.name === name));
  return [...chosen, ...id];
}

/** MVT knows texts, numbers and booleans: decimals become doubles, everything else text. */
function valueSql({ name, type }: Column): SqlFragment {
  const value = reference(name);
  switch (columnKind(type)) {
    case 'text':
    case 'boolean':
    case 'short':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return value;
    case 'decimal':
      return sql`${value}::double precision AS ${identifier(name)}`;
    default:
      return sql`${value}::text AS ${identifier(name)}`;
  }
}

/** The geometry in web Mercator: flat, of plain types, without what is far outside the tile. */
function projected(query: TileQuery): SqlFragment {
  const { geometry, area, isCoarse } = query;
  const column = reference(geometry.column);
  const plain = plainGeometry(geometry, geometry.hasZ ? sql`ST_Force2D(${column})` : column);
  const near =
    indexedArea(query) === null
      ? plain
      : sql`CASE WHEN ${column} @ area.keep THEN ${plain} ELSE ST_ClipByBox2D(${plain}, area.keep::box2d) END`;
  const simple =
    isCoarse && hasSize(geometry) ? sql`ST_Simplify(${near}, ${area.unit / 3}::double precision, true)` : near;
  return geometry.srid === WEB_MERCATOR ? simple : sql`ST_Transform(${simple}, ${raw(String(WEB_MERCATOR))})`;
}

function conditions(query: TileQuery): SqlFragment[] {
  const { table, geometry, area, options, isCoarse } = query;
  const column = reference(geometry.column);
  const found = [];
  if (indexedArea(query) === null) {
    found.push(sql`ST_Transform(ST_Envelope(${column}), ${raw(String(WEB_MERCATOR))}) && ${envelope(area.buffered)}`);
  } else {
    found.push(sql`${column} && area.query`);
    // With fewer features than fit, those that only their boxes bring here must not take the place of others.
    if (options.limit !== null) found.push(sql`ST_Intersects(${plainGeometry(geometry, column)}, area.shape)`);
  }
  if (isCoarse && hasSize(geometry)) found.push(isSeen(column, area.unit));
  if (options.filter !== null) {
    const context = {
      table: table.source,
      columns: tileColumns(table),
      alias: TABLE,
      layerCrs: options.filterCrs,
      idPrefix: tableId(table),
    };
    found.push(filterToSql(options.filter, context));
  }
  return found;
}

/** Whether all the geometries are lines or surfaces. */
function hasSize({ type }: GeometryColumn): boolean {
  return /^(multi)?(linestring|polygon|curve|surface)$/i.test(type);
}

/** Whether a feature is as large as a unit of the tile: boxes are read without the geometries. */
function isSeen(column: SqlFragment, unit: number): SqlFragment {
  const box = sql`box2d(${column})`;
  return sql`greatest(ST_XMax(${box}) - ST_XMin(${box}), ST_YMax(${box}) - ST_YMin(${box})) >= ${unit}::double precision`;
}

function reference(name: string): SqlFragment {
  return sql`${raw(TABLE)}.${identifier(name)}`;
}

/** A text that is no parameter: it is the same in every tile of the table. */
function constant(text: string): SqlFragment {
  return raw(inline(sql`${text}::text`));
}

/** A whole number that is no parameter: most requests have the same. */
function whole(number: number): SqlFragment {
  return raw(String(Math.trunc(number)));
}
