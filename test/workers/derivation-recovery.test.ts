import pg from 'pg';
import t from 'tap';
import { featureSchemaOf } from '../../src/domain/execution-output.js';
import { markedExecution, markExecution } from '../../src/domain/feature-schemas.js';
import { logIn, until } from '../helpers/api.js';
import { createTestDatabase } from '../helpers/database.js';
import { startApi } from '../helpers/deposit.js';
import { derivation, launchDerivation, storeSql } from '../helpers/derivation.js';
import { ended, rowsOf } from '../helpers/integration.js';
import { buildStoredData } from '../helpers/stored-data.js';
import { forkWorker } from '../helpers/worker.js';

/** Derivations whose worker dies. */

void t.test('the mark of an execution counts once its transaction is committed', async (t) => {
  const connectionString = await createTestDatabase(t);
  const [own, session] = [new pg.Client({ connectionString }), new pg.Client({ connectionString })];
  for (const client of [own, session]) {
    await client.connect();
    t.teardown(() => client.end());
  }
  await own.query('CREATE SCHEMA marked');
  t.equal(await markedExecution(own, 'marked'), null);
  const id = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a2001';
  for (const end of ['ROLLBACK', 'COMMIT']) {
    await session.query('BEGIN');
    const { rows } = await session.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    await markExecution(own, 'marked', id, rows[0]?.id);
    t.equal(await markedExecution(own, 'marked'), null, 'not yet');
    await session.query(end);
    t.equal(await markedExecution(own, 'marked'), end === 'COMMIT' ? id : null, end);
  }
  await markExecution(own, 'marked', id);
  t.equal(await markedExecution(own, 'marked'), id);
});

void t.test('another worker takes over, and the work is done once', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  const doomed = await forkWorker(t, emulator);
  const data = await buildStoredData(emulator.deps);
  const schema = featureSchemaOf(data);
  const locker = new pg.Client({ connectionString: emulator.config.databaseUrl });
  await locker.connect();
  await locker.query(`BEGIN; LOCK TABLE ${schema}.towns IN SHARE ROW EXCLUSIVE MODE`);
  const file = await storeSql(user, 'double', 'UPDATE towns SET population = population * 2');
  const launched = await launchDerivation(user, derivation([data], [file], { output: data }));
  await until(
    () => rowsOf(emulator, `SELECT 1 FROM pg_locks WHERE relation = '${schema}.towns'::regclass AND NOT granted`),
    (rows) => rows.length > 0,
  );
  doomed.kill('SIGKILL');
  await locker.query('ROLLBACK');
  await locker.end();
  await forkWorker(t, emulator);
  const end = await ended(user, launched);
  t.equal(end.status, 'SUCCESS', end.log);
  t.same(await rowsOf(emulator, `SELECT population FROM ${schema}.towns ORDER BY 1`), [
    { population: 2000 },
    { population: 4000 },
    { population: 6000 },
  ]);
});

void t.test('what a dead worker gave is taken back when the derivation was aborted since', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  const doomed = await forkWorker(t, emulator);
  const data = await buildStoredData(emulator.deps);
  const file = await storeSql(user, 'x', 'CREATE TABLE a AS SELECT count(*) FROM generate_series(1, 40000000000)');
  const launched = await launchDerivation(user, derivation([data], [file], { output: data }));
  const role = `geopf_${emulator.deps.instanceId}_${data.replaceAll('-', '')}`;
  const sessions = () => rowsOf(emulator, `SELECT 1 FROM pg_stat_activity WHERE usename = '${role}'`);
  const mayLogIn = () => rowsOf(emulator, `SELECT 1 FROM pg_roles WHERE rolname = '${role}' AND rolcanlogin`);
  await until(sessions, (rows) => rows.length > 0);
  doomed.kill('SIGKILL');
  t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
  t.equal((await mayLogIn()).length, 1);
  await forkWorker(t, emulator);
  await until(mayLogIn, (rows) => rows.length === 0);
  t.same(await sessions(), []);
  t.equal((await rowsOf(emulator, `SELECT 1 FROM ${launched.schema}.towns`)).length, 3, 'the data is as it was');
});
