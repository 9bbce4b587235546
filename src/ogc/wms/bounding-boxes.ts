import type { Bbox, GeographicBox } from '../../geo/bbox.js';

/** Boxes of capabilities: a geographic extent in the CRSs whose projection is simple enough to need no library. */

/** A box as a `BoundingBox` element wants it: ordinates in the axis order of the CRS. */
export interface WrittenBox extends Bbox {
  readonly crs: string;
}

const RADIUS = 6378137;

/** Latitude where web Mercator ends. */
const MERCATOR_LIMIT = 85.0511287798066;

/** Extent of a layer whose data has none. */
export const WORLD: GeographicBox = { west: -180, south: -90, east: 180, north: 90 };

/** The boxes of a layer: CRS:84, EPSG:4326 (latitude first), EPSG:3857, and EPSG:2154 where that makes sense. */
export function boundingBoxes(box: GeographicBox): WrittenBox[] {
  const { west, south, east, north } = box;
  return [
    { crs: 'CRS:84', minX: west, minY: south, maxX: east, maxY: north },
    { crs: 'EPSG:4326', minX: south, minY: west, maxX: north, maxY: east },
    { crs: 'EPSG:3857', ...envelope(box, webMercator) },
    ...(isInLambert93(box) ? [{ crs: 'EPSG:2154', ...envelope(box, lambert93) }] : []),
  ];
}

type Projection = (longitude: number, latitude: number) => readonly [number, number];

/** Points along each side, since sides bend. */
const SIDE_POINTS = 20;

function envelope({ west, south, east, north }: GeographicBox, project: Projection): Bbox {
  const points = Array.from({ length: SIDE_POINTS + 1 }, (_, i) => i / SIDE_POINTS).flatMap((part) => {
    const longitude = west + (east - west) * part;
    const latitude = south + (north - south) * part;
    return [project(longitude, south), project(longitude, north), project(west, latitude), project(east, latitude)];
  });
  const xs = points.map(([x]) => round(x));
  const ys = points.map(([, y]) => round(y));
  return { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) };
}

/** Millimetres, so that the last bits of the arithmetic do not show. */
function round(metres: number): number {
  return Math.round(metres * 1000) / 1000;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

const webMercator: Projection = (longitude, latitude) => {
  const clamped = Math.max(-MERCATOR_LIMIT, Math.min(MERCATOR_LIMIT, latitude));
  return [RADIUS * radians(longitude), RADIUS * Math.log(Math.tan(Math.PI / 4 + radians(clamped) / 2))];
};

/** Around metropolitan France: further away a conic projection only makes absurd numbers. */
function isInLambert93({ west, south, east, north }: GeographicBox): boolean {
  return west >= -20 && east <= 25 && south >= 30 && north <= 62;
}

// Lambert conformal conic on GRS 80 with two standard parallels (EPSG guidance note 7-2, method 9802).
const FLATTENING = 1 / 298.257222101;
const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));
const LAMBERT_93 = { parallel1: 49, parallel2: 44, latitude: 46.5, longitude: 3, x: 700_000, y: 6_600_000 } as const;

function coneT(latitude: number): number {
  const sine = Math.sin(radians(latitude)) * ECCENTRICITY;
  return Math.tan(Math.PI / 4 - radians(latitude) / 2) / ((1 - sine) / (1 + sine)) ** (ECCENTRICITY / 2);
}

function coneM(latitude: number): number {
  return Math.cos(radians(latitude)) / Math.sqrt(1 - (ECCENTRICITY * Math.sin(radians(latitude))) ** 2);
}

const CONE_N =
  (Math.log(coneM(LAMBERT_93.parallel1)) - Math.log(coneM(LAMBERT_93.parallel2))) /
  (Math.log(coneT(LAMBERT_93.parallel1)) - Math.log(coneT(LAMBERT_93.parallel2)));
const CONE_F = coneM(LAMBERT_93.parallel1) / (CONE_N * coneT(LAMBERT_93.parallel1) ** CONE_N);

const lambert93: Projection = (longitude, latitude) => {
  const radius = RADIUS * CONE_F * coneT(latitude) ** CONE_N;
  const origin = RADIUS * CONE_F * coneT(LAMBERT_93.latitude) ** CONE_N;
  const angle = CONE_N * radians(longitude - LAMBERT_93.longitude);
  return [LAMBERT_93.x + radius * Math.sin(angle), LAMBERT_93.y + origin - radius * Math.cos(angle)];
};
