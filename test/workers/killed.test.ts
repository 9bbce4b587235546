import { once } from 'node:events';
import t, { type Test } from 'tap';
import { geopackage } from '../../fixtures/generate/vector.js';
import { type ApiUser, logIn, until } from '../helpers/api.js';
import type { TestEmulator } from '../helpers/app.js';
import { newUpload, sendFile, startApi } from '../helpers/deposit.js';
import { waitForStatus } from '../helpers/diffusion.js';
import { deliver, ended, type Launched, launch, logOf, rowsOf } from '../helpers/integration.js';
import { childrenOf, leftoversOf, tracesOf, waitForLock } from '../helpers/jobs.js';
import { KINDS, type Held, waitFor, statusOf, waitForDeath, lockTable, holdRow } from '../helpers/held-jobs.js';
import { DATASTORE } from '../helpers/seed.js';
import { forkWorker } from '../helpers/worker.js';

/** Workers that are killed, and a disk that is full: what becomes of their jobs. */

const ROOT = `/datastores/${DATASTORE}`;

void t.test('a worker that is killed in the middle of jobs of every kind', async (t) => {
  // All are held at once, with what their preparation runs.
  const emulator = await startApi(t, { WORKER_CONCURRENCY: '24' });
  const user = await logIn(emulator);
  const first = await forkWorker(t, emulator, { WORKER_CONCURRENCY: '24' });
  const held = new Map<string, Held>();
  for (const [kind, hold] of Object.entries(KINDS)) {
    const one = await hold(emulator, user, t);
    await one.reached();
    await waitFor(user, one.path, 'PROGRESS');
    held.set(kind, one);
  }
  const processes = childrenOf(first.pid ?? 0);
  first.kill('SIGKILL');
  await once(first, 'exit');
  await waitForDeath(processes);
  t.pass('its processes died with it');

  const doomed = held.get('new integration');
  if (doomed?.made === undefined) throw new Error('nothing is held');
  t.equal((await user.call(...doomed.stop)).status, 204, 'a job without worker is aborted');
  t.same(await leftoversOf(emulator, doomed.id), []);
  t.same(await tracesOf(emulator, doomed.made), []);
  held.delete('new integration');

  await Promise.all([...held.values(), doomed].map(({ release }) => release()));
  await forkWorker(t, emulator, { WORKER_CONCURRENCY: '24' });
  for (const [kind, { id, path }] of held) {
    const { status } = await waitForStatus(user, path, 'SUCCESS', 'FAILURE');
    const log = await logOf(user, path);
    t.equal(status, 'SUCCESS', `${kind}: ${log}`);
    t.match(log, /WARNING.*Nouvelle tentative/, kind);
    t.same(await leftoversOf(emulator, id), [], kind);
  }
  t.equal(await statusOf(user, doomed.path), 'ABORTED');
});

void t.test('a worker that is killed just behind a commit', async (t) => {
  const emulator = await startApi(t, { WORKER_CONCURRENCY: '8' });
  const user = await logIn(emulator);
  const first = await forkWorker(t, emulator, { WORKER_CONCURRENCY: '8' });
  const upload = await deliver(user, geopackage(t.testdir()));
  const [kept, doomed] = [
    await launchHeld(t, emulator, user, upload.id),
    await launchHeld(t, emulator, user, upload.id),
  ];
  first.kill('SIGKILL');
  await once(first, 'exit');
  for (const { release } of [kept, doomed]) await release();

  t.equal((await user.call('POST', `${doomed.launched.path}/abort`)).status, 204);
  t.same(await tracesOf(emulator, doomed.launched.storedData), [], 'what was committed is removed');
  t.equal((await user.call('DELETE', `${ROOT}/stored_data/${doomed.launched.storedData}`)).status, 204);

  await forkWorker(t, emulator);
  const end = await ended(user, kept.launched);
  t.equal(end.status, 'SUCCESS', end.log);
  t.match(end.log, /Les données ont déjà été intégrées : reprise de la fin du traitement/);
  t.same(await rowsOf(emulator, `SELECT count(*)::int AS n FROM ${kept.launched.schema}.sites`), [{ n: 4 }]);
});

void t.test('a disk that is full makes a failure that says so, at once, even when it holds the log too', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  // Latin-1 is read through a converted copy, larger than the files that this worker may write.
  const worker = await forkWorker(t, emulator, { LOG_LEVEL: 'info' }, { fileLimitKb: 64, isLogFull: true });
  const lines = Array.from({ length: 20_000 }, (_, index) => `été ${index},2.${index},48.5`);
  const content = Buffer.from(`nom,lon,lat\n${lines.join('\n')}\n`, 'latin1');
  const upload = await newUpload(user);
  await sendFile(user, upload._id, { path: 'sites.csv', content: new Uint8Array(content) });
  await user.call('POST', `${ROOT}/uploads/${upload._id}/close`);
  await waitFor(user, `${ROOT}/uploads/${upload._id}`, 'UNSTABLE');
  const checks = await user.call<{ failed: { _id: string }[] }>('GET', `${ROOT}/uploads/${upload._id}/checks`);
  const logs = await Promise.all(checks.body.failed.map(({ _id }) => logOf(user, `${ROOT}/checks/executions/${_id}`)));
  t.match(logs.join('\n'), /ERROR.*il n'y a plus de place sur le disque/);
  t.notMatch(logs.join('\n'), /Nouvelle tentative/);
  t.equal(worker.exitCode, null, 'the worker goes on');
});

/** Launches an integration and holds it between its commit and its end. */
async function launchHeld(
  t: Test,
  emulator: TestEmulator,
  user: ApiUser,
  upload: string,
): Promise<{ launched: Launched; release: () => Promise<void> }> {
  const lock = await lockTable(t, emulator, 'public.spatial_ref_sys');
  const launched = await launch(user, upload, { parameters: { srs: 'EPSG:2154' } });
  await waitForLock(emulator, launched.id);
  const row = await holdRow(t, emulator, `geopf.processing_execution WHERE id = '${launched.id}'`);
  await lock.release();
  await until(
    () => rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${launched.schema}'`),
    (rows) => rows.length > 0,
  );
  return { launched, release: row.release };
}
