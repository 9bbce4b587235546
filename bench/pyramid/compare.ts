import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import gdal from 'gdal-async';
import sharp from 'sharp';
import type { TileMatrixSet } from '../../src/catalogue/tile-matrix-sets.js';
import { tileBox } from '../../src/pyramid/grid.js';
import type { PixelArray } from '../../src/pyramid/tile-codec.js';
import type { PixelReader } from '../../test/helpers/raster-pyramids.js';

/** Equal work: the same tiles, and pixels that do not differ by more than two ways to resample. */

/** Mean difference of a channel, of 255, over tiles that are wholly inside the image. */
const TOLERANCE = 8;
const SAMPLES = 25;

interface PlacedTile {
  readonly level: string;
  readonly col: number;
  readonly row: number;
}

/**
 * Compares tiles of `gdal2tiles` with ours.
 * @returns number of its tiles, and the mean difference
 * @throws Error when a tile is missing or differs
 */
export async function compareTiles(folder: string, ours: PixelReader): Promise<{ tiles: number; difference: number }> {
  const found: PlacedTile[] = [];
  for (const path of await readdir(folder, { recursive: true })) {
    const match = /^(\d+)\/(\d+)\/(\d+)\.png$/.exec(path);
    if (match !== null) found.push({ level: match[1] ?? '', col: Number(match[2]), row: Number(match[3]) });
  }
  for (const { level, col, row } of found) {
    if ((await ours.tile(level, col, row)) === null) throw new Error(`no tile ${level}/${col}/${row}`);
  }
  return compareSamples(found, ours, async ({ level, col, row }) => {
    const png = await readFile(join(folder, level, String(col), `${row}.png`));
    return sharp(png).removeAlpha().toColourspace('srgb').raw().toBuffer();
  });
}

/** Compares the tiles of the bottom level of an MBTiles with ours. */
export async function compareMbtiles(
  path: string,
  ours: PixelReader,
  set: TileMatrixSet,
): Promise<{ tiles: number; difference: number }> {
  const bottom = ours.descriptor.levels.at(-1);
  const level = set.levels.find(({ id }) => id === bottom?.id);
  if (bottom === undefined || level === undefined) throw new Error('no bottom level');
  const dataset = gdal.open(path);
  const [x0 = NaN, resolution = NaN, , y0 = NaN] = dataset.geoTransform ?? [];
  if (Math.abs(resolution / level.cellSize - 1) > 1e-6) throw new Error(`the peer's bottom level is at ${resolution}`);
  const overviews = dataset.bands.get(1).overviews.count();
  if (overviews < ours.descriptor.levels.length - 1) throw new Error(`the peer has ${overviews} levels above`);
  const { min_col, max_col, min_row, max_row } = bottom.tile_limits;
  const found: PlacedTile[] = [];
  for (let row = min_row; row <= max_row; row += 1) {
    for (let col = min_col; col <= max_col; col += 1) found.push({ level: level.id, col, row });
  }
  try {
    return await compareSamples(found, ours, async ({ col, row }) => {
      const { minX, maxY } = tileBox(level, { col, row });
      const [x, y] = [Math.round((minX - x0) / resolution), Math.round((y0 - maxY) / resolution)];
      const pixels = Buffer.alloc(256 * 256 * 3);
      const { x: width, y: height } = dataset.rasterSize;
      if (x < 0 || y < 0 || x + 256 > width || y + 256 > height) return null;
      for (const band of [0, 1, 2]) {
        const spaces = { pixel_space: 3, line_space: 768, offset: band };
        dataset.bands.get(band + 1).pixels.read(x, y, 256, 256, pixels, spaces);
      }
      return pixels;
    });
  } finally {
    dataset.close();
  }
}

/** Whether a tile is wholly inside the image, whose pixels are never white. */
function isInside(pixels: PixelArray): boolean {
  for (let at = 0; at < pixels.length; at += 3) {
    if (pixels[at] === 255 && pixels[at + 1] === 255 && pixels[at + 2] === 255) return false;
  }
  return true;
}

/** @param pixelsOf those of the peer; `null` for a tile that it does not have whole */
async function compareSamples(
  tiles: readonly PlacedTile[],
  ours: PixelReader,
  pixelsOf: (tile: PlacedTile) => Promise<Uint8Array | null>,
): Promise<{ tiles: number; difference: number }> {
  const differences: number[] = [];
  // Spread over all, since neighbours follow each other.
  const step = Math.max(1, Math.floor(tiles.length / (4 * SAMPLES)));
  for (let at = 0; at < tiles.length && differences.length < SAMPLES; at += step) {
    const tile = tiles[at];
    const own = tile && (await ours.tile(tile.level, tile.col, tile.row));
    if (!own || !isInside(own)) continue;
    const theirs = await pixelsOf(tile);
    if (theirs === null) continue;
    const sum = [...own].reduce((total: number, value, index) => total + Math.abs(value - (theirs[index] ?? NaN)), 0);
    differences.push(sum / own.length);
  }
  const difference = Math.max(...differences);
  if (differences.length === 0 || !(difference <= TOLERANCE)) {
    throw new Error(`the pixels differ by ${difference} (${differences.length} tiles), more than ${TOLERANCE}`);
  }
  return { tiles: tiles.length, difference };
}
