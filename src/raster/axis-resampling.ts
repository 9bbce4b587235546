import type { AxisWeights } from './kernels.js';
import type { MadeSamples, Samples } from './samples.js';

/**
 * Resampling along rows and columns. These loops take most of the time of a map: a function for each number of
 * channels, each channel with a variable of its own, is five times as fast as a loop over channels.
 */

/**
 * Makes pixels whose rows and columns are along those read: first across, then down.
 * @param x,y the pixels they name must all be there
 */
export function resampleAxes(from: Samples, x: AxisWeights, y: AxisWeights, into: MadeSamples): void {
  const stride = x.first.length * from.channels;
  const firstRow = y.first[0] ?? 0;
  const rows = (y.first[y.first.length - 1] ?? 0) + y.taps - firstRow;
  const across = new Float32Array(rows * stride);
  SQUEEZERS[from.channels - 1]?.({ ...from, firstRow, rows }, x, across);
  squeezeDown({ across, stride, firstRow }, y, into);
}

interface Span extends Samples {
  readonly firstRow: number;
  readonly rows: number;
}

/** By number of channels, from one. */
const SQUEEZERS = [squeezeOne, squeezeTwo, squeezeThree, squeezeFour];

function squeezeOne(
  { data, width, firstRow, rows }: Span,
  { first, taps, weights }: AxisWeights,
  into: Float32Array,
): void {
  let target = 0;
  for (let row = firstRow; row < firstRow + rows; row += 1) {
    for (let column = 0; column < first.length; column += 1) {
      let pixel = row * width + (first[column] ?? 0);
      let one = 0;
      for (let tap = column * taps; tap < (column + 1) * taps; tap += 1) {
        const weight = weights[tap] ?? 0;
        one += (data[pixel] ?? 0) * weight;
        pixel += 1;
      }
      into[target] = one;
      target += 1;
    }
  }
}

function squeezeTwo(
  { data, width, firstRow, rows }: Span,
  { first, taps, weights }: AxisWeights,
  into: Float32Array,
): void {
  let target = 0;
  for (let row = firstRow; row < firstRow + rows; row += 1) {
    for (let column = 0; column < first.length; column += 1) {
      let pixel = (row * width + (first[column] ?? 0)) * 2;
      let one = 0;
      let two = 0;
      for (let tap = column * taps; tap < (column + 1) * taps; tap += 1) {
        const weight = weights[tap] ?? 0;
        one += (data[pixel] ?? 0) * weight;
        two += (data[pixel + 1] ?? 0) * weight;
        pixel += 2;
      }
      into[target] = one;
      into[target + 1] = two;
      target += 2;
    }
  }
}

function squeezeThree(
  { data, width, firstRow, rows }: Span,
  { first, taps, weights }: AxisWeights,
  into: Float32Array,
): void {
  let target = 0;
  for (let row = firstRow; row < firstRow + rows; row += 1) {
    for (let column = 0; column < first.length; column += 1) {
      let pixel = (row * width + (first[column] ?? 0)) * 3;
      let one = 0;
      let two = 0;
      let three = 0;
      for (let tap = column * taps; tap < (column + 1) * taps; tap += 1) {
        const weight = weights[tap] ?? 0;
        one += (data[pixel] ?? 0) * weight;
        two += (data[pixel + 1] ?? 0) * weight;
        three += (data[pixel + 2] ?? 0) * weight;
        pixel += 3;
      }
      into[target] = one;
      into[target + 1] = two;
      into[target + 2] = three;
      target += 3;
    }
  }
}

function squeezeFour(
  { data, width, firstRow, rows }: Span,
  { first, taps, weights }: AxisWeights,
  into: Float32Array,
): void {
  let target = 0;
  for (let row = firstRow; row < firstRow + rows; row += 1) {
    for (let column = 0; column < first.length; column += 1) {
      let pixel = (row * width + (first[column] ?? 0)) * 4;
      let one = 0;
      let two = 0;
      let three = 0;
      let four = 0;
      for (let tap = column * taps; tap < (column + 1) * taps; tap += 1) {
        const weight = weights[tap] ?? 0;
        one += (data[pixel] ?? 0) * weight;
        two += (data[pixel + 1] ?? 0) * weight;
        three += (data[pixel + 2] ?? 0) * weight;
        four += (data[pixel + 3] ?? 0) * weight;
        pixel += 4;
      }
      into[target] = one;
      into[target + 1] = two;
      into[target + 2] = three;
      into[target + 3] = four;
      target += 4;
    }
  }
}

/** Rows that are added at once: each turn over them costs as much for one as for four. */
const TOGETHER = 4;

/** Rows of numbers, whatever their channels. */
function squeezeDown(
  { across, stride, firstRow }: { across: Float32Array; stride: number; firstRow: number },
  { first, taps, weights }: AxisWeights,
  into: MadeSamples,
): void {
  const sums = new Float64Array(stride);
  for (let row = 0; row < first.length; row += 1) {
    const target = row * stride;
    sums.fill(0);
    for (let tap = 0; tap < taps; tap += TOGETHER) {
      const at = ((first[row] ?? 0) - firstRow + tap) * stride;
      const weight = (index: number) => (tap + index < taps ? (weights[row * taps + tap + index] ?? 0) : 0);
      const rowAt = (index: number) => (tap + index < taps ? at + index * stride : at);
      const [w0, w1, w2, w3] = [weight(0), weight(1), weight(2), weight(3)];
      const [r1, r2, r3] = [rowAt(1), rowAt(2), rowAt(3)];
      const isLast = tap + TOGETHER >= taps;
      for (let i = 0; i < stride; i += 1) {
        const sum =
          (sums[i] ?? 0) +
          (across[at + i] ?? 0) * w0 +
          (across[r1 + i] ?? 0) * w1 +
          (across[r2 + i] ?? 0) * w2 +
          (across[r3 + i] ?? 0) * w3;
        if (isLast) into[target + i] = sum;
        else sums[i] = sum;
      }
    }
  }
}
