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

/** The last to have asked, by pool: see {@link exclusively}. */
const turns = new WeakMap<Deps['pool'], Promise<unknown>>();

/**
 * Runs a function while nobody else seeds or resets, here or in another replica. The callers of a process take turns
 * before they take a connection: as many waiting callers as the pool has connections would leave none to work with.
 */
export async function exclusively<T>({ pool }: Pick<Deps, 'pool'>, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(pool) ?? Promise.resolve()).then(() => whileLocked(pool, work));
  // The next one comes whatever became of this one, whose caller hears of it.
  turns.set(
    pool,
    turn.catch(() => undefined),
  );
  return turn;
}

async function whileLocked<T>(pool: Deps['pool'], work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [SEED_LOCK]);
    return await work();
  } finally {
    // Closing the session releases the lock, even when the connection is the thing that failed.
    client.release(true);
  }
}
