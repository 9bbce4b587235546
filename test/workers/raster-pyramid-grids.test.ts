import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import gdal from 'gdal-async';
import t, { type Test } from 'tap';
import { type PatternPlace, QUADRANTS, quadrants, worldFile, writePattern } from '../../fixtures/generate/raster.js';
import { TILE_MATRIX_SET_IDS, tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import { makePyramid, openPixels, type PixelReader } from '../helpers/raster-pyramids.js';

void t.test('every tile matrix set, those that are no quadtree too', async (t) => {
  const folder = t.testdir();
  for (const id of TILE_MATRIX_SET_IDS) {
    const set = tileMatrixSets().get(id);
    const bottom = set?.levels.at(-3);
    if (set === undefined || bottom === undefined) return t.fail(id);
    const [x0, y0] = bottom.origin;
    // Somewhere within the levels above too, which may be shorter.
    const place: PatternPlace = {
      srid: 0,
      x: x0 + bottom.cellSize * 700,
      y: y0 - bottom.cellSize * 700,
      ...{ resolution: bottom.cellSize, width: 120, height: 90 },
    };
    const path = join(folder, `${id}.tif`);
    writePattern(path, place, quadrants(place), { placed: false });
    writeFileSync(join(folder, `${id}.tfw`), worldFile(place));
    const where = join(folder, id);
    mkdirSync(where);
    const top = set.levels.at(-6)?.id ?? null;
    const made = await makePyramid(
      where,
      { [`${id}.tif`]: path, [`${id}.tfw`]: join(folder, `${id}.tfw`) },
      { tms: id, srs: set.crs, bottom: bottom.id, top, tilesPerWidth: 8, tilesPerHeight: 8 },
    );
    if (made.result === null) {
      t.fail(`${id}: ${made.log.map(({ message }) => message).join(' | ')}`);
      continue;
    }
    const pixels = await openPixels(made.root, made.name);
    const found = await pixels.pixelAt(bottom.id, place.x + 100 * bottom.cellSize, place.y - 20 * bottom.cellSize);
    t.same(found?.values, QUADRANTS.northEast, id);
    const upper = set.levels.at(-5);
    const above =
      upper && (await pixels.pixelAt(upper.id, place.x + 90 * bottom.cellSize, place.y - 20 * bottom.cellSize));
    t.ok(
      above !== undefined && above !== null && near(above.values, QUADRANTS.northEast),
      `${id} above: ${above?.values.join()}`,
    );
  }
});

function near(values: readonly number[], expected: readonly number[]): boolean {
  return values.every((value, at) => Math.abs(value - (expected[at] ?? NaN)) <= 3);
}

/** Compares the pixels of a level with the pattern they come from, a pixel and a half from its edges left out. */
async function compareWithPattern(
  t: Test,
  pixels: PixelReader,
  { place, level, crs, margin }: { place: PatternPlace; level: string; crs: string; margin: number },
): Promise<number[]> {
  const [own, theirs] = [gdal.SpatialReference.fromEPSG(place.srid), gdal.SpatialReference.fromUserInput(crs)];
  const there = new gdal.CoordinateTransformation(own, theirs);
  const back = new gdal.CoordinateTransformation(theirs, own);
  const [isNorthFirst, swaps] = [own, theirs].map(
    (one) => one.EPSGTreatsAsLatLong() || one.EPSGTreatsAsNorthingEasting(),
  );
  const put = (transformation: gdal.CoordinateTransformation, x: number, y: number, swap = [false, false]) => {
    const found = transformation.transformPoint(...((swap[0] ? [y, x] : [x, y]) as [number, number]));
    return swap[1] ? ([found.y, found.x] as const) : ([found.x, found.y] as const);
  };
  const paint = quadrants(place);
  const [width, height] = [place.width * place.resolution, place.height * place.resolution];
  const seen: number[] = [];
  for (let across = 0; across < 20; across += 1) {
    for (let down = 0; down < 10; down += 1) {
      const [x, y] = [place.x + (width * (across + 0.5)) / 20, place.y - (height * (down + 0.5)) / 10];
      const at = put(there, x, y, [isNorthFirst ?? false, swaps ?? false]);
      const found = await pixels.pixelAt(level, at[0], at[1]);
      if (found === null) return (t.fail(`nothing at ${at.join()}`), seen);
      const [px, py] = put(back, ...found.centre, [swaps ?? false, isNorthFirst ?? false]);
      const gaps = [px - place.x - width / 2, py - place.y + height / 2].map(Math.abs);
      if (gaps.some((gap) => gap < margin)) continue;
      seen.push(at[0]);
      if (!near(found.values, paint(px, py))) t.same(found.values, paint(px, py), `at ${x}, ${y}`);
    }
  }
  return seen;
}

const FIJI: readonly PatternPlace[] = [
  { srid: 32760, x: 815_000, y: 8_120_000, resolution: 10, width: 800, height: 400 },
  { srid: 3460, x: 2_129_000, y: 4_000_000, resolution: 10, width: 800, height: 400 },
];

for (const place of FIJI) {
  for (const [tms, level, crs] of [
    ['PM', '14', 'EPSG:3857'],
    ['4326', '13', 'OGC:CRS84'],
  ] as const) {
    void t.test(`images that the antimeridian crosses: EPSG:${place.srid} to ${tms}`, async (t) => {
      const folder = t.testdir();
      const path = join(folder, 'fiji.tif');
      writePattern(path, place, quadrants(place));
      const made = await makePyramid(folder, { 'fiji.tif': path }, { srs: `EPSG:${place.srid}`, tms, top: '12' });
      const log = made.log.map(({ message }) => message).join('\n');
      if (made.result === null) return t.fail(log);
      t.match(log, new RegExp(`Niveau de la résolution des images : ${level} `));
      t.match(log, new RegExp(`Niveau ${level} : [2-6] dalles à calculer`));
      const pixels = await openPixels(made.root, made.name);
      const seen = await compareWithPattern(t, pixels, { place, level, crs, margin: 40 });
      t.ok(seen.filter((x) => x > 0).length > 20 && seen.filter((x) => x < 0).length > 20, 'on both sides');
      t.same(new Set(made.result.extent?.coordinates[0]?.map(([x]) => x)), new Set([180, -180]));
    });
  }
}

void t.test('a whole world in degrees, of which Mercator shows a part', async (t) => {
  const folder = t.testdir();
  const place: PatternPlace = { srid: 4326, x: -180, y: 90, resolution: 0.1, width: 3600, height: 1800 };
  const path = join(folder, 'world.tif');
  writePattern(path, place, quadrants(place));
  const made = await makePyramid(folder, { 'world.tif': path }, { srs: 'EPSG:4326', tms: 'PM' });
  const log = made.log.map(({ message }) => message).join('\n');
  if (made.result === null) return t.fail(log);
  t.match(log, /Niveau de la résolution des images : 3 \(16\d{3}/);
  const pixels = await openPixels(made.root, made.name);
  const seen = await compareWithPattern(
    t,
    { ...pixels, pixelAt: (id, x, y) => pixels.pixelAt(id, x, Math.max(-2e7, Math.min(2e7, y))) },
    { place, level: '3', crs: 'EPSG:3857', margin: 0.5 },
  );
  t.ok(seen.length > 150);
  t.same(new Set(made.result.extent?.coordinates[0]?.flat()), new Set([180, -180, 90, -90]));
});
