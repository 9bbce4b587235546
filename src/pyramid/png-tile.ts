import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import type { SlabKind } from './raster-header.js';

/**
 * PNG as the tiles of the platform have it: one IDAT, no filter on any row, no other chunk than IHDR and IEND. Its
 * decoder inflates from a fixed position and skips the filter bytes: it reads any other PNG wrongly, without an error.
 */

type PngSize = Pick<SlabKind, 'channels' | 'tileWidth' | 'tileHeight'>;

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** By number of channels: gray, gray and transparency, colours, colours and transparency. */
export const COLOUR_TYPES = [0, 4, 2, 6];
const PALETTE_COLOUR_TYPE = 3;
/** Where IHDR starts, and what follows it. */
const HEADER_AT = 8;
const HEADER_END = 33;
/** Where the compressed pixels start, and what follows them: a checksum and IEND. */
const DATA_AT = 41;
const TAIL = 16;
/** Compressed pixels of photographs hardly get shorter beyond, and take longer. */
const LEVEL = 6;

const END = chunk('IEND', Buffer.alloc(0));

/** A PNG of interleaved bytes of 1 to 4 channels. */
export async function encodePng({ channels, tileWidth, tileHeight }: PngSize, pixels: Uint8Array): Promise<Buffer> {
  const stride = tileWidth * channels;
  const rows = Buffer.alloc((stride + 1) * tileHeight);
  for (let row = 0; row < tileHeight; row += 1) {
    rows.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', headerOf({ channels, tileWidth, tileHeight })),
    chunk('IDAT', await deflateAsync(rows, { level: LEVEL })),
    END,
  ]);
}

/**
 * The pixels of such a PNG.
 * @throws Error when it is not one
 */
export async function decodePng({ channels, tileWidth, tileHeight }: PngSize, bytes: Buffer): Promise<Buffer> {
  const stride = tileWidth * channels;
  const dataEnd = bytes.length - TAIL;
  if (dataEnd < DATA_AT || bytes.readUInt32BE(DATA_AT - 8) !== dataEnd - DATA_AT) {
    throw new Error('the PNG has other chunks than IHDR, one IDAT and IEND');
  }
  const header = headerOf({ channels, tileWidth, tileHeight });
  if (!bytes.subarray(16, 16 + header.length).equals(header)) throw new Error('the PNG is of another kind');
  const length = (stride + 1) * tileHeight;
  const rows = await inflateAsync(bytes.subarray(DATA_AT, dataEnd), { maxOutputLength: length });
  if (rows.length !== length) throw new Error(`the PNG does not hold ${tileHeight} rows of ${stride} bytes`);
  const pixels = Buffer.alloc(stride * tileHeight);
  for (let row = 0; row < tileHeight; row += 1) {
    if (rows[row * (stride + 1)] !== 0) throw new Error('the rows of the PNG are filtered');
    rows.copy(pixels, row * stride, row * (stride + 1) + 1, (row + 1) * (stride + 1));
  }
  return pixels;
}

/** The chunks that make colours of the values of a channel. @param colours red, green, blue and alpha of each value */
export function paletteChunks(colours: Uint8Array): Buffer {
  const values = colours.length / 4;
  const rgb = Buffer.alloc(values * 3);
  const alpha = Buffer.alloc(values);
  for (let value = 0; value < values; value += 1) {
    rgb.set(colours.subarray(value * 4, value * 4 + 3), value * 3);
    alpha[value] = colours[value * 4 + 3] ?? 0;
  }
  const isOpaque = alpha.every((one) => one === 255);
  return Buffer.concat([chunk('PLTE', rgb), ...(isOpaque ? [] : [chunk('tRNS', alpha)])]);
}

/**
 * A PNG of one channel in the colours of a palette: its pixels are left as they are.
 * @param png with one IDAT, as {@link encodePng} makes them
 * @param chunks of {@link paletteChunks}
 */
export function withPalette(png: Buffer, chunks: Buffer): Buffer {
  const header = Buffer.from(png.subarray(HEADER_AT + 8, HEADER_END - 4));
  header.writeUInt8(PALETTE_COLOUR_TYPE, 9);
  return Buffer.concat([PNG_SIGNATURE, chunk('IHDR', header), chunks, png.subarray(HEADER_END)]);
}

function headerOf({ channels, tileWidth, tileHeight }: PngSize): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(tileWidth, 0);
  header.writeUInt32BE(tileHeight, 4);
  header.writeUInt8(8, 8);
  header.writeUInt8(COLOUR_TYPES[channels - 1] ?? 0, 9);
  return header;
}

function chunk(type: string, content: Buffer): Buffer {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  content.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}
