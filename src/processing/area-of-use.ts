import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Gdal from 'gdal-async';
import type { LayerBox } from './check/report.js';
import { gdal } from './gdal.js';
import { referenceName } from './spatial-reference.js';

/** Registry of PROJ, as the binding ships it. */
const REGISTRY = join(
  dirname(createRequire(import.meta.url).resolve('gdal-async/package.json')),
  'deps/libproj/proj/data/proj.db',
);

const DEGREES = '+proj=longlat +datum=WGS84 +no_defs';
/** Points along each side of the area: a straight side becomes a curve. */
const SIDE_PARTS = 32;
/** What is let go beyond the area, as a part of its size: areas are drawn along borders. */
const MARGIN = 0.1;

/**
 * Where coordinates of a reference system make sense: the area that its registry (EPSG or IGNF) gives, with a margin,
 * in the system itself, x (east or longitude) first.
 * @returns `null` when the registry is not there or does not say
 */
export function domainOf(reference: Gdal.SpatialReference): LayerBox | null {
  const area = areaOfUse(reference);
  if (area === null) return null;
  if (reference.isGeographic()) return widened(area, [-180, -90, Math.max(180, area[2]), 90]);
  const box = inReference(area, reference);
  return box === null ? null : widened(box, [-Infinity, -Infinity, Infinity, Infinity]);
}

/** A box with its margin, within the limits. */
function widened(box: LayerBox, limits: LayerBox): LayerBox {
  const [x, y] = [(box[2] - box[0]) * MARGIN, (box[3] - box[1]) * MARGIN];
  return [
    Math.max(box[0] - x, limits[0]),
    Math.max(box[1] - y, limits[1]),
    Math.min(box[2] + x, limits[2]),
    Math.min(box[3] + y, limits[3]),
  ];
}

/** West, south, east and north in degrees; an area across the antimeridian goes beyond 180. */
function areaOfUse(reference: Gdal.SpatialReference): LayerBox | null {
  const [authority, code] = referenceName(reference)?.split(':') ?? [];
  if (authority === undefined || code === undefined || !existsSync(REGISTRY)) return null;
  if (!/^\w+$/.test(authority) || !/^[\w.-]+$/.test(code)) return null;
  const registry = gdal.open(REGISTRY, 'r', ['SQLite']);
  try {
    const { features } = registry.executeSQL(
      `SELECT min(e.west_lon), min(e.south_lat), max(e.east_lon), max(e.north_lat)
       FROM usage u JOIN extent e ON e.auth_name = u.extent_auth_name AND e.code = u.extent_code
       WHERE u.object_auth_name = '${authority}' AND u.object_code = '${code}'`,
    );
    const values = (features.first()?.fields.toArray() ?? []) as unknown[];
    const [west, south, east, north] = values.map((value) => (typeof value === 'number' ? value : NaN));
    if (west === undefined || south === undefined || east === undefined || north === undefined) return null;
    if (![west, south, east, north].every(Number.isFinite)) return null;
    return [west, south, east < west ? east + 360 : east, north];
  } finally {
    registry.close();
  }
}

function inReference(area: LayerBox, reference: Gdal.SpatialReference): LayerBox | null {
  const [west, south, east, north] = area;
  // From PROJ's own words, which know no other order of the axes than x first.
  const [degrees, target] = [DEGREES, reference.toProj4()].map((words) => gdal.SpatialReference.fromProj4(words));
  if (degrees === undefined || target === undefined) return null;
  const transformation = new gdal.CoordinateTransformation(degrees, target);
  const xs: number[] = [];
  const ys: number[] = [];
  for (let part = 0; part <= SIDE_PARTS; part += 1) {
    const along = part / SIDE_PARTS;
    const [x, y] = [west + (east - west) * along, south + (north - south) * along];
    for (const corner of [
      [x, south],
      [x, north],
      [west, y],
      [east, y],
    ] as const) {
      const point = transformed(transformation, corner);
      if (point === null) continue;
      xs.push(point.x);
      ys.push(point.y);
    }
  }
  return xs.length === 0 ? null : [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function transformed(
  transformation: Gdal.CoordinateTransformation,
  [x, y]: readonly [number, number],
): { x: number; y: number } | null {
  try {
    const point = transformation.transformPoint(x, y);
    return Number.isFinite(point.x) && Number.isFinite(point.y) ? point : null;
  } catch {
    return null;
  }
}
