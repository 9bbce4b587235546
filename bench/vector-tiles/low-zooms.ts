import type { OpenedPyramid } from '../../test/helpers/pyramids.js';
import { clipToTile, doubleArea } from './rings.js';
import { BOTTOM, EXTENT } from './settings.js';

/** What the levels from 0 to 5 still show. */

const LOWEST = 5;
/** Pixels of a side of a tile as it is drawn. */
const PIXELS = 256;
const UNITS = EXTENT / PIXELS;

export interface LowZoom {
  readonly zoom: number;
  readonly tiles: number;
  /** KB of the largest tile. */
  readonly largest: number;
  /** Share of the pixels where there is something that have something in our tiles. */
  readonly pixels: number;
  /** Area in our tiles over the area of the polygons. */
  readonly area: number;
}

export async function describeLowZooms(pyramid: OpenedPyramid): Promise<LowZoom[]> {
  const truth = await fullPicture(pyramid);
  const described: LowZoom[] = [];
  for (let zoom = 0; zoom <= LOWEST; zoom += 1) {
    const shown = new Set<number>();
    const found = { tiles: 0, largest: 0, area: 0 };
    await eachTile(pyramid, zoom, async (col, row) => {
      const bytes = await pyramid.bytes(String(zoom), col, row);
      if (bytes === null) return;
      found.tiles += 1;
      found.largest = Math.max(found.largest, bytes.length / 1024);
      for (const ring of await ringsOf(pyramid, zoom, col, row)) {
        found.area += doubleArea(ring) / 2;
        fillPixels(ring, (x, y) => shown.add((row * PIXELS + y) * 2 ** 24 + col * PIXELS + x));
      }
    });
    const scale = 2 ** (BOTTOM - zoom);
    const expected = new Set(
      [...truth.pixels].map((pixel) => {
        const [x, y] = [pixel % 2 ** 24, Math.floor(pixel / 2 ** 24)];
        return Math.floor(y / scale) * 2 ** 24 + Math.floor(x / scale);
      }),
    );
    const kept = [...expected].filter((pixel) => shown.has(pixel)).length;
    described.push({
      zoom,
      tiles: found.tiles,
      largest: found.largest,
      pixels: kept / expected.size,
      area: found.area / (truth.area / scale ** 2),
    });
  }
  return described;
}

/** The bottom level: pixels that have a vertex of a polygon, and the area of the polygons in its units. */
async function fullPicture(pyramid: OpenedPyramid): Promise<{ pixels: Set<number>; area: number }> {
  const pixels = new Set<number>();
  let area = 0;
  await eachTile(pyramid, BOTTOM, async (col, row) => {
    for (const ring of await ringsOf(pyramid, BOTTOM, col, row)) {
      area += doubleArea(ring) / 2;
      for (const [x, y] of ring) {
        const place = (value: number) => Math.min(PIXELS - 1, Math.max(0, Math.floor(value / UNITS)));
        pixels.add((row * PIXELS + place(y)) * 2 ** 24 + col * PIXELS + place(x));
      }
    }
  });
  return { pixels, area };
}

async function eachTile(
  { descriptor }: OpenedPyramid,
  zoom: number,
  visit: (col: number, row: number) => Promise<void>,
): Promise<void> {
  const level = descriptor.levels.find(({ id }) => id === String(zoom));
  if (level === undefined) throw new Error(`no level ${zoom}`);
  const { min_col, max_col, min_row, max_row } = level.tile_limits;
  for (let row = min_row; row <= max_row; row += 1) {
    for (let col = min_col; col <= max_col; col += 1) await visit(col, row);
  }
}

/** The outer rings of a tile, without its margin. */
async function ringsOf(pyramid: OpenedPyramid, zoom: number, col: number, row: number): Promise<[number, number][][]> {
  const layer = (await pyramid.tile(String(zoom), col, row))?.layers.habitats;
  const rings: [number, number][][] = [];
  for (let at = 0; at < (layer?.length ?? 0); at += 1) {
    for (const ring of layer?.feature(at).loadGeometry() ?? []) {
      const clipped = clipToTile(
        ring.map(({ x, y }): [number, number] => [x, y]),
        EXTENT,
      );
      if (clipped.length >= 3) rings.push(clipped);
    }
  }
  return rings;
}

/** Every pixel that a ring covers in part, as the box of each of its spans: fine for small figures. */
function fillPixels(ring: readonly [number, number][], mark: (x: number, y: number) => void): void {
  const pixel = (value: number) => Math.min(PIXELS - 1, Math.max(0, Math.floor(value / UNITS)));
  const ys = ring.map(([, y]) => y);
  for (let row = pixel(Math.min(...ys)); row <= pixel(Math.max(...ys)); row += 1) {
    const [low, high] = [row * UNITS, (row + 1) * UNITS];
    let [minX, maxX] = [Infinity, -Infinity];
    ring.forEach(([x1, y1], at) => {
      const [x2, y2] = ring[(at + 1) % ring.length] ?? [x1, y1];
      if (Math.max(y1, y2) < low || Math.min(y1, y2) > high) return;
      const cut = (y: number) =>
        y1 === y2 ? x1 : x1 + ((x2 - x1) * (Math.min(high, Math.max(low, y)) - y1)) / (y2 - y1);
      for (const x of y1 === y2 ? [x1, x2] : [cut(y1), cut(y2)]) {
        minX = Math.min(minX, x);
        maxX = Math.max(maxX, x);
      }
    });
    for (let x = pixel(minX); x <= pixel(maxX); x += 1) mark(x, row);
  }
}
