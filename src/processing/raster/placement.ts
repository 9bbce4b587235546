import type Gdal from 'gdal-async';
import { gdal } from '../gdal.js';
import { boxTransformer } from './outline.js';
import type { ImageTraits } from './traits.js';

/** Where an image is. */

/** A rectangle in the reference system of the image, x (east or longitude) first. */
export type ImageBox = readonly [minX: number, minY: number, maxX: number, maxY: number];

/** The place of an image whose lines go west to east, the first one in the north. */
export interface Placement {
  readonly box: ImageBox;
  /** Sides of a pixel, in units of the reference system. */
  readonly resolution: readonly [x: number, y: number];
}

/** Degrees that an image of the whole world may pass its limits by: half a large pixel. */
const MARGIN = 0.5;

/**
 * The place of an image, or why it has none that a pyramid can be made from, in French, after "L'image x.tif".
 */
export function placementOf({ width, height, geoTransform, controlPoints }: ImageTraits): Placement | string {
  if (controlPoints) return "n'est placée que par des points de calage : une grille régulière est attendue";
  if (geoTransform === null) return "n'est pas géoréférencée";
  const [x0 = NaN, xPerColumn = NaN, xPerRow = NaN, y0 = NaN, yPerColumn = NaN, yPerRow = NaN] = geoTransform;
  if (!geoTransform.every(Number.isFinite) || xPerColumn * yPerRow === xPerRow * yPerColumn) {
    return 'a un géoréférencement dont les nombres ne placent pas ses pixels';
  }
  if (xPerRow !== 0 || yPerColumn !== 0) return 'est tournée ou inclinée : ses lignes doivent aller d’ouest en est';
  if (yPerRow > 0) return 'commence par le sud : sa première ligne doit être au nord';
  if (xPerColumn < 0) return 'commence par l’est : sa première colonne doit être à l’ouest';
  return {
    box: [x0, y0 + height * yPerRow, x0 + width * xPerColumn, y0],
    resolution: [xPerColumn, -yPerRow],
  };
}

/**
 * Whether every point of the outline of a rectangle has a longitude and a latitude, and these a place in the system:
 * numbers beyond it may come out as the pole.
 */
export function isOnEarth([minX, minY, maxX, maxY]: ImageBox, reference: Gdal.SpatialReference): boolean {
  const degrees = gdal.SpatialReference.fromEPSG(4326);
  const box = boxTransformer(reference, degrees)({ minX, minY, maxX, maxY });
  return (
    box !== null &&
    Math.max(-box.minX, box.maxX) <= 180 + MARGIN &&
    Math.max(-box.minY, box.maxY) <= 90 + MARGIN &&
    boxTransformer(degrees, reference)(box) !== null
  );
}
