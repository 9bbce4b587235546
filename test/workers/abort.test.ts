import t from 'tap';
import { geopackage } from '../../fixtures/generate/vector.js';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { deliver, ended, integrate, into, launch, logOf, rowsOf } from '../helpers/integration.js';
import { backendsSql, childrenOf, leftoversOf, tracesOf, waitForLock } from '../helpers/jobs.js';
import { ACCOMPANIED, KINDS, waitFor, statusOf, waitForDeath, lockTable } from '../helpers/held-jobs.js';
import { DATASTORE } from '../helpers/seed.js';

/** Jobs that are stopped, or whose process crashes, at any moment: what they leave, and what they say. */

const ROOT = `/datastores/${DATASTORE}`;

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
      // The other check of the upload has its own process, which waits at the same file.
      const others = ACCOMPANIED.has(kind) ? 1 : 0;
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
