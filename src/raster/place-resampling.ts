import { PHASES, type PhaseWeights } from './kernels.js';
import type { MadeSamples, Samples } from './samples.js';

/** Resampling of pixels that lie anywhere, in loops of the kind of `axis-resampling.ts`. */

/** Where each pixel made lies among those read: x and y for each, row by row; not a number for nowhere. */
export type Places = Float32Array;

export interface PlaceWeights {
  readonly x: PhaseWeights;
  readonly y: PhaseWeights;
}

/**
 * Makes pixels. Those whose surroundings were not read are left as they are.
 * @returns 255 for each pixel made, 0 for those left
 */
export function resamplePlaces(
  { data, width, height, channels }: Samples,
  places: Places,
  { x, y }: PlaceWeights,
  into: MadeSamples,
): Uint8Array {
  const made = new Uint8Array(places.length / 2);
  for (let at = 0; at < made.length; at += 1) {
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
      const below = y.weights[wy + down] ?? 0;
      let pixel = ((row + down) * width + column) * channels;
      for (let tap = wx; tap < wx + x.taps; tap += 1) {
        const weight = (x.weights[tap] ?? 0) * below;
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
    }
    const target = at * channels;
    into[target] = one;
    if (channels > 1) into[target + 1] = two;
    if (channels > 2) into[target + 2] = three;
    if (channels > 3) into[target + 3] = four;
    made[at] = 255;
  }
  return made;
}
