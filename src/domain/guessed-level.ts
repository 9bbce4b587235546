import type pg from 'pg';
import { identifier, sql, toQuery } from '../filter/fragment.js';
import { isGeographic } from '../geo/crs.js';
import type { GeographicBox } from '../geo/bbox.js';
import { tableName, type TileSource } from './tile-sources.js';

/** The finest level that a table is worth, when its producer lets us guess (`g`). */

const FINEST = 14;
/** When nothing can be told: a single point. */
const DEFAULT = 10;
const METRES_OF_DEGREE = 111_320;
const EQUATOR = 40_075_016.686;
/** Units of a tile. */
const EXTENT = 4096;
/** Units between two vertices of a line, and between two points, at that level. */
const VERTEX_SPACING = 16;
const POINT_SPACING = 512;

/**
 * The first level at which the vertices of lines and polygons are 16 units of a tile apart, in mean, and points 512;
 * 14 at most.
 */
export async function guessLevel(
  client: Pick<pg.ClientBase, 'query'>,
  { table }: TileSource,
  box: GeographicBox,
): Promise<number> {
  const geometry = identifier(table.geometry.column);
  const { text, values } =
    toQuery(sql`SELECT count(*) AS features, coalesce(sum(public.ST_NPoints(${geometry})), 0) AS vertices,
    coalesce(sum(public.ST_Length(${geometry}) + public.ST_Perimeter(${geometry})), 0) AS length
    FROM ${tableName(table)} WHERE ${geometry} IS NOT NULL`);
  const { rows } = await client.query<{ features: string; vertices: string; length: number }>(text, values);
  const [row] = rows;
  if (row === undefined || Number(row.features) === 0) return DEFAULT;
  const metres = isGeographic(table.geometry.srid) ? METRES_OF_DEGREE : 1;
  const latitude = Math.cos((((box.south + box.north) / 2) * Math.PI) / 180);
  const width = (box.east - box.west) * METRES_OF_DEGREE * latitude;
  const height = (box.north - box.south) * METRES_OF_DEGREE;
  const unit =
    row.length > 0
      ? (row.length * metres) / Number(row.vertices) / VERTEX_SPACING
      : Math.sqrt((width * height) / Number(row.features)) / POINT_SPACING;
  if (!(unit > 0)) return DEFAULT;
  const level = Math.ceil(Math.log2((EQUATOR * latitude) / EXTENT / unit));
  return Math.min(FINEST, Math.max(0, level));
}
