import { type RasterFormat, sampleBytes, type TileEncoding } from './formats.js';
import { encodeHeader, type HeaderTag, indexTags, type TileEntry } from './slab-format.js';
import type { SlabSize } from './slab-names.js';

/** What the slabs of a level of a raster pyramid have in common. */
export interface SlabKind {
  readonly format: RasterFormat;
  readonly channels: number;
  readonly photometric: 'rgb' | 'gray' | 'mask';
  /** Pixels of a tile. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly size: SlabSize;
}

const SHORT = 3;
const LONG = 4;
/** Where the bits of each channel are: the header of three channels and more points there. */
const BITS_AT = 8;

/** As the tag of that name has them. */
export const COMPRESSIONS: Readonly<Record<TileEncoding, number>> = {
  RAW: 1,
  LZW: 5,
  JPG: 7,
  JPG90: 7,
  ZIP: 8,
  PNG: 8,
  PKB: 32773,
};

/** Header of a slab of images, to the bit as the tools of the platform read it (ROK4, slab bytes). */
export function rasterHeader(kind: SlabKind, entries: readonly TileEntry[]): Buffer {
  const { format, channels, photometric, tileWidth, tileHeight, size } = kind;
  const bits = 8 * sampleBytes(format);
  const isJpeg = COMPRESSIONS[format.encoding] === COMPRESSIONS.JPG;
  const short = (tag: number, value: number, count = 1): HeaderTag => ({ tag, type: SHORT, count, value });
  const long = (tag: number, value: number): HeaderTag => ({ tag, type: LONG, count: 1, value });
  return encodeHeader(
    [bits, bits, bits, bits],
    [
      long(256, size.tilesPerWidth * tileWidth),
      long(257, size.tilesPerHeight * tileHeight),
      short(258, bitsValue(bits, channels), channels),
      short(259, COMPRESSIONS[format.encoding]),
      short(262, isJpeg ? 6 : photometric === 'rgb' ? 2 : 1),
      short(277, channels),
      long(322, tileWidth),
      long(323, tileHeight),
      ...indexTags(entries),
      ...(channels % 2 === 0 ? [short(338, 2)] : []),
      short(339, format.sample === 'FLOAT32' ? 3 : 1),
      // Two numbers in the place of one.
      ...(isJpeg ? [short(530, 2 + 2 * 65536, 2)] : []),
    ],
  );
}

/** One or two numbers fit in the tag; more are pointed to. */
function bitsValue(bits: number, channels: number): number {
  if (channels === 1) return bits;
  return channels === 2 ? bits + bits * 65536 : BITS_AT;
}
