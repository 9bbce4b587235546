import type Gdal from 'gdal-async';
import type { Bbox } from '../../geo/bbox.js';
import { gdal } from '../gdal.js';

/** Parts each side of a rectangle is cut in, so that its curve in another system is followed. */
const SIDE_PARTS = 20;

/** What gives the rectangle, east or longitude first, in a system around one in another; `null` when a point of it has no place there. */
export function boxTransformer(from: Gdal.SpatialReference, to: Gdal.SpatialReference): (box: Bbox) => Bbox | null {
  if (from.isSame(to)) return (box) => box;
  const transformation = new gdal.CoordinateTransformation(from, to);
  const swapsIn = isNorthFirst(from);
  const swapsOut = isNorthFirst(to);
  return (box) => {
    const result = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (const [x, y] of outline(box)) {
      const found = swapsIn ? transformed(transformation, y, x) : transformed(transformation, x, y);
      if (found === null) return null;
      const point = swapsOut ? { x: found.y, y: found.x } : found;
      result.minX = Math.min(result.minX, point.x);
      result.minY = Math.min(result.minY, point.y);
      result.maxX = Math.max(result.maxX, point.x);
      result.maxY = Math.max(result.maxY, point.y);
    }
    return result;
  };
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

function transformed(
  transformation: Gdal.CoordinateTransformation,
  px: number,
  py: number,
): { x: number; y: number } | null {
  try {
    const { x, y } = transformation.transformPoint(px, py);
    return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
  } catch {
    return null;
  }
}
