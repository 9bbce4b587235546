import { open } from 'node:fs/promises';
import type Gdal from 'gdal-async';
import { definitionName, referenceName, referenceOf, sameReference } from '../spatial-reference.js';
import type { CheckRun } from './report.js';

/**
 * Compares the reference system of a layer with the declared one.
 * @returns French sentences, as the platform writes them; none when they are the same
 */
export function referenceFaults(name: string, found: Gdal.SpatialReference, run: CheckRun): string[] {
  // That the declared one is unknown is told once for the whole delivery.
  if (run.declared === null || sameReference(found, run.declared)) return [];
  return [
    `Le SRS du layer ${name} est différent de celui déclaré`,
    `SRS de ${name} : ${referenceName(found) ?? `${definitionName(found)} (sans code)`}`,
    `SRS déclaré : ${run.declaredName}`,
  ];
}

/** What a GeoJSON says of its reference system. */
export type GeojsonCrs =
  | { readonly kind: 'absent' | 'known' }
  | { readonly kind: 'unknown' | 'link'; readonly name: string };

/** Bytes looked at: writers put the member before the features. */
const HEAD = 64 * 1024;

/** Reads the `crs` member (GeoJSON of 2008): GDAL takes EPSG:4326 for the ones it does not know, without a word. */
export async function geojsonCrs(path: string): Promise<GeojsonCrs> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    const head = buffer.toString('utf8', 0, bytesRead).split('"features"', 1)[0] ?? '';
    const member = /"crs"\s*:\s*(\{[^{}]*(\{[^{}]*\})?[^{}]*\})/.exec(head)?.[1];
    if (member === undefined) return { kind: 'absent' };
    const href = /"href"\s*:\s*"([^"]*)"/.exec(member)?.[1];
    if (href !== undefined) return { kind: 'link', name: href };
    const name = /"name"\s*:\s*"([^"]*)"/.exec(member)?.[1];
    return name === undefined || referenceOf(name) === null
      ? { kind: 'unknown', name: name ?? member }
      : { kind: 'known' };
  } finally {
    await file.close();
  }
}
