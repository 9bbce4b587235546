import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import {
  type Painter,
  type PatternOptions,
  type PatternPlace,
  quadrants,
  ramp,
  writePattern,
} from '../../fixtures/generate/raster.js';
import { readList } from '../../src/pyramid/content-list.js';
import { descriptorPath, findLevel, type PyramidDescriptor, readDescriptor } from '../../src/pyramid/descriptor.js';
import { HEADER_SIZE } from '../../src/pyramid/slab-format.js';
import { readSlabPath, slabPath } from '../../src/pyramid/slab-names.js';
import { readTile } from '../../src/pyramid/tile-reader.js';
import type { RasterToPyramidInput } from '../../src/workers/tasks/task.js';
import { type MadePyramid, makePyramid, openPixels } from '../helpers/raster-pyramids.js';

/** On the grid of the set below, so that images laid one over the other are those laid together. */
const PLACE: PatternPlace = { srid: 2154, x: 350_003.2, y: 6_690_003.2, resolution: 1.6, width: 1500, height: 1300 };
const PATCH: PatternPlace = { ...PLACE, x: PLACE.x + 1.6 * 300, y: PLACE.y - 1.6 * 200, width: 300, height: 220 };
const BASE = {
  tms: 'LAMB93_10cm',
  ...{ interpolation: 'nn', bottom: '17', top: '11', mask: true, tilesPerWidth: 2, tilesPerHeight: 2 },
} as const;
const RED: Painter = () => [200, 10, 20, 255];

type Parameters = Partial<RasterToPyramidInput>;
interface Images {
  readonly place: PatternPlace;
  readonly paint: Painter;
  readonly options?: PatternOptions;
}

let pyramids = 0;

/** Makes a pyramid of images that lie over each other, in a folder of its own: slabs that were read stay open. */
async function make(t: Test, name: string, images: readonly Images[], parameters: Parameters): Promise<MadePyramid> {
  pyramids += 1;
  const folder = join(t.testdirName, `${name}-${pyramids}`);
  mkdirSync(folder, { recursive: true });
  const files: Record<string, string> = {};
  for (const [at, { place, paint, options }] of images.entries()) {
    files[`${at}.tif`] = join(folder, `${at}.tif`);
    writePattern(files[`${at}.tif`] ?? '', place, paint, options);
  }
  const made = await makePyramid(folder, files, { ...BASE, compression: 'png', ...parameters });
  return made;
}

/** Lays images over a pyramid. */
function update(t: Test, former: MadePyramid, images: readonly Images[], parameters: Parameters = {}) {
  return make(t, 'updated', images, {
    ...{ bottom: null, top: null, mask: false, tms: '', compression: '', interpolation: 'nn' },
    ...{ tilesPerWidth: 16, tilesPerHeight: 16 },
    former: { root: former.root, name: former.name, extent: former.result?.extent },
    ...parameters,
  });
}

/** Tiles of each level whose pixels, or masks, differ; what has no tile is as blank as one of no data. */
async function differences(one: MadePyramid, other: MadePyramid, masks = true): Promise<string[]> {
  const found: string[] = [];
  for (const kind of masks ? [{ masks: true }, {}] : [{}]) {
    const [a, b] = [await openPixels(one.root, one.name, kind), await openPixels(other.root, other.name, kind)];
    for (const { id, tile_limits: limits } of b.descriptor.levels) {
      for (let row = limits.min_row; row <= limits.max_row; row += 1) {
        for (let col = limits.min_col; col <= limits.max_col; col += 1) {
          const [mine, theirs] = await Promise.all([a.tile(id, col, row), b.tile(id, col, row)]);
          const blank = 'masks' in kind ? 0 : theirs instanceof Float32Array ? -99999 : 255;
          const wrong = theirs?.some((value, at) => Math.abs((mine?.[at] ?? blank) - value) > 0.001);
          if (wrong ?? mine?.some((value) => value !== blank)) found.push(`${id}/${col}/${row}`);
        }
      }
    }
  }
  return found;
}

/** Slabs of a pyramid and the numbers of their files. */
function inodes({ root, name }: MadePyramid): Map<string, number> {
  const listed = readList(readFileSync(join(root, `${name}.list`), 'utf8'));
  return new Map(listed.map(({ slab }) => [slab, statSync(join(root, name, slab)).ino]));
}

