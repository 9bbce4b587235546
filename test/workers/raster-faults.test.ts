import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Painter, type PatternPlace, writePattern } from '../../fixtures/generate/raster.js';
import { findTileMatrixSet } from '../../src/domain/tile-matrix-sets.js';
import { tileAt } from '../../src/pyramid/grid.js';
import { type ApiUser, logIn, until } from '../helpers/api.js';
import type { TestEmulator } from '../helpers/app.js';
import { startApi } from '../helpers/deposit.js';
import { OPEN_WMTS_TMS, publish, tmsConfiguration } from '../helpers/diffusion.js';
import { waitFor } from '../helpers/held-jobs.js';
import { deliver, ended, into, type Launched, logOf, rowsOf } from '../helpers/integration.js';
import { childrenOf, leftoversOf } from '../helpers/jobs.js';
import {
  COPY_VECTOR_PYRAMID,
  copyRequest,
  launchExecution,
  rasterRequest,
  RASTER_TO_PYRAMID,
  runExecution,
} from '../helpers/pyramids.js';
import { makePyramid } from '../helpers/raster-pyramids.js';
import { bytes, pyramidFiles, VECTOR_TILE } from '../helpers/rok4-pyramid.js';
import { DATASTORE } from '../helpers/seed.js';
import { forkWorker } from '../helpers/worker.js';

/** Raster pyramids under way when the disk is full, a process dies, or the images are traps. */

const ROOT = `/datastores/${DATASTORE}`;
const PLACE: PatternPlace = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 600, height: 500 };

/** Pixels that no compression makes small. */
const NOISE: Painter = (x, y) => {
  const value = Math.sin(x * 12.9898 + y * 78.233) * 43_758.5453;
  const byte = Math.floor((value - Math.floor(value)) * 256);
  return [byte, byte ^ 85, byte ^ 170];
};

const FULL = /ERROR.*il n'y a plus de place sur le disque/;

async function deliverNoise(t: Test, user: ApiUser): Promise<string> {
  const path = join(t.testdir(), 'ortho.tif');
  writePattern(path, PLACE, NOISE);
  return (await deliver(user, [path], { type: 'RASTER', srs: 'EPSG:2154' })).id;
}

/** Versions of the files of a stored data, by the execution that made each. */
async function versionsOf({ deps }: TestEmulator, storedData: string): Promise<string[]> {
  return (await deps.storage.list(`stored-data/${storedData}`)).map(({ key }) => key.slice(key.lastIndexOf('/') + 1));
}

/** Waits until the slabs of an execution are being made. */
async function reachSlabs(user: ApiUser, { path }: Launched): Promise<void> {
  await until(
    () => logOf(user, path),
    (log) => /dalles à calculer/.test(log),
  );
}

void t.test('a pyramid that is served, whose update does not come to its end', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  const first = await forkWorker(t, emulator);
  const upload = await deliverNoise(t, user);
  const parameters = { tms: 'PM', compression: 'png', bottom: '21', top: '16', parallelization: 4 };
  const made = await runExecution(user, rasterRequest([upload], { ...parameters, bottom: '17' }));
  t.equal(made.status, 'SUCCESS', made.log);
  const used = { stored_data: made.storedData, bottom_level: '17', top_level: '16' };
  await publish(user, DATASTORE, tmsConfiguration('ortho', [used]), OPEN_WMTS_TMS);
  const level = findTileMatrixSet('PM').levels[17];
  if (level === undefined) throw new Error('no level 17');
  const { col, row } = tileAt(level, -181_090, 5_977_700);
  const tile = async () => {
    const answer = await fetch(`${emulator.origin}/tms/1.0.0/ortho/17/${col}/${row}.png`);
    return { status: answer.status, etag: answer.headers.get('etag'), body: Buffer.from(await answer.arrayBuffer()) };
  };
  const before = await tile();
  t.equal(before.status, 200);
  const update = (output: object) => ({
    ...{ processing: RASTER_TO_PYRAMID, inputs: { upload: [upload] }, parameters: {} },
    ...output,
  });
  const isAsBefore = async (t: Test, { id }: Launched) => {
    t.same(await leftoversOf(emulator, id), []);
    t.same(await versionsOf(emulator, made.storedData), [made.id]);
    t.same(await tile(), before, 'the service shows what it showed');
  };

  await t.test('aborted', async (t) => {
    const launched = await launchExecution(user, update(into(made.storedData)));
    await reachSlabs(user, launched);
    t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
    t.equal((await ended(user, launched)).data.status, 'UNSTABLE');
    await isAsBefore(t, launched);
  });

  await t.test('its process is killed, twice', async (t) => {
    const launched = await launchExecution(user, update(into(made.storedData)));
    for (const attempt of [1, 2]) {
      await until(
        () => logOf(user, launched.path),
        (log) => log.split('dalles à calculer à partir des images').length > attempt,
      );
      for (const pid of childrenOf(first.pid ?? 0)) process.kill(pid, 'SIGKILL');
    }
    const { status, log } = await ended(user, launched);
    t.equal(status, 'FAILURE');
    t.match(log, /WARNING.*Nouvelle tentative/);
    await isAsBefore(t, launched);
  });

  await t.test('its worker is killed', async (t) => {
    const launched = await launchExecution(user, rasterRequest([upload], parameters));
    await reachSlabs(user, launched);
    first.kill('SIGKILL');
    await once(first, 'exit');
    t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
    t.same(await leftoversOf(emulator, launched.id), []);
    t.same(await versionsOf(emulator, launched.storedData), [], 'nothing is left of a new pyramid');
    t.equal((await ended(user, launched)).data.status, 'UNSTABLE');
  });

  await t.test('the disk is full', async (t) => {
    await forkWorker(t, emulator, {}, { fileLimitKb: 64 });
    const launched = await launchExecution(user, update(into(made.storedData)));
    const { status, log } = await ended(user, launched);
    t.equal(status, 'FAILURE');
    t.match(log, FULL);
    t.notMatch(log, /Nouvelle tentative/);
    await isAsBefore(t, launched);
    const again = await runExecution(user, rasterRequest([upload], parameters));
    t.equal(again.status, 'FAILURE');
    t.match(again.log, FULL);
    t.equal(again.data.status, 'UNSTABLE');
    t.same(await versionsOf(emulator, again.storedData), []);
    t.equal((await user.call('DELETE', `${ROOT}/stored_data/${again.storedData}`)).status, 204);
  });
});

