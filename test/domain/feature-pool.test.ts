import type pg from 'pg';
import t from 'tap';
import { loadConfig } from '../../src/config.js';
import { openFeaturePool, queryFeatures } from '../../src/domain/feature-pool.js';
import { createLogger } from '../../src/log.js';
import { createTestDatabase } from '../helpers/database.js';

void t.test('a connection that is lost during a query fails the query alone', async (t) => {
  const databaseUrl = await createTestDatabase(t);
  const config = loadConfig({ LOG_LEVEL: 'silent' });
  const pool = openFeaturePool({ databaseUrl, statementTimeoutMs: 60_000 }, createLogger(config, 'test'));
  t.teardown(() => pool.end());
  const reader = { network: '192.0.2.1', signal: new AbortController().signal };
  // As when the network is cut, or PostgreSQL killed: nothing is said before.
  pool.once('acquire', (client) => {
    const { connection } = client as pg.Client & { connection: { stream: { destroy(error: Error): void } } };
    setTimeout(() => connection.stream.destroy(new Error('cut')), 200);
  });
  await t.rejects(queryFeatures(pool, { text: 'SELECT pg_sleep(30)' }, reader));
  t.same(await queryFeatures(pool, { text: 'SELECT 1 AS one' }, reader), [{ one: 1 }], 'the next one has another');
});