void t.test('images over a pyramid are as images laid together, and other slabs are kept', async (t) => {
  for (const [what, bands, compression, paint] of [
    ['colours', 3, 'png', quadrants(PLACE)],
    ['transparency', 4, 'zip', (x, y) => [...quadrants(PLACE)(x, y), 255]],
    ['elevations', 1, 'zip', ramp(PLACE)],
  ] as const satisfies readonly (readonly [string, number, string, Painter])[]) {
    await t.test(what, async (t) => {
      t.testdir();
      const options: PatternOptions = { bands, ...(bands === 1 ? { type: 'Float32' } : {}), alpha: bands === 4 };
      // A hole shows what is under it.
      const patch: Painter = (x, y) =>
        bands === 4 && x < PATCH.x + 100 ? [0, 0, 0, 0] : bands === 1 ? [x < PATCH.x + 100 ? NaN : 12.5] : RED(x, y);
      const [below, above] = [
        { place: PLACE, paint, options },
        { place: PATCH, paint: patch, options },
      ];
      const former = await make(t, 'former', [below], { compression });
      const before = inodes(former);
      const updated = await update(t, former, [above]);
      const together = await make(t, 'together', [below, above], { compression });
      t.same(await differences(updated, together), []);
      t.not((await differences(updated, former)).length, 0, 'the patch is there');
      const after = inodes(updated);
      t.same([...after.keys()].sort(), [...inodes(together).keys()].sort(), 'the same slabs');
      const kept = [...after].filter(([slab, ino]) => before.get(slab) === ino).map(([slab]) => slab);
      t.ok(kept.filter((slab) => slab.startsWith('DATA/17/')).length >= 6, `${kept.length} of ${after.size} are kept`);
      t.ok(kept.some((slab) => slab.startsWith('MASK/16/')));
      t.notOk(
        kept.some((slab) => slab.startsWith('DATA/11/')),
        'the top has changed',
      );
      t.same(updated.result?.typeInfos, former.result?.typeInfos);
      const own = { ...(await readDescriptor(former.root, former.name)) };
      t.same(await readDescriptor(updated.root, updated.name), own, 'the limits are those of before');
      rmSync(former.root, { recursive: true });
      t.same(await differences(updated, together), [], 'it does not need the former one');
    });
  }
});

void t.test('a pyramid grows where images lie outside', async (t) => {
  t.testdir();
  const beside = { ...PLACE, x: PLACE.x + 1.6 * 2000, width: 400 };
  const [one, other] = [
    { place: PLACE, paint: quadrants(PLACE) },
    { place: beside, paint: RED },
  ];
  const former = await make(t, 'former', [one], {});
  const updated = await update(t, former, [other]);
  const together = await make(t, 'together', [one, other], {});
  t.same(await differences(updated, together), []);
  const descriptors = await Promise.all([updated, together].map(({ root, name }) => readDescriptor(root, name)));
  t.same(descriptors[0], descriptors[1]);
  t.same(updated.result?.extent, together.result?.extent);
});

void t.test('levels that are no quadtree are made from the images over the former ones', async (t) => {
  t.testdir();
  const parameters = { tms: 'LAMB93_IGNF', bottom: '16', top: '12' };
  const images = [
    { place: PLACE, paint: quadrants(PLACE) },
    { place: PATCH, paint: RED },
  ] as const;
  const former = await make(t, 'former', [images[0]], parameters);
  const updated = await update(t, former, [images[1]]);
  const together = await make(t, 'together', images, parameters);
  t.same(await differences(updated, together), []);
});

void t.test('tiles that no image touches keep their bytes, in slabs that are made again too', async (t) => {
  t.testdir();
  const former = await make(t, 'former', [{ place: PLACE, paint: quadrants(PLACE) }], { compression: 'jpg' });
  const place = { ...PATCH, width: 40, height: 40 };
  const updated = await update(t, former, [{ place, paint: RED }]);
  const descriptors = await Promise.all([former, updated].map(({ root, name }) => readDescriptor(root, name)));
  const [before, after] = descriptors;
  if (before === undefined || after === undefined) return;
  for (const level of after.levels) {
    const { min_col, max_col, min_row, max_row } = level.tile_limits;
    let changed = 0;
    for (let row = min_row; row <= max_row; row += 1) {
      for (let col = min_col; col <= max_col; col += 1) {
        const [old, fresh] = await Promise.all([
          readTile(former.root, before, level.id, { col, row }),
          readTile(updated.root, after, level.id, { col, row }),
        ]);
        if (old === null || fresh === null || !old.equals(fresh)) changed += 1;
      }
    }
    t.equal(changed, 1, `level ${level.id}`);
  }
  const pixels = await openPixels(updated.root, updated.name);
  const red = await pixels.pixelAt('17', place.x + 30, place.y - 30);
  t.ok(red?.values.every((value, band) => Math.abs(value - (RED(0, 0)[band] ?? NaN)) < 6));
});

