import type { GeographicBox } from '../geo/bbox.js';
import type { Extent } from '../ogc/download/model.js';

/** Extents of uploads and stored data: GeoJSON in WGS 84, longitude first (spec lifecycle §1.2). */

/** Most points an extent given by a user may have. */
export const MAX_EXTENT_POINTS = 5000;

type Json = unknown;

/** The bounding box of a GeoJSON geometry or feature, or `null` when there is none to be found. */
export function extentBox(extent: Json): GeographicBox | null {
  const positions = collectPositions(geometryOf(extent));
  if (positions.length === 0) return null;
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const [x, y] of positions) {
    box.west = Math.min(box.west, x);
    box.south = Math.min(box.south, y);
    box.east = Math.max(box.east, x);
    box.north = Math.max(box.north, y);
  }
  return box;
}

/** The geometry of an extent that was kept ({@link extentFault}), without what GeoJSON puts around it. */
export function extentGeometry(extent: Json): Extent | null {
  return extent === null || extent === undefined ? null : (geometryOf(extent) as Extent);
}

/** The smallest box around all the given ones, or `null` when there is none. */
export function unionBoxes(boxes: readonly (GeographicBox | null)[]): GeographicBox | null {
  let union: GeographicBox | null = null;
  for (const box of boxes) {
    if (box === null) continue;
    union =
      union === null
        ? box
        : {
            west: Math.min(union.west, box.west),
            south: Math.min(union.south, box.south),
            east: Math.max(union.east, box.east),
            north: Math.max(union.north, box.north),
          };
  }
  return union;
}

/**
 * Checks the extent a user sends: a Polygon or MultiPolygon (alone or in a Feature) in degrees.
 * @returns the French sentence of the first fault, or `null` when the extent can be kept
 */
export function extentFault(extent: Json): string | null {
  const geometry = geometryOf(extent);
  if (!isRecord(geometry) || (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon')) {
    return 'Le champ extent doit être une géométrie GeoJSON de type Polygon ou MultiPolygon.';
  }
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  if (!Array.isArray(polygons) || polygons.length === 0 || !polygons.every(isPolygon)) {
    return 'Le champ extent contient des coordonnées invalides : des anneaux fermés de positions [longitude, latitude] sont attendus.';
  }
  const positions = collectPositions(geometry);
  if (positions.length > MAX_EXTENT_POINTS) {
    return `Le champ extent compte ${positions.length} points, le maximum est ${MAX_EXTENT_POINTS}.`;
  }
  if (positions.some(([x, y]) => Math.abs(x) > 180 || Math.abs(y) > 90)) {
    return 'Le champ extent sort des limites de la longitude (±180) ou de la latitude (±90).';
  }
  return null;
}

function geometryOf(extent: Json): Json {
  return isRecord(extent) && extent.type === 'Feature' ? extent.geometry : extent;
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPosition(value: Json): value is [number, number, ...number[]] {
  return Array.isArray(value) && value.length >= 2 && value.every((ordinate) => Number.isFinite(ordinate));
}

function isRing(ring: Json): boolean {
  if (!Array.isArray(ring) || ring.length < 4 || !ring.every(isPosition)) return false;
  const [first, last] = [ring[0], ring[ring.length - 1]];
  return first?.[0] === last?.[0] && first?.[1] === last?.[1];
}

function isPolygon(polygon: Json): boolean {
  return Array.isArray(polygon) && polygon.length > 0 && polygon.every(isRing);
}

function collectPositions(geometry: Json): [number, number][] {
  const found: [number, number][] = [];
  const visit = (value: Json): void => {
    if (isPosition(value)) found.push([value[0], value[1]]);
    else if (Array.isArray(value)) for (const item of value) visit(item);
  };
  if (isRecord(geometry)) {
    if (Array.isArray(geometry.geometries))
      for (const part of geometry.geometries) found.push(...collectPositions(part));
    visit(geometry.coordinates);
  }
  return found;
}
