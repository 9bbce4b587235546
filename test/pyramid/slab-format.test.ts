import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dataStart, encodeHeader, indexTags, vectorHeader } from '../../src/pyramid/slab-format.js';
import { SlabWriter } from '../../src/pyramid/slab-writer.js';

const empty = (count: number) => Array.from({ length: count }, () => ({ offset: dataStart(count), size: 0 }));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

void t.test('headers have the bytes of the platform’s tools', async (t) => {
  t.equal(
    sha256(vectorHeader(empty(4))),
    '67ac2d4d9c657471f3792ea7d8953bab71eb51aa27440ac6fe3a932ffc98d6d6',
    'vector tiles, 2 × 2',
  );
  const short = (tag: number, value: number) => ({ tag, type: 3, count: 1, value });
  const long = (tag: number, value: number) => ({ tag, type: 4, count: 1, value });
  const png = encodeHeader(
    [8, 8, 8, 8],
    [
      ...[long(256, 4096), long(257, 4096), { tag: 258, type: 3, count: 4, value: 8 }, short(259, 8), short(262, 2)],
      ...[short(277, 4), long(322, 256), long(323, 256), ...indexTags(empty(256)), short(338, 2), short(339, 1)],
    ],
  );
  t.equal(
    sha256(png),
    '2b44d64693dddf518cb1dd168b697d5c6b53da6d4272f13d3122dfc0a188db3a',
    'the same builder makes raster ones',
  );
});

void t.test('the tables have their places', async (t) => {
  for (const [count, sizes, data] of [
    [1, 2052, 2056],
    [4, 2064, 2080],
    [16, 2112, 2176],
    [256, 3072, 4096],
  ] as const) {
    t.equal(dataStart(count), data);
    t.equal(vectorHeader(empty(count)).readUInt32LE(18 + 3 * 12 + 8), count === 1 ? 0 : sizes);
  }
  const single = vectorHeader([{ offset: 2056, size: 77 }]);
  t.same([single.readUInt32LE(18 + 2 * 12 + 8), single.readUInt32LE(18 + 3 * 12 + 8)], [2056, 77]);
});

void t.test('a slab is written tile by tile', async (t) => {
  const path = join(t.testdir(), '00', '32', 'LG.tif');
  const writer = new SlabWriter(path, 4, vectorHeader);
  writer.add(0, Buffer.alloc(235, 1));
  writer.add(3, Buffer.alloc(856, 2));
  t.equal(writer.finish(), 3176);
  const bytes = readFileSync(path);
  t.equal(bytes.length, 3176);
  const table = (at: number) => [0, 1, 2, 3].map((index) => bytes.readUInt32LE(at + 4 * index));
  t.same(table(2048), [2080, 2320, 2320, 2320]);
  t.same(table(2064), [235, 0, 0, 856]);
  t.same(bytes.subarray(0, 2048), vectorHeader(empty(4)));
  t.same(bytes.subarray(2080, 2315), Buffer.alloc(235, 1));
  t.same(bytes.subarray(2315, 2320), Buffer.alloc(5));
  t.same(bytes.subarray(2320), Buffer.alloc(856, 2));
});

void t.test('a slab without tile is no file', async (t) => {
  const path = join(t.testdir(), 'slab.tif');
  const writer = new SlabWriter(path, 4, vectorHeader);
  writer.add(1, Buffer.alloc(0));
  t.equal(writer.finish(), 0);
  t.notOk(existsSync(path));
});

void t.test('large tiles go to the disk as they come', async (t) => {
  const path = join(t.testdir(), 'slab.tif');
  const writer = new SlabWriter(path, 64, vectorHeader);
  for (let index = 0; index < 64; index += 1) writer.add(index, Buffer.alloc(100_001, index));
  t.equal(writer.finish(), statSync(path).size);
  const bytes = readFileSync(path);
  for (let index = 0; index < 64; index += 1) {
    const offset = bytes.readUInt32LE(2048 + 4 * index);
    t.equal(offset % 16, 0);
    t.ok(bytes.subarray(offset, offset + 100_001).every((byte) => byte === index));
  }
});

void t.test('tiles come in order', async (t) => {
  const writer = new SlabWriter(join(t.testdir(), 'slab.tif'), 4, vectorHeader);
  writer.add(2, Buffer.from('a'));
  t.throws(() => writer.add(2, Buffer.from('b')), RangeError);
  t.throws(() => writer.add(4, Buffer.from('b')), RangeError);
});

void t.test('a link is replaced, never written through', async (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'owner.tif'), 'of another pyramid');
  symlinkSync('owner.tif', join(folder, 'slab.tif'));
  const writer = new SlabWriter(join(folder, 'slab.tif'), 4, vectorHeader);
  writer.add(0, Buffer.from('tile'));
  writer.finish();
  t.equal(readFileSync(join(folder, 'owner.tif'), 'utf8'), 'of another pyramid');
  t.equal(readFileSync(join(folder, 'slab.tif')).subarray(2080).toString(), 'tile');
});
