import mapnik, { type Image } from '@mapnik/mapnik';

/**
 * Images of a render process. JavaScript sees a few bytes where Mapnik holds megabytes, and would collect them far too
 * late: the last image is used again for the next map of its size, and collection is asked for after large ones.
 */
export interface ImageStore {
  /** An image whose pixels may be anything: the background of the map overwrites them. */
  take(width: number, height: number): Image;
  /** Call it when the image is encoded, and use the image no more. */
  giveBack(image: Image): void;
}

/** Largest image worth keeping, pixels. */
const MAX_KEPT = 2048 * 2048;

/** Pixels let go between two collections: 64 MiB. */
const COLLECT_AFTER = 4096 * 4096;

export function createImageStore(): ImageStore {
  let kept: Image | null = null;
  let released = 0;
  return {
    take(width, height) {
      const image = kept;
      kept = null;
      if (image !== null && image.width() === width && image.height() === height) return image;
      if (image !== null) released += image.width() * image.height();
      return new mapnik.Image(width, height);
    },
    giveBack(image) {
      const pixels = image.width() * image.height();
      if (pixels <= MAX_KEPT) kept = image;
      else released += pixels;
      if (released < COLLECT_AFTER) return;
      released = 0;
      // The pool starts the process with --expose-gc. The caller's own reference is gone by the next turn.
      setImmediate(() => globalThis.gc?.());
    },
  };
}
