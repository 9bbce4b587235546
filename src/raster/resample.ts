import { resampleAxes } from './axis-resampling.js';
import { type Curves, resampleCurves } from './curve-resampling.js';
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

/** Rows of an image to be made of pixels that lie anywhere. */
export interface Bent {
  readonly width: number;
  readonly rows: { readonly first: number; readonly count: number };
  /** Where they are among the pixels of the image read, told pixel by pixel. */
  readonly places: () => Places;
  /** The same as curves; `null` when the image is too much turned for it. */
  readonly curves: Curves | null;
  /** Size of a pixel across and down, in pixels of the image read. */
  readonly stepX: number;
  readonly stepY: number;
}

/**
 * Makes rows of pixels that lie anywhere in another image.
 * @param kernel `null`: the nearest pixel
 */
export function resampleBent(image: RasterImage, bent: Bent, kernel: Kernel | null): RasterImage {
  const { width, rows, curves, stepX, stepY } = bent;
  const size = { width, height: rows.count };
  if (kernel === null) {
    const places = bent.places();
    return pick(image, size, (at) => {
      const [x, y] = [places[2 * at] ?? NaN, places[2 * at + 1] ?? NaN];
      return Number.isNaN(x) ? -1 : Math.floor(y) * image.width + Math.floor(x);
    });
  }
  const { samples, make, finish } = weigh(image);
  const made = make(width * rows.count);
  const weights = { x: phaseWeights(kernel, stepX), y: phaseWeights(kernel, stepY) };
  const there =
    curves === null
      ? resamplePlaces(samples, bent.places(), weights, made)
      : resampleCurves(samples, curves, rows, weights, made);
  return within(finish(made, size), there);
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

/** An image that has no data where another coverage has none. */
function within(image: RasterImage, there: Uint8Array): RasterImage {
  const { coverage } = image;
  if (hasAlpha(image) || !there.includes(0)) return image;
  if (coverage !== null) for (let at = 0; at < there.length; at += 1) if (coverage[at] === 0) there[at] = 0;
  return { ...image, coverage: there };
}
