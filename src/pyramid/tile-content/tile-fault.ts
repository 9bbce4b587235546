import { sampleBytes } from '../formats.js';
import type { SlabKind } from '../raster-header.js';
import { pngFault } from './png.js';
import { lzwLength, packBitsLength } from './unpacked-length.js';
import { inflateExactly } from './zlib.js';

/** Decodes a JPEG; what is wrong with it, in French, or `null`. Given by who has a decoder. */
export type JpegFault = (tile: Buffer, size: { width: number; height: number; channels: number }) => string | null;

/** What is wrong with a tile of a raster pyramid, in French, after "La tuile 3 de la dalle x.tif"; `null` for nothing. */
export function tileFault(tile: Buffer, kind: SlabKind, jpegFault: JpegFault): string | null {
  const { format, channels, tileWidth: width, tileHeight: height } = kind;
  const row = width * channels * sampleBytes(format);
  const expected = row * height;
  const lengthFault = (length: number | null) =>
    length === expected ? null : `ne se décompresse pas en ${expected} octets de pixels`;
  switch (format.encoding) {
    case 'RAW':
      return lengthFault(tile.length);
    case 'ZIP':
      return inflateExactly(tile, expected) === null ? `ne se décompresse pas en ${expected} octets de pixels` : null;
    case 'LZW':
      return lengthFault(lzwLength(tile, expected));
    case 'PKB':
      return lengthFault(packBitsLength(tile, row));
    case 'PNG':
      return pngFault(tile, { width, height, channels });
    case 'JPG':
    case 'JPG90':
      return jpegFault(tile, { width, height, channels });
  }
}
