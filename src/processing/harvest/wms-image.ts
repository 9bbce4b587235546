import { endianness } from 'node:os';
import sharp from 'sharp';
import type { PixelArray } from '../../pyramid/tile-codec.js';
import type { PixelKind, TilePixels } from '../../pyramid/tile-pixels.js';
import { DataFault } from '../data-fault.js';
import { gdal } from '../gdal.js';
import type { ImageCoding } from './wms-request.js';

/** Reading of the maps of a WMS that is harvested. */

/** The bytes are no image of the format: cut short, perhaps. */
export class BrokenImageError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'BrokenImageError';
  }
}

/** Pixels of a map, and where it has data. */
export type MapPixels = TilePixels & { readonly mask: Uint8Array };

export interface MapSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a map. Transparent pixels are without data; so are the numbers of no data of real pixels.
 * @throws DataFault for an image of another size or kind, BrokenImageError
 */
export async function decodeMap(
  coding: ImageCoding,
  bytes: Buffer,
  kind: PixelKind,
  size: MapSize,
): Promise<MapPixels> {
  switch (coding) {
    case 'png':
    case 'jpeg':
      return decodeColours(coding, bytes, kind, size);
    case 'tiff':
      return decodeTiff(bytes, kind, size);
    case 'bil':
      return maskReals(decodeBil(bytes, kind, size), kind);
  }
}

async function decodeColours(
  coding: 'png' | 'jpeg',
  bytes: Buffer,
  { channels }: PixelKind,
  size: MapSize,
): Promise<MapPixels> {
  const { width, height } = size;
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: width * height });
  const found = await image.metadata().catch((error: Error) => {
    // Sizes beyond what is asked for are refused before anything is decoded.
    if (error.message.includes('pixel limit')) throw wrongSize('plus grande', size);
    throw new BrokenImageError(error.message);
  });
  if (found.format !== coding)
    throw new DataFault(`Le service a renvoyé une image ${found.format} au lieu de ${coding}`);
  assertSize({ width: found.width, height: found.height }, size);
  const data = await image
    .toColourspace(channels <= 2 ? 'b-w' : 'srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer()
    .catch((error: Error) => {
      throw new BrokenImageError(error.message);
    });
  return withoutAlpha(data, width * height, channels);
}

/** Pixels whose last channel is transparency, as so many channels: those of an even number keep it. */
function withoutAlpha(from: Uint8Array, pixels: number, channels: number): MapPixels {
  const stride = from.length / pixels;
  const mask = new Uint8Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel += 1) mask[pixel] = from[pixel * stride + stride - 1] === 0 ? 0 : 255;
  if (stride === channels) return { data: from, mask };
  const data = new Uint8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      data[pixel * channels + channel] = from[pixel * stride + channel] ?? 0;
    }
  }
  return { data, mask };
}

let lastName = 0;

async function decodeTiff(bytes: Buffer, kind: PixelKind, size: MapSize): Promise<MapPixels> {
  lastName += 1;
  const path = `/vsimem/harvest-${lastName}.tif`;
  gdal.vsimem.set(bytes, path);
  try {
    return await readTiff(path, kind, size);
  } finally {
    gdal.vsimem.release(path);
  }
}

async function readTiff(path: string, kind: PixelKind, size: MapSize): Promise<MapPixels> {
  const { channels, format } = kind;
  const { width, height } = size;
  const dataset = broken(() => gdal.open(path, 'r', ['GTiff']));
  try {
    assertSize({ width: dataset.rasterSize.x, height: dataset.rasterSize.y }, size);
    const bands = dataset.bands.map((band) => band);
    const types = [...new Set(bands.map(({ dataType }) => dataType))];
    const wanted = format.sample === 'UINT8' ? 'Byte' : 'Float32';
    const hasAlpha = bands.length > 1 && bands.at(-1)?.colorInterpretation === gdal.GCI_AlphaBand;
    const colours = bands.length - Number(hasAlpha);
    const keepsAlpha = channels % 2 === 0;
    if (types.join() !== wanted || (colours !== channels && !(keepsAlpha && colours === channels - 1))) {
      throw new DataFault(
        `Le service a renvoyé une image de ${bands.length} canaux ${types.join(', ')}, ${channels} canaux ${wanted} sont attendus`,
      );
    }
    const pixels = width * height;
    const data = wanted === 'Byte' ? new Uint8Array(pixels * channels).fill(255) : new Float32Array(pixels * channels);
    const spaces = {
      pixel_space: channels * data.BYTES_PER_ELEMENT,
      line_space: width * channels * data.BYTES_PER_ELEMENT,
    };
    const mask = new Uint8Array(pixels).fill(255);
    try {
      for (let offset = 0; offset < Math.min(bands.length, channels); offset += 1) {
        await bands[offset]?.pixels.readAsync(0, 0, width, height, data, { ...spaces, offset });
      }
      if (hasAlpha) await bands.at(-1)?.pixels.readAsync(0, 0, width, height, mask);
    } catch (error) {
      throw new BrokenImageError((error as Error).message);
    }
    return data instanceof Float32Array ? maskReals({ data, mask }, kind) : { data, mask };
  } finally {
    dataset.close();
  }
}

/** One channel of real numbers, row by row, little-endian as the platform's server writes them. */
function decodeBil(bytes: Buffer, { channels }: PixelKind, { width, height }: MapSize): MapPixels {
  const pixels = width * height;
  if (channels !== 1 || bytes.length !== 4 * pixels) {
    throw new DataFault(`Le service a renvoyé ${bytes.length} octets au lieu de ${4 * pixels} (${width} x ${height})`);
  }
  const copy = Buffer.from(bytes);
  if (endianness() === 'BE') copy.swap32();
  const data = new Float32Array(new Uint8Array(copy).buffer);
  return { data, mask: new Uint8Array(pixels).fill(255) };
}

function maskReals({ data, mask }: MapPixels, { channels, nodata }: PixelKind): MapPixels {
  for (let pixel = 0; pixel < mask.length; pixel += 1) if (isNodata(data, pixel * channels, nodata)) mask[pixel] = 0;
  return { data, mask };
}

function isNodata(data: PixelArray, at: number, nodata: readonly number[]): boolean {
  return nodata.every((value, channel) => data[at + channel] === Math.fround(value));
}

function assertSize(found: MapSize, asked: MapSize): void {
  if (found.width !== asked.width || found.height !== asked.height)
    throw wrongSize(`de ${found.width} x ${found.height} pixels`, asked);
}

function wrongSize(found: string, { width, height }: MapSize): DataFault {
  return new DataFault(`Le service a renvoyé une image ${found} au lieu de ${width} x ${height}`);
}

function broken<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new BrokenImageError((error as Error).message);
  }
}
