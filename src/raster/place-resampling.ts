import { PHASES, type PhaseWeights } from './kernels.js';
import type { MadeSamples, Samples } from './samples.js';

/** Resampling of pixels that lie anywhere, in loops of the kind of `axis-resampling.ts`. */

/** Where each pixel made lies among those read: x and y for each, row by row; not a number for nowhere. */
export type Places = Float64Array;

export interface PlaceWeights {
  readonly x: PhaseWeights;
  readonly y: PhaseWeights;
}

/** Makes pixels. Those whose surroundings were not read are left as they are. */
export function resamplePlaces(from: Samples, places: Places, weights: PlaceWeights, into: MadeSamples): void {
  PLACERS[from.channels - 1]?.(from, places, weights, into);
}

/** By number of channels, from one. */
const PLACERS = [placeOne, placeTwo, placeThree, placeFour];

function placeOne({ data, width, height }: Samples, places: Places, { x, y }: PlaceWeights, into: MadeSamples): void {
  for (let at = 0; 2 * at < places.length; at += 1) {
    const px = (places[2 * at] ?? 0) - x.reach;
    const py = (places[2 * at + 1] ?? 0) - y.reach;
    const column = Math.ceil(px);
    const row = Math.ceil(py);
    // Not a number fails too.
    if (!(column >= 0 && row >= 0 && column + x.taps <= width && row + y.taps <= height)) continue;
    const wx = Math.round((column - px) * PHASES) * x.taps;
    const wy = Math.round((row - py) * PHASES) * y.taps;
    let one = 0;
    for (let down = 0; down < y.taps; down += 1) {
      let pixel = (row + down) * width + column;
      let lineOne = 0;
      for (let tap = wx; tap < wx + x.taps; tap += 1) {
        const weight = x.weights[tap] ?? 0;
        lineOne += (data[pixel] ?? 0) * weight;
        pixel += 1;
      }
      const weight = y.weights[wy + down] ?? 0;
      one += lineOne * weight;
    }
    into[at] = one;
  }
}

function placeTwo({ data, width, height }: Samples, places: Places, { x, y }: PlaceWeights, into: MadeSamples): void {
  for (let at = 0; 2 * at < places.length; at += 1) {
    const px = (places[2 * at] ?? 0) - x.reach;
    const py = (places[2 * at + 1] ?? 0) - y.reach;
    const column = Math.ceil(px);
    const row = Math.ceil(py);
    // Not a number fails too.
    if (!(column >= 0 && row >= 0 && column + x.taps <= width && row + y.taps <= height)) continue;
    const wx = Math.round((column - px) * PHASES) * x.taps;
    const wy = Math.round((row - py) * PHASES) * y.taps;
    let one = 0;
    let two = 0;
    for (let down = 0; down < y.taps; down += 1) {
      let pixel = ((row + down) * width + column) * 2;
      let lineOne = 0;
      let lineTwo = 0;
      for (let tap = wx; tap < wx + x.taps; tap += 1) {
        const weight = x.weights[tap] ?? 0;
        lineOne += (data[pixel] ?? 0) * weight;
        lineTwo += (data[pixel + 1] ?? 0) * weight;
        pixel += 2;
      }
      const weight = y.weights[wy + down] ?? 0;
      one += lineOne * weight;
      two += lineTwo * weight;
    }
    into[2 * at] = one;
    into[2 * at + 1] = two;
  }
}

function placeThree({ data, width, height }: Samples, places: Places, { x, y }: PlaceWeights, into: MadeSamples): void {
  for (let at = 0; 2 * at < places.length; at += 1) {
    const px = (places[2 * at] ?? 0) - x.reach;
    const py = (places[2 * at + 1] ?? 0) - y.reach;
    const column = Math.ceil(px);
    const row = Math.ceil(py);
    // Not a number fails too.
    if (!(column >= 0 && row >= 0 && column + x.taps <= width && row + y.taps <= height)) continue;
    const wx = Math.round((column - px) * PHASES) * x.taps;
    const wy = Math.round((row - py) * PHASES) * y.taps;
    let one = 0;
    let two = 0;
    let three = 0;
    for (let down = 0; down < y.taps; down += 1) {
      let pixel = ((row + down) * width + column) * 3;
      let lineOne = 0;
      let lineTwo = 0;
      let lineThree = 0;
      for (let tap = wx; tap < wx + x.taps; tap += 1) {
        const weight = x.weights[tap] ?? 0;
        lineOne += (data[pixel] ?? 0) * weight;
        lineTwo += (data[pixel + 1] ?? 0) * weight;
        lineThree += (data[pixel + 2] ?? 0) * weight;
        pixel += 3;
      }
      const weight = y.weights[wy + down] ?? 0;
      one += lineOne * weight;
      two += lineTwo * weight;
      three += lineThree * weight;
    }
    into[3 * at] = one;
    into[3 * at + 1] = two;
    into[3 * at + 2] = three;
  }
}

function placeFour({ data, width, height }: Samples, places: Places, { x, y }: PlaceWeights, into: MadeSamples): void {
  for (let at = 0; 2 * at < places.length; at += 1) {
    const px = (places[2 * at] ?? 0) - x.reach;
    const py = (places[2 * at + 1] ?? 0) - y.reach;
    const column = Math.ceil(px);
    const row = Math.ceil(py);
    // Not a number fails too.
    if (!(column >= 0 && row >= 0 && column + x.taps <= width && row + y.taps <= height)) continue;
    const wx = Math.round((column - px) * PHASES) * x.taps;
    const wy = Math.round((row - py) * PHASES) * y.taps;
    let one = 0;
    let two = 0;
    let three = 0;
    let four = 0;
    for (let down = 0; down < y.taps; down += 1) {
      let pixel = ((row + down) * width + column) * 4;
      let lineOne = 0;
      let lineTwo = 0;
      let lineThree = 0;
      let lineFour = 0;
      for (let tap = wx; tap < wx + x.taps; tap += 1) {
        const weight = x.weights[tap] ?? 0;
        lineOne += (data[pixel] ?? 0) * weight;
        lineTwo += (data[pixel + 1] ?? 0) * weight;
        lineThree += (data[pixel + 2] ?? 0) * weight;
        lineFour += (data[pixel + 3] ?? 0) * weight;
        pixel += 4;
      }
      const weight = y.weights[wy + down] ?? 0;
      one += lineOne * weight;
      two += lineTwo * weight;
      three += lineThree * weight;
      four += lineFour * weight;
    }
    into[4 * at] = one;
    into[4 * at + 1] = two;
    into[4 * at + 2] = three;
    into[4 * at + 3] = four;
  }
}
