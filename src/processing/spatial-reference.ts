import type Gdal from 'gdal-async';
import { gdal } from './gdal.js';

/** Comparison of the reference system of a file with the one its producer declared. */

/**
 * Whether two systems are the same: by authority code, by definition, or by their projection parameters, since the
 * .prj of a shapefile names no authority and IGN's registry doubles EPSG's. CRS84 is EPSG:4326 here: files are
 * always read longitude first.
 */
export function sameReference(file: Gdal.SpatialReference, declared: Gdal.SpatialReference): boolean {
  const fileName = referenceName(file);
  if (fileName !== null && fileName === referenceName(declared)) return true;
  if (file.isSame(declared)) return true;
  return parameters(file) === parameters(declared);
}

/** `EPSG:2154`, `IGNF:LAMB93`…; `null` when the definition names no authority. */
export function referenceName(reference: Gdal.SpatialReference): string | null {
  const authority: string | null = reference.getAuthorityName(null);
  const code: string | number | null = reference.getAuthorityCode(null);
  if (authority === null || code === null) return null;
  const name = `${authority}:${code}`.toUpperCase();
  return name === 'OGC:CRS84' ? 'EPSG:4326' : name;
}

/**
 * @returns `null` when PROJ does not know the name
 */
export function referenceOf(name: string): Gdal.SpatialReference | null {
  try {
    return gdal.SpatialReference.fromUserInput(name);
  } catch {
    return null;
  }
}

/** PROJ parameters in an order of our own, without the shift to WGS 84 that only some definitions carry. */
function parameters(reference: Gdal.SpatialReference): string {
  const words = reference
    .toProj4()
    .split(/\s+/)
    .filter((word) => word !== '' && !/^\+(towgs84=|no_defs|type=|wktext)/.test(word));
  const parallels = words
    .filter((word) => /^\+lat_[12]=/.test(word))
    .map((word) => word.slice('+lat_1='.length))
    .sort();
  return [...words.filter((word) => !/^\+lat_[12]=/.test(word)), ...parallels].sort().join(' ');
}
