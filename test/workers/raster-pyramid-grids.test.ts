import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type PatternPlace, QUADRANTS, quadrants, worldFile, writePattern } from '../../fixtures/generate/raster.js';
import { TILE_MATRIX_SET_IDS, tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import { makePyramid, openPixels } from '../helpers/raster-pyramids.js';

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