void t.test('without masks, no data are told by the value of elevations', async (t) => {
  t.testdir();
  const options = { bands: 1, type: 'Float32' } as const;
  const images = [
    { place: { ...PLACE, width: 301 }, paint: () => [100], options },
    { place: { ...PATCH, x: PLACE.x + 1.6 * 305, width: 11 }, paint: () => [100], options },
  ] as const;
  const parameters = { mask: false, compression: 'zip' };
  const former = await make(t, 'former', [images[0]], parameters);
  const updated = await update(t, former, [images[1]]);
  t.same(await differences(updated, await make(t, 'together', images, parameters), false), []);
  const pixels = await openPixels(updated.root, updated.name);
  for (const { id, tile_limits: limits } of pixels.descriptor.levels) {
    const tile = await pixels.tile(id, limits.min_col, limits.min_row);
    const values = new Set([...(tile ?? [])].map((value) => Math.round(value)));
    t.same(values, new Set([-99999, 100]), `level ${id}`);
  }
});

void t.test('levels that are not asked for stay', async (t) => {
  t.testdir();
  const former = await make(t, 'former', [{ place: PLACE, paint: quadrants(PLACE) }], {});
  const updated = await update(t, former, [{ place: PATCH, paint: RED }], { bottom: '15', top: '13' });
  t.same(updated.result?.typeInfos, former.result?.typeInfos);
  const changed = new Set((await differences(updated, former, false)).map((tile) => tile.split('/')[0]));
  t.same(changed, new Set(['13', '14', '15']));
});

/** As other tools may have made it: another depth of folders, another name, tiles without bytes, a slab that lacks. */
async function estrange(made: MadePyramid): Promise<MadePyramid> {
  const root = `${made.root}-delivered`;
  mkdirSync(root);
  const descriptor = await readDescriptor(made.root, made.name);
  const levels: PyramidDescriptor['levels'] = descriptor.levels.map((level) => ({
    ...level,
    storage: {
      type: 'FILE',
      ...{ image_directory: `ORTHO/IMAGE/${level.id}`, mask_directory: `ORTHO/MASQUE/${level.id}`, path_depth: 1 },
    },
  }));
  for (const slab of inodes(made).keys()) {
    const [type = '', id = '', ...rest] = slab.split('/');
    const cell = readSlabPath(rest.join('/'));
    const level = levels.find((candidate) => candidate.id === id);
    if (cell === null || level === undefined) continue;
    const folder = type === 'DATA' ? level.storage.image_directory : (level.storage.mask_directory ?? '');
    const path = join(root, folder, slabPath(cell, 1));
    mkdirSync(dirname(path), { recursive: true });
    cpSync(join(made.root, made.name, slab), path);
  }
  writeFileSync(join(root, 'pyramid.json'), JSON.stringify({ ...descriptor, levels }));
  return { ...made, root };
}

void t.test('pyramids made elsewhere are coped with', async (t) => {
  t.testdir();
  const images = [
    { place: PLACE, paint: quadrants(PLACE) },
    { place: PATCH, paint: RED },
  ] as const;
  const former = await estrange(await make(t, 'former', [images[0]], {}));
  const descriptor = await readDescriptor(former.root, former.name);
  const bottom = findLevel(descriptor, '17');
  const limits = bottom?.tile_limits ?? { min_col: 0, min_row: 0 };
  // That of the patch.
  const slab = { col: limits.min_col >> 1, row: (limits.min_row + 1) >> 1 };
  const path = join(former.root, bottom?.storage.image_directory ?? '', slabPath(slab, 1));
  const bytes = readFileSync(path);
  // The sizes of its tiles.
  bytes.fill(0, HEADER_SIZE + 4 * 4, HEADER_SIZE + 8 * 4);
  writeFileSync(path, bytes);
  const updated = await update(t, former, [images[1]]);
  t.equal(updated.result === null, false, updated.log.map(({ message }) => message).join());
  const pixels = await openPixels(updated.root, updated.name);
  const together = await openPixels((await make(t, 'together', images, {})).root, 'pyramid');
  const [x, y] = [PLACE.x + 1.6 * 1000, PLACE.y - 1.6 * 1000];
  for (const id of ['17', '14']) {
    t.same((await pixels.pixelAt(id, x, y))?.values, (await together.pixelAt(id, x, y))?.values);
  }
  t.same((await pixels.pixelAt('17', PATCH.x + 10, PATCH.y - 10))?.values, [200, 10, 20]);
  t.same((await pixels.pixelAt('17', PATCH.x - 10, PATCH.y + 10))?.values, [255, 255, 255], 'a tile without bytes');
  renameSync(path, `${path}.away`);
  const again = await update(t, former, [images[1]]);
  t.same(await differences(again, updated, false), [], 'without the slab');
  renameSync(`${path}.away`, path);
  const text = readFileSync(descriptorPath(former.root, former.name), 'utf8');
  writeFileSync(descriptorPath(former.root, former.name), text.replace('"nn"', '"lanczos_2"'));
  const resampled = await update(t, former, [images[1]], { interpolation: null });
  t.equal(resampled.result === null, false, resampled.log.map(({ message }) => message).join());
  truncateSync(path, HEADER_SIZE + 5);
  const broken = await update(t, former, [images[1]]);
  t.equal(broken.result, null);
  t.ok(broken.log.some(({ level, message }) => level === 'ERROR' && message.startsWith('Dalle illisible')));
});

