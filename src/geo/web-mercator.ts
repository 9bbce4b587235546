import type { Bbox, GeographicBox } from './bbox.js';

/** EPSG:3857, the sphere of web maps. */

/** From the centre of the world to its edges. */
export const HALF_SIDE = 20_037_508.342_789_244;
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

/** Metres of a degree of latitude where the square of the world ends. */
const EDGE_DEGREE = HALF_SIDE / 180 / Math.cos((MAX_LATITUDE * Math.PI) / 180);

/** A place in metres. Beyond the square of the world it goes straight on, poles included. */
export function placeToWebMercator(longitude: number, latitude: number): [number, number] {
  const beyond = Math.max(0, Math.abs(latitude) - MAX_LATITUDE) * Math.sign(latitude);
  return [(longitude / 180) * HALF_SIDE, yOf(latitude) + beyond * EDGE_DEGREE];
}

/** A position in degrees, longitude first; beyond the square of the world longitudes go on. */
export function fromWebMercator(x: number, y: number): [number, number] {
  return [(x / HALF_SIDE) * 180, (Math.atan(Math.sinh((y / HALF_SIDE) * Math.PI)) * 180) / Math.PI];
}
