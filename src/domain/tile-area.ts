import { join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import type { Bbox } from '../geo/bbox.js';
import { isGeographic } from '../geo/crs.js';
import type { TileAddress, TileOptions } from '../ogc/vector-tms/request.js';

/**
 * Where a tile of the web Mercator grid is, in the reference system of a table: what to look up in the spatial index, and
 * how much of a large geometry is worth projecting.
 */

/** Half the side of the world in web Mercator, metres. */
const HALF_WORLD = 20_037_508.342789244;
const RADIUS = 6_378_137;
const METRES_PER_DEGREE = (Math.PI * RADIUS) / 180;

/** Latitude where web Mercator ends, with a little beyond. */
const MAX_LATITUDE = 85.06;

export const WEB_MERCATOR = 3857;

/** How a tile is found in a table. */
export interface TileArea {
  /**
   * A query of one row: `shape`, the tile with its buffer; `query`, a box that holds it; `keep`, a box beyond which
   * nothing needs to be projected. `null` when the tile is too wide to have an image in the system of the table.
   */
  readonly rows: SqlFragment | null;
  /** The tile itself, in web Mercator. */
  readonly bounds: Bbox;
  /** The tile with its buffer, in web Mercator. */
  readonly buffered: Bbox;
  /** A unit of the tile, or a little less, in units of the table's system. */
  readonly unit: number;
}

/** Zoom levels whose tiles are too wide for most projections. */
const WIDEST_ZOOM = 2;

/** Parts of the sides of a tile, which bend when they are projected: those of small tiles hardly do. */
const sideParts = (zoom: number): number => (zoom < 6 ? 16 : 4);

/** The share by which the box around them grows. */
const MARGIN = 1 / 64;

/** Degrees by which geographic systems may differ from each other. */
const DATUM_SHIFT = 0.01;

/** The area of a tile for a table in `srid`. */
export function tileArea(
  { zoom, column, row }: TileAddress,
  { resolution, buffer }: Pick<TileOptions, 'resolution' | 'buffer'>,
  srid: number,
): TileArea {
  const side = (2 * HALF_WORLD) / 2 ** zoom;
  const bounds = {
    minX: -HALF_WORLD + column * side,
    minY: HALF_WORLD - (row + 1) * side,
    maxX: -HALF_WORLD + (column + 1) * side,
    maxY: HALF_WORLD - row * side,
  };
  const buffered = grow(bounds, (side * buffer) / resolution);
  const unit = unitOf(side / resolution, bounds, srid);
  return { rows: rowsOf(zoom, side, buffered, srid), bounds, buffered, unit };
}

/** The tile as a web Mercator polygon. */
export function envelope({ minX, minY, maxX, maxY }: Bbox, srid = WEB_MERCATOR): SqlFragment {
  const ordinates = [minX, minY, maxX, maxY].map((value) => sql`${value}::double precision`);
  return sql`ST_MakeEnvelope(${join(ordinates, ', ')}, ${raw(String(Math.trunc(srid)))})`;
}

function rowsOf(zoom: number, side: number, buffered: Bbox, srid: number): SqlFragment | null {
  if (srid === WEB_MERCATOR) return boxes(buffered, grow(buffered, side * MARGIN), grow(buffered, side), srid);
  if (isGeographic(srid)) {
    const margin = side * MARGIN;
    const shape = toDegrees(buffered);
    const query = grow(toDegrees(grow(buffered, margin)), DATUM_SHIFT);
    return boxes(shape, query, grow(toDegrees(grow(buffered, side)), DATUM_SHIFT), srid);
  }
  if (zoom <= WIDEST_ZOOM) return null;
  const step = sql`${side / sideParts(zoom)}::double precision`;
  const shape = sql`ST_Transform(ST_Segmentize(${envelope(buffered)}, ${step}), ${raw(String(Math.trunc(srid)))})`;
  const size = raw('greatest(ST_XMax(s.shape) - ST_XMin(s.shape), ST_YMax(s.shape) - ST_YMin(s.shape))');
  return sql`SELECT s.shape, ST_Expand(s.shape, ${size} * ${raw(String(MARGIN))}) AS query, ST_Expand(s.shape, ${size}) AS keep FROM (SELECT ${shape} AS shape OFFSET 0) AS s`;
}

function boxes(shape: Bbox, query: Bbox, keep: Bbox, srid: number): SqlFragment {
  return sql`SELECT ${envelope(shape, srid)} AS shape, ${envelope(query, srid)} AS query, ${envelope(keep, srid)} AS keep`;
}

/** Web Mercator stretches lengths by the inverse of the cosine of the latitude: the least of the tile is taken. */
function unitOf(metres: number, { minY, maxY }: Bbox, srid: number): number {
  if (srid === WEB_MERCATOR) return metres;
  const farthest = Math.max(Math.abs(latitude(minY)), Math.abs(latitude(maxY)));
  const ground = metres * Math.cos((farthest * Math.PI) / 180);
  return isGeographic(srid) ? ground / METRES_PER_DEGREE : ground;
}

function toDegrees({ minX, minY, maxX, maxY }: Bbox): Bbox {
  return {
    minX: minX / METRES_PER_DEGREE,
    minY: Math.max(latitude(minY), -MAX_LATITUDE),
    maxX: maxX / METRES_PER_DEGREE,
    maxY: Math.min(latitude(maxY), MAX_LATITUDE),
  };
}

function latitude(y: number): number {
  return (Math.atan(Math.sinh(y / RADIUS)) * 180) / Math.PI;
}

function grow({ minX, minY, maxX, maxY }: Bbox, by: number): Bbox {
  return { minX: minX - by, minY: minY - by, maxX: maxX + by, maxY: maxY + by };
}
