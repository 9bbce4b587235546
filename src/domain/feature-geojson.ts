import { join, sql, type SqlFragment } from '../filter/fragment.js';
import { plainGeometry } from '../filter/plain-geometry.js';
import { columnKind, type Column, type GeometryColumn } from '../ogc/feature-table.js';
import type { FeaturePage } from './feature-sql.js';
import { bytesText, COORDINATE_DECIMALS, instantText, isInstant, pageColumn } from './feature-values.js';

/** A feature as GeoServer's GeoJSON (diffusion.md §4), written by PostgreSQL. Coordinates are always x,y. */
export function geojsonFeature(page: FeaturePage, id: SqlFragment): SqlFragment {
  const { geometry } = page.type.source;
  const shown = page.withGeometry ? geometry : null;
  const name = shown === null ? '' : `,"geometry_name":${JSON.stringify(shown.column)}`;
  const parts = [
    sql`${'{"type":"Feature","id":'}::text`,
    sql`to_json(${id})::text`,
    sql`${',"geometry":'}::text`,
    shown === null ? sql`${'null'}::text` : geometrySql(shown, page.crs?.srid ?? shown.srid),
    sql`${`${name},"properties":{`}::text`,
    ...page.columns.flatMap((column, i) => [
      sql`${`${i === 0 ? '' : ','}${JSON.stringify(column.name)}:`}::text`,
      sql`coalesce(${valueSql(column)}, 'null')`,
    ]),
    sql`${'}}'}::text`,
  ];
  return join(parts, ' || ');
}

function geometrySql(source: GeometryColumn, wanted: number): SqlFragment {
  const stored = plainGeometry(source, pageColumn(source.column));
  const geometry = wanted === source.srid ? stored : sql`ST_Transform(${stored}, ${wanted}::integer)`;
  return sql`coalesce(ST_AsGeoJSON(${geometry}, ${COORDINATE_DECIMALS}::integer, 0), 'null')`;
}

/** Types that JSON has too: documents and lists. */
const STRUCTURED = /^jsonb?$|\[\]$/;

/** NULL, or the JSON text of the value: numbers that JSON cannot hold (NaN) come quoted, as PostgreSQL does. */
function valueSql(column: Column): SqlFragment {
  if (isInstant(column)) return sql`to_json(${instantText(column)})::text`;
  const value = pageColumn(column.name);
  const kind = columnKind(column.type);
  if (kind === 'binary') return sql`to_json(${bytesText(column)})::text`;
  return kind === 'other' && !STRUCTURED.test(column.type)
    ? sql`to_json(${value}::text)::text`
    : sql`to_json(${value})::text`;
}
