import type { TileMatrixSet } from '../../catalogue/tile-matrix-sets.js';
import type { Bbox, GeographicBox } from '../../geo/bbox.js';
import { parseCrs } from '../../geo/crs.js';
import { DataFault } from '../data-fault.js';
import { referenceOf } from '../spatial-reference.js';
import { boxTransformer, degreesTransformer } from './outline.js';

/** Rectangles of images in the system of a tile matrix set. */

/** The system of a set, as GDAL is told it. */
export function srsOf({ crs }: TileMatrixSet): string {
  return `EPSG:${parseCrs(crs).srid}`;
}

/**
 * Boxes in the system of the set. Of one that leaves the domain of the set, like an image of the whole world in
 * Mercator, the part within; those that have none are left out. One that the antimeridian crosses has a part on each
 * side of a set of the whole world.
 * @throws DataFault when none is left
 */
export function boxesIn(set: TileMatrixSet, srs: string, boxes: readonly Bbox[]): Bbox[] {
  const place = placerIn(set, srs);
  const found = boxes.flatMap((box) => place(box)?.parts ?? []);
  if (found.length === 0) throw new DataFault(`Les images sont hors de l'emprise du TMS ${set.id}`);
  return found;
}

/**
 * Side of a pixel of an image in the system of the set: of the part that the set covers.
 * @returns `null` when it covers none
 */
export function resolutionIn(
  set: TileMatrixSet,
  srs: string,
  { box, width, height }: { readonly box: Bbox; readonly width: number; readonly height: number },
): number | null {
  const found = placerIn(set, srs)(box);
  if (found === null) return null;
  const { parts, within } = found;
  const columns = (width * (within.maxX - within.minX)) / (box.maxX - box.minX);
  const rows = (height * (within.maxY - within.minY)) / (box.maxY - box.minY);
  const across = parts.reduce((sum, part) => sum + part.maxX - part.minX, 0);
  const down = parts.reduce((most, part) => Math.max(most, part.maxY - part.minY), 0);
  return Math.sqrt((across / columns) * (down / rows));
}

/** Where a box is in a set: `within` is what it covers of the box, in the system of the box. */
interface Placed {
  readonly parts: readonly Bbox[];
  readonly within: Bbox;
}

/** What puts boxes in the system of a set; `null` for those out of its domain. */
function placerIn(set: TileMatrixSet, srs: string): (box: Bbox) => Placed | null {
  const toSet = transformerBetween(srs, srsOf(set));
  const whole = domainOf(set);
  const domain = transformerBetween(srsOf(set), srs)(whole);
  const sidesOf = antimeridianSides(set, srs);
  return (box) => {
    const direct = toSet(box);
    if (direct !== null && isWithin(direct, whole)) return { parts: sidesOf(box, direct), within: box };
    // Numbers beyond the domain may be anything: a pole is 242,000 km away in Mercator.
    const cut = domain && overlap(box, domain);
    const part = cut && toSet(cut);
    const placed = cut && part ? { part, within: cut } : direct && { part: direct, within: box };
    if (placed === null || overlap(placed.part, whole) === null) return null;
    return { parts: sidesOf(placed.within, placed.part), within: placed.within };
  };
}

/** What gives the two sides of a box that goes around a set of the whole world only because the antimeridian crosses it. */
function antimeridianSides(set: TileMatrixSet, srs: string): (box: Bbox, placed: Bbox) => Bbox[] {
  const { minX, maxX } = domainOf(set);
  const known = geographicDomain(set);
  const toDegrees = degreesIn(srs);
  const toSet = transformerBetween('OGC:CRS84', srsOf(set));
  return (box, placed) => {
    const isWide = placed.maxX - placed.minX > (maxX - minX) / 2;
    if (!isWide || known === null || known.maxX - known.minX < WHOLE_WORLD) return [placed];
    const degrees = toDegrees(box);
    const sides = (degrees === null ? [] : sidesOfAntimeridian(degrees)).map(toSet).filter((side) => side !== null);
    return sides.length === 2 ? sides : [placed];
  };
}

/** Degrees of longitude of a set of the whole world, at least. */
const WHOLE_WORLD = 359.9;
/** Degrees that a whole world may go beyond the antimeridian without crossing it. */
const CLOSE = 1e-6;

/** The parts west and east of the antimeridian of a box that it crosses; none of another, nor of the whole world. */
function sidesOfAntimeridian({ minX, maxX, ...latitudes }: Bbox): Bbox[] {
  if ((minX >= -180 - CLOSE && maxX <= 180 + CLOSE) || maxX - minX >= 360 - CLOSE) return [];
  const [west, east] = minX < -180 ? [minX + 360, maxX] : [minX, maxX - 360];
  return [
    { ...latitudes, minX: west, maxX: 180 },
    { ...latitudes, minX: -180, maxX: east },
  ];
}

/**
 * The longitudes and latitudes around a box; all longitudes when the antimeridian crosses it, for an extent is a single
 * rectangle. `null` when it has none.
 */
export function geographicBox(srs: string, box: Bbox): GeographicBox | null {
  const degrees = degreesIn(srs)(box);
  if (degrees === null) return null;
  const { minX, minY: south, maxX, maxY: north } = degrees;
  const isCrossed = sidesOfAntimeridian(degrees).length > 0;
  return isCrossed
    ? { west: -180, south, east: 180, north }
    : { west: Math.max(minX, -180), south, east: Math.min(maxX, 180), north };
}

function degreesIn(srs: string): (box: Bbox) => Bbox | null {
  const reference = referenceOf(srs);
  if (reference === null) throw new DataFault(`Le SRS est inconnu : ${srs}`);
  return degreesTransformer(reference);
}

function isWithin(box: Bbox, whole: Bbox): boolean {
  return box.minX >= whole.minX && box.minY >= whole.minY && box.maxX <= whole.maxX && box.maxY <= whole.maxY;
}

/**
 * What puts boxes in another system.
 * @throws DataFault for a system that is not known
 */
export function transformerBetween(from: string, to: string): (box: Bbox) => Bbox | null {
  const [source, target] = [referenceOf(from), referenceOf(to)];
  if (source === null || target === null) {
    throw new DataFault(`Le SRS est inconnu : ${source === null ? from : to}`);
  }
  return boxTransformer(source, target);
}

function overlap(one: Bbox, other: Bbox): Bbox | null {
  const minX = Math.max(one.minX, other.minX);
  const minY = Math.max(one.minY, other.minY);
  const maxX = Math.min(one.maxX, other.maxX);
  const maxY = Math.min(one.maxY, other.maxY);
  return minX < maxX && minY < maxY ? { minX, minY, maxX, maxY } : null;
}

/** The part of the world that a set covers, longitude first; `null` when it cannot be told. */
export function geographicDomain(set: TileMatrixSet): Bbox | null {
  return transformerBetween(srsOf(set), 'OGC:CRS84')(domainOf(set));
}

/** What the finest level covers: coarser ones go far beyond. */
function domainOf({ levels }: TileMatrixSet): Bbox {
  const finest = levels.at(-1);
  if (finest === undefined) return { minX: 0, minY: 0, maxX: 0, maxY: 0 };
  const { origin, cellSize, tileWidth, tileHeight, matrixWidth, matrixHeight } = finest;
  const [minX, maxY] = origin;
  return {
    minX,
    maxX: minX + matrixWidth * tileWidth * cellSize,
    minY: maxY - matrixHeight * tileHeight * cellSize,
    maxY,
  };
}
