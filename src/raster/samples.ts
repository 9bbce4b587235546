import type { PixelArray } from '../pyramid/tile-codec.js';

/** Interleaved numbers that are read. */
export interface Samples {
  readonly data: PixelArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Numbers that are made: an array of bytes rounds them and keeps them within bounds. */
export type MadeSamples = Uint8ClampedArray | Float32Array;
