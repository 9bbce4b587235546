import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { type Painter, type PatternPlace, quadrants, ramp, writePattern } from '../../fixtures/generate/raster.js';
import { type TileMatrixSet, tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import { copyPyramid, findPyramid } from '../../src/processing/rok4/copied-pyramid.js';
import { readList } from '../../src/pyramid/content-list.js';
import { pyramidsToPyramid } from '../../src/workers/tasks/pyramids-to-pyramid.js';
import { pythonBeside, type RunPython } from '../helpers/python.js';
import { pyramidFiles } from '../helpers/rok4-pyramid.js';
import { type MadePyramid, makePyramid, openPixels } from '../helpers/raster-pyramids.js';

/** The official Python library opens our pyramids, and reads the pixels that we read. */

const python = await pythonBeside('osgeo.gdal', 'rok4==2.2.3', 'numpy==1.24.2');
const skip = 'missing' in python ? python.missing : false;

const READER = `
import hashlib, json, sys
from rok4.pyramid import Pyramid
p = Pyramid.from_descriptor(sys.argv[1])
found = {"format": p.format, "tms": p.tms.name, "slabs": p.load_list(), "tiles": {}}
for (kind, level, col, row), info in p.list_generator():
    assert info["slab"] == p.get_slab_path_from_infos(kind, level, col, row, full=False)
    if kind.name != "DATA":
        continue
    limits = p.get_level(level).tile_limits
    w, h = p.get_level(level).slab_width, p.get_level(level).slab_height
    for i in range(w * h):
        c, r = col * w + i % w, row * h + i // w
        tile = p.get_tile_data_raster(level, c, r)
        if tile is not None:
            found["tiles"]["%s/%d/%d" % (level, c, r)] = [list(tile.shape), hashlib.md5(tile.tobytes()).hexdigest()]
print("FOUND" + json.dumps(found))
`;

/** As the tools of the platform read it. */
function setFile(set: TileMatrixSet): string {
  return JSON.stringify({
    id: set.id,
    crs: set.crs,
    orderedAxes: set.axes,
    tileMatrices: set.levels.map(({ origin, ...level }) => ({ ...level, pointOfOrigin: origin })),
  });
}

const PLACE: PatternPlace = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 500, height: 400 };

for (const [compression, bands, type, tms] of [
  ['png', 3, 'Byte', 'PM'],
  ['png', 4, 'Byte', 'PM'],
  ['jpg', 3, 'Byte', 'LAMB93_10cm'],
  ['raw', 1, 'Byte', 'PM'],
  ['zip', 1, 'Float32', '2154_1M_MNT'],
] as const) {
  void t.test(`${bands} bands ${type} in ${compression}, ${tms}`, { skip }, async (t) => {
    const set = tileMatrixSets().get(tms);
    if ('missing' in python || set === undefined) return;
    const folder = t.testdir();
    const path = join(folder, 'pattern.tif');
    const colours = quadrants(PLACE);
    const paint = type === 'Float32' ? ramp(PLACE) : (x: number, y: number) => [...colours(x, y), 255];
    writePattern(path, PLACE, paint, { bands, type, alpha: bands === 4 });
    const made = await makePyramid(
      folder,
      { 'p.tif': path },
      { tms, compression, mask: true, top: set.levels.at(-8)?.id ?? null },
    );
    const found = await readWithLibrary(python, { folder, set, descriptor: join(made.root, 'pyramid.json') });
    await compareTiles(t, found, made);
    t.same(found.tms, tms);
  });
}

void t.test('a pyramid that images were laid over', { skip }, async (t) => {
  const set = tileMatrixSets().get('LAMB93_10cm');
  if ('missing' in python || set === undefined) return;
  const folder = t.testdir();
  const make = (name: string, place: PatternPlace, paint: Painter, more: Parameters<typeof makePyramid>[2]) => {
    const own = join(folder, name);
    mkdirSync(own);
    const path = join(own, 'pattern.tif');
    writePattern(path, place, paint);
    const size = { tilesPerWidth: 2, tilesPerHeight: 2 };
    return makePyramid(own, { 'p.tif': path }, { tms: set.id, compression: 'png', mask: true, ...size, ...more });
  };
  const former = await make('former', { ...PLACE, width: 2500 }, quadrants(PLACE), { bottom: '18', top: '10' });
  const { root, name } = former;
  const extent = former.result?.extent;
  const made = await make('updated', { ...PLACE, width: 90 }, () => [1, 2, 3], { former: { root, name, extent } });
  const found = await readWithLibrary(python, { folder, set, descriptor: join(made.root, 'pyramid.json') });
  await compareTiles(t, found, made);
  t.equal(found.slabs, readList(readFileSync(join(root, 'pyramid.list'), 'utf8')).length);
});

