import type { GeographicBox } from '../../geo/bbox.js';
import { extentBox, unionBoxes } from '../extent.js';
import type { HeldStoredData } from './definition.js';

/** A layer needs a place on earth: its own bbox, or the extent of its data. */
export function boxFaults(bbox: GeographicBox | undefined, storedData: Iterable<HeldStoredData>): string[] {
  if (bbox === undefined) {
    return [...storedData]
      .filter((data) => extentBox(data.extent) === null)
      .map((data) => `Le champ "type_infos.bbox" est obligatoire : la donnée stockée ${data.id} n'a pas d'emprise.`);
  }
  return isBox(bbox) ? [] : ['Le champ "type_infos.bbox" doit vérifier west ≤ east et south ≤ north.'];
}

/** Whether the sides of a box are the right way round. */
export function isBox({ west, south, east, north }: GeographicBox): boolean {
  return west <= east && south <= north;
}

/** The box of a layer: its own, or the one around its data; `null` when there is none. */
export function layerBox(
  bbox: GeographicBox | undefined,
  sources: Iterable<{ readonly box: GeographicBox | null }>,
): GeographicBox | null {
  return bbox ?? unionBoxes([...sources].map(({ box }) => box));
}
