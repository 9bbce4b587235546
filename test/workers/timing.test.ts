import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { geojson } from '../../fixtures/generate/vector.js';
import { holdState, REALISTIC_STATE_MS, stateEnd, waitingDelayMs } from '../../src/domain/timing.js';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { deliver, ended, integrate, launch, rowsOf } from '../helpers/integration.js';

const REALISTIC = { timing: 'realistic' } as const;
const IMMEDIATE = { timing: 'immediate' } as const;

void t.test('states last only when asked to', async (t) => {
  t.equal(waitingDelayMs(IMMEDIATE), 0);
  t.equal(waitingDelayMs(REALISTIC), REALISTIC_STATE_MS);
  t.equal(stateEnd(IMMEDIATE, 1000), 1000);
  t.equal(stateEnd(REALISTIC, 1000), 1000 + REALISTIC_STATE_MS);
  await holdState(IMMEDIATE, Date.now() + 60_000);
  await holdState(REALISTIC, Date.now() - REALISTIC_STATE_MS);
  t.pass('a state that has lasted ends at once');
  const controller = new AbortController();
  const held = holdState(REALISTIC, Date.now() + 60_000, controller.signal);
  controller.abort();
  await t.rejects(held, { name: 'AbortError' });
});

void t.test('under TIMING=realistic WAITING and PROGRESS are seen, and a reset stops what runs', async (t) => {
  const emulator = await startTestEmulator(t, { TIMING: 'realistic' });
  const user = await logIn(emulator);
  const upload = await deliver(user, geojson(t.testdir()));
  const done = await integrate(user, upload.id);
  t.equal(done.status, 'SUCCESS', done.log);
  const lives = await rowsOf<{ waiting: number; progress: number }>(
    emulator,
    `SELECT extract(epoch FROM start - creation)::float8 AS waiting, extract(epoch FROM finish - start)::float8 AS progress
     FROM geopf.check_execution
     UNION ALL
     SELECT extract(epoch FROM start - launch)::float8, extract(epoch FROM finish - start)::float8
     FROM geopf.processing_execution`,
  );
  t.equal(lives.length, 3);
  for (const { waiting, progress } of lives) {
    t.ok(waiting >= 1.49 && progress >= 1.49, `WAITING ${waiting} s, PROGRESS ${progress} s`);
  }

  const launched = await launch(user, upload.id);
  await until(
    () => user.call<{ status: string }>('GET', launched.path),
    ({ body }) => body.status === 'PROGRESS',
  );
  const reset = await fetch(`${emulator.origin}/_emulator/reset`, { method: 'POST' });
  t.equal(reset.status, 204);
  t.same(await rowsOf(emulator, 'SELECT 1 FROM geopf.processing_execution'), []);
  t.same(
    await rowsOf(emulator, `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'geopf-job-${launched.id}'`),
    [],
  );
  t.same(await rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${launched.schema}'`), []);
  t.equal((await emulator.deps.jobs.pendingIds()).size, 0);
  t.same(await readdir(join(emulator.config.dataDir, 'tmp')), []);

  const after = await logIn(emulator);
  const again = await deliver(after, geojson(t.testdir()));
  t.equal((await ended(after, await launch(after, again.id))).status, 'SUCCESS', 'the worker goes on');
});
