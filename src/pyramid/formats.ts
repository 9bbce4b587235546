import { VECTOR_FORMAT } from './descriptor.js';

/** What the tiles of a pyramid are made of (ROK4): the `format` of its descriptor. */

export const TILE_ENCODINGS = ['RAW', 'JPG', 'JPG90', 'PNG', 'LZW', 'ZIP', 'PKB'] as const;
export type TileEncoding = (typeof TILE_ENCODINGS)[number];

/** Pixels of a raster pyramid. */
export interface RasterFormat {
  readonly encoding: TileEncoding;
  readonly sample: 'UINT8' | 'FLOAT32';
}

/** Encodings that may hold real numbers. */
const OF_FLOATS: ReadonlySet<TileEncoding> = new Set(['RAW', 'LZW', 'ZIP', 'PKB']);

const RASTER_FORMATS: ReadonlyMap<string, RasterFormat> = new Map(
  TILE_ENCODINGS.flatMap((encoding): [string, RasterFormat][] => [
    [`TIFF_${encoding}_UINT8`, { encoding, sample: 'UINT8' }],
    ...(OF_FLOATS.has(encoding)
      ? [[`TIFF_${encoding}_FLOAT32`, { encoding, sample: 'FLOAT32' }] as [string, RasterFormat]]
      : []),
  ]),
);

/** Every format there is. */
export const PYRAMID_FORMATS: readonly string[] = [...RASTER_FORMATS.keys(), VECTOR_FORMAT];

/** The only format of masks: one band, 0 where there is no data. */
export const MASK_FORMAT = 'TIFF_ZIP_UINT8';

/** The pixels of masks. */
export const MASK_KIND = {
  format: { encoding: 'ZIP', sample: 'UINT8' },
  channels: 1,
} as const satisfies { format: RasterFormat; channels: number };

/** The pixels of a format; `undefined` for vector tiles and for what is no format. */
export function rasterFormat(format: string): RasterFormat | undefined {
  return RASTER_FORMATS.get(format);
}

/** The `format` of a descriptor. */
export function formatName({ encoding, sample }: RasterFormat): string {
  return `TIFF_${encoding}_${sample}`;
}

/** Bytes of one sample. */
export function sampleBytes({ sample }: RasterFormat): number {
  return sample === 'FLOAT32' ? 4 : 1;
}
