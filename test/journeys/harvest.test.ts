import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { OPEN_WMS_RASTER, publish, rasterConfiguration } from '../helpers/diffusion.js';
import { harvestRequest, storedPixels } from '../helpers/harvest.js';
import { fromWebMercator, toLambert93 } from '../helpers/lambert93.js';
import { runExecution } from '../helpers/pyramids.js';
import { buildPainted } from '../helpers/raster-layers.js';
import { DATASTORE } from '../helpers/seed.js';
import { publishWmsLayer } from '../helpers/publish.js';
import { createShapes, filled, shapeRelation } from '../helpers/shapes.js';

/** Within the tiles of the pyramids that are harvested. */
const BOX = { minX: 0, minY: 5_900_000, maxX: 4000, maxY: 5_904_000 };
const EXTENT = { west: 0, south: 46.75, east: 0.036, north: 46.78 };
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

void t.test("a raster layer of the emulator's own WMS comes back pixel for pixel", async (t) => {
  const emulator = await startTestEmulator(t, { HARVEST_ALLOWED_HOSTS: '' });
  const user = await logIn(emulator);
  const { west, south, east, north } = { west: 0.005, south: 46.755, east: 0.03, north: 46.775 };
  const area = `POLYGON((${west} ${south},${east} ${south},${east} ${north},${west} ${north},${west} ${south}))`;
  const colours = (x: number, y: number) => [Math.floor(x / 20) % 250, Math.floor(y / 20) % 250, 33];
  const elevations = (x: number, y: number) => [Math.fround(x / 7 + y / 1000)];
  for (const [name, format, channels, nodata, paint, parameters] of [
    ['photo', 'TIFF_PNG_UINT8', 3, '255,255,255', colours, { harvest_format: 'image/png' }],
    ['photo-tiff', 'TIFF_ZIP_UINT8', 3, '255,255,255', colours, { harvest_format: 'image/tiff' }],
    ['mnt', 'TIFF_ZIP_FLOAT32', 1, '-99999', elevations, { harvest_format: 'image/x-bil;bits=32' }],
    ['mnt-tiff', 'TIFF_ZIP_FLOAT32', 1, '-99999', elevations, { harvest_format: 'image/tiff' }],
  ] as const) {
    await t.test(name, async (t) => {
      const photometric = channels === 1 ? 'gray' : 'rgb';
      const pixels = { channels, nodata, photometric, interpolation: 'nn' } as const;
      const stored_data = await buildPainted(emulator.deps, {
        ...{ format, pixels, box: BOX, levels: ['13', '14'], paint, extent: EXTENT },
      });
      const used = [{ stored_data, bottom_level: '14', top_level: '13' }];
      await publish(user, DATASTORE, rasterConfiguration(name, used), OPEN_WMS_RASTER);
      const sample = channels === 1 ? 'FLOAT32' : 'UINT8';
      const request = harvestRequest(`${emulator.origin}/wms-r`, {
        ...{ harvest_layers: name, harvest_area: area, compression: 'zip', top: '13', ...parameters },
        ...{ sampleformat: sample, samplesperpixel: channels },
      });
      const { status, log, storedData } = await runExecution(user, request);
      t.equal(status, 'SUCCESS', log);
      const found = await storedPixels(emulator.deps, storedData);
      let compared = 0;
      for (let x = 700; x < 3200; x += 37) {
        for (let y = 5_901_000; y < 5_903_500; y += 37) {
          const [longitude, latitude] = fromWebMercator(x, y);
          const within = Math.min(longitude - west, east - longitude, latitude - south, north - latitude);
          const pixel = within < 0.0002 ? null : await found.pixelAt('14', x, y);
          if (pixel === null) continue;
          compared += 1;
          const expected = paint(...pixel.centre);
          if (pixel.values.join() !== expected.join()) t.same(pixel.values, expected, `at ${x}, ${y}`);
        }
      }
      t.ok(compared > 500, `${compared} pixels`);
    });
  }
});
