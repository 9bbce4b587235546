import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import gdal from 'gdal-async';
import t, { type Test } from 'tap';
import {
  type Painter,
  type PatternOptions,
  type PatternPlace,
  QUADRANTS,
  quadrants,
  ramp,
  worldFile,
  writePattern,
} from '../../fixtures/generate/raster.js';
import { readList } from '../../src/pyramid/content-list.js';
import type { RasterToPyramidInput } from '../../src/workers/tasks/task.js';
import { fromWebMercator, toLambert93 } from '../helpers/lambert93.js';
import { type MadePyramid, makePyramid, openPixels } from '../helpers/raster-pyramids.js';

/** Near Nantes, one metre a pixel. */
const PLACE: PatternPlace = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 600, height: 500 };

type Parameters = Partial<RasterToPyramidInput> & { srs?: string };

let made = 0;

async function pyramidOf(
  t: Test,
  parameters: Parameters = {},
  {
    place = PLACE,
    paint = quadrants(place),
    ...options
  }: PatternOptions & { place?: PatternPlace; paint?: Painter } = {},
): Promise<MadePyramid> {
  // A path of its own: slabs that were read stay open. An earlier run of the tests may have left it.
  made += 1;
  const folder = join(t.testdirName, String(made));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'pattern.tif');
  writePattern(path, place, paint, options);
  return makePyramid(folder, { 'data/pattern.tif': path }, parameters);
}

function readAll(made: MadePyramid) {
  return openPixels(made.root, made.name);
}

/** The place of points of a set in Lambert-93. */
const TO_LAMBERT: Readonly<Record<string, (x: number, y: number) => [number, number]>> = {
  PM: (x, y) => toLambert93(...fromWebMercator(x, y)),
  '4326': toLambert93,
  LAMB93_10cm: (x, y) => [x, y],
  LAMB93_IGNF: (x, y) => [x, y],
};

/** Points of a set spread over a box. */
function* spread({ bbox: [minX, minY, maxX, maxY] }: { bbox: readonly number[] }, count: number) {
  const at = (least = 0, most = 0, part: number) => least + (most - least) * part;
  for (let across = 0; across < count; across += 1) {
    for (let down = 0; down < count; down += 1) {
      yield [at(minX, maxX, (across + 0.37) / count), at(minY, maxY, (down + 0.61) / count)] as const;
    }
  }
}

