import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import t from 'tap';
import { geopackage } from '../../fixtures/generate/vector.js';
import { createLogger } from '../../src/log.js';
import { closeDeps, createDeps } from '../../src/deps.js';
import { backendName } from '../../src/workers/backends.js';
import { startWorker } from '../../src/workers/runner.js';
import { sweepLostJobs } from '../../src/workers/sweep.js';
import { logIn, until } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { deliver, ended, integrate, into, launch, rowsOf } from '../helpers/integration.js';
import { forkWorker } from '../helpers/worker.js';

/** Workers that come, go and die while the API lives on. */

void t.test('a worker that is killed is replaced, and its processing ends once', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  t.equal(await emulator.deps.jobs.liveWorkers(), 0);
  const doomed = await forkWorker(t, emulator);
  t.equal(await emulator.deps.jobs.liveWorkers(), 1);
  const upload = await deliver(user, geopackage(t.testdir()));
  const first = await integrate(user, upload.id);

  const locker = new pg.Client({ connectionString: emulator.config.databaseUrl });
  await locker.connect();
  await locker.query(`BEGIN; LOCK TABLE ${first.schema}.sites IN ACCESS EXCLUSIVE MODE`);
  const launched = await launch(user, upload.id, into(first.storedData));
  const backends = `SELECT pid FROM pg_stat_activity WHERE application_name = '${backendName(launched.id)}'`;
  await until(
    () => rowsOf(emulator, `${backends} AND wait_event_type = 'Lock'`),
    (rows) => rows.length > 0,
  );
  const children = childrenOf(doomed.pid ?? 0);
  t.ok(children.length > 0);
  doomed.kill('SIGKILL');
  await until(
    async () => children.filter((pid) => isAlive(pid)),
    (alive) => alive.length === 0,
  );
  t.pass('its children died with it');
  await locker.query('ROLLBACK');
  await locker.end();

  await forkWorker(t, emulator);
  const end = await ended(user, launched);
  t.equal(end.status, 'SUCCESS', end.log);
  t.same(await rowsOf(emulator, `SELECT count(*)::int AS n FROM ${first.schema}.sites`), [{ n: 8 }]);
});

void t.test('a worker that closes gives its job back, and the next one ends it', async (t) => {
  const emulator = await startApi(t, { TIMING: 'realistic' });
  const user = await logIn(emulator);
  const worker = await forkWorker(t, emulator);
  const upload = await deliver(user, geopackage(t.testdir()));
  const launched = await launch(user, upload.id);
  await until(
    () => user.call<{ status: string }>('GET', launched.path),
    ({ body }) => body.status === 'PROGRESS',
  );
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  t.equal((await user.call<{ status: string }>('GET', launched.path)).body.status, 'PROGRESS');
  t.equal(await emulator.deps.jobs.liveWorkers(), 0);
  await forkWorker(t, emulator);
  const end = await ended(user, launched);
  t.equal(end.status, 'SUCCESS', end.log);
});

void t.test('executions that the queue forgot are queued again', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  const workerDeps = await createDeps(emulator.config, createLogger(emulator.config, 'worker'));
  t.teardown(() => closeDeps(workerDeps));
  const worker = await startWorker(workerDeps);
  t.teardown(() => worker.close());
  await worker.ready;
  const upload = await deliver(user, geopackage(t.testdir()));
  await emulator.deps.jobs.pauseAndDrain();
  const launched = await launch(user, upload.id);
  t.equal(await sweepLostJobs(emulator.deps), 0, 'what waits in the queue is not lost');
  await emulator.deps.jobs.pauseAndDrain();
  t.equal((await emulator.deps.jobs.pendingIds()).size, 0);
  t.equal(await sweepLostJobs(emulator.deps), 1);
  await emulator.deps.jobs.resume();
  t.equal((await ended(user, launched)).status, 'SUCCESS');
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  return readdirSync('/proc').includes(String(pid));
}
