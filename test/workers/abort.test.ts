import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import t, { type Test } from 'tap';
import { geopackage } from '../../fixtures/generate/vector.js';
import { type ApiUser, logIn, until } from '../helpers/api.js';
import { startTestEmulator, type TestEmulator } from '../helpers/app.js';
import { newUpload, sendFile, startApi } from '../helpers/deposit.js';
import { create, waitForStatus } from '../helpers/diffusion.js';
import { deliver, ended, integrate, into, type Launched, launch, logOf, rowsOf } from '../helpers/integration.js';
import { backendsSql, childrenOf, holdFiles, isAlive, leftoversOf, tracesOf, waitForLock } from '../helpers/jobs.js';
import { tilesRequest } from '../helpers/pyramids.js';
import { DATASTORE } from '../helpers/seed.js';
import { forkWorker } from '../helpers/worker.js';

/** Jobs that are stopped, or whose processes die, at any moment: what they leave, and what they say. */

const ROOT = `/datastores/${DATASTORE}`;

/** An execution of the given kind whose process waits at the files of its upload. */
interface Held {
  readonly id: string;
  /** Path under `/api`. */
  readonly path: string;
  /** How it is stopped. */
  readonly stop: readonly [method: string, path: string];
  /** The stored data that it was to make. */
  readonly made?: string;
  /** Resolves once its process waits. */
  readonly reached: () => Promise<unknown>;
  /** Ends the wait. */
  readonly release: () => Promise<void>;
}

type Hold = (emulator: TestEmulator, user: ApiUser, t: Test) => Promise<Held>;

const KINDS: Readonly<Record<string, Hold>> = {
  'standard check': (emulator, user, t) => holdCheck(emulator, user, t.testdir(), 'Vérification standard'),
  'vector check': (emulator, user, t) => holdCheck(emulator, user, t.testdir(), 'Vérification vecteur'),
  'new integration': async (emulator, user, t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const release = await holdFiles(emulator, upload.id);
    const launched = await launch(user, upload.id);
    return { ...heldExecution(user, launched, release), made: launched.storedData };
  },
  injection: async (emulator, user, t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const first = await integrate(user, upload.id);
    const release = await holdFiles(emulator, upload.id);
    return heldExecution(user, await launch(user, upload.id, into(first.storedData)), release);
  },
  'vector tiles': async (emulator, user, t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const { storedData, schema } = await integrate(user, upload.id);
    const composition = [{ table: 'sites', layer: 'sites', bottom_level: 6, top_level: 5, attributes: 'nom' }];
    const execution = await create<{ _id: string; output: { stored_data: { _id: string } } }>(
      user,
      `${ROOT}/processings/executions`,
      tilesRequest([storedData], { composition }),
    );
    // The creation reads the tables too.
    const lock = await lockTable(t, emulator, `${schema}.sites`);
    const launched: Launched = {
      path: `${ROOT}/processings/executions/${execution._id}`,
      id: execution._id,
      storedData: execution.output.stored_data._id,
      schema: '',
    };
    await user.call('POST', `${launched.path}/launch`);
    return {
      ...heldExecution(user, launched, lock.release),
      reached: () => waitForLock(emulator, launched.id),
      made: launched.storedData,
    };
  },
};

/** Kinds that run beside another process. */
const SPARES: ReadonlySet<string> = new Set(['standard check', 'vector check', 'vector tiles']);

function heldExecution(user: ApiUser, { id, path }: Launched, release: Held['release']): Held {
  return { id, path, stop: ['POST', `${path}/abort`], reached: () => waitAtFile(user, path), release };
}

/** The log names each file before it is opened. */
async function waitAtFile(user: ApiUser, path: string): Promise<void> {
  await until(
    () => logOf(user, path),
    (log) => /(Analyse|Intégration) du fichier/.test(log),
  );
}