/** The box of the pattern in a set, from its corners: a bit more than the pattern. */
function boxIn(tms: string): readonly number[] {
  const crs = tms === 'PM' ? 'EPSG:3857' : tms === '4326' ? 'OGC:CRS84' : 'EPSG:2154';
  const transformation = new gdal.CoordinateTransformation(
    gdal.SpatialReference.fromUserInput('EPSG:2154'),
    gdal.SpatialReference.fromUserInput(crs),
  );
  const { x, y, width, height } = PLACE;
  const corners = [
    [x, y],
    [x + width, y],
    [x, y - height],
    [x + width, y - height],
  ].map(([px = 0, py = 0]) => (crs === 'EPSG:2154' ? { x: px, y: py } : transformation.transformPoint(px, py)));
  const [xs, ys] = [corners.map((corner) => corner.x), corners.map((corner) => corner.y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

const BOTTOMS = { PM: '17', '4326': '16', LAMB93_10cm: '18', LAMB93_IGNF: '17' } as const;

for (const tms of ['PM', 'LAMB93_10cm', '4326'] as const) {
  void t.test(`a pattern in EPSG:2154 comes back at its place in ${tms}`, async (t) => {
    const made = await pyramidOf(t, { tms, compression: 'png' });
    const pixels = await readAll(made);
    const bottom = pixels.descriptor.levels.at(-1)?.id ?? '';
    t.equal(pixels.descriptor.levels[0]?.id, '0');
    const [middleX, middleY] = [PLACE.x + PLACE.width / 2, PLACE.y - PLACE.height / 2];
    const paint = quadrants(PLACE);
    let compared = 0;
    for (const [x, y] of spread({ bbox: boxIn(tms) }, 40)) {
      const found = await pixels.pixelAt(bottom, x, y);
      if (found === null) {
        t.fail(`no tile at ${x}, ${y}`);
        continue;
      }
      const [px, py] = (TO_LAMBERT[tms] ?? TO_LAMBERT.PM)?.(...found.centre) ?? [NaN, NaN];
      const distance = Math.min(Math.abs(px - middleX), Math.abs(py - middleY), ...sides(px, py).map(Math.abs));
      if (distance < 2.5) continue;
      compared += 1;
      const inside = sides(px, py).every((side) => side > 0);
      const expected = inside ? paint(px, py) : [255, 255, 255];
      if (found.values.join() !== expected.join()) t.same(found.values, expected, `at ${px}, ${py}`);
    }
    t.ok(compared > 1000, `${compared} pixels`);
  });

  void t.test(`elevations are taken where they are in ${tms}`, async (t) => {
    const paint = ramp(PLACE);
    const made = await pyramidOf(t, { tms }, { bands: 1, type: 'Float32', paint });
    t.match(made.result?.typeInfos, {
      channels_format: 'FLOAT32',
      channels_number: 1,
      compression: 'ZIP',
      nodata_value: '-99999',
    });
    const pixels = await readAll(made);
    const bottom = pixels.descriptor.levels.at(-1)?.id ?? '';
    let worst = 0;
    let compared = 0;
    for (const [x, y] of spread({ bbox: boxIn(tms) }, 30)) {
      const found = await pixels.pixelAt(bottom, x, y);
      const [px, py] = found === null ? [NaN, NaN] : (TO_LAMBERT[tms]?.(...found.centre) ?? [NaN, NaN]);
      if (!sides(px, py).every((side) => side > 3)) continue;
      compared += 1;
      worst = Math.max(worst, Math.abs((found?.values[0] ?? NaN) - (paint(px, py)[0] ?? NaN)));
    }
    t.ok(compared > 500);
    t.ok(worst < 0.02, `at most ${worst} m away`);
  });
}

/** Distances to the sides of the pattern, positive inside. */
function sides(px: number, py: number): number[] {
  const { x, y, width, height, resolution } = PLACE;
  return [px - x, x + width * resolution - px, y - py, py - (y - height * resolution)];
}

void t.test('every level is half of the one below, as the tools of the platform do it', async (t) => {
  const noise: Painter = (x, y) => [0, 1, 2].map((band) => Math.abs(Math.trunc(x * 7 + y * 13 + band * 31)) % 251);
  const made = await pyramidOf(
    t,
    { compression: 'raw', top: '14', tilesPerWidth: 9, tilesPerHeight: 8 },
    { paint: noise },
  );
  const pixels = await readAll(made);
  const levels = pixels.descriptor.levels.map(({ id }) => id);
  for (const id of ['16', '15', '14']) {
    const limits = pixels.descriptor.levels.find((level) => level.id === id)?.tile_limits;
    if (limits === undefined) return t.fail(`no level ${id}`);
    const below = levels[levels.indexOf(id) + 1] ?? '';
    const { min_col: col, min_row: row } = limits;
    const tile = await pixels.tile(id, col, row);
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const child = await pixels.tile(below, 2 * col + (quarter & 1), 2 * row + (quarter >> 1));
      if (tile === null || child === null) continue;
      let [wrong, compared] = [0, 0];
      for (let at = 0; at < 128 * 128; at += 1) {
        const [column, line] = [at % 128, Math.floor(at / 128)];
        const four = [0, 1, 256, 257].map((offset) => (2 * line * 256 + 2 * column + offset) * 3);
        // White is the value of no data, which is left out of means.
        if (four.some((place) => child[place] === 255)) continue;
        compared += 1;
        const target = ((line + 128 * (quarter >> 1)) * 256 + column + 128 * (quarter & 1)) * 3;
        for (const band of [0, 1, 2]) {
          const mean = Math.trunc(four.reduce((sum, place) => sum + (child[place + band] ?? 0), 0) / 4);
          if (tile[target + band] !== mean) wrong += 1;
        }
      }
      t.equal(wrong, 0, `level ${id}, quarter ${quarter}: ${compared} pixels`);
    }
  }
});

void t.test('every compression and number of channels', async (t) => {
  for (const [bands, compression, expected] of [
    [1, 'png', { channels_number: 1, compression: 'PNG', nodata_value: '255' }],
    [2, 'png', { channels_number: 2, compression: 'PNG', nodata_value: '255,0' }],
    [3, 'jpg', { channels_number: 3, compression: 'JPG', nodata_value: '255,255,255' }],
    [3, 'jpg90', { channels_number: 3, compression: 'JPG90' }],
    [3, 'raw', { channels_number: 3, compression: 'RAW' }],
    [4, 'png', { channels_number: 4, compression: 'PNG', nodata_value: '255,255,255,0' }],
    [4, 'zip', { channels_number: 4, compression: 'ZIP' }],
    [4, 'jpg', { channels_number: 3, compression: 'JPG' }],
    [1, 'jpg', { channels_number: 3, compression: 'JPG' }],
  ] as const) {
    await t.test(`${bands} bands in ${compression}`, async (t) => {
      const alpha = bands % 2 === 0;
      const colours = (x: number, y: number) => (bands < 3 ? [quadrants(PLACE)(x, y)[0] ?? 0] : quadrants(PLACE)(x, y));
      const paint: Painter = (x, y) => [...colours(x, y), ...(alpha ? [y > PLACE.y - 100 ? 0 : 255] : [])];
      const made = await pyramidOf(t, { compression, top: '15' }, { bands, alpha, paint });
      t.match(made.result?.typeInfos, { tms: 'PM', channels_format: 'UINT8', ...expected });
      const pixels = await readAll(made);
      const found = await pixelIn(pixels, 450, 400);
      const colour = bands < 3 ? [QUADRANTS.southEast[0]] : [...QUADRANTS.southEast];
      const wanted = compression.startsWith('jpg')
        ? bands === 1
          ? [230, 230, 230]
          : colour
        : [...colour, ...(alpha ? [255] : [])];
      const tolerance = compression.startsWith('jpg') ? 6 : 0;
      t.ok(
        found.length === wanted.length &&
          found.every((value, at) => Math.abs(value - (wanted[at] ?? NaN)) <= tolerance),
        `${found.join()} for ${wanted.join()}`,
      );
      if (!alpha) return;
      const transparent = compression === 'jpg' ? [255, 255, 255] : [...(bands === 2 ? [255] : [255, 255, 255]), 0];
      t.same(await pixelIn(pixels, 450, 50), transparent, 'what is transparent is no data');
    });
  }
});

/** The bottom pixel at so many metres right of and below the upper left corner of the pattern, in PM. */
async function pixelIn(pixels: Awaited<ReturnType<typeof openPixels>>, right: number, down: number): Promise<number[]> {
  const [minX = 0, minY = 0, maxX = 0, maxY = 0] = boxIn('PM');
  const x = minX + ((maxX - minX) * right) / PLACE.width;
  const y = maxY - ((maxY - minY) * down) / PLACE.height;
  const found = await pixels.pixelAt(pixels.descriptor.levels.at(-1)?.id ?? '', x, y);
  return found?.values ?? [];
}

void t.test('values of no data, and what is no number, are told by masks', async (t) => {
  const base = ramp(PLACE);
  const paint: Painter = (x, y) => (x < PLACE.x + 100 ? [-9999] : x > PLACE.x + 500 ? [Number.NaN] : base(x, y));
  const made = await pyramidOf(
    t,
    { tms: 'LAMB93_10cm', interpolation: 'nn', mask: true, bottom: '18', top: '11' },
    { bands: 1, type: 'Float32', nodata: -9999, paint },
  );
  const [pixels, masks] = [await readAll(made), await openPixels(made.root, made.name, { masks: true })];
  for (const [column, elevation, mask] of [
    [50, -99999, 0],
    [300, 100 + 300 - 50, 255],
    [550, -99999, 0],
  ] as const) {
    const [x, y] = [PLACE.x + column, PLACE.y - 200];
    const found = await pixels.pixelAt('18', x, y);
    t.ok(Math.abs((found?.values[0] ?? NaN) - elevation) < 2, `${found?.values[0]} at column ${column}`);
    t.same((await masks.pixelAt('18', x, y))?.values, [mask]);
  }
  t.equal(pixels.descriptor.mask_format, 'TIFF_ZIP_UINT8');
  const lowest = await pixels.pixelAt('12', PLACE.x + 110, PLACE.y - 200);
  t.ok((lowest?.values[0] ?? 0) > 0, 'no data are left out of means');
  const slabs = readList(readFileSync(join(made.root, 'pyramid.list'), 'utf8')).map(({ slab }) => slab);
  t.same(
    slabs
      .filter((slab) => slab.startsWith('MASK/'))
      .map((slab) => slab.replace('MASK', 'DATA'))
      .sort(),
    slabs.filter((slab) => slab.startsWith('DATA/')).sort(),
    'a mask for every slab',
  );
});

void t.test('palettes become colours, and masks are heeded', async (t) => {
  const left = (x: number) => x < PLACE.x + PLACE.width / 2;
  const palette = [
    [0, 0, 0],
    [250, 10, 20],
    [0, 0, 0],
  ] as const;
  for (const [name, options, expected] of [
    [
      'palette',
      { bands: 1, palette, paint: (x: number) => [left(x) ? 1 : 0] },
      [
        [250, 10, 20],
        [0, 0, 0],
      ],
    ],
    [
      'palette and no data',
      { bands: 1, palette, nodata: 2, paint: (x: number) => [left(x) ? 0 : 2] },
      [
        [0, 0, 0],
        [255, 255, 255],
      ],
    ],
    [
      'mask',
      { mask: left, paint: () => [9, 8, 7] },
      [
        [9, 8, 7],
        [255, 255, 255],
      ],
    ],
    [
      'nodata of colours',
      { nodata: 0, paint: (x: number) => (left(x) ? [0, 0, 9] : [0, 0, 0]) },
      [
        [0, 0, 9],
        [255, 255, 255],
      ],
    ],
    ['mask of elevations', { bands: 1, type: 'Float32', mask: left, paint: () => [12.5] }, [[12.5], [-99999]]],
    [
      'mask of elevations, and a value of no data',
      { bands: 1, type: 'Float32', nodata: -9999, mask: left, paint: () => [12.5] },
      [[12.5], [-99999]],
    ],
  ] as const) {
    const made = await pyramidOf(t, { tms: 'LAMB93_10cm', bottom: '18', top: '17' }, options);
    t.equal(made.result === null, false, made.log.map(({ message }) => message).join());
    const pixels = await readAll(made);
    const [inside, outside] = [100, 500].map((column) => pixels.pixelAt('18', PLACE.x + column, PLACE.y - 250));
    t.same((await inside)?.values, expected[0], name);
    t.same((await outside)?.values, expected[1], `${name}: no data`);
  }
});

void t.test(
  'a colour that has the value of no data in one band is a colour, over others and beside them',
  async (t) => {
    const folder = t.testdir();
    const half: PatternPlace = { ...PLACE, width: 300 };
    const files: Record<string, string> = {};
    for (const [name, place, nodata, colour] of [
      ['a', half, 0, [200, 100, 50]],
      ['b', half, 0, [0, 120, 30]],
      ['c', { ...half, x: half.x + 300 }, 255, [0, 120, 255]],
    ] as const) {
      files[`${name}.tif`] = join(folder, `${name}.tif`);
      writePattern(
        files[`${name}.tif`] ?? '',
        place,
        (_x, y) => (y > PLACE.y - 250 ? colour : [nodata, nodata, nodata]),
        {
          nodata,
        },
      );
    }
    const made = await makePyramid(folder, files, { tms: 'LAMB93_10cm', interpolation: 'nn', bottom: '18', top: '17' });
    const pixels = await readAll(made);
    const at = async (column: number, line: number) =>
      (await pixels.pixelAt('18', PLACE.x + column, PLACE.y - line))?.values;
    t.same(await at(100, 100), [0, 120, 30], 'over another image');
    t.same(await at(400, 100), [0, 120, 255], 'with another value of no data');
    t.same(await at(100, 400), [255, 255, 255], 'no data');
    t.same(await at(400, 400), [255, 255, 255], 'no data');
  },
);

void t.test('a column that one image of many lacks is a hole', async (t) => {
  const folder = t.testdir();
  const files = { 'a.tif': join(folder, 'a.tif'), 'b.tif': join(folder, 'b.tif') };
  const whole: PatternPlace = { ...PLACE, width: 4000, height: 2600 };
  const options = { bands: 1 };
  writePattern(files['a.tif'], whole, () => [77], options);
  writePattern(files['b.tif'], { ...whole, y: whole.y - 2600, width: 3999, height: 100 }, () => [77], options);
  const made = await makePyramid(folder, files, { tms: 'LAMB93_10cm', interpolation: 'nn', bottom: '18', top: '18' });
  const pixels = await readAll(made);
  for (const [right, down, value] of [
    [3999.5, 2599.2, 77],
    [3998.2, 2650, 77],
    [3999.6, 2650, 255],
  ] as const) {
    t.same((await pixels.pixelAt('18', PLACE.x + right, PLACE.y - down))?.values, [value], `${right}, ${down}`);
  }
});

void t.test('integers of 16 bits become real numbers, and are told', async (t) => {
  const made = await pyramidOf(
    t,
    { interpolation: 'nn', tms: '2154_1M_MNT', top: '12' },
    { bands: 1, type: 'Int16', paint: () => [-512] },
  );
  t.match(made.result?.typeInfos, { channels_format: 'FLOAT32', compression: 'ZIP' });
  t.ok(made.log.some(({ level, message }) => level === 'WARNING' && message.includes('Int16')));
  const pixels = await readAll(made);
  t.same((await pixels.pixelAt('17', PLACE.x + 300, PLACE.y - 200))?.values, [-512]);
});

void t.test('several images are one, with a hole where there is none, the last path on top', async (t) => {
  const folder = t.testdir();
  const part = (x: number, y: number): PatternPlace => ({
    ...PLACE,
    x: PLACE.x + x,
    y: PLACE.y - y,
    width: 200,
    height: 200,
  });
  const files: Record<string, string> = {};
  for (const [name, x, y, colour] of [
    ['a', 0, 0, [10, 20, 30]],
    ['b', 200, 0, [40, 50, 60]],
    ['c', 0, 200, [70, 80, 90]],
    ['d', 100, 100, [100, 110, 120]],
  ] as const) {
    files[`data/${name}.tif`] = join(folder, `${name}.tif`);
    writePattern(files[`data/${name}.tif`] ?? '', part(x, y), () => colour);
  }
  mkdirSync(join(folder, 'made'));
  const made = await makePyramid(join(folder, 'made'), files, {
    tms: 'LAMB93_10cm',
    bottom: '18',
    top: '15',
    mask: true,
  });
  const [pixels, masks] = [await readAll(made), await openPixels(made.root, made.name, { masks: true })];
  for (const [x, y, colour, mask] of [
    [50, 50, [10, 20, 30], 255],
    [350, 50, [40, 50, 60], 255],
    [50, 350, [70, 80, 90], 255],
    [150, 150, [100, 110, 120], 255],
    [250, 250, [100, 110, 120], 255],
    [350, 350, [255, 255, 255], 0],
  ] as const) {
    t.same((await pixels.pixelAt('18', PLACE.x + x, PLACE.y - y))?.values, colour, `at ${x}, ${y}`);
    t.same((await masks.pixelAt('18', PLACE.x + x, PLACE.y - y))?.values, [mask]);
  }
  for (const x of [198.5, 199.5, 200.5]) {
    const found = await pixels.pixelAt('18', PLACE.x + x, PLACE.y - 50);
    t.ok(found !== null && (found.values[0] ?? 255) < 60, 'no seam between neighbours');
  }
});

void t.test('the place of an image may be beside it, and its system in the delivery', async (t) => {
  const folder = t.testdir();
  writePattern(join(folder, 'bare.tif'), PLACE, quadrants(PLACE), { placed: false });
  writeFileSync(join(folder, 'bare.tfw'), worldFile(PLACE));
  const made = await makePyramid(
    folder,
    { 'bare.tif': join(folder, 'bare.tif'), 'bare.tfw': join(folder, 'bare.tfw') },
    { tms: 'LAMB93_10cm' },
  );
  const pixels = await readAll(made);
  const bottom = pixels.descriptor.levels.at(-1)?.id ?? '';
  t.same((await pixels.pixelAt(bottom, PLACE.x + 100, PLACE.y - 100))?.values, QUADRANTS.northWest);
  t.same((await pixels.pixelAt(bottom, PLACE.x + 500, PLACE.y - 100))?.values, QUADRANTS.northEast);
});

void t.test('the bottom is the level of the nearest resolution', async (t) => {
  for (const [tms, bottom] of Object.entries(BOTTOMS)) {
    const folder = t.testdir();
    const path = join(folder, 'pattern.tif');
    writePattern(path, { ...PLACE, width: 64, height: 64 }, () => [1, 2, 3]);
    const made = await makePyramid(folder, { 'pattern.tif': path }, { tms });
    const infos = made.result?.typeInfos;
    t.equal(infos !== undefined && 'levels' in infos ? infos.levels.at(-1) : '', bottom, tms);
  }
});

void t.test('levels asked for', async (t) => {
  const made = await pyramidOf(t, { bottom: '16', top: '14' });
  t.match(made.result?.typeInfos, { levels: ['14', '15', '16'] });
  for (const [parameters, message] of [
    [{ bottom: '99' }, 'Le niveau 99 (bottom)'],
    [{ bottom: '10', top: '12' }, 'Le niveau du haut (12)'],
  ] as const) {
    const refused = await pyramidOf(t, parameters);
    t.equal(refused.result, null);
    t.ok(refused.log.some((line) => line.level === 'ERROR' && line.message.includes(message)));
  }
});

void t.test('what no pyramid can be made from is refused in a sentence', async (t) => {
  for (const [parameters, options, message] of [
    [{ compression: 'png' }, { bands: 1, type: 'Float32' }, 'La compression png'],
    [{ compression: 'zip' }, { bands: 3, type: 'UInt16' }, '3 bandes UInt16'],
    [{ compression: 'zip' }, { bands: 5 }, '5 bandes'],
    [{ compression: 'jpg' }, { bands: 4, options: ['ALPHA=NO'] }, '3 canaux'],
    [{ srs: 'EPSG:1' }, {}, 'SRS de la livraison'],
    [
      { srs: 'EPSG:32740', tms: 'LAMB93_10cm' },
      { place: { ...PLACE, srid: 32740, y: 7_690_000 } },
      "hors de l'emprise du TMS",
    ],
  ] as const) {
    const made = await pyramidOf(t, parameters, options);
    t.equal(made.result, null, message);
    t.ok(
      made.log.some((line) => line.level === 'ERROR' && line.message.includes(message)),
      message,
    );
    t.same(readdirSync(made.root), [], 'nothing is left');
  }
});

void t.test('palettes with transparent colours become colours and transparency', async (t) => {
  const folder = t.testdir();
  const files: Record<string, string> = {};
  // Of the second image, which lies over the first, all is transparent but its last columns.
  for (const [name, numberAt] of [
    ['a', (column: number) => (column < 300 ? 1 : 2)],
    ['b', (column: number) => (column < 450 ? (column % 2 === 0 ? 3 : 4) : 1)],
  ] as const) {
    const drawn = gdal.open('', 'w', 'MEM', PLACE.width, PLACE.height, 1, 'Byte');
    const table = new gdal.ColorTable('RGB');
    for (const [index, [c1, c2, c3, c4]] of [
      [0, 0, 0, 255],
      [250, 10, 20, 255],
      [10, 200, 30, 100],
      [90, 90, 90, 0],
      [50, 60, 70, 0],
    ].entries()) {
      table.set(index, { c1: c1 ?? 0, c2: c2 ?? 0, c3: c3 ?? 0, c4: c4 ?? 0 });
    }
    const band = drawn.bands.get(1);
    band.colorTable = table;
    const numbers = new Uint8Array(PLACE.width * PLACE.height).map((_, at) => numberAt(at % PLACE.width));
    band.pixels.write(0, 0, PLACE.width, PLACE.height, numbers);
    const path = join(folder, `${name}.png`);
    gdal.drivers.get('PNG').createCopy(path, drawn).close();
    writeFileSync(join(folder, `${name}.pgw`), worldFile(PLACE));
    files[`${name}.png`] = path;
    files[`${name}.pgw`] = join(folder, `${name}.pgw`);
  }
  const colours = async (name: string, parameters: Parameters) => {
    const own = join(folder, name);
    mkdirSync(own);
    const made = await makePyramid(own, files, { tms: 'LAMB93_10cm', bottom: '18', top: '17', ...parameters });
    const log = made.log.map(({ message }) => message).join('\n');
    t.not(made.result, null, log);
    t.match(log, /palettes des images sont développées en 3 couleurs et transparence/);
    const pixels = await readAll(made);
    const columns = [100, 400, 550];
    return Promise.all(
      columns.map(async (column) => (await pixels.pixelAt('18', PLACE.x + column, PLACE.y - 250))?.values),
    );
  };
  t.same(await colours('png', { compression: 'png' }), [
    [250, 10, 20, 255],
    [10, 200, 30, 100],
    [250, 10, 20, 255],
  ]);
  const jpeg = await colours('jpg', { compression: 'jpg90' });
  t.same(
    jpeg.map((values) => values?.length),
    [3, 3, 3],
  );
});
