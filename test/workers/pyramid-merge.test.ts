import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Painter, type PatternOptions, type PatternPlace, writePattern } from '../../fixtures/generate/raster.js';
import { readList } from '../../src/pyramid/content-list.js';
import { readTile } from '../../src/pyramid/tile-reader.js';
import { slabPath } from '../../src/pyramid/slab-names.js';
import type { TaskLogEntry } from '../../src/processing/task-log.js';
import { pyramidsToPyramid } from '../../src/workers/tasks/pyramids-to-pyramid.js';
import type { RasterToPyramidInput } from '../../src/workers/tasks/task.js';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { sentences } from '../helpers/diffusion.js';
import { mergeRequest, storedPixels } from '../helpers/harvest.js';
import { deliver, type Integrated, into } from '../helpers/integration.js';
import { fromWebMercator, toLambert93 } from '../helpers/lambert93.js';
import { runExecution } from '../helpers/pyramids.js';
import { type MadePyramid, makePyramid, openPixels, type PixelReader } from '../helpers/raster-pyramids.js';
import { DATASTORE } from '../helpers/seed.js';

const RASTER_TO_PYRAMID = '2ae50661-986c-4f47-a3f0-e380417b522c';
const ROOT = `/datastores/${DATASTORE}`;

/** A lies in one slab of level 17; B covers a part of it, and goes on eastwards into other slabs. */
const A: PatternPlace = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 500, height: 400 };
const B: PatternPlace = { srid: 2154, x: 350_300, y: 6_689_900, resolution: 2, width: 2400, height: 150 };
const RED = [200, 30, 30];
const GREEN = [30, 160, 60];
const WHITE = [255, 255, 255];

/** Metres within the pattern, negative outside. */
function depth({ x, y, width, height, resolution }: PatternPlace, px: number, py: number): number {
  return Math.min(px - x, x + width * resolution - px, y - py, py - (y - height * resolution));
}

/** Points of EPSG:3857 over both patterns. */
function* points(): Generator<[number, number]> {
  for (let across = 0; across < 60; across += 1) {
    for (let down = 0; down < 25; down += 1) yield [-181_600 + across * 130, 5_977_200 + down * 47];
  }
}

/** What a place shows: the value of A, of B or of neither; `null` near a side. */
function shown(order: 'AB' | 'BA', [x, y]: readonly [number, number]): 'A' | 'B' | 'none' | null {
  const [px, py] = toLambert93(...fromWebMercator(x, y));
  const [inA, inB] = [depth(A, px, py), depth(B, px, py)];
  if (Math.min(Math.abs(inA), Math.abs(inB)) < 5) return null;
  if (inA > 0 && inB > 0) return order === 'AB' ? 'A' : 'B';
  return inA > 0 ? 'A' : inB > 0 ? 'B' : 'none';
}

async function compare(
  t: Test,
  pixels: PixelReader,
  order: 'AB' | 'BA',
  values: Readonly<Record<'A' | 'B' | 'none', readonly number[]>>,
  { tolerance = 0 } = {},
): Promise<void> {
  const counts = { A: 0, B: 0, none: 0 };
  for (const point of points()) {
    const found = await pixels.pixelAt('17', ...point);
    const place = found && shown(order, found.centre);
    if (found === null || place === null) continue;
    counts[place] += 1;
    const differs = values[place].some(
      (value, channel) => Math.abs(value - (found.values[channel] ?? NaN)) > tolerance,
    );
    if (differs) t.same(found.values, values[place], `at ${point.join()}`);
  }
  t.ok(counts.A > 10 && counts.B > 20 && counts.none > 50, JSON.stringify(counts));
}

interface Merged extends MadePyramid {
  readonly inputs: readonly MadePyramid[];
}

