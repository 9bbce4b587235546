import type { PixelArray } from './tile-codec.js';
import { blankPixels, type PixelKind, type TilePixels } from './tile-pixels.js';

/** Tiles of a level as pixels of a coarser one whose grid is not twice theirs (ROK4, decimation). */

/** Where a tile is, in pixels of the rectangle that is made. */
export interface TilePlace {
  readonly x: number;
  readonly y: number;
  /** Side of its pixels, at most 1. */
  readonly step: number;
}

/** Parts of a pixel that are errors of computation. */
const NOTHING = 1e-6;
/** Part of a pixel that must have data for the pixel to have some. */
const LEAST_PART = 1e-3;

/**
 * A rectangle of pixels, each the mean, truncated, of what it covers of tiles of a finer level: each pixel with data
 * counts for the part of it that is covered.
 */
export class AreaMean {
  /** Of each pixel, the sum of each channel, then that of the parts. */
  private readonly sums: Float64Array;

  constructor(
    private readonly kind: PixelKind,
    private readonly width: number,
    private readonly height: number,
  ) {
    this.sums = new Float64Array(width * height * (kind.channels + 1));
  }

  /** Adds what a tile has in the rectangle. */
  add({ data, mask }: TilePixels, { x, y, step }: TilePlace): void {
    const { tileWidth, tileHeight, channels } = this.kind;
    const columns = partsOf(x, step, tileWidth, this.width);
    const rows = partsOf(y, step, tileHeight, this.height);
    const stride = channels + 1;
    const line = new Float64Array((columns.last - columns.origin + 1) * stride);
    for (let row = 0; row < tileHeight; row += 1) {
      const [near, far] = [rows.near[row] ?? 0, rows.far[row] ?? 0];
      if (near === 0 && far === 0) continue;
      line.fill(0);
      for (let column = 0; column < tileWidth; column += 1) {
        const pixel = row * tileWidth + column;
        if (mask !== null && mask[pixel] === 0) continue;
        const at = ((columns.first[column] ?? 0) - columns.origin) * stride;
        addPixel(line, at, columns.near[column] ?? 0, data, pixel * channels, channels);
        addPixel(line, at + stride, columns.far[column] ?? 0, data, pixel * channels, channels);
      }
      const first = rows.first[row] ?? 0;
      this.addLine(line, columns.origin, first, near);
      this.addLine(line, columns.origin, first + 1, far);
    }
  }

  take(): TilePixels & { readonly mask: Uint8Array } {
    const { channels } = this.kind;
    const data = blankPixels(this.kind, this.width * this.height);
    const mask = new Uint8Array(this.width * this.height);
    const truncates = data instanceof Uint8Array;
    for (let pixel = 0; pixel < mask.length; pixel += 1) {
      const at = pixel * (channels + 1);
      const part = this.sums[at + channels] ?? 0;
      if (part < LEAST_PART) continue;
      mask[pixel] = 255;
      for (let channel = 0; channel < channels; channel += 1) {
        const mean = (this.sums[at + channel] ?? 0) / part;
        data[pixel * channels + channel] = truncates ? Math.trunc(mean + NOTHING) : mean;
      }
    }
    return { data, mask };
  }

  /** @param left column of the rectangle that the line starts at */
  private addLine(line: Float64Array, left: number, row: number, part: number): void {
    if (part === 0) return;
    const stride = this.kind.channels + 1;
    const start = (row * this.width + left) * stride;
    const end = Math.min(line.length, (this.width - left) * stride);
    for (let at = 0; at < end; at += 1) this.sums[start + at] = (this.sums[start + at] ?? 0) + (line[at] ?? 0) * part;
  }
}

function addPixel(
  line: Float64Array,
  at: number,
  part: number,
  data: PixelArray,
  from: number,
  channels: number,
): void {
  if (part === 0) return;
  for (let channel = 0; channel < channels; channel += 1) {
    line[at + channel] = (line[at + channel] ?? 0) + (data[from + channel] ?? 0) * part;
  }
  line[at + channels] = (line[at + channels] ?? 0) + part;
}

/**
 * Of each pixel of a line of a tile: the first pixel of the rectangle it is on, its part on that and its part on the
 * next; no part beyond the rectangle.
 */
function partsOf(start: number, step: number, count: number, length: number) {
  const first = new Int32Array(count);
  const [near, far] = [new Float64Array(count), new Float64Array(count)];
  const part = (pixel: number, size: number) => (pixel < 0 || pixel >= length || size < NOTHING ? 0 : size);
  for (let at = 0; at < count; at += 1) {
    const from = start + at * step;
    const pixel = Math.floor(from + NOTHING);
    const next = pixel + 1;
    near[at] = part(pixel, Math.min(from + step, next) - from);
    far[at] = part(next, from + step - next);
    // Parts of nothing may stand anywhere.
    first[at] = Math.min(Math.max(pixel, -1), length - 1);
  }
  const origin = Math.max(0, first[0] ?? 0);
  const last = (first[count - 1] ?? 0) + 1;
  return { first, near, far, origin, last };
}
