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

/** What the last rectangle was read into: a process makes one image at a time. */
let windowMemory = new ArrayBuffer(0);

/** The pixels of a level of a pyramid, tile by tile. */
export class LevelPixels {
  /** What the pixels are. */
  readonly like: PixelsLike;
  private readonly kind: TileKind;
  /** A tile without data. */
  private blank: PixelArray | null = null;
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

  /**
   * Reads a rectangle; it may go beyond what there is.
   * @returns an image whose memory is used again by the next one read
   */
  async read({ x, y, width, height }: PixelRectangle): Promise<RasterImage> {
    const { channels, nodata } = this.like;
    const data = this.memory(width * height * channels);
    const present = new Presence(width * height);
    const cells = this.cellsOf({ x, y, width, height });
    if (!this.isWithin({ x, y, width, height })) data.set(blankSamples(this.like, width * height));
    for (let first = 0; first < cells.length; first += AT_ONCE) {
      const some = cells.slice(first, first + AT_ONCE);
      const tiles = await Promise.all(some.map((cell) => this.tile(cell)));
      for (const [index, { col, row }] of some.entries()) {
        const place = { x: col * this.kind.tileWidth - x, y: row * this.kind.tileHeight - y };
        this.draw(tiles[index] ?? null, place, { data, width, height }, present);
      }
    }
    return { width, height, channels, nodata, data, coverage: this.coverage(data, present) };
  }

  /** Numbers of the kind of the level, anything at first: fresh memory costs as much as what is done with it. */
  private memory(length: number): PixelArray {
    const isBytes = this.kind.format.sample === 'UINT8';
    const bytes = isBytes ? length : 4 * length;
    if (windowMemory.byteLength < bytes) windowMemory = new ArrayBuffer(bytes);
    return isBytes ? new Uint8Array(windowMemory, 0, length) : new Float32Array(windowMemory, 0, length);
  }

  private isWithin({ x, y, width, height }: PixelRectangle): boolean {
    const { extent } = this;
    return (
      extent !== null &&
      x >= extent.x &&
      y >= extent.y &&
      x + width <= extent.x + extent.width &&
      y + height <= extent.y + extent.height
    );
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

  /** Copies what a tile has in common with the rectangle. @param tile `null`: no data @param place of it there */
  private draw(
    tile: PixelArray | null,
    place: { readonly x: number; readonly y: number },
    onto: { readonly data: PixelArray; readonly width: number; readonly height: number },
    present: Presence,
  ): void {
    const { channels, tileWidth, tileHeight } = this.kind;
    this.blank ??= pixelsOf(blankSamples(this.like, tileWidth * tileHeight));
    const pixels = tile ?? this.blank;
    const [left, right] = [Math.max(0, place.x), Math.min(onto.width, place.x + tileWidth)];
    const [top, bottom] = [Math.max(0, place.y), Math.min(onto.height, place.y + tileHeight)];
    for (let row = top; row < bottom; row += 1) {
      const from = (row - place.y) * tileWidth + left - place.x;
      const piece = pixels.subarray(from * channels, (from + right - left) * channels);
      onto.data.set(piece, (row * onto.width + left) * channels);
    }
    if (tile !== null) present.add({ x: left, y: top, width: right - left, height: bottom - top }, onto.width);
  }

  /** Real numbers say themselves where there are no data. */
  private coverage(data: PixelArray, present: Presence): Uint8Array | null {
    let mask = present.mask();
    if (data instanceof Uint8Array) return mask;
    const none = Math.fround(this.like.nodata[0] ?? NaN);
    const { channels } = this.kind;
    for (let at = 0; at < data.length; at += channels) {
      const value = data[at] ?? NaN;
      if (value !== none && !Number.isNaN(value)) continue;
      mask ??= new Uint8Array(data.length / channels).fill(255);
      mask[at / channels] = 0;
    }
    return mask;
  }
}

/** Which pixels of a rectangle have data. */
class Presence {
  private readonly pieces: PixelRectangle[] = [];
  private missing: number;
  private stride = 0;

  constructor(private readonly pixels: number) {
    this.missing = pixels;
  }

  /** @param stride pixels of a row of the whole rectangle */
  add(piece: PixelRectangle, stride: number): void {
    this.pieces.push(piece);
    this.stride = stride;
    this.missing -= piece.width * piece.height;
  }

  /** 255 for each pixel that has data, 0 for the others; `null` when all have. */
  mask(): Uint8Array | null {
    if (this.missing === 0) return null;
    const mask = new Uint8Array(this.pixels);
    for (const { x, y, width, height } of this.pieces) {
      for (let row = y; row < y + height; row += 1)
        mask.fill(255, row * this.stride + x, row * this.stride + x + width);
    }
    return mask;
  }
}
