import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { rasterHeader } from '../../src/pyramid/raster-header.js';
import { SlabAssembly } from '../../src/pyramid/slab-assembly.js';

const SIZE = { tilesPerWidth: 2, tilesPerHeight: 2 };

function assembly(folder: string): SlabAssembly {
  const format = { encoding: 'PNG', sample: 'UINT8' } as const;
  const kind = { format, channels: 4, photometric: 'rgb', tileWidth: 256, tileHeight: 256, size: SIZE } as const;
  const header = (entries: Parameters<typeof rasterHeader>[1]) => rasterHeader(kind, entries);
  return new SlabAssembly(join(folder, 'LG.tif'), SIZE, header, Buffer.alloc(546, 7), join(folder, 'waiting'));
}

void t.test('tiles come in any order and are written in that of the index', async (t) => {
  const folder = t.testdir();
  const slab = assembly(folder);
  t.notOk(slab.add(3, null));
  t.notOk(slab.add(2, Buffer.alloc(546, 3)));
  t.notOk(slab.add(1, null));
  t.throws(() => slab.finish(), RangeError);
  t.ok(slab.add(0, Buffer.alloc(1158, 1)), 'the last one');
  t.equal(slab.finish(), 4914);
  t.notOk(existsSync(join(folder, 'waiting')));
  const bytes = readFileSync(join(folder, 'LG.tif'));
  const table = (at: number) => [0, 1, 2, 3].map((index) => bytes.readUInt32LE(at + 4 * index));
  t.same(table(2048), [2080, 3248, 3808, 4368]);
  t.same(table(2064), [1158, 546, 546, 546]);
  t.same(
    [2080, 3248, 3808, 4368].map((offset) => bytes[offset]),
    [1, 7, 3, 7],
  );
});
