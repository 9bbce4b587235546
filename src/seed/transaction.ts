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
