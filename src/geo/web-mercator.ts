import type { Bbox, GeographicBox } from './bbox.js';

/** EPSG:3857, the sphere of web maps. */

const HALF_SIDE = 20_037_508.342_789_244;
/** Latitude at which the square of the world ends. */
export const MAX_LATITUDE = 85.051_128_779_806_59;

/** A rectangle of degrees in metres; what lies beyond the square of the world is cut. */
export function toWebMercator({ west, south, east, north }: GeographicBox): Bbox {
  return { minX: xOf(west), minY: yOf(south), maxX: xOf(east), maxY: yOf(north) };
}

function xOf(longitude: number): number {
  return (Math.min(180, Math.max(-180, longitude)) / 180) * HALF_SIDE;
}

function yOf(latitude: number): number {
  const bounded = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, latitude));
  return (Math.asinh(Math.tan((bounded * Math.PI) / 180)) / Math.PI) * HALF_SIDE;
}
