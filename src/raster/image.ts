import type { PixelArray } from '../pyramid/tile-codec.js';

/** Pixels being worked on: read from tiles, resampled, styled, merged, encoded. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  /** Two and four channels end with transparency. */
  readonly channels: number;
  /** Row by row, channels interleaved. */
  readonly data: PixelArray;
  /** A number a channel: what the pixels without data hold. */
  readonly nodata: readonly number[];
  /** A byte a pixel, 0 where there are no data, 255 where there are; `null` when there are data everywhere. */
  readonly coverage: Uint8Array | null;
}

/** Whether the last channel is transparency. */
export function hasAlpha({ channels }: Pick<RasterImage, 'channels'>): boolean {
  return channels === 2 || channels === 4;
}
