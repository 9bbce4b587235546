import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import t from 'tap';
import { featureType } from '../helpers/feature-type.js';
import { buildTestWfs } from '../helpers/wfs.js';

/** Views whose rows go wrong, or take their time, after the first ones. */
const TABLES = `
  CREATE VIEW sd_test.casse AS SELECT n AS gid, repeat('x', 1000) || (1 / (4000 - n)) AS texte FROM generate_series(1, 5000) AS n;
  CREATE VIEW sd_test.lent AS SELECT n AS gid, repeat('x', 50000) || pg_sleep(0.02)::text AS texte FROM generate_series(1, 5000) AS n;
  CREATE VIEW sd_test.fige AS SELECT n AS gid, pg_sleep(60)::text AS texte FROM generate_series(1, 10) AS n;
  CREATE TABLE sd_test.grand (gid integer PRIMARY KEY, texte text);
  INSERT INTO sd_test.grand SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) AS n;
`;
const COLUMNS = ['gid integer not null', 'texte text'];
const TYPES = ['casse', 'lent', 'fige', 'grand'].map((name) =>
  featureType(name, COLUMNS, null, { primaryKey: name === 'grand' ? ['gid'] : [] }),
);
const URL_OF = (origin: string, name: string, format = 'application/json'): string =>
  `${origin}/wfs?request=GetFeature&typeNames=demo:${name}&outputFormat=${encodeURIComponent(format)}`;

async function listen(t: Parameters<typeof buildTestWfs>[0], overrides: Record<string, string>) {
  const wfs = await buildTestWfs(t, TABLES, TYPES, overrides);
  await wfs.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...wfs, origin: `http://127.0.0.1:${(wfs.app.server.address() as AddressInfo).port}` };
}

/** Waits until no backend of this database but ours runs anything, and no connection is out of the pool. */
async function untilIdle(pool: pg.Pool): Promise<boolean> {
  for (const end = Date.now() + 5000; Date.now() < end; await delay(20)) {
    const { rows } = await pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
    );
    if (rows.length === 0 && pool.idleCount === pool.totalCount) return true;
  }
  return false;
}

void t.test('a fault after the first bytes breaks the answer off', async (t) => {
  const { origin, pool } = await listen(t, {});
  for (const format of ['application/json', 'gml32']) {
    // GML counts first, and so meets the fault before any byte unless the count does not compute the column.
    const response = await fetch(URL_OF(origin, 'casse', format));
    t.equal(response.status, 200);
    await t.rejects(response.text(), `${format}: never a short document that looks whole`);
  }
  t.ok(await untilIdle(pool));
});

void t.test('a reader that leaves stops the query and frees its connection', async (t) => {
  const { origin, pool } = await listen(t, {});
  for (const name of ['lent', 'fige']) {
    const leaving = new AbortController();
    const answer = fetch(URL_OF(origin, name), { signal: leaving.signal });
    if (name === 'lent') await (await answer).body?.getReader().read();
    else await untilRunning(pool);
    leaving.abort();
    await answer.catch(() => null);
    t.ok(await untilIdle(pool), name);
  }
  const after = await fetch(URL_OF(origin, 'grand'));
  t.equal(after.status, 200, 'the service goes on');
  await after.text();
});

async function untilRunning(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(`SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY %'`);
    if (rows.length > 0) return;
    await delay(10);
  }
}

void t.test('a query that takes too long is an exception', async (t) => {
  const { origin, pool } = await listen(t, { STATEMENT_TIMEOUT: '200' });
  const response = await fetch(URL_OF(origin, 'fige'));
  t.equal(response.status, 503);
  t.match(await response.text(), /took too long/);
  t.ok(await untilIdle(pool));
});

void t.test('an answer of 20 MB arrives whole', async (t) => {
  const { origin, pool } = await listen(t, { WFS_MAX_FEATURES: '100000' });
  const document = (await (await fetch(URL_OF(origin, 'grand'))).json()) as {
    features: unknown[];
    numberReturned: number;
  };
  t.match([document.features.length, document.numberReturned], [20_000, 20_000]);
  t.ok(await untilIdle(pool));
});

void t.test('a table that is gone asks for the synchronisation', async (t) => {
  const { origin, pool } = await listen(t, {});
  await pool.query('DROP TABLE sd_test.grand');
  const response = await fetch(URL_OF(origin, 'grand'));
  const text = await response.text();
  t.equal(response.status, 400);
  t.match(text, /ExceptionReport.*the layer must be synchronised/s);
  t.notMatch(text, /sd_test/, 'nothing of the database shows');
  t.ok(await untilIdle(pool));
});
