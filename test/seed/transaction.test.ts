import pg from 'pg';
import t from 'tap';
import { exclusively, inTransaction } from '../../src/seed/transaction.js';
import { createTestDatabase } from '../helpers/database.js';

void t.test('callers in greater number than the connections all have their turn, one at a time', async (t) => {
  const pool = new pg.Pool({ connectionString: await createTestDatabase(t), max: 2 });
  t.teardown(() => pool.end());
  let inside = 0;
  const work = () =>
    exclusively({ pool }, async () => {
      inside += 1;
      t.equal(inside, 1);
      await inTransaction({ pool }, async (client) => client.query('SELECT 1'));
      inside -= 1;
    });
  await Promise.all([work(), work(), work(), work()]);
});

void t.test('a failure is the affair of its caller, not of the next one', async (t) => {
  const pool = new pg.Pool({ connectionString: await createTestDatabase(t), max: 2 });
  t.teardown(() => pool.end());
  const failure = exclusively({ pool }, async () => Promise.reject(new Error('seed refused')));
  const success = exclusively({ pool }, async () => 'done');
  await t.rejects(failure, { message: 'seed refused' });
  t.equal(await success, 'done');
});
