import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { QUADRANTS, type PatternPlace, quadrants, writePattern } from '../../fixtures/generate/raster.js';
import { pyramidName } from '../../src/pyramid/descriptor.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { until } from '../helpers/api.js';
import { deliver, ended, type Integrated } from '../helpers/integration.js';
import { launchExecution, rasterRequest } from '../helpers/pyramids.js';
import { openPixels } from '../helpers/raster-pyramids.js';
import { DATASTORE } from '../helpers/seed.js';

const ROOT = `/datastores/${DATASTORE}`;

const PLACE: PatternPlace = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 600, height: 500 };

void t.test('images are delivered and made into a pyramid', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const path = join(t.testdir(), 'ortho.tif');
  writePattern(path, PLACE, quadrants(PLACE));
  const upload = await deliver(user, [path], { type: 'RASTER', srs: 'EPSG:2154' });
  t.equal(upload.status, 'CLOSED', JSON.stringify(upload.logs));

  await t.test('the result says what it is', async (t) => {
    const launched = await launchExecution(
      user,
      rasterRequest([upload.id], { tms: 'PM', compression: 'png', mask: 'false' }),
    );
    const { status, log, data, storedData } = await ended(user, launched);
    t.equal(status, 'SUCCESS', log);
    t.match(data, {
      status: 'GENERATED',
      srs: 'EPSG:3857',
      type_infos: {
        tms: 'PM',
        channels_format: 'UINT8',
        channels_number: 3,
        compression: 'PNG',
        nodata_value: '255,255,255',
      },
    });
    const infos = data.type_infos as unknown as { levels: string[] };
    t.same(
      infos.levels.toSorted((a, b) => Number(a) - Number(b)),
      Array.from({ length: 18 }, (_, at) => `${at}`),
    );
    const [ring = []] = data.extent?.coordinates ?? [];
    const [longitudes, latitudes] = [0, 1].map((axis) => ring.map((point) => point[axis] ?? NaN));
    t.ok(longitudes?.every((value) => value > -1.63 && value < -1.61));
    t.ok(latitudes?.every((value) => value > 47.2 && value < 47.23));
    t.match(log, /Niveau 17 : terminé/);
    const { filesKey } = await emulator.deps.prisma.storedData.findUniqueOrThrow({ where: { id: storedData } });
    const root = emulator.deps.storage.localPath(filesKey ?? '');
    const pixels = await openPixels(root, pyramidName(storedData));
    const found = await pixels.pixelAt('17', -181_090, 5_977_700);
    t.ok(found !== null && Object.values(QUADRANTS).some((colour) => colour.join() === found.values.join()));
    t.same(readdirSync(root).sort(), ['', '.json', '.list'].map((end) => pyramidName(storedData) + end).sort());
    const sizes = await user.call<{ size: number }>('GET', `${ROOT}/stored_data/${storedData}`);
    t.ok(sizes.body.size > 0);
  });

  await t.test('what can only fail is refused at once, every fault told', async (t) => {
    const bad = rasterRequest([upload.id], { tms: 'PM', bottom: '42', top: '43' });
    const { status, body } = await user.call<{ error_description: string[] }>(
      'POST',
      `${ROOT}/processings/executions`,
      bad,
    );
    t.equal(status, 400);
    t.match(body.error_description.join('\n'), /"compression" est obligatoire/);
    t.match(body.error_description.join('\n'), /niveau 42/);
    const unknown = await user.call(
      'POST',
      `${ROOT}/processings/executions`,
      rasterRequest([upload.id], { tms: 'XX', compression: 'png' }),
    );
    t.equal(unknown.status, 400);
  });

  await t.test('an abort leaves nothing', async (t) => {
    const body = rasterRequest([upload.id], { tms: 'PM', compression: 'raw', bottom: '21', parallelization: 4 });
    const launched = await launchExecution(user, body);
    await until(
      () => user.call<string[]>('GET', `${launched.path}/logs?limit=100`),
      ({ body: lines }) => lines.some((line) => line.includes('dalles à calculer')),
    );
    t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
    const { status, data }: Integrated = await ended(user, launched);
    t.equal(status, 'ABORTED');
    t.equal(data.status, 'UNSTABLE');
    const { filesKey } = await emulator.deps.prisma.storedData.findUniqueOrThrow({
      where: { id: launched.storedData },
    });
    t.equal(filesKey, null);
  });

  await t.test('images that do not suit the compression fail with a sentence', async (t) => {
    const elevations = join(t.testdir(), 'mnt.tif');
    writePattern(elevations, { ...PLACE, width: 100, height: 100 }, () => [12], { bands: 1, type: 'Float32' });
    const other = await deliver(user, [elevations], { type: 'RASTER', srs: 'EPSG:2154' });
    const { status, log } = await ended(
      user,
      await launchExecution(user, rasterRequest([other.id], { tms: 'PM', compression: 'png' })),
    );
    t.equal(status, 'FAILURE');
    t.match(log, /La compression png ne convient pas/);
  });
});
