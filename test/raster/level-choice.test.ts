import t from 'tap';
import { chooseLevel, levelsWithin } from '../../src/raster/level-choice.js';

const LEVELS = [16, 8, 4, 2, 1].map((cellSize) => ({ cellSize }));

void t.test('the coarsest level whose pixel is at most a quarter larger than one of the map', async (t) => {
  for (const [resolution, cellSize] of [
    [0.1, 1],
    [1, 1],
    [1.59, 1],
    [1.6, 2],
    [3, 2],
    [12.9, 16],
    [500, 16],
  ] as const) {
    t.equal(chooseLevel(LEVELS, resolution).cellSize, cellSize, `${resolution}`);
  }
  t.throws(() => chooseLevel([], 1), /without levels/);
});

void t.test('the levels within two resolutions, all when there are none', async (t) => {
  const sizes = (bottom: number | null, top: number | null) =>
    levelsWithin(LEVELS, { bottom, top }).map(({ cellSize }) => cellSize);
  t.strictSame(sizes(2, 8), [8, 4, 2]);
  t.strictSame(sizes(null, 1), [1]);
  t.strictSame(sizes(16, null), [16]);
  t.strictSame(sizes(2.5, 3.5), [16, 8, 4, 2, 1]);
});
