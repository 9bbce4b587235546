import type { WindowKind } from '../../raster/window.js';
import { RasterWmsException } from './exceptions.js';

/** The formats of maps, and the pixels that go into each (spec diffusion §6.4). */

export const MAP_FORMATS = ['image/jpeg', 'image/png', 'image/tiff', 'image/geotiff', 'image/x-bil;bits=32'] as const;
export type MapFormat = (typeof MAP_FORMATS)[number];

/** Of the names under which browsers save maps. */
export const EXTENSIONS: Readonly<Record<MapFormat, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
  'image/geotiff': 'tif',
  'image/x-bil;bits=32': 'bil',
};

const TIFF_COMPRESSIONS = ['raw', 'lzw', 'deflate', 'packbits'] as const;
export type TiffCompression = (typeof TIFF_COMPRESSIONS)[number];

/** What `FORMAT_OPTIONS` says. */
export interface FormatOptions {
  /** `null` for one that does not exist. */
  readonly compression: TiffCompression | null;
  /** 1 to 100. */
  readonly quality: number;
}

const DEFAULT_QUALITY = 75;

/** Reads `compression:lzw;quality:90`. What cannot be read is left out. */
export function readFormatOptions(text: string): FormatOptions {
  const options = new Map(
    text.split(';').map((option) => {
      const [name = '', value = ''] = option.split(':', 2);
      return [name.trim().toLowerCase(), value.trim()];
    }),
  );
  const compression = options.get('compression') ?? 'raw';
  const quality = /^\d{1,3}/.exec(options.get('quality') ?? '')?.[0];
  return {
    compression: TIFF_COMPRESSIONS.find((known) => known === compression.toLowerCase()) ?? null,
    quality: quality === undefined ? DEFAULT_QUALITY : Math.min(100, Math.max(1, Number(quality))),
  };
}

/** @throws RasterWmsException when pixels do not go into a format */
export function checkFormat(format: MapFormat, { compression }: FormatOptions, pixels: WindowKind): void {
  if (takes(format, pixels)) {
    if (compression !== null || !format.endsWith('tiff')) return;
    throw new RasterWmsException('InvalidParameterValue', 'Used data and expected format are not consistent');
  }
  throw new RasterWmsException(
    'InvalidParameterValue',
    `Used data format (${pixels.channels} band(s) ${pixels.sample}) and expected output format (${format}) are not consistent`,
  );
}

function takes(format: MapFormat, { channels, sample }: WindowKind): boolean {
  switch (format) {
    case 'image/jpeg':
      return sample === 'UINT8' && channels === 3;
    case 'image/png':
      return sample === 'UINT8';
    case 'image/tiff':
    case 'image/geotiff':
      return true;
    case 'image/x-bil;bits=32':
      return sample === 'FLOAT32';
  }
}
