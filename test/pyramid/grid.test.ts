import t from 'tap';
import { tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import { limitsOf, tileAt, tileBox } from '../../src/pyramid/grid.js';

const level = tileMatrixSets()
  .get('PM')
  ?.levels.find(({ id }) => id === '12');

void t.test('points, tiles and rectangles of the set PM', async (t) => {
  if (level === undefined) throw new Error('PM has no level 12');
  t.same(tileAt(level, 261_600, 6_250_000), { col: 2074, row: 1409 });
  const box = tileBox(level, { col: 2074, row: 1409 });
  t.same(
    [box.minX, box.minY, box.maxX, box.maxY].map((value) => value.toFixed(2)),
    ['254382.43', '6242153.48', '264166.37', '6251937.42'],
  );
  t.same(limitsOf(level, { minX: 261_600, minY: 6_240_000, maxX: 270_000, maxY: 6_250_000 }), {
    min_row: 1409,
    max_row: 1410,
    min_col: 2074,
    max_col: 2075,
  });
  t.same(
    limitsOf(level, { minX: -3e7, minY: -3e7, maxX: 3e7, maxY: 3e7 }),
    { min_row: 0, max_row: 4095, min_col: 0, max_col: 4095 },
    'never beyond the matrix',
  );
});
