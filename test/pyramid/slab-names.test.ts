import t from 'tap';
import { readSlabPath, slabOf, slabPath, tileIndexOf } from '../../src/pyramid/slab-names.js';

/** Column, row, depth and path, as the platform's own tools name them. */
const PATHS = [
  [25, 195, 2, '00/05/PF.tif'],
  [2, 1, 2, '00/00/21.tif'],
  [4032, 18217, 2, '3E/42/01.tif'],
  [15247, 75846, 2, '01BM/RI/JU.tif'],
  [46656, 1, 2, '1000/00/01.tif'],
  [65, 42, 1, '11/T6.tif'],
  [129, 88, 2, '00/32/LG.tif'],
] as const;

void t.test('slabs are named by their column and row in base 36', async (t) => {
  for (const [col, row, depth, path] of PATHS) {
    t.equal(slabPath({ col, row }, depth), path);
    t.same(readSlabPath(path), { col, row });
  }
});

void t.test('other files are not slabs', async (t) => {
  for (const path of ['00/32/LG.json', '00/32/L.tif', '../32/LG.tif', '00/32/lg.tif', '.tif'])
    t.equal(readSlabPath(path), null, path);
});

void t.test('a tile is found in its slab', async (t) => {
  const size = { tilesPerWidth: 16, tilesPerHeight: 16 };
  t.same(slabOf({ col: 2074, row: 1409 }, size), { col: 129, row: 88 });
  t.equal(tileIndexOf({ col: 2074, row: 1409 }, size), 26);
  t.equal(tileIndexOf({ col: 17, row: 11 }, { tilesPerWidth: 8, tilesPerHeight: 10 }), 9);
});