void t.test('no room is left for a descriptor', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  await forkWorker(t, emulator, {}, { fileLimitKb: 16 });
  const files = pyramidFiles({ format: 'TIFF_PBF_MVT', tile: VECTOR_TILE });
  const descriptor = files.find(({ path }) => path.endsWith('.json'));
  if (descriptor === undefined) throw new Error('no descriptor');
  const values = Array.from({ length: 2000 }, (_, at) => `valeur ${at}`);
  const attributes = [{ name: 'nom', type: 'text', count: values.length, values }];
  const tables = JSON.stringify([{ name: 'routes', geometry: 'POINT', attributes }]);
  const text = Buffer.from(descriptor.content).toString().replaceAll('"tables":[]', `"tables":${tables}`);
  descriptor.content = bytes(text);
  const upload = await deliver(user, files, {
    ...{ type: 'ROK4-PYRAMID', srs: 'EPSG:3857', type_infos: { format: 'TIFF_PBF_MVT', tms: 'PM' } },
  });
  t.equal(upload.status, 'CLOSED', JSON.stringify(upload.logs));
  const copied = await runExecution(user, copyRequest(COPY_VECTOR_PYRAMID, [upload.id]));
  t.equal(copied.status, 'FAILURE');
  t.match(copied.log, FULL);
  t.same(await leftoversOf(emulator, copied.id), []);
  t.same(await versionsOf(emulator, copied.storedData), []);
});

void t.test('an image that is cut after its check', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  await forkWorker(t, emulator);
  const upload = await deliverNoise(t, user);
  const [file] = await rowsOf<{ key: string }>(
    emulator,
    `SELECT key FROM geopf.upload_file WHERE upload_id = '${upload}'`,
  );
  const path = emulator.deps.storage.localPath(file?.key ?? '');
  truncateSync(path, statSync(path).size / 2);
  const launched = await launchExecution(user, rasterRequest([upload], { tms: 'PM', compression: 'png' }));
  await waitFor(user, launched.path, 'FAILURE');
  const { log } = await ended(user, launched);
  t.match(log, /ERROR.*Les pixels des images n'ont pas pu être lus jusqu'au bout : data\/ortho\.tif, band 1/);
  t.notMatch(log, /Nouvelle tentative/);
  t.same(await versionsOf(emulator, launched.storedData), []);
});

void t.test('images that ask for too much', async (t) => {
  const fault = async (t: Test, places: readonly PatternPlace[], parameters: object) => {
    const folder = t.testdir();
    const files = places.map((place, at) => {
      const path = join(folder, `${at}.tif`);
      writePattern(path, place, () => [1, 2, 3]);
      return [`${at}.tif`, path] as const;
    });
    const { log } = await makePyramid(folder, Object.fromEntries(files), parameters);
    return log.filter(({ level }) => level === 'ERROR').map(({ message }) => message);
  };
  const few = { ...PLACE, width: 10, height: 10 };

  await t.test('too many slabs', async (t) => {
    const vast = { ...few, x: 100_000, y: 7_100_000, resolution: 50_000, width: 20, height: 20 };
    const [told] = await fault(t, [vast], { bottom: '21' });
    t.match(told, /Le niveau 21 demanderait \d{7,} dalles, le maximum est 1000000 : .*paramètre bottom/);
  });

  await t.test('too far apart for their resolution', async (t) => {
    const fine = { ...few, resolution: 1e-9 };
    const [told] = await fault(t, [fine, { ...fine, x: few.x + 300_000 }], {});
    t.match(told, /Les images couvrent ensemble 300000000000010 x 10 de leurs pixels/);
  });
});

void t.test('many images take few handles', async (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'images'));
  const side = 4;
  const files = Array.from({ length: 1000 }, (_, at) => {
    const place = { ...PLACE, x: PLACE.x + (at % 40) * side, y: PLACE.y - Math.floor(at / 40) * side };
    const path = join(folder, 'images', `${at}.tif`);
    writePattern(path, { ...place, width: side, height: side }, () => [at % 256, 2, 3]);
    return [`${at}.tif`, path] as const;
  });
  let handles = 0;
  const watch = setInterval(() => {
    handles = Math.max(handles, readdirSync('/proc/self/fd').length);
  }, 5);
  const { result } = await makePyramid(folder, Object.fromEntries(files), { compression: 'png', top: '15' });
  clearInterval(watch);
  t.ok(result !== null);
  t.ok(handles > 0 && handles < 300, `${handles} handles`);
});