/** Whether the library reads the pixels that we read. */
async function compareTiles(t: Test, found: Found, { root, name }: MadePyramid): Promise<void> {
  const pixels = await openPixels(root, name);
  t.equal(found.format, pixels.descriptor.format);
  t.ok(found.slabs > 0);
  const isLossy = found.format.includes('JPG');
  let compared = 0;
  for (const level of pixels.descriptor.levels) {
    const limits = level.tile_limits;
    for (let row = limits.min_row; row <= limits.max_row; row += 1) {
      for (let col = limits.min_col; col <= limits.max_col; col += 1) {
        const tile = await pixels.tile(level.id, col, row);
        const [shape, digest] = found.tiles[`${level.id}/${col}/${row}`] ?? [];
        compared += 1;
        const own = tile === null ? '' : md5(tile);
        if (isLossy ? shape?.join() !== '256,256,3' : digest !== own) {
          t.fail(`tile ${level.id}/${col}/${row} differs`);
        }
      }
    }
  }
  t.ok(compared > 4, `${compared} tiles`);
}

function md5({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash('md5')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

void t.test('a delivered pyramid, wherever its slabs were', { skip }, async (t) => {
  const set = tileMatrixSets().get('PM');
  if ('missing' in python || set === undefined) return;
  const folder = t.testdir();
  const files = pyramidFiles({ masks: true, images: 'IMAGE', depth: 4 }).map(({ path, content }) => {
    const localPath = join(folder, 'livraison', path);
    mkdirSync(dirname(localPath), { recursive: true });
    writeFileSync(localPath, content);
    return { path, localPath, kind: 'DATA' as const, size: content.length };
  });
  const delivered = await findPyramid(files);
  const root = join(folder, 'pyramid');
  mkdirSync(root);
  await copyPyramid(delivered, { root, finalRoot: root, name: 'copie' });
  const found = await readWithLibrary(python, { folder, set, descriptor: join(root, 'copie.json') });
  t.match(found, { format: 'TIFF_ZIP_UINT8', tms: 'PM', slabs: 4 });
  const same = md5(new Uint8Array(256 * 256 * 3).fill(40));
  t.same(
    Object.values(found.tiles),
    Array.from({ length: 8 }, () => [[256, 256, 3], same]),
  );
});

void t.test('a merge of pyramids, masks and all', { skip }, async (t) => {
  const set = tileMatrixSets().get('PM');
  if ('missing' in python || set === undefined) return;
  const folder = t.testdir();
  const pyramids = [];
  for (const [name, place] of [
    ['west', PLACE],
    ['east', { ...PLACE, x: PLACE.x + 300, width: 4000 }],
  ] as const) {
    const path = join(folder, `${name}.tif`);
    writePattern(path, place, quadrants(place));
    const own = join(folder, name);
    const made = await makePyramid(own, { 'p.tif': path }, { compression: 'png', mask: true, bottom: '17', top: '15' });
    pyramids.push({ id: name, root: made.root, name: made.name, extent: null });
  }
  const root = join(folder, 'merged');
  mkdirSync(root);
  const outcome = await pyramidsToPyramid(
    { pyramids, parameters: {}, parallelization: 1, name: 'merged', finalRoot: root, files: root },
    () => undefined,
  );
  t.equal(outcome.status, 'SUCCESS');
  const found = await readWithLibrary(python, { folder, set, descriptor: join(root, 'merged.json') });
  const pixels = await openPixels(root, 'merged');
  t.equal(found.format, 'TIFF_PNG_UINT8');
  const tiles = Object.entries(found.tiles);
  for (const [key, [, digest]] of tiles) {
    const [level = '', col, row] = key.split('/');
    const tile = await pixels.tile(level, Number(col), Number(row));
    if (tile === null || md5(tile) !== digest) t.fail(`tile ${key} differs`);
  }
  t.ok(tiles.length > 100, `${tiles.length} tiles`);
});

/** What the library finds in a pyramid. */
interface Found {
  readonly format: string;
  readonly tms: string;
  readonly slabs: number;
  readonly tiles: Readonly<Record<string, readonly [shape: number[], md5: string]>>;
}

async function readWithLibrary(
  { run }: { run: RunPython },
  { folder, set, descriptor }: { folder: string; set: TileMatrixSet; descriptor: string },
): Promise<Found> {
  const sets = join(folder, 'sets');
  mkdirSync(sets);
  writeFileSync(join(sets, `${set.id}.json`), setFile(set));
  const reader = join(folder, 'reader.py');
  writeFileSync(reader, READER);
  const output = await run([reader, descriptor], { env: { ROK4_TMS_DIRECTORY: sets } });
  return JSON.parse(output.slice(output.indexOf('FOUND') + 'FOUND'.length)) as Found;
}