/** Two pyramids made of A and B, and the merge of both, the task alone. */
async function mergeOf(
  t: Test,
  order: 'AB' | 'BA',
  {
    parameters = {},
    merge = {},
    paints = [() => RED, () => GREEN],
    ...options
  }: PatternOptions & {
    parameters?: Partial<RasterToPyramidInput> | ((pattern: 'A' | 'B') => Partial<RasterToPyramidInput>);
    merge?: Readonly<Record<string, unknown>>;
    paints?: [Painter, Painter];
  } = {},
): Promise<Merged> {
  const folder = t.testdir();
  const made: MadePyramid[] = [];
  for (const [name, place, paint] of [
    ['A', A, paints[0]],
    ['B', B, paints[1]],
  ] as const) {
    const own = join(folder, name);
    mkdirSync(own);
    writePattern(join(own, 'pattern.tif'), place, paint, options);
    const asked = typeof parameters === 'function' ? parameters(name) : parameters;
    made.push(
      await makePyramid(own, { 'pattern.tif': join(own, 'pattern.tif') }, { bottom: '17', top: '14', ...asked }),
    );
  }
  const inputs = order === 'AB' ? made : made.toReversed();
  const root = join(folder, 'merged');
  mkdirSync(root);
  const log: TaskLogEntry[] = [];
  const outcome = await pyramidsToPyramid(
    {
      pyramids: inputs.map(({ root: own, name }, at) => ({ id: `${at}`, root: own, name, extent: null })),
      ...{ parameters: merge, parallelization: 1, name: 'merged', finalRoot: root, files: root },
    },
    (entry) => void log.push(entry),
  );
  return { root, name: 'merged', log, inputs, result: outcome.status === 'SUCCESS' ? outcome.result : null };
}

/** Files of the slabs of a level of the pyramid that the list names. */
function slabsOf({ root, name }: MadePyramid, level: string): { path: string; inode: number }[] {
  return readList(readFileSync(join(root, `${name}.list`), 'utf8'))
    .filter(({ slab }) => slab.startsWith(`DATA/${level}/`))
    .map(({ slab }) => ({ path: slab, inode: statSync(join(root, name, slab)).ino }));
}

for (const order of ['AB', 'BA'] as const) {
  void t.test(`pixels of ${order}, masks kept`, async (t) => {
    const merged = await mergeOf(t, order, { parameters: { mask: true, compression: 'png' } });
    await compare(t, await openPixels(merged.root, 'merged'), order, { A: RED, B: GREEN, none: WHITE });
    const masks = await openPixels(merged.root, 'merged', { masks: true });
    await compare(t, masks, order, { A: [255], B: [255], none: [0] });
    t.same(
      masks.descriptor.levels.map(({ id }) => id),
      ['14', '15', '16', '17'],
    );
    const own = new Map(merged.inputs.flatMap((input) => slabsOf(input, '17')).map(({ inode, path }) => [inode, path]));
    const slabs = slabsOf(merged, '17');
    const linked = slabs.filter(({ inode, path }) => own.get(inode) === path);
    t.ok(linked.length > 0 && linked.length < slabs.length, `${linked.length} slabs of ${slabs.length} are shared`);
    t.match(
      merged.log.map(({ message }) => message).join('\n'),
      /Niveau 17 : \d dalles reprises, 1 dalles à recalculer/,
    );
  });
}

