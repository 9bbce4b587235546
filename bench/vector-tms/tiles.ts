import { createRandom } from '../lib/statistics.js';

/** Tiles of bench/vector-tms: web Mercator, where the habitats are. */

const HALF_WORLD = 20_037_508.342789244;

/** Degrees that lie within the habitats whatever the projection. */
const PLACE = { west: -2, east: 6.5, south: 43.3, north: 48.9 } as const;
const ZOOMS = [11, 12, 13] as const;

/** Distinct tiles of mixed levels, `z/x/y.pbf`, the same at every run. */
export function someTiles(count: number): string[] {
  const random = createRandom(11_13);
  const tiles = new Set<string>();
  while (tiles.size < count) {
    const zoom = ZOOMS[Math.floor(random() * ZOOMS.length)] ?? ZOOMS[0];
    const longitude = PLACE.west + random() * (PLACE.east - PLACE.west);
    const latitude = ((PLACE.south + random() * (PLACE.north - PLACE.south)) * Math.PI) / 180;
    const side = 2 ** zoom;
    const column = Math.floor(((longitude + 180) / 360) * side);
    const row = Math.floor(((1 - Math.asinh(Math.tan(latitude)) / Math.PI) / 2) * side);
    tiles.add(`${zoom}/${column}/${row}.pbf`);
  }
  return [...tiles];
}

/** `[minX, minY, maxX, maxY]` in metres of the tile at the end of a path. */
export function tileBounds(path: string): [number, number, number, number] {
  const [, zoom, column, row] = (/(\d+)\/(\d+)\/(\d+)\.pbf/.exec(path) ?? []).map(Number);
  if (zoom === undefined || column === undefined || row === undefined) throw new Error(`${path} is no tile`);
  const side = (2 * HALF_WORLD) / 2 ** zoom;
  const [x, y] = [-HALF_WORLD + column * side, HALF_WORLD - row * side];
  return [x, y - side, x + side, y];
}
