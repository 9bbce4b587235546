import { PHASES, type PhaseWeights } from './kernels.js';
import type { PlaceWeights } from './place-resampling.js';
import { type MadeSamples, type Samples, scratchNumbers } from './samples.js';

/**
 * Resampling of an image that is little turned among the pixels read: across along their rows, then down along the
 * curves that the columns of the image are. Taps add up where those of `place-resampling.ts` multiply. The square of
 * pixels that counts for a place leans with the curve, which the limit on it keeps unseen.
 */

/** The columns of an image among the pixels read: straight between knots. */
export interface Curves {
  /** Columns of the image. */
  readonly width: number;
  /** Rows of the image between two knots, and the first knot, counted in rows of the image. */
  readonly side: number;
  readonly first: number;
  /** Of every column, knot by knot from the top: `y` grows. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Makes some rows of an image. Pixels whose surroundings were not read are left as they are.
 * @returns 255 for each pixel made, 0 for those left
 */
export function resampleCurves(
  from: Samples,
  curves: Curves,
  rows: { readonly first: number; readonly count: number },
  weights: PlaceWeights,
  into: MadeSamples,
): Uint8Array {
  const across = scratchNumbers(from.height * curves.width * from.channels);
  squeezeAcross(from, curves, weights.x, across);
  return squeezeDown({ across, height: from.height, channels: from.channels }, curves, rows, weights.y, into);
}

/** What each row read gives to each column. Not a number where the row lacks the pixels for it. */
function squeezeAcross(
  { data, width, height, channels }: Samples,
  curves: Curves,
  { reach, taps, weights }: PhaseWeights,
  into: Float32Array,
): void {
  const pieces = new Pieces(curves);
  let target = 0;
  for (let row = 0; row < height; row += 1) {
    pieces.reach(row + 0.5);
    for (let column = 0; column < curves.width; column += 1) {
      const place = (pieces.start[column] ?? 0) + (row + 0.5) * (pieces.slope[column] ?? 0) - reach;
      const first = Math.ceil(place);
      if (first >= 0 && first + taps <= width) {
        let tap = Math.round((first - place) * PHASES) * taps;
        let pixel = (row * width + first) * channels;
        let one = 0;
        let two = 0;
        let three = 0;
        let four = 0;
        for (const end = tap + taps; tap < end; tap += 1) {
          const weight = weights[tap] ?? 0;
          one += (data[pixel] ?? 0) * weight;
          if (channels > 1) {
            two += (data[pixel + 1] ?? 0) * weight;
            if (channels > 2) {
              three += (data[pixel + 2] ?? 0) * weight;
              if (channels > 3) four += (data[pixel + 3] ?? 0) * weight;
            }
          }
          pixel += channels;
        }
        into[target] = one;
        if (channels > 1) into[target + 1] = two;
        if (channels > 2) into[target + 2] = three;
        if (channels > 3) into[target + 3] = four;
      } else into[target] = NaN;
      target += channels;
    }
  }
}

/** The piece of every curve that a row crosses, as `x` by `y`. */
class Pieces {
  readonly start: Float64Array;
  readonly slope: Float64Array;
  /** Where the piece of a column ends, and its last knot. */
  private readonly end: Float64Array;
  private readonly knot: Int32Array;
  /** The nearest end of all. */
  private next = -Infinity;

  constructor(private readonly curves: Curves) {
    const { width } = curves;
    this.start = new Float64Array(width);
    this.slope = new Float64Array(width);
    this.end = new Float64Array(width).fill(-Infinity);
    this.knot = new Int32Array(width);
  }

  /** Goes on to a row; the first and last pieces have no end. */
  reach(y: number): void {
    if (y <= this.next) return;
    const { width, x: xs, y: ys } = this.curves;
    const knots = ys.length / width;
    this.next = Infinity;
    for (let column = 0; column < width; column += 1) {
      let knot = this.knot[column] ?? 0;
      let end = this.end[column] ?? 0;
      if (y > end) {
        while (y > end) {
          knot += 1;
          end = knot < knots - 1 ? (ys[knot * width + column] ?? 0) : Infinity;
        }
        const at = knot * width + column;
        const slope = ((xs[at] ?? 0) - (xs[at - width] ?? 0)) / ((ys[at] ?? 0) - (ys[at - width] ?? 0));
        this.slope[column] = slope;
        this.start[column] = (xs[at] ?? 0) - (ys[at] ?? 0) * slope;
        this.knot[column] = knot;
        this.end[column] = end;
      }
      if (end < this.next) this.next = end;
    }
  }
}

function squeezeDown(
  { across, height, channels }: { across: Float32Array; height: number; channels: number },
  { width, side, first: firstKnot, y: ys }: Curves,
  rows: { readonly first: number; readonly count: number },
  { reach, taps, weights }: PhaseWeights,
  into: MadeSamples,
): Uint8Array {
  const made = new Uint8Array(width * rows.count);
  const stride = width * channels;
  for (let line = 0; line < rows.count; line += 1) {
    const position = (rows.first + line + 0.5 - firstKnot) / side;
    const knot = Math.floor(position) * width;
    const part = position - Math.floor(position);
    for (let column = 0; column < width; column += 1) {
      const place = (ys[knot + column] ?? 0) * (1 - part) + (ys[knot + width + column] ?? 0) * part - reach;
      const first = Math.ceil(place);
      if (first < 0 || first + taps > height) continue;
      let tap = Math.round((first - place) * PHASES) * taps;
      let pixel = first * stride + column * channels;
      let one = 0;
      let two = 0;
      let three = 0;
      let four = 0;
      for (const end = tap + taps; tap < end; tap += 1) {
        const weight = weights[tap] ?? 0;
        one += (across[pixel] ?? 0) * weight;
        if (channels > 1) {
          two += (across[pixel + 1] ?? 0) * weight;
          if (channels > 2) {
            three += (across[pixel + 2] ?? 0) * weight;
            if (channels > 3) four += (across[pixel + 3] ?? 0) * weight;
          }
        }
        pixel += stride;
      }
      if (Number.isNaN(one)) continue;
      const at = line * width + column;
      const target = at * channels;
      into[target] = one;
      if (channels > 1) into[target + 1] = two;
      if (channels > 2) into[target + 2] = three;
      if (channels > 3) into[target + 3] = four;
      made[at] = 255;
    }
  }
  return made;
}
