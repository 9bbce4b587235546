/** The interpolations of WMS-RASTER configurations (spec diffusion §2.2), as weights of the pixels around a place. */

export const INTERPOLATIONS = ['NEAREST-NEIGHBOUR', 'LINEAR', 'BICUBIC', 'LANCZOS2', 'LANCZOS3', 'LANCZOS4'] as const;
export type Interpolation = (typeof INTERPOLATIONS)[number];

export interface Kernel {
  /** Pixels beyond which weights are 0. */
  readonly radius: number;
  /** @param distance at least 0, in pixels */
  readonly weight: (distance: number) => number;
}

const LINEAR: Kernel = { radius: 1, weight: (d) => Math.max(0, 1 - d) };

/** Catmull and Rom's: goes through the pixels. */
const BICUBIC: Kernel = {
  radius: 2,
  weight(d) {
    if (d >= 2) return 0;
    return d < 1 ? 1 + d * d * (1.5 * d - 2.5) : 2 + d * (d * (2.5 - 0.5 * d) - 4);
  },
};

function lanczos(radius: number): Kernel {
  return {
    radius,
    weight(d) {
      if (d >= radius) return 0;
      if (d === 0) return 1;
      const angle = Math.PI * d;
      return (Math.sin(angle) * Math.sin(angle / radius) * radius) / (angle * angle);
    },
  };
}

const KERNELS: Readonly<Record<Interpolation, Kernel | null>> = {
  'NEAREST-NEIGHBOUR': null,
  LINEAR,
  BICUBIC,
  LANCZOS2: lanczos(2),
  LANCZOS3: lanczos(3),
  LANCZOS4: lanczos(4),
};

/** The weights of an interpolation; `null` for the nearest pixel, which is taken as it is. */
export function kernelOf(interpolation: Interpolation): Kernel | null {
  return KERNELS[interpolation];
}

/** The pixels that make each pixel of a row or a column. */
export interface AxisWeights {
  /** The first of them, a number for each pixel made. */
  readonly first: Int32Array;
  /** How many, the same for every pixel. */
  readonly taps: number;
  /** So many for each pixel; their sum is 1. */
  readonly weights: Float64Array;
}

/**
 * The weights of the pixels of a line.
 * @param from where the first pixel made starts, counted in pixels that are read
 * @param step size of a pixel made, in the same; when it is larger than one, all the pixels it covers count
 * @param count pixels made
 */
export function axisWeights(kernel: Kernel, from: number, step: number, count: number): AxisWeights {
  const { reach, taps, scale } = spread(kernel, step);
  const first = new Int32Array(count);
  const weights = new Float64Array(count * taps);
  for (let at = 0; at < count; at += 1) {
    const place = from + (at + 0.5) * step;
    const start = Math.ceil(place - reach);
    first[at] = start;
    fillWeights({ kernel, scale, place: place - start }, weights, at * taps, taps);
  }
  return { first, taps, weights };
}

/** Places between two pixels for which weights are kept. */
export const PHASES = 256;

/** Weights for places anywhere. */
export interface PhaseWeights {
  /** The first pixel is the next whole number after the place less this. */
  readonly reach: number;
  readonly taps: number;
  /** So many for each phase, from 0 to {@link PHASES}: how far that whole number is; their sum is 1. */
  readonly weights: Float64Array;
}

/** The weights around any place, rounded to one of {@link PHASES}. @param step as above */
export function phaseWeights(kernel: Kernel, step: number): PhaseWeights {
  const { reach, taps, scale } = spread(kernel, step);
  const weights = new Float64Array((PHASES + 1) * taps);
  for (let phase = 0; phase <= PHASES; phase += 1) {
    fillWeights({ kernel, scale, place: reach - phase / PHASES }, weights, phase * taps, taps);
  }
  return { reach, taps, weights };
}

/** How far from a place pixels count: their centres are half a pixel from their start. */
function spread({ radius }: Kernel, step: number): { reach: number; taps: number; scale: number } {
  const scale = Math.max(1, step);
  return { reach: radius * scale + 0.5, taps: Math.ceil(2 * radius * scale - 1e-9), scale };
}

/** @param spot.place from the start of the first pixel */
function fillWeights(
  { kernel, scale, place }: { kernel: Kernel; scale: number; place: number },
  into: Float64Array,
  start: number,
  taps: number,
): void {
  let sum = 0;
  for (let tap = 0; tap < taps; tap += 1) {
    const weight = kernel.weight(Math.abs(tap + 0.5 - place) / scale);
    into[start + tap] = weight;
    sum += weight;
  }
  for (let tap = 0; tap < taps; tap += 1) into[start + tap] = (into[start + tap] ?? 0) / sum;
}
