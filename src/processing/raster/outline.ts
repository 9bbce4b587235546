import type Gdal from 'gdal-async';
import type { Bbox } from '../../geo/bbox.js';
import { gdal } from '../gdal.js';

/** Parts each side of a rectangle is cut in, so that its curve in another system is followed. */
const SIDE_PARTS = 20;

/** What gives the rectangle, east or longitude first, in a system around one in another; `null` when a point of it has no place there. */
export function boxTransformer(from: Gdal.SpatialReference, to: Gdal.SpatialReference): (box: Bbox) => Bbox | null {
  if (from.isSame(to)) return (box) => box;
  const place = pointTransformer(from, to);
  return (box) => boxAround(box, place);
}

/** Degrees on each side of the centre of a whole world, whose large pixels may go a bit beyond. */
const HALF_TURN = 180.5;

/**
 * What gives the longitudes and latitudes around a rectangle. Longitudes follow each other: one side is beyond 180
 * degrees when the antimeridian crosses the rectangle.
 */
export function degreesTransformer(from: Gdal.SpatialReference): (box: Bbox) => Bbox | null {
  const place = pointTransformer(from, gdal.SpatialReference.fromEPSG(4326));
  return (box) => {
    const centre = place((box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2);
    if (centre === null) return null;
    return boxAround(box, (x, y) => {
      const point = place(x, y);
      if (point === null || Math.abs(centre.x - point.x) <= HALF_TURN) return point;
      return { x: point.x + 360 * Math.round((centre.x - point.x) / 360), y: point.y };
    });
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}
type Place = (x: number, y: number) => Point | null;

function pointTransformer(from: Gdal.SpatialReference, to: Gdal.SpatialReference): Place {
  if (from.isSame(to)) return (x, y) => ({ x, y });
  const transformation = new gdal.CoordinateTransformation(from, to);
  const swapsIn = isNorthFirst(from);
  const swapsOut = isNorthFirst(to);
  return (x, y) => {
    const found = swapsIn ? transformed(transformation, y, x) : transformed(transformation, x, y);
    return found !== null && swapsOut ? { x: found.y, y: found.x } : found;
  };
}

function boxAround(box: Bbox, place: Place): Bbox | null {
  const result = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const [x, y] of outline(box)) {
    const point = place(x, y);
    if (point === null) return null;
    result.minX = Math.min(result.minX, point.x);
    result.minY = Math.min(result.minY, point.y);
    result.maxX = Math.max(result.maxX, point.x);
    result.maxY = Math.max(result.maxY, point.y);
  }
  return result;
}

/** Whether the authority puts the north first, which the transformation then does too. */
function isNorthFirst(reference: Gdal.SpatialReference): boolean {
  return reference.EPSGTreatsAsLatLong() || reference.EPSGTreatsAsNorthingEasting();
}

function* outline({ minX, minY, maxX, maxY }: Bbox): Generator<[number, number]> {
  for (let part = 0; part <= SIDE_PARTS; part += 1) {
    const [x, y] = [minX + ((maxX - minX) * part) / SIDE_PARTS, minY + ((maxY - minY) * part) / SIDE_PARTS];
    yield [x, minY];
    yield [x, maxY];
    yield [minX, y];
    yield [maxX, y];
  }
}

function transformed(transformation: Gdal.CoordinateTransformation, px: number, py: number): Point | null {
  try {
    const { x, y } = transformation.transformPoint(px, py);
    return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
  } catch {
    return null;
  }
}