async function holdCheck(emulator: TestEmulator, user: ApiUser, folder: string, name: string): Promise<Held> {
  const { _id: upload } = await newUpload(user);
  for (const path of geopackage(folder)) {
    const content = new Uint8Array(readFileSync(path));
    const digest = createHash('md5').update(content).digest('hex');
    await sendFile(user, upload, { path: 'zones.gpkg', content });
    await sendFile(user, upload, { name: 'zones.md5', content: `${digest}  zones.gpkg\n`, kind: 'md5' });
  }
  const release = await holdFiles(emulator, upload);
  await user.call('POST', `${ROOT}/uploads/${upload}/close`);
  const checks = await user.call<Record<string, { _id: string; check: { name: string } }[]>>(
    'GET',
    `${ROOT}/uploads/${upload}/checks`,
  );
  const found = Object.values(checks.body)
    .flat()
    .find(({ check }) => check.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  const path = `${ROOT}/checks/executions/${found._id}`;
  return { id: found._id, path, stop: ['DELETE', path], reached: () => waitAtFile(user, path), release };
}

const statusOf = async (user: ApiUser, path: string) => (await user.call<{ status: string }>('GET', path)).body.status;

async function waitFor(user: ApiUser, path: string, status: string): Promise<void> {
  await until(
    () => statusOf(user, path),
    (now) => now === status,
  );
}

void t.test('stopped in the middle', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  for (const [kind, hold] of Object.entries(KINDS)) {
    await t.test(kind, async (t) => {
      const held = await hold(emulator, user, t);
      await held.reached();
      await waitFor(user, held.path, 'PROGRESS');
      const processes = childrenOf(process.pid);
      const start = performance.now();
      const { status } = await user.call(...held.stop);
      t.comment(`${kind}: freed in ${Math.round(performance.now() - start)} ms`);
      t.equal(status, 204);
      t.same(await leftoversOf(emulator, held.id), []);
      // The other check of the upload has its own process, which waits at the same file; tiles leave the spare one.
      const others = SPARES.has(kind) ? 1 : 0;
      await waitForDeath(processes, others);
      t.pass('its process is gone');
      if (held.made !== undefined) {
        t.equal(await statusOf(user, `${ROOT}/stored_data/${held.made}`), 'UNSTABLE');
        t.same(await tracesOf(emulator, held.made), []);
        t.equal((await user.call('DELETE', `${ROOT}/stored_data/${held.made}`)).status, 204, 'it can be deleted');
      }
      await held.release();
      t.not(await statusOf(user, held.path), 'PROGRESS');
      t.match(await logOf(user, held.path), /WARNING.*L'exécution a été interrompue/);
    });
  }

  await t.test('the rows of an injection, at a lock', async (t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const first = await integrate(user, upload.id);
    const lock = await lockTable(t, emulator, `${first.schema}.sites`);
    const launched = await launch(user, upload.id, into(first.storedData));
    await waitForLock(emulator, launched.id);
    t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
    t.same(await leftoversOf(emulator, launched.id), []);
    await lock.release();
    t.same(await rowsOf(emulator, `SELECT count(*)::int AS n FROM ${first.schema}.sites`), [{ n: 4 }]);
  });

  await t.test('the measures of a new data, once its rows are written', async (t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const lock = await lockTable(t, emulator, 'public.spatial_ref_sys');
    const launched = await launch(user, upload.id, { parameters: { srs: 'EPSG:2154' } });
    await waitForLock(emulator, launched.id);
    t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
    t.same(await leftoversOf(emulator, launched.id), []);
    t.same(await tracesOf(emulator, launched.storedData), []);
    await lock.release();
  });

  await t.test('a connection that the database ends is opened again', async (t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const first = await integrate(user, upload.id);
    const lock = await lockTable(t, emulator, `${first.schema}.sites`);
    const launched = await launch(user, upload.id, into(first.storedData));
    await waitForLock(emulator, launched.id);
    const [ended1] = await rowsOf<{ pid: number }>(emulator, backendsSql(launched.id));
    await emulator.deps.pool.query('SELECT pg_terminate_backend($1)', [ended1?.pid]);
    await until(
      () => rowsOf<{ pid: number }>(emulator, `${backendsSql(launched.id)} AND wait_event_type = 'Lock'`),
      (rows) => rows.length > 0 && rows[0]?.pid !== ended1?.pid,
    );
    await lock.release();
    const end = await ended(user, launched);
    t.equal(end.status, 'SUCCESS', end.log);
    t.match(end.log, /ERROR.*la connexion à la base de données a été interrompue/);
    t.match(end.log, /WARNING.*Nouvelle tentative/);
    t.same(await rowsOf(emulator, `SELECT count(*)::int AS n FROM ${first.schema}.sites`), [{ n: 8 }]);
  });

  await t.test('a process that crashes is not tried again', async (t) => {
    const held = await KINDS['new integration']?.(emulator, user, t);
    if (held?.made === undefined) throw new Error('nothing is held');
    await held.reached();
    for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGSEGV');
    await waitFor(user, held.path, 'FAILURE');
    const log = await logOf(user, held.path);
    t.match(log, /ERROR.*Le processus s'est arrêté anormalement \(signal SIGSEGV\)/);
    t.match(log, /Le traitement n'a pas pu être mené à son terme/);
    t.notMatch(log, /Nouvelle tentative/);
    t.same(await leftoversOf(emulator, held.id), []);
    t.same(await tracesOf(emulator, held.made), []);
    await held.release();
  });
});

void t.test('a worker that is killed in the middle of jobs of every kind', async (t) => {
  const emulator = await startApi(t, { WORKER_CONCURRENCY: '8' });
  const user = await logIn(emulator);
  const first = await forkWorker(t, emulator, { WORKER_CONCURRENCY: '8' });
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
  await forkWorker(t, emulator, { WORKER_CONCURRENCY: '8' });
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

void t.test('a disk that is full makes a failure that says so, at once', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  // Latin-1 is read through a converted copy, larger than the files that this worker may write.
  await forkWorker(t, emulator, {}, { fileLimitKb: 64 });
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
  const row = await holdRow(t, emulator, `geopf.stored_data WHERE id = '${launched.storedData}'`);
  await lock.release();
  await until(
    () => rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${launched.schema}'`),
    (rows) => rows.length > 0,
  );
  return { launched, release: row.release };
}

async function waitForDeath(processes: readonly number[], others = 0): Promise<void> {
  await until(
    async () => processes.filter((pid) => isAlive(pid)),
    (alive) => alive.length <= others,
  );
}

/** Locks a table against everybody until it is released. */
async function lockTable(t: Test, emulator: TestEmulator, table: string): Promise<{ release: () => Promise<void> }> {
  return holdTransaction(t, emulator, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
}

/** Locks rows (`table WHERE …`) until they are released. */
async function holdRow(t: Test, emulator: TestEmulator, rows: string): Promise<{ release: () => Promise<void> }> {
  return holdTransaction(t, emulator, `SELECT 1 FROM ${rows} FOR UPDATE`);
}

async function holdTransaction(
  t: Test,
  emulator: TestEmulator,
  statement: string,
): Promise<{ release: () => Promise<void> }> {
  const locker = new pg.Client({ connectionString: emulator.config.databaseUrl });
  await locker.connect();
  await locker.query(`BEGIN; ${statement}`);
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await locker.query('ROLLBACK');
    await locker.end();
  };
  t.teardown(release);
  return { release };
}
