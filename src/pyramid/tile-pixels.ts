import type { PixelArray, TileKind } from './tile-codec.js';

/** Decoded tiles, and how four of them make the one above (ROK4, generation semantics). */

export interface TilePixels {
  /** Channels interleaved; the value of no data where there are none. */
  readonly data: PixelArray;
  /** A byte a pixel, 0 where there are no data; `null` when there are data everywhere. */
  readonly mask: Uint8Array | null;
}

/** What tiles of a level have in common, and what they hold where there are no data. */
export interface PixelKind extends TileKind {
  /** A number a channel. */
  readonly nodata: readonly number[];
}

/** The pixels of so many tiles side by side, without data. */
export function blankPixels(kind: PixelKind, pixels = kind.tileWidth * kind.tileHeight): PixelArray {
  const { channels, nodata, format } = kind;
  const data = format.sample === 'UINT8' ? new Uint8Array(pixels * channels) : new Float32Array(pixels * channels);
  const [first = 0] = nodata;
  if (nodata.every((value) => value === first)) return data.fill(first);
  for (let at = 0; at < data.length; at += 1) data[at] = nodata[at % channels] ?? 0;
  return data;
}

/**
 * Where the pixels of a tile have data, as far as they tell: real numbers that are not the value of no data, what is
 * not transparent. The last of two or four channels is transparency when that of no data is 0; it is a colour, like near
 * infrared, otherwise. `null` when there are data everywhere.
 */
export function maskOf({ channels, nodata }: PixelKind, data: PixelArray): Uint8Array | null {
  const isReal = data instanceof Float32Array;
  if (!isReal && (channels % 2 === 1 || nodata.at(-1) !== 0)) return null;
  const mask = new Uint8Array(data.length / channels).fill(255);
  const none = Math.fround(nodata[0] ?? NaN);
  let found = false;
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    const value = data[(pixel + 1) * channels - 1] ?? 0;
    if (isReal ? Number.isFinite(value) && value !== none : value > 0) continue;
    mask[pixel] = 0;
    found = true;
  }
  return found ? mask : null;
}

/** Whether pixels are all of the value of no data. */
export function isBlank({ channels, nodata }: PixelKind, data: PixelArray): boolean {
  return data.every((value: number, at: number) => value === nodata[at % channels]);
}

/** A tile over another of the same kind: where the one has no data, the pixels of the other. */
export function overlay({ channels }: PixelKind, over: TilePixels, under: TilePixels): TilePixels {
  if (over.mask === null) return over;
  const [data, mask] = [over.data.slice(), over.mask.slice()];
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    if (mask[pixel] !== 0) continue;
    mask[pixel] = under.mask === null ? 255 : (under.mask[pixel] ?? 0);
    const at = pixel * channels;
    for (let channel = at; channel < at + channels; channel += 1) data[channel] = under.data[channel] ?? 0;
  }
  return { data, mask: mask.every((value) => value === 255) ? null : mask };
}

/** A tile that is filled a quarter at a time. */
export class QuarteredTile {
  private readonly data: PixelArray;
  private readonly mask: Uint8Array;
  private full = 0;

  constructor(private readonly kind: PixelKind) {
    this.data = blankPixels(kind);
    this.mask = new Uint8Array(kind.tileWidth * kind.tileHeight);
  }

  /**
   * Draws a tile of the level below in its quarter, at half its resolution: the mean, truncated, of the pixels with
   * data of each square of four.
   * @param right whether it is the quarter on the right
   * @param down whether it is one of the two below
   */
  draw(tile: TilePixels, right: boolean, down: boolean): void {
    const [x, y] = [right ? this.kind.tileWidth / 2 : 0, down ? this.kind.tileHeight / 2 : 0];
    if (tile.mask === null) {
      this.drawFull(tile.data, x, y);
      this.full += 1;
    } else this.drawMasked(tile.data, tile.mask, x, y);
  }

  take(): TilePixels {
    return { data: this.data, mask: this.full === 4 ? null : this.mask };
  }

