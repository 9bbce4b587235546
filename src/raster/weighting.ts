import type { PixelArray } from '../pyramid/tile-codec.js';
import { hasAlpha, type RasterImage } from './image.js';
import type { MadeSamples, Samples } from './samples.js';

/**
 * Pixels without data, or transparent, must not colour those around them: what is resampled is each channel times how
 * much of the pixel is there, and how much of it is there, of which the quotient is taken in the end.
 */
export interface Weighted {
  readonly samples: Samples;
  /** An array for so many pixels, all nowhere. */
  readonly make: (pixels: number) => MadeSamples;
  /** The image that resampled samples are. */
  readonly finish: (made: MadeSamples, size: { width: number; height: number }) => RasterImage;
}

/** What is resampled of an image. */
export function weigh(image: RasterImage): Weighted {
  if (hasAlpha(image)) return weighAlpha(image);
  return image.coverage === null ? weighEqually(image) : weighCoverage(image, image.coverage);
}

/** The bytes or real numbers of so many pixels, without data. */
export function blankSamples(
  { data: like, nodata }: Pick<RasterImage, 'data' | 'nodata'>,
  pixels: number,
): MadeSamples {
  const length = pixels * nodata.length;
  const made = like instanceof Uint8Array ? new Uint8ClampedArray(length) : new Float32Array(length);
  const [first = 0] = nodata;
  if (nodata.every((value) => value === first)) return made.fill(first);
  for (let at = 0; at < length; at += 1) made[at] = nodata[at % nodata.length] ?? 0;
  return made;
}

/** The same memory. */
export function pixelsOf(made: MadeSamples): PixelArray {
  return made instanceof Float32Array ? made : new Uint8Array(made.buffer, made.byteOffset, made.length);
}

/** Every pixel is there. */
function weighEqually(image: RasterImage): Weighted {
  const { channels, nodata } = image;
  return {
    samples: image,
    make: (pixels) => blankSamples(image, pixels),
    finish: (made, size) => ({ ...size, channels, nodata, data: pixelsOf(made), coverage: null }),
  };
}

/** A pixel made is there when half of what it is made of is. */
function weighCoverage(image: RasterImage, coverage: Uint8Array): Weighted {
  const { data, channels, nodata } = image;
  const wide = channels + 1;
  const weighted = new Float32Array(coverage.length * wide);
  for (let pixel = 0; pixel < coverage.length; pixel += 1) {
    if (coverage[pixel] === 0) continue;
    for (let channel = 0; channel < channels; channel += 1) {
      weighted[pixel * wide + channel] = data[pixel * channels + channel] ?? 0;
    }
    weighted[pixel * wide + channels] = 1;
  }
  return {
    samples: { ...image, data: weighted, channels: wide },
    make: (pixels) => new Float32Array(pixels * wide),
    finish(made, size) {
      const pixels = size.width * size.height;
      const result = blankSamples(image, pixels);
      const present = new Uint8Array(pixels);
      for (let pixel = 0; pixel < pixels; pixel += 1) {
        const weight = made[pixel * wide + channels] ?? 0;
        if (weight < 0.5) continue;
        present[pixel] = 255;
        for (let channel = 0; channel < channels; channel += 1) {
          result[pixel * channels + channel] = (made[pixel * wide + channel] ?? 0) / weight;
        }
      }
      return { ...size, channels, nodata, data: pixelsOf(result), coverage: present };
    },
  };
}

/** What is nowhere is transparent. */
function weighAlpha(image: RasterImage): Weighted {
  const { data, channels, nodata, coverage } = image;
  const last = channels - 1;
  const weighted = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += channels) {
    const alpha = coverage === null || (coverage[at / channels] ?? 0) > 0 ? (data[at + last] ?? 0) : 0;
    for (let channel = 0; channel < last; channel += 1) {
      weighted[at + channel] = ((data[at + channel] ?? 0) * alpha) / 255;
    }
    weighted[at + last] = alpha;
  }
  return {
    samples: { ...image, data: weighted },
    make: (pixels) => new Float32Array(pixels * channels),
    finish(made, size) {
      const result = blankSamples(image, size.width * size.height);
      for (let at = 0; at < made.length; at += channels) {
        const alpha = made[at + last] ?? 0;
        result[at + last] = alpha;
        if (alpha < 0.5) continue;
        for (let channel = 0; channel < last; channel += 1) {
          result[at + channel] = ((made[at + channel] ?? 0) * 255) / alpha;
        }
      }
      return { ...size, channels, nodata, data: pixelsOf(result), coverage: null };
    },
  };
}
