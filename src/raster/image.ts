import type { PixelWindow } from './window.js';

/** Pixels being worked on: read from tiles, resampled, styled, merged, encoded. Two and four channels end with transparency. */
export interface RasterImage extends PixelWindow {
  /** A byte a pixel, 0 where there are no data, 255 where there are; `null` when there are data everywhere. */
  readonly coverage: Uint8Array | null;
}

/** Whether the last channel is transparency. */
export function hasAlpha({ channels }: Pick<RasterImage, 'channels'>): boolean {
  return channels === 2 || channels === 4;
}