  private drawFull(from: PixelArray, x: number, y: number): void {
    const { channels, tileWidth: width, tileHeight: height } = this.kind;
    const { data, mask } = this;
    const stride = width * channels;
    const truncates = data instanceof Uint8Array;
    for (let row = 0; row < height / 2; row += 1) {
      let source = 2 * row * stride;
      let target = ((y + row) * width + x) * channels;
      for (let column = 0; column < width / 2; column += 1) {
        for (let channel = 0; channel < channels; channel += 1) {
          const sum =
            (from[source] ?? 0) +
            (from[source + channels] ?? 0) +
            (from[source + stride] ?? 0) +
            (from[source + stride + channels] ?? 0);
          data[target] = truncates ? sum >> 2 : sum / 4;
          source += 1;
          target += 1;
        }
        source += channels;
      }
      const start = (y + row) * width + x;
      mask.fill(255, start, start + width / 2);
    }
  }

  private drawMasked(from: PixelArray, fromMask: Uint8Array, x: number, y: number): void {
    const { channels, tileWidth: width, tileHeight: height } = this.kind;
    const { data, mask } = this;
    const truncates = data instanceof Uint8Array;
    for (let row = 0; row < height / 2; row += 1) {
      for (let column = 0; column < width / 2; column += 1) {
        const source = 2 * row * width + 2 * column;
        const target = (y + row) * width + x + column;
        const one = fromMask[source] ?? 0;
        const two = fromMask[source + 1] ?? 0;
        const three = fromMask[source + width] ?? 0;
        const four = fromMask[source + width + 1] ?? 0;
        mask[target] = (one + two + three + four) >> 2;
        const present = Number(one > 0) + Number(two > 0) + Number(three > 0) + Number(four > 0);
        for (let channel = 0; channel < channels; channel += 1) {
          const at = source * channels + channel;
          // Without any data the first of the four is kept: it is the value of no data.
          let sum = one > 0 || present === 0 ? (from[at] ?? 0) : 0;
          if (two > 0) sum += from[at + channels] ?? 0;
          if (three > 0) sum += from[at + width * channels] ?? 0;
          if (four > 0) sum += from[at + (width + 1) * channels] ?? 0;
          const mean = sum / Math.max(1, present);
          data[target * channels + channel] = truncates ? Math.trunc(mean) : mean;
        }
      }
    }
  }
}

/** Cuts tiles out of a rectangle of pixels of the same kind. */
export class TileCutter {
  private readonly everywhere: Buffer;

  constructor(
    private readonly kind: PixelKind,
    private readonly piece: TilePixels & { readonly mask: Uint8Array },
    /** Pixels of a row of the piece. */
    private readonly width: number,
  ) {
    this.everywhere = Buffer.alloc(kind.tileWidth * kind.tileHeight, 255);
  }

  /** The tile in this column and row of the piece, counted in tiles; `null` when it holds no data. */
  cut(column: number, row: number): TilePixels | null {
    const { tileWidth, tileHeight, channels, format } = this.kind;
    const pixels = tileWidth * tileHeight;
    const mask = new Uint8Array(pixels);
    const data = format.sample === 'UINT8' ? new Uint8Array(pixels * channels) : new Float32Array(pixels * channels);
    for (let line = 0; line < tileHeight; line += 1) {
      const from = (row * tileHeight + line) * this.width + column * tileWidth;
      mask.set(this.piece.mask.subarray(from, from + tileWidth), line * tileWidth);
      data.set(this.piece.data.subarray(from * channels, (from + tileWidth) * channels), line * tileWidth * channels);
    }
    if (data instanceof Float32Array) maskUnknown(data, mask);
    if (this.everywhere.equals(mask)) return { data, mask: null };
    return this.clean(data, mask) ? { data, mask } : null;
  }

  /** Puts the value of no data where the mask says so. @returns whether there are data at all */
  private clean(data: PixelArray, mask: Uint8Array): boolean {
    const { channels, nodata } = this.kind;
    let found = false;
    for (let pixel = 0; pixel < mask.length; pixel += 1) {
      if (mask[pixel] !== 0) {
        mask[pixel] = 255;
        found = true;
      } else data.set(nodata, pixel * channels);
    }
    return found;
  }
}

/** What is not a number is no data. */
function maskUnknown(data: Float32Array, mask: Uint8Array): void {
  for (let at = 0; at < data.length; at += 1) if (!Number.isFinite(data[at])) mask[at] = 0;
}
