import type { TileMatrixSet } from '../../catalogue/tile-matrix-sets.js';
import type { Bbox } from '../../geo/bbox.js';
import { parseCrs } from '../../geo/crs.js';
import { DataFault } from '../data-fault.js';
import { referenceOf } from '../spatial-reference.js';
import { boxTransformer } from './outline.js';

/** Rectangles of images in the system of a tile matrix set. */

/** The system of a set, as GDAL is told it. */
export function srsOf({ crs }: TileMatrixSet): string {
  return `EPSG:${parseCrs(crs).srid}`;
}

/**
 * Boxes in the system of the set. Of one that leaves the domain of the set, like an image of the whole world in
 * Mercator, the part within; those that have none are left out.
 * @throws DataFault when none is left
 */
export function boxesIn(set: TileMatrixSet, srs: string, boxes: readonly Bbox[]): Bbox[] {
  const toSet = transformerBetween(srs, srsOf(set));
  const whole = domainOf(set);
  const domain = transformerBetween(srsOf(set), srs)(whole);
  const found = boxes.flatMap((box) => {
    const part = toSet(box) ?? (domain && overlap(box, domain) && toSet(overlap(box, domain) ?? box));
    return part !== null && overlap(part, whole) !== null ? [part] : [];
  });
  if (found.length === 0) throw new DataFault(`Les images sont hors de l'emprise du TMS ${set.id}`);
  return found;
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
