import pg from 'pg';
import type { ServerDeps } from '../deps.js';
import { identifier, join, raw, sql, type SqlFragment, toQuery } from '../filter/fragment.js';
import { plainGeometry } from '../filter/plain-geometry.js';
import { filterToSql, type FilterSqlContext } from '../filter/sql.js';
import type { Bbox } from '../geo/bbox.js';
import type { Column, GeometryColumn } from '../ogc/feature-table.js';
import { visibleFilters, visibleReach } from '../ogc/sld/visibility.js';
import { WmsException } from '../ogc/wms/exceptions.js';
import type { FoundFeature, FoundFeatures } from '../ogc/wms/feature-info.js';
import { findQueriedLayers, type QueriedLayer } from '../ogc/wms/layers.js';
import { infoColumns, type WmsLayer, type WmsRelation } from '../ogc/wms/model.js';
import type { GetFeatureInfoRequest } from '../ogc/wms/request.js';
import { scaleDenominator } from '../ogc/wms/view.js';
import { defaultStyle } from '../render/default-style.js';
import { filterContext, rulePredicate } from '../render/layer-sql.js';
import { queryFeatures } from './feature-pool.js';
import { checkFilter } from './maps.js';
import { CHANGED_STRUCTURE, queryFault } from './query-faults.js';
import type { Reader } from './service-snapshot.js';

/** Features under a point of a map. */

type InfoDeps = Pick<ServerDeps, 'featurePool'>;

/** Pixels around the point when neither the request nor the style asks for more. */
const LEAST_RADIUS = 2;

/** Nobody reads it. */
const CLIENT_LEFT = 'The client left before the answer';

/** Digits of coordinates: a tenth of a millimetre in metres, a millimetre in degrees. */
const METRE_DIGITS = 4;
const DEGREE_DIGITS = 8;

/**
 * Finds the features that are drawn within a few pixels of the point: those that a rule visible at the scale of the
 * map selects, top relation first, at most `featureCount` in all.
 * @throws WmsException for unknown layers and filters that do not fit
 */
export async function findFeatures(
  deps: InfoDeps,
  request: GetFeatureInfoRequest,
  layers: ReadonlyMap<string, WmsLayer>,
  reader: Reader,
): Promise<FoundFeatures[]> {
  const queried = findQueriedLayers(request, layers);
  queried.forEach(checkFilter);
  const read: Reading = (query) => run(deps, query, reader);
  const found: FoundFeatures[] = [];
  let left = request.featureCount;
  for (const layer of queried) {
    for (const relation of layer.layer.relations) {
      if (left === 0) return found;
      const group = await findInRelation(read, request, layer, relation, left);
      if (group === null) continue;
      left -= group.features.length;
      found.push(group);
    }
  }
  return found;
}

type Reading = (query: SqlFragment) => Promise<FeatureRow[]>;

async function run({ featurePool }: InfoDeps, query: SqlFragment, reader: Reader): Promise<FeatureRow[]> {
  try {
    return await queryFeatures<FeatureRow>(featurePool, toQuery(query), reader);
  } catch (error) {
    if (reader.signal.aborted) throw new WmsException('NoApplicableCode', CLIENT_LEFT);
    // PostGIS has no image of the point in the CRS of the table: there is nothing there.
    if (error instanceof pg.DatabaseError && error.message.startsWith('transform:')) return [];
    if (queryFault(error) === 'structure') throw new WmsException('NoApplicableCode', CHANGED_STRUCTURE);
    throw error;
  }
}

interface FeatureRow {
  id: string;
  geometry: string | null;
  geometry_type: string;
  points: number;
  json: string[];
  texts: (string | null)[];
}

async function findInRelation(
  read: Reading,
  request: GetFeatureInfoRequest,
  { layer, filter, propertyNames }: QueriedLayer,
  relation: WmsRelation,
  limit: number,
): Promise<FoundFeatures | null> {
  const { source } = relation;
  const { geometry } = source;
  if (geometry === null) return null;
  const style = relation.style ?? defaultStyle(geometry.type);
  const scale = scaleDenominator(request.view, request.symbolScale);
  const drawn = visibleFilters(style, scale);
  if (drawn?.length === 0) return null;

  const context = filterContext(source, geometry);
  const radius = request.buffer ?? Math.max(LEAST_RADIUS, Math.ceil(visibleReach(style, scale) * request.symbolScale));
  const wanted = wantedOf(relation, propertyNames);
  const conditions = [
    touches(clickedBox(request, radius), request.view.crs.srid, geometry, context),
    ...(drawn === null
      ? []
      : [
          sql`(${join(
            drawn.map((each) => rulePredicate(each, context)),
            ' OR ',
          )})`,
        ]),
    ...(filter === null ? [] : [filterToSql(filter, context)]),
  ];
  const keys = source.primaryKey.map((name) => reference(name, context));
  const query = sql`SELECT ${featureId(relation.name, keys)} AS id, ${details(request, geometry, wanted, context)}
    FROM ${identifier(source.schema)}.${identifier(source.table)} ${raw(context.alias)}
    WHERE ${join(conditions, ' AND ')}
    ${keys.length === 0 ? raw('') : sql`ORDER BY ${join(keys, ', ')}`} LIMIT ${limit}::bigint`;
  const rows = await read(query);
  return {
    layer: layer.name,
    relation: relation.name,
    geometryColumn: geometry.column,
    features: rows.map((row) => toFeature(row, wanted.columns)),
  };
}

