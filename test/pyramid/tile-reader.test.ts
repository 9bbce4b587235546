import { mkdirSync, renameSync, symlinkSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { levelStorage, type PyramidDescriptor } from '../../src/pyramid/descriptor.js';
import { vectorHeader } from '../../src/pyramid/slab-format.js';
import { slabOf, slabPath, tileIndexOf } from '../../src/pyramid/slab-names.js';
import { SlabWriter } from '../../src/pyramid/slab-writer.js';
import { readTile } from '../../src/pyramid/tile-reader.js';

const SIZE = { tilesPerWidth: 16, tilesPerHeight: 16 };
const TILE = { col: 2074, row: 1409 };
const DESCRIPTOR: PyramidDescriptor = {
  tile_matrix_set: 'PM',
  format: 'TIFF_PBF_MVT',
  levels: [
    {
      id: '12',
      tiles_per_width: 16,
      tiles_per_height: 16,
      tile_limits: { min_row: 1400, max_row: 1409, min_col: 2074, max_col: 2080 },
      storage: levelStorage('NAME', '12'),
      tables: [],
    },
  ],
};

/** A pyramid of two tiles, one of them outside the limits. */
function buildPyramid(root: string): string {
  const path = join(root, 'NAME/DATA/12', slabPath(slabOf(TILE, SIZE)));
  const writer = new SlabWriter(path, 256, vectorHeader);
  writer.add(tileIndexOf(TILE, SIZE), Buffer.from('tile'));
  writer.add(tileIndexOf({ ...TILE, row: 1410 }, SIZE), Buffer.from('outside'));
  writer.finish();
  return path;
}

void t.test('tiles are read from their slab', async (t) => {
  const root = t.testdir();
  buildPyramid(root);
  const read = (level: string, col: number, row: number) => readTile(root, DESCRIPTOR, level, { col, row });
  t.same(await read('12', 2074, 1409), Buffer.from('tile'));
  t.equal(await read('12', 2075, 1409), null, 'an empty tile');
  t.equal(await read('12', 2074, 1410), null, 'outside the limits');
  t.equal(await read('12', 2074, 1407), null, 'no slab');
  t.equal(await read('13', 2074, 1409), null, 'no such level');
});

void t.test('a slab that is a link is followed', async (t) => {
  const root = t.testdir();
  const path = buildPyramid(root);
  mkdirSync(join(root, 'owner'));
  renameSync(path, join(root, 'owner', 'slab.tif'));
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(root, 'owner', 'slab.tif'), path);
  t.same(await readTile(root, DESCRIPTOR, '12', TILE), Buffer.from('tile'));
});

void t.test('a slab that was cut is an error, not an empty tile', async (t) => {
  const root = t.testdir();
  const path = buildPyramid(root);
  truncateSync(path, 3000);
  await t.rejects(readTile(root, DESCRIPTOR, '12', TILE), { message: /too early/ });
});
