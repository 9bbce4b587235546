import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import t, { type Test } from 'tap';
import { geopackage } from '../../fixtures/generate/vector.js';
import { backendName } from '../../src/workers/backends.js';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator, type TestEmulator } from '../helpers/app.js';
import { lockTable } from '../helpers/held-jobs.js';
import { deliver, ended, integrate, into, type Launched, launch, rowsOf } from '../helpers/integration.js';
import { DATASTORE } from '../helpers/seed.js';

/** A processing that is stopped, or whose process dies, in the middle of its work. */

void t.test('running processings', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const upload = await deliver(user, geopackage(t.testdir()));
  const first = await integrate(user, upload.id);
  const count = async () => {
    const rows = await rowsOf<{ n: number }>(emulator, `SELECT count(*)::int AS n FROM ${first.schema}.sites`);
    return rows[0]?.n;
  };
  t.equal(await count(), 4);

  /** Launches an injection that stops at a lock, in the middle of its transaction. */
  async function blocked(t: Test): Promise<{ launched: Launched; release: () => Promise<void> }> {
    const locker = new pg.Client({ connectionString: emulator.config.databaseUrl });
    await locker.connect();
    await locker.query(`BEGIN; LOCK TABLE ${first.schema}.sites IN ACCESS EXCLUSIVE MODE`);
    let released = false;
    const release = async () => {
      if (released) return;
      released = true;
      await locker.query('ROLLBACK');
      await locker.end();
    };
    t.teardown(release);
    const launched = await launch(user, upload.id, into(first.storedData));
    await waitForLock(emulator, launched.id);
    return { launched, release };
  }

  void t.test('an abort frees everything in less than two seconds and keeps the previous state', async (t) => {
    const { launched, release } = await blocked(t);
    const start = Date.now();
    const aborted = await user.call('POST', `${launched.path}/abort`);
    const elapsed = Date.now() - start;
    t.equal(aborted.status, 204);
    t.ok(elapsed < 2000, `${elapsed} ms`);
    t.same(await backends(emulator, launched.id), [], 'no connection is left');
    t.same(await temporaryFolders(emulator), [], 'no file is left');
    await release();
    const end = await ended(user, launched);
    t.equal(end.status, 'ABORTED');
    t.equal(end.data.status, 'UNSTABLE');
    t.equal(await count(), 4);
  });

  void t.test('a process that is killed is replaced, and the rows are there once', async (t) => {
    const { launched, release } = await blocked(t);
    process.kill(childPid(), 'SIGKILL');
    await until(
      () => backends(emulator, launched.id),
      (found) => found.length === 0,
    );
    await waitForLock(emulator, launched.id);
    await release();
    const end = await ended(user, launched);
    t.equal(end.status, 'SUCCESS', end.log);
    t.match(end.log, /ERROR\|\|cli\|\|255\|\|Le processus s'est arrêté anormalement \(signal SIGKILL\)/);
    t.match(end.log, /WARNING\|\|cli\|\|255\|\|Nouvelle tentative/);
    t.equal(await count(), 8);
  });

  void t.test('a process that is killed at every attempt makes a failure', async (t) => {
    const { launched, release } = await blocked(t);
    const killed = childPid();
    const first = await backends(emulator, launched.id);
    process.kill(killed, 'SIGKILL');
    await until(
      async () => childPids(),
      (pids) => pids.length > 0 && !pids.includes(killed),
    );
    // That of the process that was killed may wait a moment longer.
    await until(
      () => rowsOf<{ pid: number }>(emulator, `${backendsSql(launched.id)} AND wait_event_type = 'Lock'`),
      (rows) => rows.some(({ pid }) => first.every((one) => one.pid !== pid)),
    );
    process.kill(childPid(), 'SIGKILL');
    const { body } = await until(
      () => user.call<{ status: string }>('GET', launched.path),
      (answer) => answer.body.status === 'FAILURE',
    );
    t.equal(body.status, 'FAILURE');
    await release();
    const end = await ended(user, launched);
    t.equal(end.data.status, 'UNSTABLE');
    t.match(end.log, /Le traitement n'a pas pu être mené à son terme/);
    t.equal(await count(), 8);
    t.same(await temporaryFolders(emulator), []);
    const health = await integrate(user, upload.id);
    t.equal(health.status, 'SUCCESS', 'the worker goes on');
  });
});

void t.test('an abort before the commit leaves no schema, and the data can be deleted at once', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const upload = await deliver(user, geopackage(t.testdir()));
  // Everything is written, nothing committed: the measures wait.
  await lockTable(t, emulator, 'public.spatial_ref_sys');
  const launched = await launch(user, upload.id, { parameters: { srs: 'EPSG:2154' } });
  await waitForLock(emulator, launched.id);
  t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
  t.equal((await user.call('DELETE', `/datastores/${DATASTORE}/stored_data/${launched.storedData}`)).status, 204);
  t.equal((await user.call<{ status: string }>('GET', launched.path)).body.status, 'ABORTED');
  t.same(await rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${launched.schema}'`), []);
  t.same(await rowsOf(emulator, `SELECT 1 FROM pg_roles WHERE rolname LIKE '%${launched.schema.slice(3)}'`), []);
  t.same(await temporaryFolders(emulator), []);
});

void t.test('an execution that waits is aborted before it starts', async (t) => {
  const emulator = await startTestEmulator(t, { TIMING: 'realistic' });
  const user = await logIn(emulator);
  const upload = await deliver(user, geopackage(t.testdir()));
  const launched = await launch(user, upload.id);
  t.equal((await user.call<{ status: string }>('GET', launched.path)).body.status, 'WAITING');
  t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
  t.equal((await emulator.deps.jobs.pendingIds()).size, 0);
  const { body } = await user.call<{ status: string; start?: string }>('GET', launched.path);
  t.equal(body.status, 'ABORTED');
  t.equal(body.start, undefined);
});

async function backends(emulator: TestEmulator, executionId: string): Promise<{ pid: number }[]> {
  return rowsOf(emulator, backendsSql(executionId));
}

function backendsSql(executionId: string): string {
  return `SELECT pid FROM pg_stat_activity WHERE application_name = '${backendName(executionId)}'`;
}

async function waitForLock(emulator: TestEmulator, executionId: string): Promise<void> {
  await until(
    () => rowsOf(emulator, `${backendsSql(executionId)} AND wait_event_type = 'Lock'`),
    (rows) => rows.length > 0,
  );
}

async function temporaryFolders(emulator: TestEmulator): Promise<string[]> {
  return readdir(join(emulator.config.dataDir, 'tmp'));
}

/** The process of the one task that runs. */
function childPid(): number {
  const pids = childPids();
  const [pid] = pids;
  if (pid === undefined || pids.length > 1) throw new Error(`not one child: ${pids.join(', ')}`);
  return pid;
}

function childPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isChild(pid));
}

function isChild(pid: number): boolean {
  try {
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return Number(parent) === process.pid && command.includes('/workers/child.js');
  } catch {
    // It ended between the listing and the reading.
    return false;
  }
}
