import { Queue } from 'bullmq';
import t from 'tap';
import { loadSeed } from '../../src/seed/load.js';
import { resetToSeed, resumeInterruptedReset } from '../../src/seed/reset.js';
import { until } from '../helpers/api.js';
import { buildTestApp } from '../helpers/app.js';

void t.test('jobs start again after a server was killed in the middle of a reset', async (t) => {
  const { deps } = await buildTestApp(t);
  const queue = new Queue('check', { connection: deps.redis, prefix: deps.jobs.prefix });
  t.teardown(() => queue.close());
  await deps.jobs.pauseAndDrain();
  t.equal(await queue.isPaused(), true);
  await resumeInterruptedReset(deps);
  t.equal(await queue.isPaused(), false);
});

void t.test('a reset and the requests that write at the same time do not fail each other', async (t) => {
  const { deps } = await buildTestApp(t);
  const { seed } = await loadSeed(deps.config);
  const client = await deps.pool.connect();
  t.teardown(() => client.release());
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO geopf.upload (id, datastore_id, storage_id, type, name, description, srs, status)
     SELECT gen_random_uuid(), datastore_id, storage_id, 'VECTOR', 'a', 'b', 'EPSG:2154', 'OPEN'
     FROM geopf.datastore_storage WHERE usage = 'UPLOADS' LIMIT 1`,
  );
  const reset = resetToSeed(deps, seed);
  const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND database = (
    SELECT oid FROM pg_database WHERE datname = current_database())`;
  await until(
    async () => (await deps.pool.query(waiting)).rowCount,
    (count) => count !== 0,
  );
  await client.query(
    `INSERT INTO geopf.event (entity_type, entity_id, date) VALUES ('upload', gen_random_uuid(), now())`,
  );
  await client.query('COMMIT');
  await reset;
  t.equal(await deps.prisma.upload.count(), 0);
  t.equal(await deps.prisma.event.count(), 0);
});
