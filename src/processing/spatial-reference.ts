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
  const declaredName = referenceName(declared);
  if (fileName !== null && fileName === declaredName) return true;
  // EPSG gives a system one code: two codes are two systems, even of the same parameters (RGF93, ETRS89).
  if (isEpsg(fileName) && isEpsg(declaredName)) return false;
  if (file.isSame(declared)) return true;
  return parameters(file) === parameters(declared) && sameDatum(file, declared);
}

const isEpsg = (name: string | null) => name?.startsWith('EPSG:') ?? false;

const DATUM = /\b(?:GCS_)?(RGAF|RGFG|RGF|RGM|RGNC|RGPF|RGR|RGSPM|RGTAAF|NTF|WGS|ETRS|ED)_?\s?\d*/i;

/** Whether the names of the datums agree, as far as they are names that we know. */
function sameDatum(one: Gdal.SpatialReference, other: Gdal.SpatialReference): boolean {
  const [first, second] = [one, other].map((reference) =>
    DATUM.exec(rootName(reference, 'GEOGCS') ?? '')?.[1]?.toUpperCase(),
  );
  return first === undefined || second === undefined || first === second;
}

function rootName(reference: Gdal.SpatialReference, kind: string): string | null {
  return reference.getAttrValue(kind, 0) as string | null;
}

/** The name that a definition gives itself, which may be empty. */
export function definitionName(reference: Gdal.SpatialReference): string {
  return rootName(reference, 'PROJCS') ?? rootName(reference, 'GEOGCS') ?? rootName(reference, 'LOCAL_CS') ?? '';
}

/** The system of a layer; `null` when it has none, or the "undefined" one of GeoPackages (srs_id 0 and -1). */
export function layerReference(layer: Gdal.Layer): Gdal.SpatialReference | null {
  const reference: Gdal.SpatialReference | null = layer.srs;
  return reference === null || /^undefined/i.test(definitionName(reference)) ? null : reference;
}

/** `EPSG:2154`, `IGNF:LAMB93`…, of the plane when heights have a system too; `null` when the definition names none. */
export function referenceName(reference: Gdal.SpatialReference): string | null {
  const part = !reference.isCompound() ? null : reference.isProjected() ? 'PROJCS' : 'GEOGCS';
  const authority: string | null = reference.getAuthorityName(part);
  const code: string | number | null = reference.getAuthorityCode(part);
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

/** Names that GDAL gives to the plane of an image without reference system. */
const UNNAMED = new Set(['unnamed', 'unknown', 'Unknown', 'Unknown engineering CRS']);

/** The reference system of a file; `null` when it says nothing, in whatever words. */
export function statedReference(srs: Gdal.SpatialReference | null): Gdal.SpatialReference | null {
  return srs !== null && srs.isLocal() && UNNAMED.has(srs.getAttrValue('LOCAL_CS', 0)) ? null : srs;
}

/** PROJ parameters in an order of our own, without heights and the shift to WGS 84 that only some definitions carry. */
function parameters(reference: Gdal.SpatialReference): string {
  // PROJ has no words for a local plane.
  const words = (reference.isLocal() ? reference.toWKT() : reference.toProj4())
    .split(/\s+/)
    .filter(
      (word) =>
        word !== '' && !/^\+(towgs84=|no_defs|type=|wktext|vunits=|vto_meter=|geoidgrids=|geoid_crs=)/.test(word),
    );
  const parallels = words
    .filter((word) => /^\+lat_[12]=/.test(word))
    .map((word) => word.slice('+lat_1='.length))
    .sort();
  return [...words.filter((word) => !/^\+lat_[12]=/.test(word)), ...parallels].sort().join(' ');
}
