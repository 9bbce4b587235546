import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import sharp from 'sharp';
import { decodeLzw, unpackBits } from './old-compressions.js';
import { decodePng, encodePng } from './png-tile.js';
import { sampleBytes } from './formats.js';
import type { SlabKind } from './raster-header.js';

/**
 * Tiles of raster pyramids, encoded and decoded (ROK4, tile content). For processes of their own: the work is done on
 * the threads of libuv, one a tile.
 */

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

sharp.concurrency(1);
sharp.cache(false);

/** Pixels of a tile or of a larger piece, row by row, channels interleaved. */
export type PixelArray = Uint8Array | Float32Array;

/** What the tiles of a level have in common. */
export type TileKind = Pick<SlabKind, 'format' | 'channels' | 'tileWidth' | 'tileHeight'>;

/** Encodings that are read, and never written: the official Python library cannot read them. */
type ReadOnlyEncoding = 'LZW' | 'PKB';

/**
 * Encodes the pixels of a tile.
 * @throws Error for a compression that is only read
 */
export async function encodeTile(kind: TileKind, pixels: PixelArray): Promise<Buffer> {
  const bytes = bytesOf(pixels);
  switch (kind.format.encoding) {
    case 'RAW':
      return Buffer.from(bytes);
    case 'ZIP':
      return deflateAsync(bytes);
    case 'PNG':
      return encodePng(kind, bytes);
    case 'JPG':
      return encodeJpeg(kind, bytes, 75);
    case 'JPG90':
      return encodeJpeg(kind, bytes, 90);
    case 'LZW' satisfies ReadOnlyEncoding:
    case 'PKB' satisfies ReadOnlyEncoding:
      throw new Error(`tiles in ${kind.format.encoding} are only read`);
  }
}

/** Bytes of the pixels of a tile. */
export function tileBytes({ format, channels, tileWidth, tileHeight }: TileKind): number {
  return tileWidth * tileHeight * channels * sampleBytes(format);
}

/**
 * Decodes a tile.
 * @throws Error when it is not a whole tile of this format
 */
export async function decodeTile(kind: TileKind, tile: Buffer): Promise<PixelArray> {
  const length = tileBytes(kind);
  const bytes = await decodeBytes(kind, tile, length);
  if (bytes.length !== length) throw new Error(`the tile holds ${bytes.length} bytes instead of ${length}`);
  if (kind.format.sample === 'UINT8') return bytes;
  // A copy is aligned, a piece of a slab need not be.
  return new Float32Array(new Uint8Array(bytes).buffer);
}

async function decodeBytes(kind: TileKind, tile: Buffer, length: number): Promise<Buffer> {
  switch (kind.format.encoding) {
    case 'RAW':
      return tile;
    case 'ZIP':
      return inflateAsync(tile, { maxOutputLength: length });
    case 'PNG':
      return decodePng(kind, tile);
    case 'JPG':
    case 'JPG90':
      return decodeJpeg(kind, tile);
    case 'LZW':
      return decodeLzw(tile, length);
    case 'PKB':
      return unpackBits(tile, length, length / kind.tileHeight);
  }
}

/** `APP0`, which makes a JPEG a JFIF: version 1.1, square pixels, no thumbnail. */
const JFIF = Buffer.from('ffe000104a46494600010100000100010000', 'hex');

/** Baseline, colour at half the resolution, JFIF. */
async function encodeJpeg({ tileWidth, tileHeight }: TileKind, pixels: Uint8Array, quality: number): Promise<Buffer> {
  const tile = await sharp(pixels, { raw: { width: tileWidth, height: tileHeight, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', progressive: false })
    .toBuffer();
  // The encoder leaves it out.
  return tile.readUInt16BE(2) === JFIF.readUInt16BE(0)
    ? tile
    : Buffer.concat([tile.subarray(0, 2), JFIF, tile.subarray(2)]);
}

async function decodeJpeg({ tileWidth, tileHeight }: TileKind, tile: Buffer): Promise<Buffer> {
  const { data, info } = await sharp(tile, { limitInputPixels: tileWidth * tileHeight })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== tileWidth || info.height !== tileHeight || info.channels !== 3) {
    throw new Error(`not a JPEG of ${tileWidth} × ${tileHeight} pixels in colour`);
  }
  return data;
}

/** What the header of a JPEG says of its pixels; `null` when it cannot be read. */
export async function readJpegKind(tile: Buffer): Promise<{ width: number; height: number; channels: number } | null> {
  try {
    const { format, width, height, channels } = await sharp(tile).metadata();
    return format === 'jpeg' ? { width, height, channels } : null;
  } catch {
    return null;
  }
}

function bytesOf(pixels: PixelArray): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}
