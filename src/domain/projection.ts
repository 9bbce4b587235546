import type { Deps } from '../deps.js';
import { toWebMercator } from '../geo/web-mercator.js';
import type { Place } from '../ogc/alti/model.js';

const WGS_84 = 4326;
const WEB_MERCATOR = 3857;

/** PostgreSQL's code of what PROJ cannot do. */
const INTERNAL_ERROR = 'XX000';

/** Coordinates in a reference system, easting or longitude first. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/**
 * Places in degrees as positions of a reference system.
 * @returns one for each, or `null` when one of them is beyond what the system can show
 */
export async function project(
  { pool }: Pick<Deps, 'pool'>,
  places: readonly Place[],
  srid: number,
): Promise<Position[] | null> {
  if (srid === WGS_84) return places.map(({ lon, lat }) => ({ x: lon, y: lat }));
  if (srid === WEB_MERCATOR) return places.map(toMercator);
  if (places.length === 0) return [];
  try {
    const { rows } = await pool.query<Position>({
      name: 'project-places',
      text: `SELECT public.ST_X(geom) AS x, public.ST_Y(geom) AS y
             FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS place (lon, lat, number),
             LATERAL (SELECT public.ST_Transform(public.ST_SetSRID(public.ST_MakePoint(lon, lat), 4326), $3::integer) AS geom) AS projected
             ORDER BY number`,
      values: [places.map(({ lon }) => lon), places.map(({ lat }) => lat), srid],
    });
    return rows;
  } catch (error) {
    if ((error as { code?: unknown }).code === INTERNAL_ERROR) return null;
    throw error;
  }
}

function toMercator({ lon, lat }: Place): Position {
  const { minX: x, minY: y } = toWebMercator({ west: lon, south: lat, east: lon, north: lat });
  return { x, y };
}
