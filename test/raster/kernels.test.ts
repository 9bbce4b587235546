import t from 'tap';
import { axisWeights, INTERPOLATIONS, type Kernel, kernelOf, PHASES, phaseWeights } from '../../src/raster/kernels.js';

const KERNELS = INTERPOLATIONS.flatMap((name): [string, Kernel][] => {
  const kernel = kernelOf(name);
  return kernel === null ? [] : [[name, kernel]];
});

void t.test('pixels at their own size and place are taken as they are', async (t) => {
  for (const [name, kernel] of KERNELS) {
    const { first, taps, weights } = axisWeights(kernel, 10, 1, 4);
    for (let at = 0; at < 4; at += 1) {
      const own = [...weights.subarray(at * taps, (at + 1) * taps)];
      const centre = 10 + at - (first[at] ?? 0);
      t.ok(
        own.every((weight, tap) => Math.abs(weight - (tap === centre ? 1 : 0)) < 1e-9),
        `${name} ${at}`,
      );
    }
  }
});

void t.test('weights add up to one, and balance at the place', async (t) => {
  for (const [name, kernel] of KERNELS) {
    for (const step of [0.3, 1, 1.4, 5]) {
      const { first, taps, weights } = axisWeights(kernel, 3.3, step, 20);
      for (let at = 0; at < 20; at += 1) {
        const own = weights.subarray(at * taps, (at + 1) * taps);
        const sum = own.reduce((total, weight) => total + weight, 0);
        const middle = own.reduce((total, weight, tap) => total + weight * ((first[at] ?? 0) + tap + 0.5), 0);
        t.ok(Math.abs(sum - 1) < 1e-9);
        t.ok(Math.abs(middle - (3.3 + (at + 0.5) * step)) < 0.1, `${name}, step ${step}`);
      }
    }
  }
});

void t.test('weights of phases are those of places', async (t) => {
  for (const [name, kernel] of KERNELS) {
    for (const step of [0.5, 1.3]) {
      const { reach, taps, weights } = phaseWeights(kernel, step);
      const place = 7 + 31 / PHASES;
      const exact = axisWeights(kernel, place - step / 2, step, 1);
      const first = Math.ceil(place - reach);
      const phase = Math.round((first - (place - reach)) * PHASES);
      t.equal(first, exact.first[0]);
      t.ok(
        exact.weights.every((weight, tap) => Math.abs(weight - (weights[phase * taps + tap] ?? 0)) < 0.01),
        name,
      );
    }
  }
});
