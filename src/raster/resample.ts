import { resampleAxes } from './axis-resampling.js';
import { hasAlpha, type RasterImage } from './image.js';
import { axisWeights, type Kernel, phaseWeights } from './kernels.js';
import { type Places, resamplePlaces } from './place-resampling.js';
import { blankSamples, pixelsOf, weigh } from './weighting.js';

/** Images made of other images, of which they are a piece, enlarged, shrunk or bent. */

/** A row or a column of pixels to be made, along those of the image read. */
export interface Axis {
  /** Where the first of them starts, counted in pixels of the image read. */
  readonly from: number;
  /** Size of each, in the same. */
  readonly step: number;
  readonly count: number;
}

/**
 * Makes an image whose rows and columns are along those of another, which has all the pixels needed.
 * @param kernel `null`: the nearest pixel
 */
export function resampleAlong(image: RasterImage, x: Axis, y: Axis, kernel: Kernel | null): RasterImage {
  const size = { width: x.count, height: y.count };
  if (kernel === null) {
    const [columns, rows] = [nearest(x), nearest(y)];
    return pick(image, size, (at) => {
      const [column, row] = [columns[at % x.count] ?? 0, rows[Math.trunc(at / x.count)] ?? 0];
      return row * image.width + column;
    });
  }
  const weighted = weigh(image);
  const made = weighted.make(x.count * y.count);
  const weightsOf = ({ from, step, count }: Axis) => axisWeights(kernel, from, step, count);
  resampleAxes(weighted.samples, weightsOf(x), weightsOf(y), made);
  return weighted.finish(made, size);
}

/** An image to be made of pixels that lie anywhere. */
export interface Bent {
  readonly width: number;
  readonly height: number;
  /** Counted in pixels of the image read. */
  readonly places: Places;
  /** Size of a pixel across and down, in the same. */
  readonly stepX: number;
  readonly stepY: number;
}

/** Makes an image of pixels that lie anywhere in another, which has all those needed by the ones that are somewhere. */
export function resampleBent(image: RasterImage, bent: Bent, kernel: Kernel | null): RasterImage {
  const { places, stepX, stepY, ...size } = bent;
  if (kernel === null) {
    return pick(image, size, (at) => {
      const [x, y] = [places[2 * at] ?? NaN, places[2 * at + 1] ?? NaN];
      return Number.isNaN(x) ? -1 : Math.floor(y) * image.width + Math.floor(x);
    });
  }
  const weighted = weigh(image);
  const made = weighted.make(size.width * size.height);
  const weights = { x: phaseWeights(kernel, stepX), y: phaseWeights(kernel, stepY) };
  resamplePlaces(weighted.samples, places, weights, made);
  return withNowhere(weighted.finish(made, size), places);
}

function nearest({ from, step, count }: Axis): Int32Array {
  return Int32Array.from({ length: count }, (_, at) => Math.floor(from + (at + 0.5) * step));
}

/** Takes pixels as they are. @param source rank of the pixel that each is; negative for one that is nowhere */
function pick(
  image: RasterImage,
  size: { width: number; height: number },
  source: (at: number) => number,
): RasterImage {
  const { data, channels, nodata, coverage } = image;
  const count = size.width * size.height;
  const made = blankSamples(image, count);
  const present = new Uint8Array(count);
  const isTransparent = hasAlpha(image);
  for (let at = 0; at < count; at += 1) {
    const from = source(at);
    const isThere = from >= 0 && (coverage === null || (coverage[from] ?? 0) > 0);
    if (isThere) {
      present[at] = 255;
      for (let channel = 0; channel < channels; channel += 1) {
        made[at * channels + channel] = data[from * channels + channel] ?? 0;
      }
    } else if (isTransparent) made[(at + 1) * channels - 1] = 0;
  }
  return { ...size, channels, nodata, data: pixelsOf(made), coverage: isTransparent ? null : present };
}

/** Pixels whose place is nowhere have no data. */
function withNowhere(image: RasterImage, places: Places): RasterImage {
  if (hasAlpha(image) || !places.some(Number.isNaN)) return image;
  const coverage = image.coverage ?? new Uint8Array(image.width * image.height).fill(255);
  for (let at = 0; at < coverage.length; at += 1) if (Number.isNaN(places[2 * at])) coverage[at] = 0;
  return { ...image, coverage };
}
