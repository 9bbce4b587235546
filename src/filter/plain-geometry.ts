import type { GeometryColumn } from '../ogc/feature-table.js';
import { sql, type SqlFragment } from './fragment.js';

/** PostGIS types whose values may hold arcs, or be triangulated or polyhedral surfaces. */
const ELABORATE = /curve|surface|circular|compound|tin|triangle|^geometry/i;

/**
 * A geometry made of points, straight lines and polygons only, which is all that GeoJSON and Mapnik know. PostGIS
 * refuses to encode arcs and polyhedral surfaces as GeoJSON, to simplify the latter, and writes TIN in GML that is not
 * well-formed; one such feature would take the whole answer with it.
 * @param value the column, or what was computed from it
 */
export function plainGeometry({ type }: GeometryColumn, value: SqlFragment): SqlFragment {
  // The usual types are left alone: what follows costs a copy of each geometry.
  if (!ELABORATE.test(type)) return value;
  const polygons = sql`(SELECT ST_Collect(ST_MakePolygon(ST_ExteriorRing(d.geom))) FROM ST_Dump(${value}) AS d)`;
  return sql`(CASE WHEN GeometryType(${value}) LIKE 'TIN%' THEN ${polygons} WHEN GeometryType(${value}) LIKE 'POLYHEDRALSURFACE%' THEN ST_CollectionExtract(${value}, 3) ELSE ST_CurveToLine(${value}) END)`;
}
