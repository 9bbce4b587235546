import type Gdal from 'gdal-async';
import { decodedBytes, type ImageTraits } from './traits.js';

/** Reading of every pixel of an image, a window at a time. */

/** Bytes of one band that are read at once. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** The same of images read line by line: a TIFF of one strip is unpacked from its start again for each band. */
const LINES_BYTES = 32 * 1024 * 1024;
/** Largest block that is decoded: it is in memory whole, whatever the window. */
const MAX_BLOCK_BYTES = 512 * 1024 * 1024;
/** An image that declares more bytes than this… */
const LARGE_IMAGE = 16 * 1024 ** 3;
/** …and more per byte of its file is a trap: five times what the usual compressions reach on an empty image. */
const MAX_RATIO = 5000;

const PIXELS: Readonly<Record<string, (length: number) => Uint8Array | Uint16Array | Int16Array | Float32Array>> = {
  Byte: (length) => new Uint8Array(length),
  UInt16: (length) => new Uint16Array(length),
  Int16: (length) => new Int16Array(length),
  Float32: (length) => new Float32Array(length),
};

/** Types of pixels that a pyramid is made from. */
export const PIXEL_TYPES = Object.keys(PIXELS);

/** Why the pixels of an image are not even tried, in French, after "L'image x.tif"; `null` when they can be. */
export function sizeFault(traits: ImageTraits, fileBytes: number): string | null {
  const decoded = decodedBytes(traits);
  if (decoded > LARGE_IMAGE && decoded > fileBytes * MAX_RATIO) {
    return `déclare ${traits.width} x ${traits.height} pixels (${decoded} octets) dans un fichier de ${fileBytes} octets`;
  }
  if (traits.blockBytes > MAX_BLOCK_BYTES) {
    return `est découpée en blocs de ${traits.blockBytes} octets : le maximum est ${MAX_BLOCK_BYTES}`;
  }
  return null;
}

/** What stopped the reading of an image. */
export interface PixelFault {
  readonly band: number;
  /** Of the first pixel of the window that could not be read. */
  readonly column: number;
  readonly row: number;
  /** GDAL's. */
  readonly message: string;
}

/**
 * Reads every pixel of every band and of the mask, window by window, in tens of megabytes whatever the image.
 * @returns the first fault, `null` when there is none
 */
export async function readPixels(handle: Gdal.Dataset, traits: ImageTraits): Promise<PixelFault | null> {
  const bands = handle.bands.map((band) => band);
  const mask = traits.mask ? bands[0]?.getMaskBand() : null;
  for (const { x, y, width, height } of windowsOf(handle.bands.get(1), traits)) {
    for (const [index, band] of (mask ? [...bands, mask] : bands).entries()) {
      try {
        const pixels = PIXELS[band.dataType ?? '']?.(width * height);
        await band.pixels.readAsync(x, y, width, height, pixels);
      } catch (error) {
        return { band: index + 1, column: x, row: y, message: (error as Error).message };
      }
    }
  }
  return null;
}

interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Whole blocks, line of blocks by line of blocks: none is decoded twice. */
function* windowsOf(band: Gdal.RasterBand, traits: ImageTraits): Generator<Window> {
  const { x: blockWidth, y: blockHeight } = band.blockSize;
  const bytes = blockHeight === 1 ? LINES_BYTES : WINDOW_BYTES;
  const pixels = bytes / (decodedBytes(traits) / (traits.width * traits.height * traits.bands));
  const across = Math.max(1, Math.floor(pixels / (blockWidth * blockHeight)));
  const columns = Math.min(traits.width, blockWidth * across);
  const down = columns < traits.width ? 1 : Math.max(1, Math.floor(pixels / (columns * blockHeight)));
  const rows = blockHeight * down;
  for (let y = 0; y < traits.height; y += rows) {
    for (let x = 0; x < traits.width; x += columns) {
      yield { x, y, width: Math.min(columns, traits.width - x), height: Math.min(rows, traits.height - y) };
    }
  }
}
