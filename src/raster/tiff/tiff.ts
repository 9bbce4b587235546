import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Bbox } from '../../geo/bbox.js';
import { hasAlpha, type RasterImage } from '../image.js';
import { encodeLzw } from './lzw.js';
import { packBits } from './pack-bits.js';

/** TIFF and GeoTIFF of an image: little-endian, in strips, without predictor. */

export type TiffCompression = 'raw' | 'lzw' | 'deflate' | 'packbits';

/** Where the image is. */
export interface TiffPlace {
  readonly bbox: Bbox;
  /** EPSG code. */
  readonly srid: number;
  readonly isGeographic: boolean;
}

const deflateAsync = promisify(deflate);

const COMPRESSIONS: Readonly<Record<TiffCompression, number>> = { raw: 1, lzw: 5, deflate: 8, packbits: 32773 };

/** Bytes of a strip before compression, if rows are not longer. */
const STRIP_BYTES = 64 * 1024;

const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const DOUBLE = 12;
const SIZES: Readonly<Record<number, number>> = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [DOUBLE]: 8 };

interface Tag {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[];
}

/** @param place `null`: the file does not say where it is */
export async function encodeTiff(
  image: RasterImage,
  compression: TiffCompression,
  place: TiffPlace | null,
): Promise<Buffer> {
  const { width, height, channels, data } = image;
  const rowBytes = width * channels * data.BYTES_PER_ELEMENT;
  const rowsPerStrip = Math.max(1, Math.min(height, Math.floor(STRIP_BYTES / rowBytes)));
  const pixels = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const strips: Buffer[] = [];
  for (let at = 0; at < pixels.length; at += rowsPerStrip * rowBytes) {
    strips.push(await compress(pixels.subarray(at, at + rowsPerStrip * rowBytes), compression, rowBytes));
  }
  const tags = [
    ...imageTags(image, compression, rowsPerStrip),
    { tag: 279, type: LONG, values: strips.map(({ length }) => length) },
    ...(place === null ? [] : placeTags(image, place)),
  ];
  return layOut(tags, strips);
}

function compress(strip: Buffer, compression: TiffCompression, rowBytes: number): Buffer | Promise<Buffer> {
  switch (compression) {
    case 'raw':
      return strip;
    case 'lzw':
      return encodeLzw(strip);
    case 'deflate':
      return deflateAsync(strip);
    case 'packbits':
      return packBits(strip, rowBytes);
  }
}

function imageTags(image: RasterImage, compression: TiffCompression, rowsPerStrip: number): Tag[] {
  const { width, height, channels, data } = image;
  const isBytes = data instanceof Uint8Array;
  const every = (value: number) => Array.from({ length: channels }, () => value);
  return [
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: every(isBytes ? 8 : 32) },
    { tag: 259, type: SHORT, values: [COMPRESSIONS[compression]] },
    // Black is 0, or the three colours.
    { tag: 262, type: SHORT, values: [channels < 3 ? 1 : 2] },
    { tag: 277, type: SHORT, values: [channels] },
    { tag: 278, type: LONG, values: [rowsPerStrip] },
    ...(hasAlpha(image) ? [{ tag: 338, type: SHORT, values: [2] }] : []),
    { tag: 339, type: SHORT, values: every(isBytes ? 1 : 3) },
  ];
}

/** GeoTIFF 1.1: size of a pixel, position of the upper left corner, reference system; and the value of no data (GDAL). */
function placeTags({ width, height, nodata }: RasterImage, { bbox, srid, isGeographic }: TiffPlace): Tag[] {
  const pixel = [(bbox.maxX - bbox.minX) / width, (bbox.maxY - bbox.minY) / height];
  const [model, key] = isGeographic ? [2, 2048] : [1, 3072];
  return [
    { tag: 33550, type: DOUBLE, values: [...pixel, 0] },
    { tag: 33922, type: DOUBLE, values: [0, 0, 0, bbox.minX, bbox.maxY, 0] },
    // Version; the model, pixels as areas, the system.
    { tag: 34735, type: SHORT, values: [1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, key, 0, 1, srid] },
    { tag: 42113, type: ASCII, values: [...Buffer.from(`${nodata[0] ?? 0}\0`)] },
  ];
}

/** Header, list of tags, their values that are longer than four bytes, strips. */
function layOut(tags: readonly Tag[], strips: readonly Buffer[]): Buffer {
  const offsets: Tag = { tag: 273, type: LONG, values: strips.map(() => 0) };
  const sorted = [...tags, offsets].sort((one, other) => one.tag - other.tag);
  const listEnd = 8 + 2 + 12 * sorted.length + 4;
  const outside = sorted.filter((tag) => bytesOf(tag) > 4);
  const stripsAt = listEnd + outside.reduce((sum, tag) => sum + even(bytesOf(tag)), 0);
  const head = Buffer.alloc(stripsAt);
  head.write('II', 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(sorted.length, 8);
  let at = stripsAt;
  const positions = strips.map(({ length }) => (at += length) - length);
  let free = listEnd;
  for (const [index, tag] of sorted.entries()) {
    const entry = 10 + 12 * index;
    const values = tag === offsets ? positions : tag.values;
    head.writeUInt16LE(tag.tag, entry);
    head.writeUInt16LE(tag.type, entry + 2);
    head.writeUInt32LE(values.length, entry + 4);
    const isInside = bytesOf(tag) <= 4;
    if (!isInside) head.writeUInt32LE(free, entry + 8);
    writeValues(head, tag.type, values, isInside ? entry + 8 : free);
    if (!isInside) free += even(bytesOf(tag));
  }
  return Buffer.concat([head, ...strips]);
}

function bytesOf({ type, values }: Tag): number {
  return (SIZES[type] ?? 1) * values.length;
}

function even(length: number): number {
  return length + (length % 2);
}

function writeValues(into: Buffer, type: number, values: readonly number[], start: number): void {
  let at = start;
  for (const value of values) {
    if (type === DOUBLE) into.writeDoubleLE(value, at);
    else if (type === LONG) into.writeUInt32LE(value, at);
    else if (type === SHORT) into.writeUInt16LE(value, at);
    else into.writeUInt8(value, at);
    at += SIZES[type] ?? 1;
  }
}
