import type { TileMatrix } from '../../catalogue/tile-matrix-sets.js';
import type { LayerPixels } from '../../ogc/rok4/layer.js';
import { findLevel, type PyramidDescriptor, type TileLimits } from '../../pyramid/descriptor.js';
import { rasterFormat } from '../../pyramid/formats.js';
import type { Cell } from '../../pyramid/slab-names.js';
import { decodeTile, type PixelArray, type TileKind } from '../../pyramid/tile-codec.js';
import { readTile } from '../../pyramid/tile-reader.js';
import type { PixelsLike } from '../../raster/canvas.js';
import type { RasterImage } from '../../raster/image.js';
import { blankSamples, pixelsOf } from '../../raster/weighting.js';
import type { TileCache } from './tile-cache.js';

/** A rectangle of the pixels of a level, counted from the upper left corner of its grid. */
export interface PixelRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Tiles read and decoded at once: enough for the threads, not more memory than the cache. */
const AT_ONCE = 16;

/** The pixels of a level of a pyramid, tile by tile. */
export class LevelPixels {
  /** What the pixels are. */
  readonly like: PixelsLike;
  private readonly kind: TileKind;
  private readonly limits: TileLimits | null;

  constructor(
    private readonly pyramid: { readonly root: string; readonly descriptor: PyramidDescriptor },
    readonly matrix: TileMatrix,
    pixels: LayerPixels,
    private readonly cache: TileCache,
  ) {
    const format = rasterFormat(pixels.format);
    if (format === undefined) throw new Error(`${pixels.format} holds no pixels`);
    const { channels, nodata } = pixels;
    this.kind = { format, channels, tileWidth: matrix.tileWidth, tileHeight: matrix.tileHeight };
    this.like = { channels, nodata, data: format.sample === 'UINT8' ? new Uint8Array(0) : new Float32Array(0) };
    this.limits = findLevel(pyramid.descriptor, matrix.id)?.tile_limits ?? null;
  }

  /** The pixels that may have data; `null` when the pyramid has no such level. */
  get extent(): PixelRectangle | null {
    if (this.limits === null) return null;
    const { min_col, min_row, max_col, max_row } = this.limits;
    const { tileWidth, tileHeight } = this.matrix;
    return {
      x: min_col * tileWidth,
      y: min_row * tileHeight,
      width: (max_col - min_col + 1) * tileWidth,
      height: (max_row - min_row + 1) * tileHeight,
    };
  }

  /** Reads a rectangle; it may go beyond what there is. */
  async read({ x, y, width, height }: PixelRectangle): Promise<RasterImage> {
    const { channels, nodata } = this.like;
    const data = pixelsOf(blankSamples(this.like, width * height));
    const present = new Presence(width * height);
    const cells = this.cellsOf({ x, y, width, height });
    for (let first = 0; first < cells.length; first += AT_ONCE) {
      const some = cells.slice(first, first + AT_ONCE);
      const tiles = await Promise.all(some.map((cell) => this.tile(cell)));
      for (const [index, { col, row }] of some.entries()) {
        const tile = tiles[index];
        if (tile === null || tile === undefined) continue;
        this.draw(
          tile,
          col * this.kind.tileWidth - x,
          row * this.kind.tileHeight - y,
          { data, width, height },
          present,
        );
      }
    }
    return { width, height, channels, nodata, data, coverage: this.coverage(data, present) };
  }

  private cellsOf({ x, y, width, height }: PixelRectangle): Cell[] {
    if (this.limits === null) return [];
    const { tileWidth, tileHeight } = this.kind;
    const cells: Cell[] = [];
    const lastRow = Math.min(this.limits.max_row, Math.floor((y + height - 1) / tileHeight));
    const lastCol = Math.min(this.limits.max_col, Math.floor((x + width - 1) / tileWidth));
    for (let row = Math.max(this.limits.min_row, Math.floor(y / tileHeight)); row <= lastRow; row += 1) {
      for (let col = Math.max(this.limits.min_col, Math.floor(x / tileWidth)); col <= lastCol; col += 1) {
        cells.push({ col, row });
      }
    }
    return cells;
  }

  private async tile(cell: Cell): Promise<PixelArray | null> {
    const { root, descriptor } = this.pyramid;
    const key = `${root} ${this.matrix.id} ${cell.col} ${cell.row}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const bytes = await readTile(root, descriptor, this.matrix.id, cell);
    const tile = bytes === null ? null : await decodeTile(this.kind, bytes);
    this.cache.set(key, tile);
    return tile;
  }

  /** Copies what a tile has in common with the rectangle. @param x,y of the tile in it */
  private draw(
    tile: PixelArray,
    x: number,
    y: number,
    onto: { data: PixelArray; width: number; height: number },
    present: Presence,
  ): void {
    const { channels, tileWidth, tileHeight } = this.kind;
    const [left, right] = [Math.max(0, x), Math.min(onto.width, x + tileWidth)];
    for (let row = Math.max(0, y); row < Math.min(onto.height, y + tileHeight); row += 1) {
      const from = (row - y) * tileWidth + left - x;
      const target = row * onto.width + left;
      onto.data.set(tile.subarray(from * channels, (from + right - left) * channels), target * channels);
      present.add(target, right - left);
    }
  }

  /** Real numbers say themselves where there are no data. */
  private coverage(data: PixelArray, present: Presence): Uint8Array | null {
    if (data instanceof Uint8Array) return present.isWhole ? null : present.mask;
    const none = Math.fround(this.like.nodata[0] ?? NaN);
    const { channels } = this.kind;
    for (let at = 0; at < data.length; at += channels) {
      const value = data[at] ?? NaN;
      if (value === none || Number.isNaN(value)) present.remove(at / channels);
    }
    return present.isWhole ? null : present.mask;
  }
}

/** Which pixels of a rectangle have data. */
class Presence {
  readonly mask: Uint8Array;
  private missing: number;

  constructor(pixels: number) {
    this.mask = new Uint8Array(pixels);
    this.missing = pixels;
  }

  get isWhole(): boolean {
    return this.missing === 0;
  }

  add(first: number, count: number): void {
    this.mask.fill(255, first, first + count);
    this.missing -= count;
  }

  remove(pixel: number): void {
    if (this.mask[pixel] === 0) return;
    this.mask[pixel] = 0;
    this.missing += 1;
  }
}