void t.test('what cannot be laid over a pyramid is refused in a sentence', async (t) => {
  t.testdir();
  const former = await make(t, 'former', [{ place: PLACE, paint: quadrants(PLACE) }], {});
  for (const [options, parameters, message] of [
    [{ bands: 4, alpha: true }, {}, 'elles donnent 4 canaux UINT8, elle a 3 canaux UINT8'],
    [{ bands: 1, type: 'Float32' }, {}, 'elles donnent 1 canal FLOAT32'],
    [{}, { bottom: '18' }, "Le niveau 18 (bottom) n'existe pas dans la pyramide mise à jour"],
    [{}, { bottom: '12', top: '14' }, 'Le niveau du haut (14) est sous celui du bas (12)'],
  ] as const) {
    const made = await update(t, former, [{ place: PATCH, paint: RED, options }], parameters);
    t.equal(made.result, null, message);
    t.ok(
      made.log.some((line) => line.level === 'ERROR' && line.message.includes(message)),
      message,
    );
  }
});

void t.test('levels that are not the half of the one below are made from it', async (t) => {
  t.testdir();
  const set = { tms: 'LAMB93_1M_MNT', bottom: '8', top: '3' } as const;
  const place: PatternPlace = { ...PLACE, x: 350_003.5, y: 6_690_003.5, resolution: 1, width: 900, height: 700 };
  const patch: PatternPlace = { ...place, x: place.x + 100, y: place.y - 130, width: 330, height: 250 };
  const base: Images = { place, paint: quadrants(place) };
  const over: Images = { place: patch, paint: RED };
  const together = await make(t, 'together', [base, over], set);
  const reduced = together.log.filter(({ message }) =>
    message.endsWith('à calculer par réduction du niveau inférieur'),
  );
  t.equal(reduced.length, 5);
  const pixels = await openPixels(together.root, together.name);
  const middle = [patch.x + 150, patch.y - 100] as const;
  for (const level of ['8', '7', '6']) {
    t.same((await pixels.pixelAt(level, ...middle))?.values, [200, 10, 20], level);
  }
  const former = await make(t, 'former', [base], set);
  t.same(await differences(await update(t, former, [over]), together), [], 'updated');

  // Elevations tell their masks.
  const options = { type: 'Float32', bands: 1, nodata: -99999 };
  const relief: Images = { place, paint: ramp(place), options };
  const higher: Images = { place: patch, paint: () => [4321], options };
  const bare = { ...set, mask: false, compression: 'zip' };
  const whole = await make(t, 'relief', [relief, higher], bare);
  const updated = await update(t, await make(t, 'lower', [relief], bare), [higher]);
  t.same(await differences(updated, whole, false), [], 'updated, without masks');
});

void t.test('white is white and holes are holes in such levels, without masks', async (t) => {
  t.testdir();
  const set = { tms: 'LAMB93_1M_MNT', bottom: '8', top: '3' } as const;
  const place: PatternPlace = { ...PLACE, x: 350_003.5, y: 6_690_003.5, resolution: 1, width: 903, height: 702 };
  const images: Images[] = [{ place, paint: () => [60, 70, 80] }];
  const masked = await make(t, 'masked', images, set);
  const bare = await make(t, 'bare', images, { ...set, mask: false });
  t.same(await differences(bare, masked, false), []);
  const { root, name } = bare;
  t.notOk(existsSync(join(root, name, 'MASK')), 'no mask is left');
  const pixels = await openPixels(root, name);
  // On the edge, where pixels are partly covered, the value of no data does not mix with the others.
  const seen = new Set<string>();
  for (const level of ['7', '6', '5', '4', '3']) {
    const limits = findLevel(pixels.descriptor, level)?.tile_limits;
    const tile = limits && (await pixels.tile(level, limits.min_col, limits.min_row));
    for (let at = 0; at < (tile?.length ?? 0); at += 3) seen.add([...(tile?.subarray(at, at + 3) ?? [])].join());
  }
  t.same([...seen].sort(), ['255,255,255', '60,70,80']);
});
