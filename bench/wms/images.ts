import { readPng } from '../../test/helpers/png.js';

/** How two images of the same map differ. */
export interface Difference {
  /** Mean over pixels and channels, 0 to 255. */
  readonly mean: number;
  /** Part of the pixels of which a channel differs by more than {@link STRONG}. */
  readonly strong: number;
}

/** A difference that is more than another way to smooth an edge. */
const STRONG = 96;

/** Compares two PNG. @throws Error when their sizes differ */
export function compareImages(first: Buffer, second: Buffer): Difference {
  const [a, b] = [readPng(first), readPng(second)];
  if (a.width !== b.width || a.height !== b.height) throw new Error('images of different sizes');
  let [sum, strong] = [0, 0];
  for (let y = 0; y < a.height; y += 1) {
    for (let x = 0; x < a.width; x += 1) {
      const [p, q] = [a.pixel(x, y), b.pixel(x, y)];
      const deltas = [0, 1, 2].map((channel) => Math.abs((p[channel] ?? 0) - (q[channel] ?? 0)));
      sum += deltas.reduce((total, delta) => total + delta, 0) / 3;
      if (Math.max(...deltas) > STRONG) strong += 1;
    }
  }
  const pixels = a.width * a.height;
  return { mean: sum / pixels, strong: strong / pixels };
}
