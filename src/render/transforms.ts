import mapnik, { type ProjTransform } from '@mapnik/mapnik';
import { fromWebMercator, placeToWebMercator } from '../geo/web-mercator.js';

/** A position in another CRS, x eastwards in both; `null` where that one does not reach. */
export type Transform = (x: number, y: number) => [number, number] | null;

/** Between degrees and Web Mercator the library moves what is beyond the edges of the world onto them. */
const OWN: readonly (readonly [string, Transform])[] = [
  ['4326 3857', (x, y) => ifFinite(placeToWebMercator(x, y))],
  ['3857 4326', (x, y) => ifFinite(fromWebMercator(x, y))],
];

/** Transformations between CRSs, by EPSG code: each is made once. */
export function createTransforms(): (from: number, to: number) => Transform {
  const made = new Map<string, Transform>(OWN);
  return (from, to) => {
    const key = `${from} ${to}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const transform = transformOf(
      new mapnik.ProjTransform(new mapnik.Projection(`epsg:${from}`), new mapnik.Projection(`epsg:${to}`)),
    );
    made.set(key, transform);
    return transform;
  };
}

function transformOf(projection: ProjTransform): Transform {
  return (x, y) => {
    try {
      return ifFinite(projection.forward([x, y]));
    } catch {
      // Outside the domain of the projection: the binding answers with an exception or with infinity.
      return null;
    }
  };
}

function ifFinite(position: [number, number]): [number, number] | null {
  return position.every(Number.isFinite) ? position : null;
}
