import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Painter, type PatternPlace, quadrants, writePattern } from '../../fixtures/generate/raster.js';
import { pyramidName } from '../../src/pyramid/descriptor.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { deliver } from '../helpers/integration.js';
import { runExecution } from '../helpers/pyramids.js';
import { openPixels } from '../helpers/raster-pyramids.js';
import { DATASTORE } from '../helpers/seed.js';

const RASTER_TO_PYRAMID = '2ae50661-986c-4f47-a3f0-e380417b522c';
const ROOT = `/datastores/${DATASTORE}`;

const PLACE: PatternPlace = { srid: 2154, x: 350_003.2, y: 6_690_003.2, resolution: 1.6, width: 600, height: 500 };
const PATCH: PatternPlace = { ...PLACE, x: PLACE.x + 160, y: PLACE.y - 160, width: 100, height: 80 };
const BESIDE: PatternPlace = { ...PLACE, x: PLACE.x + 16_000, width: 100, height: 80 };

void t.test('a pyramid is updated by reference, then in place', async (t) => {
  const emulator = await startTestEmulator(t);
  const { prisma, storage } = emulator.deps;
  const user = await logIn(emulator);
  const folder = t.testdir();
  const upload = async (name: string, place: PatternPlace, paint: Painter) => {
    mkdirSync(join(folder, name));
    const path = join(folder, name, `${name}.tif`);
    writePattern(path, place, paint);
    return (await deliver(user, [path], { type: 'RASTER', srs: 'EPSG:2154' })).id;
  };
  const [ortho, patch, beside] = [
    await upload('ortho', PLACE, quadrants(PLACE)),
    await upload('patch', PATCH, () => [1, 2, 3]),
    await upload('beside', BESIDE, () => [4, 5, 6]),
  ];
  const request = (inputs: object, output: object, parameters: object) => ({
    processing: RASTER_TO_PYRAMID,
    inputs,
    output: { stored_data: output },
    parameters,
  });
  const named = (name: string) => ({ name, storage_tags: ['PYRAMIDE'] });
  const rootOf = async (id: string) => {
    const { filesKey } = await prisma.storedData.findUniqueOrThrow({ where: { id } });
    return storage.localPath(filesKey ?? '');
  };
  const pixelsOf = async (id: string) => openPixels(await rootOf(id), pyramidName(id));
  const valuesAt = async (id: string, level: string, place: PatternPlace) =>
    (await (await pixelsOf(id)).pixelAt(level, place.x + 80, place.y - 60))?.values;
  const refusals = async (body: object) => {
    const { status, body: found } = await user.call<{ error_description: string[] }>(
      'POST',
      `${ROOT}/processings/executions`,
      body,
    );
    t.equal(status, 400);
    return found.error_description;
  };

  const first = await runExecution(
    user,
    request({ upload: [ortho] }, named('ortho'), {
      ...{ tms: 'LAMB93_10cm', compression: 'png', interpolation: 'nn', bottom: '17', mask: true, width: 8, height: 8 },
    }),
  );
  t.equal(first.status, 'SUCCESS', first.log);
  const former = await valuesAt(first.storedData, '17', PATCH);

  await t.test('parameters of the pyramid can be repeated, not changed', async (t) => {
    const inputs = { upload: [patch], stored_data: [first.storedData] };
    const changed = { tms: 'PM', compression: 'jpg', mask: false, width: 16, bottom: '18', top: '3' };
    const sentences = await refusals(request(inputs, named('x'), changed));
    t.same(sentences, [
      'Le paramètre "tms" est celui de la pyramide mise à jour : LAMB93_10cm.',
      'Le paramètre "compression" est celui de la pyramide mise à jour : png.',
      'Le paramètre "mask" est celui de la pyramide mise à jour : true.',
      'Le paramètre "width" est celui de la pyramide mise à jour : 8.',
      'Le niveau 18 du paramètre "bottom" n\'existe pas dans la pyramide mise à jour.',
    ]);
    t.match(await refusals(request({ stored_data: [first.storedData] }, named('x'), {})), [/au moins une livraison/]);
    const unknown = request({ upload: [patch] }, { id: '00000000-0000-4000-8000-000000000000' }, {});
    t.equal((await user.call('POST', `${ROOT}/processings/executions`, unknown)).status, 404);
  });

  const second = await runExecution(
    user,
    request({ upload: [patch], stored_data: [first.storedData] }, named('millésime 2'), {
      ...{ tms: 'LAMB93_10cm', compression: 'png', mask: 'true', width: 8 },
    }),
  );

  await t.test('by reference: a pyramid of its own, over the former one', async (t) => {
    t.equal(second.status, 'SUCCESS', second.log);
    t.not(second.storedData, first.storedData);
    t.same(second.data.type_infos, first.data.type_infos);
    t.same(await valuesAt(second.storedData, '17', PATCH), [1, 2, 3]);
    t.same(await valuesAt(second.storedData, '17', PLACE), await valuesAt(first.storedData, '17', PLACE));
    t.same(await valuesAt(first.storedData, '17', PATCH), former, 'the former one is as it was');
    const dependencies = await user.call('GET', `${ROOT}/stored_data/${second.storedData}/dependencies`);
    t.match(dependencies.body, { use: [{ _id: first.storedData }] });
    t.equal((await user.call('DELETE', `${ROOT}/stored_data/${first.storedData}`)).status, 409);
    const [one] = await refusals(
      request({ upload: [patch], stored_data: [first.storedData] }, { id: second.storedData }, {}),
    );
    t.match(one, /une seule/);
  });

  await t.test('in place: the same stored data, one version', async (t) => {
    const before = await rootOf(first.storedData);
    const third = await runExecution(user, request({ upload: [beside] }, { id: first.storedData }, {}));
    t.equal(third.status, 'SUCCESS', third.log);
    t.equal(third.data._id, first.storedData);
    t.same(await valuesAt(first.storedData, '17', BESIDE), [4, 5, 6]);
    t.same(await valuesAt(first.storedData, '17', PATCH), former);
    t.notOk(existsSync(before));
    t.same(readdirSync(storage.localPath(`stored-data/${first.storedData}`)), [third.id]);
    const [ring = []] = third.data.extent?.coordinates ?? [];
    const [formerRing = []] = first.data.extent?.coordinates ?? [];
    const east = (points: readonly (readonly number[])[]) => Math.max(...points.map(([x = NaN]) => x));
    t.ok(east(ring) > east(formerRing) + 0.1, 'the extent is that of both');
    t.same(await valuesAt(second.storedData, '17', PLACE), await valuesAt(first.storedData, '17', PLACE));
    t.equal((await (await pixelsOf(second.storedData)).pixelAt('17', BESIDE.x, BESIDE.y)) ?? null, null);
    const dependencies = await user.call('GET', `${ROOT}/stored_data/${first.storedData}/dependencies`);
    t.match(dependencies.body, { use: [], used_by: [{ _id: second.storedData }] });
  });

  await t.test('an update that fails leaves what there was', async (t) => {
    const before = await rootOf(second.storedData);
    const elevations = join(folder, 'mnt.tif');
    writePattern(elevations, PATCH, () => [12], { bands: 1, type: 'Float32' });
    const mnt = await deliver(user, [elevations], { type: 'RASTER', srs: 'EPSG:2154' });
    const failed = await runExecution(user, request({ upload: [mnt.id] }, { id: second.storedData }, {}));
    t.equal(failed.status, 'FAILURE');
    t.match(failed.log, /elles donnent 1 canal FLOAT32, elle a 3 canaux UINT8/);
    t.equal(await rootOf(second.storedData), before);
    t.same(await valuesAt(second.storedData, '17', PATCH), [1, 2, 3]);
  });
});
