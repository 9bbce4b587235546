import t from 'tap';
import { type TileMatrixSet, tileMatrixSets } from '../../../src/catalogue/tile-matrix-sets.js';
import {
  coveredSlabs,
  halvedLimits,
  isTwice,
  levelsBetween,
  nearestLevel,
} from '../../../src/processing/raster/level-plan.js';
import { unionLimits } from '../../../src/pyramid/grid.js';

function set(id: string): TileMatrixSet {
  const found = tileMatrixSets().get(id);
  if (found === undefined) throw new Error(id);
  return found;
}

void t.test('the bottom is the level of the nearest resolution, within bounds', async (t) => {
  for (const [resolution, id, suits] of [
    [0.2986, '19', true],
    [0.25, '19', true],
    [0.47, '19', true],
    [0.48, '18', true],
    [0.001, '21', false],
    [1e7, '0', false],
  ] as const) {
    const found = nearestLevel(set('PM'), resolution);
    t.same([found.level.id, found.suits], [id, suits], `${resolution}`);
  }
});

void t.test('levels are counted from the bottom up', async (t) => {
  t.same(
    levelsBetween(set('PM'), '3', '1')?.map(({ id }) => id),
    ['3', '2', '1'],
  );
  t.same(levelsBetween(set('PM'), '3', '3')?.length, 1);
  t.equal(levelsBetween(set('PM'), '1', '3'), null);
  t.equal(levelsBetween(set('PM'), '30', '3'), null);
});

void t.test('sets whose levels halve, and others', async (t) => {
  const halves = (id: string) =>
    set(id)
      .levels.slice(1)
      .every((level, at) => {
        const above = set(id).levels[at];
        return above !== undefined && isTwice(above, level);
      });
  for (const id of ['PM', '4326', 'LAMB93_10cm', '2154_1M_MNT', 'SwissCH1903_28mm']) t.ok(halves(id), id);
  for (const id of ['LAMB93_IGNF', 'LAMB93_1M_MNT', 'LAMB93']) t.notOk(halves(id), id);
  t.equal([...tileMatrixSets().keys()].filter((id) => !halves(id)).length, 10, 'ten of them');
});

void t.test('slabs that boxes touch, near ones together', async (t) => {
  const level = set('PM').levels[12];
  if (level === undefined) return t.fail();
  const side = level.cellSize * 256;
  const [x0, y0] = level.origin;
  const box = (col: number, row: number, cols: number, rows: number) => ({
    minX: x0 + (col + 0.1) * side,
    maxX: x0 + (col + cols - 0.1) * side,
    minY: y0 - (row + rows - 0.1) * side,
    maxY: y0 - (row + 0.1) * side,
  });
  const size = { tilesPerWidth: 16, tilesPerHeight: 16 };
  const covered = coveredSlabs(level, [box(0, 0, 64, 64), box(2000, 1000, 2, 1), box(2003, 1002, 1, 1)], size);
  t.same(
    covered.slice(0, 8).map(({ slab }) => [slab.col, slab.row]),
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 0],
      [3, 0],
      [2, 1],
      [3, 1],
    ],
  );
  t.equal(covered.length, 17);
  t.same(covered.at(-1), {
    slab: { col: 125, row: 62 },
    tiles: { min_col: 2000, max_col: 2003, min_row: 1000, max_row: 1002 },
  });
  const limits = unionLimits(covered.map(({ tiles }) => tiles));
  t.same(limits, { min_col: 0, max_col: 2003, min_row: 0, max_row: 1002 });
  t.same(halvedLimits(limits), { min_col: 0, max_col: 1001, min_row: 0, max_row: 501 });
});