void t.test('without masks, pixels of the value of no data are no data', async (t) => {
  const merged = await mergeOf(t, 'AB', { parameters: (pattern) => ({ mask: pattern === 'A' }) });
  const pixels = await openPixels(merged.root, 'merged');
  await compare(t, pixels, 'AB', { A: RED, B: GREEN, none: WHITE });
  t.notOk(pixels.descriptor.mask_format);
  const list = readList(readFileSync(join(merged.root, 'merged.list'), 'utf8'));
  t.notOk(list.some(({ slab }) => slab.startsWith('MASK')));
  t.match(merged.log.find(({ level }) => level === 'WARNING')?.message, /n'ont pas de masques/);
});

void t.test('near infrared of 0 is a colour, not transparency', async (t) => {
  const merged = await mergeOf(t, 'AB', {
    ...{ bands: 4, options: ['PHOTOMETRIC=MINISBLACK', 'ALPHA=NO'] },
    paints: [() => [...RED, 0], () => [...GREEN, 90]],
    parameters: { compression: 'png' },
  });
  const values = { A: [...RED, 0], B: [...GREEN, 90], none: [...WHITE, 255] };
  await compare(t, await openPixels(merged.root, 'merged'), 'AB', values);
});

void t.test('elevations', async (t) => {
  const merged = await mergeOf(t, 'AB', {
    ...{ bands: 1, type: 'Float32', paints: [() => [12.5], () => [99.25]] },
    parameters: { compression: 'zip', interpolation: 'nn', mask: true },
  });
  await compare(t, await openPixels(merged.root, 'merged'), 'AB', { A: [12.5], B: [99.25], none: [-99999] });
});

void t.test('tiles that only one pyramid has are not encoded again', async (t) => {
  const merged = await mergeOf(t, 'AB', { parameters: { compression: 'jpg', mask: true } });
  const pixels = await openPixels(merged.root, 'merged');
  await compare(t, pixels, 'AB', { A: RED, B: GREEN, none: WHITE }, { tolerance: 8 });
  const counts = { same: 0, mixed: 0 };
  const [slab] = slabsOf(merged, '17').filter(
    ({ inode }) => !merged.inputs.some((input) => slabsOf(input, '17').some((own) => own.inode === inode)),
  );
  const level = pixels.descriptor.levels.find(({ id }) => id === '17');
  if (slab === undefined || level === undefined) return t.fail('nothing is made');
  const { min_col, max_col, min_row, max_row } = level.tile_limits;
  for (let col = min_col; col <= max_col; col += 1) {
    for (let row = min_row; row <= max_row; row += 1) {
      if (`DATA/17/${slabPath({ col: col >> 3, row: row >> 3 })}` !== slab.path) continue;
      const bytes = await readTile(merged.root, pixels.descriptor, '17', { col, row });
      const originals = await Promise.all(
        merged.inputs.map(async ({ root, name }) =>
          readTile(root, (await openPixels(root, name)).descriptor, '17', { col, row }),
        ),
      );
      if (originals.every((original) => original === null)) continue;
      if (originals.some((original) => original && bytes?.equals(original))) counts.same += 1;
      else counts.mixed += 1;
    }
  }
  t.ok(counts.same > 10 && counts.mixed > 0 && counts.mixed < 10, JSON.stringify(counts));
});

void t.test('levels that only one pyramid has, and levels that are asked for', async (t) => {
  const levels = (pattern: 'A' | 'B') => (pattern === 'A' ? { bottom: '17', top: '15' } : { bottom: '16', top: '12' });
  const merged = await mergeOf(t, 'AB', { parameters: levels, merge: { top: 13 } });
  const { descriptor } = await openPixels(merged.root, 'merged');
  t.same(
    descriptor.levels.map(({ id }) => id),
    ['13', '14', '15', '16', '17'],
  );
  const apart = (pattern: 'A' | 'B') => (pattern === 'A' ? { bottom: '17', top: '16' } : { bottom: '15', top: '12' });
  const failed = await mergeOf(t, 'AB', { parameters: apart });
  t.match(failed.log.map(({ message }) => message).join('\n'), /aucun niveau en commun/);
});

void t.test('only slabs that meet the box', async (t) => {
  // Each merge takes the folder of the former one.
  const all = slabsOf(await mergeOf(t, 'AB'), '17');
  const some = slabsOf(await mergeOf(t, 'AB', { merge: { bbox: '-1.66, 47.2, -1.625, 47.3' } }), '17');
  t.ok(some.length > 0 && some.length < all.length, `${some.length} of ${all.length}`);
  const nowhere = await mergeOf(t, 'AB', { merge: { bbox: [2, 48, 3, 49] } });
  t.equal(nowhere.result, null);
  t.match(nowhere.log.map(({ message }) => message).join('\n'), /ne rencontre/);
});

async function stored(t: Test, user: ApiUser, place: PatternPlace, paint: Painter, parameters: object) {
  const path = join(t.testdir(), 'ortho.tif');
  writePattern(path, place, paint);
  const upload = await deliver(user, [path], { type: 'RASTER', srs: 'EPSG:2154' });
  return run(user, {
    processing: RASTER_TO_PYRAMID,
    inputs: { upload: [upload.id] },
    output: { stored_data: { name: 'ortho', storage_tags: ['PYRAMIDE'] } },
    parameters: { tms: 'PM', compression: 'png', mask: true, bottom: '17', width: 8, height: 8, ...parameters },
  });
}

async function run(user: ApiUser, body: object): Promise<Integrated> {
  const ended = await runExecution(user, body);
  if (ended.status !== 'SUCCESS') throw new Error(ended.log);
  return ended;
}

void t.test('through the API', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const a = await stored(t, user, A, () => RED, {});
  const b = await stored(t, user, B, () => GREEN, {});
  const merged = await run(user, mergeRequest([a.storedData, b.storedData]));

  await t.test('the result lies on both, which cannot be deleted', async (t) => {
    await compare(t, await storedPixels(emulator.deps, merged.storedData), 'AB', { A: RED, B: GREEN, none: WHITE });
    t.match(merged.data, {
      srs: 'EPSG:3857',
      type_infos: { tms: 'PM', channels_number: 3, compression: 'PNG', nodata_value: '255,255,255' },
    });
    const { body } = await user.call<{ use: { _id: string }[] }>(
      'GET',
      `${ROOT}/stored_data/${merged.storedData}/dependencies`,
    );
    t.same(body.use.map(({ _id }) => _id).sort(), [a.storedData, b.storedData].sort());
    for (const { storedData } of [a, b]) {
      t.equal((await user.call('DELETE', `${ROOT}/stored_data/${storedData}`)).status, 409);
    }
    const longitudes = (data: Integrated['data']) => data.extent?.coordinates[0]?.map(([x = NaN]) => x) ?? [];
    t.equal(Math.min(...longitudes(merged.data)), Math.min(...longitudes(a.data)));
    t.equal(Math.max(...longitudes(merged.data)), Math.max(...longitudes(b.data)));
  });

  await t.test('an input that is changed in place changes nothing in it', async (t) => {
    const path = join(t.testdir(), 'blue.tif');
    writePattern(path, B, () => [10, 20, 250]);
    const upload = await deliver(user, [path], { type: 'RASTER', srs: 'EPSG:2154' });
    await run(user, {
      ...{ processing: RASTER_TO_PYRAMID, inputs: { upload: [upload.id] }, parameters: {} },
      ...into(b.storedData),
    });
    await compare(t, await storedPixels(emulator.deps, merged.storedData), 'AB', { A: RED, B: GREEN, none: WHITE });
  });

  await t.test('what cannot be merged is refused, every fault told', async (t) => {
    const refusal = async (inputs: readonly string[], parameters: object = {}, more: object = {}) => {
      const answer = await user.call('POST', `${ROOT}/processings/executions`, mergeRequest(inputs, parameters, more));
      t.equal(answer.status, 400);
      return sentences(answer);
    };
    const [one, two] = [a.storedData, b.storedData];
    t.match(await refusal([one]), /au moins deux pyramides/);
    t.match(await refusal([one, one]), /doublon/);
    t.match(await refusal([one, two], {}, into(one)), /nouvelle donnée stockée/);
    t.match(await refusal([one, two], { bbox: [1, 2, 3] }), /"bbox" doit contenir/);
    t.match(await refusal([one, two], { bbox: '10,10,11,11' }), /"bbox" ne rencontre/);
    t.match(await refusal([one, two], { top: '17', bottom: '14' }), /ne peut pas être sous/);
    t.match(await refusal([one, two], { top: '99' }), /niveau 99 .* aucune des pyramides/);
    const other = await stored(t, user, { ...A, width: 100, height: 100 }, () => RED, {
      ...{ tms: 'LAMB93_10cm', compression: 'zip', bottom: '14', width: 16 },
    });
    t.match(await refusal([one, other.storedData]), /le même TMS.*le même format.*la même taille de dalles/);
  });
});
