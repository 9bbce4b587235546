import type { PixelArray } from '../pyramid/tile-codec.js';

/** Interleaved numbers that are read. */
export interface Samples {
  readonly data: PixelArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

let scratch = new Float32Array(0);

/**
 * Numbers that a resampling keeps until it ends, anything at first: the same memory each time, since fresh pages cost
 * as much as the work on them.
 */
export function scratchNumbers(length: number): Float32Array {
  if (scratch.length < length) scratch = new Float32Array(length);
  return scratch.subarray(0, length);
}

/** Numbers that are made: an array of bytes rounds them and keeps them within bounds. */
export type MadeSamples = Uint8ClampedArray | Float32Array;
