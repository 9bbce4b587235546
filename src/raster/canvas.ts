import { hasAlpha, type RasterImage } from './image.js';
import { blankSamples, pixelsOf } from './weighting.js';

/** What the pixels of an image are. */
export type PixelsLike = Pick<RasterImage, 'data' | 'channels' | 'nodata'>;

/** An image without any data, and transparent when it can be. */
export function blankImage(like: PixelsLike, width: number, height: number): RasterImage {
  const { channels, nodata } = like;
  const data = pixelsOf(blankSamples(like, width * height));
  if (!hasAlpha(like)) return { width, height, channels, nodata, data, coverage: new Uint8Array(width * height) };
  for (let at = channels - 1; at < data.length; at += channels) data[at] = 0;
  return { width, height, channels, nodata, data, coverage: null };
}

/** An image put together of pieces. What no piece covers has no data. */
export class Canvas {
  private made: RasterImage | null = null;

  constructor(
    private readonly like: PixelsLike,
    private readonly width: number,
    private readonly height: number,
  ) {}

  /** Puts a piece where its upper left corner is to be; it lies within the image. */
  put(piece: RasterImage, x: number, y: number): void {
    if (piece.width === this.width && piece.height === this.height) {
      this.made = piece;
      return;
    }
    this.made ??= blankImage(this.like, this.width, this.height);
    const { data, channels, coverage } = this.made;
    for (let row = 0; row < piece.height; row += 1) {
      const [from, to] = [row * piece.width, (y + row) * this.width + x];
      data.set(piece.data.subarray(from * channels, (from + piece.width) * channels), to * channels);
      if (piece.coverage === null) coverage?.fill(255, to, to + piece.width);
      else coverage?.set(piece.coverage.subarray(from, from + piece.width), to);
    }
  }

  image(): RasterImage {
    return this.made ?? blankImage(this.like, this.width, this.height);
  }
}
