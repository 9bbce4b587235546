import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from './database.js';

/** Milliseconds that those who read tables have to finish, once nobody may ask for the tables any more. */
const GRACE_MS = 5000;
const PAUSE_MS = 100;

/**
 * Waits for the requests that still read the tables of a schema that is about to go, and breaks off those that take
 * longer: clients read as slowly as they like, and whoever drops a table waits for them.
 */
export async function endReaders(tx: Db, schema: string): Promise<void> {
  const deadline = Date.now() + GRACE_MS;
  let readers = await readersOf(tx, schema);
  while (readers.length > 0 && Date.now() < deadline) {
    await delay(PAUSE_MS);
    readers = await readersOf(tx, schema);
  }
  if (readers.length === 0) return;
  // Ours only: what an administrator runs is waited for.
  await tx.$queryRaw`
    SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
    WHERE pid = ANY (${readers}) AND starts_with(application_name, 'geopf-local')`;
}

/** Processes of PostgreSQL that hold a table of the schema. */
async function readersOf(tx: Db, schema: string): Promise<number[]> {
  const rows = await tx.$queryRaw<{ pid: number }[]>`
    SELECT DISTINCT held.pid FROM pg_catalog.pg_locks AS held
    JOIN pg_catalog.pg_class AS relation ON relation.oid = held.relation
    JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
    WHERE namespace.nspname = ${schema} AND held.pid <> pg_backend_pid()
      AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`;
  return rows.map(({ pid }) => pid);
}
