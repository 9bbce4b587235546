import t from 'tap';
import { NOMENCLATURES } from '../../src/catalogue/nomenclatures.js';
import { TILE_MATRIX_SET_IDS, tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';

void t.test('71 sets, every level with figures that make sense', async (t) => {
  const sets = [...tileMatrixSets().values()];
  t.equal(sets.length, 71);
  t.same(
    sets.map((set) => set.id),
    TILE_MATRIX_SET_IDS,
  );
  for (const { id, crs, axes, levels } of sets) {
    t.match(crs, /^(EPSG|IGNF):\w+$/, id);
    t.equal(axes.length, 2, id);
    t.ok(levels.length > 3, id);
    for (const level of levels) {
      const { origin, ...rest } = level;
      t.ok(
        [...origin, ...Object.values(rest).filter((value) => value !== level.id)].every(Number.isFinite),
        `${id} ${level.id}`,
      );
      t.ok(level.matrixWidth > 0 && level.matrixHeight > 0 && level.tileWidth > 0, `${id} ${level.id}`);
    }
    const sizes = levels.map((level) => level.cellSize);
    t.same(
      sizes,
      sizes.toSorted((a, b) => b - a),
      `${id}: coarsest first`,
    );
  }
});

void t.test('terms are unique within their type, and so are their ids', async (t) => {
  t.equal(new Set(NOMENCLATURES.map((one) => one.id)).size, NOMENCLATURES.length);
  t.equal(new Set(NOMENCLATURES.map((one) => `${one.type} ${one.term}`)).size, NOMENCLATURES.length);
  for (const { id } of NOMENCLATURES) t.match(id, /^00000000-0000-4000-8000-[0-9a-f]{12}$/);
});
