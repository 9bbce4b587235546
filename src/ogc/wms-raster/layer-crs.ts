import { type Crs, isGeographic, parseCrs } from '../../geo/crs.js';
import type { GeographicBox } from '../../geo/bbox.js';
import type { RasterLayer } from './model.js';

/** The CRSs of maps: those of every layer, and those of the places where a layer is (spec diffusion §6.4). */

export const GLOBAL_CRS: readonly string[] = ['CRS:84', 'EPSG:3857', 'EPSG:4326'];

const GLOBAL_SRIDS: ReadonlySet<number> = new Set(GLOBAL_CRS.map((crs) => parseCrs(crs).srid));

/** The legal systems of France, and where they are for. */
const TERRITORIES: readonly { readonly crs: readonly string[]; readonly area: GeographicBox }[] = [
  { crs: ['EPSG:2154', 'EPSG:4171', 'EPSG:4258'], area: { west: -9.86, south: 41.15, east: 10.38, north: 51.56 } },
  { crs: ['EPSG:5490'], area: { west: -63.66, south: 14.08, east: -57.52, north: 18.54 } },
  { crs: ['EPSG:2972'], area: { west: -54.61, south: 2.11, east: -49.45, north: 8.88 } },
  { crs: ['EPSG:2975'], area: { west: 51.83, south: -25.92, east: 58.24, north: -18.28 } },
  { crs: ['EPSG:4471'], area: { west: 43.68, south: -14.49, east: 46.7, north: -11.33 } },
  { crs: ['EPSG:4467'], area: { west: -57.1, south: 43.41, east: -55.9, north: 47.37 } },
  { crs: ['EPSG:3163'], area: { west: 156.25, south: -26.45, east: 174.28, north: -14.83 } },
  { crs: ['EPSG:3297'], area: { west: -158.13, south: -31.24, east: -131.97, north: -4.52 } },
];

/** The CRSs of a layer beside the global ones, its own first. */
export function layerCrs({ crs, bbox }: Pick<RasterLayer, 'crs' | 'bbox'>): string[] {
  const near = TERRITORIES.filter(({ area }) => bbox === null || meet(area, bbox)).flatMap(
    (territory) => territory.crs,
  );
  return [...new Set([crs, ...near])].filter((name) => !GLOBAL_CRS.includes(name));
}

/** Whether maps of a layer can be made in a CRS, by its EPSG code. */
export function isServed(layer: Pick<RasterLayer, 'crs' | 'bbox'>, srid: number): boolean {
  return GLOBAL_SRIDS.has(srid) || layerCrs(layer).some((name) => parseCrs(name).srid === srid);
}

/** Whether requests and capabilities put the latitude first. */
export function isLatitudeFirst(crs: Crs): boolean {
  return crs.isLatLon && isGeographic(crs.srid);
}

function meet(one: GeographicBox, other: GeographicBox): boolean {
  return one.west <= other.east && one.east >= other.west && one.south <= other.north && one.north >= other.south;
}
