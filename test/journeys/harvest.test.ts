import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { harvestRequest, storedPixels } from '../helpers/harvest.js';
import { fromWebMercator, toLambert93 } from '../helpers/lambert93.js';
import { runExecution } from '../helpers/pyramids.js';
import { publishWmsLayer } from '../helpers/publish.js';
import { createShapes, filled, shapeRelation } from '../helpers/shapes.js';

/** Around the first square, of 10 km. */
const AREA = 'POLYGON((2.9 46.4,3.2 46.4,3.2 46.7,2.9 46.7,2.9 46.4))';

void t.test("a layer of the emulator's own WMS becomes a raster pyramid", async (t) => {
  const emulator = await startTestEmulator(t, { HARVEST_ALLOWED_HOSTS: '' });
  await createShapes(emulator.config.databaseUrl ?? '');
  await publishWmsLayer(emulator.deps, {
    name: 'carres',
    relations: [shapeRelation('squares', `<Rule>${filled('#c02040')}</Rule>`)],
  });
  const user = await logIn(emulator);
  const { status, log, storedData } = await runExecution(
    user,
    harvestRequest(`${emulator.origin}/wms-v?`, {
      harvest_layers: 'carres',
      harvest_area: AREA,
      harvest_levels: ['11', '8'],
      bottom: '11',
      top: '6',
      harvest_extras: 'transparent=true',
    }),
  );
  t.equal(status, 'SUCCESS', log);
  const pixels = await storedPixels(emulator.deps, storedData);
  for (const level of ['11', '10', '8']) {
    const counts = { square: 0, around: 0 };
    for (let x = 322_000; x < 358_000; x += 700) {
      for (let y = 5_846_000; y < 5_896_000; y += 700) {
        const found = await pixels.pixelAt(level, x, y);
        if (found === null) continue;
        const [px, py] = toLambert93(...fromWebMercator(...found.centre));
        const depth = Math.min(px - 700_000, 710_000 - px, py - 6_600_000, 6_610_000 - py);
        if (Math.abs(depth) < 1500) continue;
        const expected = depth > 0 ? [192, 32, 64] : [255, 255, 255];
        if (found.values.join() !== expected.join()) t.same(found.values, expected, `${level}: ${px}, ${py}`);
        counts[depth > 0 ? 'square' : 'around'] += 1;
      }
    }
    t.ok(counts.square > 50 && counts.around > 500, JSON.stringify(counts));
  }
});