/** What of each feature is answered. */
interface Wanted {
  readonly columns: readonly Column[];
  readonly withGeometry: boolean;
}

function wantedOf(relation: WmsRelation, names: readonly string[] | null): Wanted {
  const isWanted = (name: string): boolean => names === null || names.includes(name);
  return {
    columns: infoColumns(relation).filter(({ name }) => isWanted(name)),
    withGeometry: isWanted(relation.source.geometry?.column ?? ''),
  };
}

/** The square of pixels around the centre of the one clicked, in the CRS of the map. */
function clickedBox({ view, i, j }: GetFeatureInfoRequest, radius: number): Bbox {
  const { bbox, width, height } = view;
  const stepX = (bbox.maxX - bbox.minX) / width;
  const stepY = (bbox.maxY - bbox.minY) / height;
  const x = bbox.minX + (i + 0.5) * stepX;
  const y = bbox.maxY - (j + 0.5) * stepY;
  const [dx, dy] = [radius * stepX, radius * stepY];
  return { minX: x - dx, minY: y - dy, maxX: x + dx, maxY: y + dy };
}

function touches(box: Bbox, srid: number, geometry: GeometryColumn, context: FilterSqlContext): SqlFragment {
  const clicked = sql`ST_MakeEnvelope(${box.minX}, ${box.minY}, ${box.maxX}, ${box.maxY}, ${srid}::integer)`;
  const own = srid === geometry.srid ? clicked : sql`ST_Transform(${clicked}, ${geometry.srid}::integer)`;
  return sql`ST_Intersects(${reference(geometry.column, context)}, ${own})`;
}

/** GeoServer's ids: `{relation}.{key}`, the parts of a key joined with dots, a running number without one. */
function featureId(relation: string, keys: readonly SqlFragment[]): SqlFragment {
  const parts = keys.length === 0 ? [sql`row_number() OVER ()`] : keys;
  return sql`concat_ws('.', ${relation}::text, ${join(parts, ', ')})`;
}

function details(
  { view, infoFormat }: GetFeatureInfoRequest,
  geometry: GeometryColumn,
  { columns, withGeometry }: Wanted,
  context: FilterSqlContext,
): SqlFragment {
  const column = reference(geometry.column, context);
  const { srid } = view.crs;
  const plain = plainGeometry(geometry, column);
  const placed = srid === geometry.srid ? plain : sql`ST_Transform(${plain}, ${srid}::integer)`;
  const digits = view.isGeographic ? DEGREE_DIGITS : METRE_DIGITS;
  const names = columns.map(({ name }) => reference(name, context));
  const list = (items: readonly SqlFragment[]) => sql`ARRAY[${join(items, ', ')}]::text[]`;
  // Coordinates are written in JSON only: elsewhere it is enough to know that there are some.
  const written = infoFormat === 'application/json' ? sql`ST_AsGeoJSON(${placed}, ${digits}::integer, 0)` : raw(`''`);
  return sql`${withGeometry ? written : raw('NULL')} AS geometry,
    substr(ST_GeometryType(${column}), 4) AS geometry_type, ST_NPoints(${column}) AS points,
    ${list(names.map((name) => sql`coalesce(to_json(${name})::text, 'null')`))} AS json,
    ${list(names.map((name) => sql`${name}::text`))} AS texts`;
}

function reference(name: string, { alias }: FilterSqlContext): SqlFragment {
  return sql`${raw(alias)}.${identifier(name)}`;
}

function toFeature(row: FeatureRow, columns: readonly Column[]): FoundFeature {
  return {
    id: row.id,
    geometryJson: row.geometry,
    geometryType: row.geometry_type,
    pointCount: row.points,
    properties: columns.map(({ name }, index) => ({
      name,
      json: row.json[index] ?? 'null',
      text: row.texts[index] ?? null,
    })),
  };
}
