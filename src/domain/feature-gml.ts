import { join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import { plainGeometry } from '../filter/plain-geometry.js';
import { toUrn } from '../geo/crs.js';
import { columnKind, findColumn, type Column, type GeometryColumn } from '../ogc/feature-table.js';
import { xmlName } from '../ogc/wfs/xml-name.js';
import { escapeAttribute } from '../ogc/xml.js';
import type { FeaturePage } from './feature-sql.js';
import { bytesText, COORDINATE_DECIMALS, instantText, isInstant, pageColumn } from './feature-values.js';

/** A feature in GML 3.2 (OGC 07-036), written by PostgreSQL: a `wfs:member`, or the feature alone. */
export function gmlFeature(page: FeaturePage, id: SqlFragment): SqlFragment {
  const { type, loneNamespaces } = page;
  const tag = `${type.prefix}:${type.name}`;
  const [before, after] = loneNamespaces === null ? ['<wfs:member>', '</wfs:member>'] : ['', ''];
  const gmlId = hasTextKey(page) ? xmlAttribute(id) : id;
  const { geometry } = type.source;
  const parts = [
    sql`${`${before}<${tag}${loneNamespaces ?? ''} gml:id="`}::text`,
    gmlId,
    sql`${'">'}::text`,
    ...page.columns.map((column) => property(`${type.prefix}:${xmlName(column.name)}`, valueSql(column))),
    ...(page.withGeometry && geometry !== null
      ? [property(`${type.prefix}:${xmlName(geometry.column)}`, geometrySql(geometry, page, gmlId))]
      : []),
    sql`${`</${tag}>${after}`}::text`,
  ];
  return join(parts, ' || ');
}

/** Missing values are left out: every attribute that can be NULL has minOccurs 0. */
function property(tag: string, value: SqlFragment): SqlFragment {
  return sql`coalesce(${`<${tag}>`}::text || ${value} || ${`</${tag}>`}::text, '')`;
}

function hasTextKey({ type: { source } }: FeaturePage): boolean {
  return source.primaryKey.some((name) => ['text', 'other'].includes(columnKind(findColumn(source, name)?.type ?? '')));
}

function valueSql(column: Column): SqlFragment {
  if (isInstant(column)) return instantText(column);
  const value = pageColumn(column.name);
  switch (columnKind(column.type)) {
    case 'text':
    case 'other':
      return xmlText(sql`${value}::text`);
    case 'binary':
      return bytesText(column);
    case 'float':
    case 'double':
      return sql`replace(${value}::text, 'Infinity', 'INF')`;
    default:
      return sql`${value}::text`;
  }
}

/** Characters that XML 1.0 cannot hold, escaped or not. */
const FORBIDDEN = Array.from({ length: 0x20 }, (_, code) => code)
  .filter((code) => code !== 0 && code !== 0x9 && code !== 0xa && code !== 0xd)
  .map((code) => String.fromCharCode(code))
  .join('');
const SPECIAL = `[&<>${FORBIDDEN}]`;

/** Most values have nothing to escape, and are only looked through once. */
function xmlText(value: SqlFragment): SqlFragment {
  const kept = sql`translate(${value}, ${FORBIDDEN}::text, '')`;
  const escaped = sql`replace(replace(replace(${kept}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`;
  return sql`CASE WHEN ${value} ~ ${SPECIAL}::text THEN ${escaped} ELSE ${value} END`;
}

function xmlAttribute(value: SqlFragment): SqlFragment {
  return sql`replace((${xmlText(value)}), '"', '&quot;')`;
}

/** Options of ST_AsGML: bits of its `options` argument. */
const LONG_SRS_NAME = 1;
const NO_SRS_DIMENSION = 2;
const LINE_STRINGS = 4;
const SWAP_AXES = 16;

interface Multiple {
  readonly element: string;
  readonly member: string;
}

/** Collections by PostGIS type: their members need a `gml:id` each, which ST_AsGML does not give. */
const MULTIPLE: Readonly<Record<string, Multiple>> = {
  MULTIPOINT: { element: 'MultiPoint', member: 'pointMember' },
  MULTILINESTRING: { element: 'MultiCurve', member: 'curveMember' },
  MULTIPOLYGON: { element: 'MultiSurface', member: 'surfaceMember' },
  GEOMETRYCOLLECTION: { element: 'MultiGeometry', member: 'geometryMember' },
};
const SINGLE = new Set(['POINT', 'LINESTRING', 'POLYGON']);

function geometrySql(source: GeometryColumn, page: FeaturePage, gmlId: SqlFragment): SqlFragment {
  const { column, srid, type, hasZ } = source;
  const stored = plainGeometry(source, pageColumn(column));
  const wanted = page.crs?.srid ?? srid;
  const geometry = wanted === srid ? stored : sql`ST_Transform(${stored}, ${wanted}::integer)`;
  const options = LINE_STRINGS | (hasZ ? 0 : NO_SRS_DIMENSION) | (page.crs?.axisOrder === 'yx' ? SWAP_AXES : 0);
  const id = sql`${gmlId} || ${`.${xmlName(column)}`}::text`;
  const written = { id, options, srsName: page.srsName, srid: wanted };
  const name = type.toUpperCase();
  const multiple = Object.hasOwn(MULTIPLE, name) ? MULTIPLE[name] : undefined;
  if (multiple !== undefined) return multipleSql(geometry, multiple, written);
  if (SINGLE.has(name)) return singleSql(geometry, written);
  return anySql(geometry, written);
}

interface Written {
  readonly id: SqlFragment;
  readonly options: number;
  readonly srsName: string;
  readonly srid: number;
}

/** ST_AsGML writes `urn:ogc:def:crs:EPSG::n` or `EPSG:n` itself; another spelling takes the place of the latter. */
function singleSql(geometry: SqlFragment, { id, options, srsName, srid }: Written): SqlFragment {
  const isUrn = srsName === toUrn(srid);
  const bits = options | (isUrn ? LONG_SRS_NAME : 0);
  const gml = sql`ST_AsGML(3, ${geometry}, ${COORDINATE_DECIMALS}::integer, ${bits}::integer, 'gml', ${id})`;
  if (isUrn) return gml;
  return sql`replace(${gml}, ${`srsName="EPSG:${srid}"`}::text, ${`srsName="${escapeAttribute(srsName)}"`}::text)`;
}

function multipleSql(geometry: SqlFragment, { element, member }: Multiple, written: Written): SqlFragment {
  const { id, options, srsName } = written;
  const part = sql`ST_AsGML(3, ST_SetSRID(d.geom, 0), ${COORDINATE_DECIMALS}::integer, ${options}::integer, 'gml', ${id} || '.' || array_to_string(d.path, '.'))`;
  const members = sql`(SELECT string_agg(${`<gml:${member}>`}::text || ${part} || ${`</gml:${member}>`}::text, '') FROM ST_Dump(${geometry}) AS d)`;
  const open = sql`${`<gml:${element} srsName="${escapeAttribute(srsName)}" gml:id="`}::text || ${id} || ${'">'}::text`;
  return sql`${open} || ${members} || ${`</gml:${element}>`}::text`;
}

/** A column of any geometry: the branch is chosen row by row. */
function anySql(geometry: SqlFragment, written: Written): SqlFragment {
  const branches = Object.entries(MULTIPLE).map(
    ([name, multiple]) => sql`WHEN ${name}::text THEN ${multipleSql(geometry, multiple, written)}`,
  );
  return sql`(CASE GeometryType(${geometry}) ${join(branches, ' ')} ${raw('ELSE')} ${singleSql(geometry, written)} END)`;
}
