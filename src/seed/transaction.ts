import type { ClientBase } from 'pg';
import type { Deps } from '../deps.js';

/** What the writing of a seed needs. */
export type SeedDeps = Pick<Deps, 'pool' | 'prisma'>;

/** Runs a function in one transaction of a pooled connection. */
export async function inTransaction<T>(
  { pool }: Pick<Deps, 'pool'>,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** Any number will do, as long as nothing else in the emulator locks on it. */
const SEED_LOCK = 4_702_112;

/** Runs a function while no other replica seeds or resets. */
export async function exclusively<T>({ pool }: Pick<Deps, 'pool'>, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [SEED_LOCK]);
    return await work();
  } finally {
    // Closing the session releases the lock, even when the connection is the thing that failed.
    client.release(true);
  }
}
