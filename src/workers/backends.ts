import { setTimeout as wait } from 'node:timers/promises';
import type { Deps } from '../deps.js';

/** `application_name` of the database connections of a job. */
export function backendName(jobId: string): string {
  return `geopf-job-${jobId}`;
}

const LIMIT_MS = 5000;
const POLL_MS = 10;

/**
 * Ends the database connections that a job left open, whose transactions are rolled back; resolves when they are gone.
 * A process that is killed leaves a statement that runs on, an index build for instance.
 */
export async function endBackends({ pool, log }: Pick<Deps, 'pool' | 'log'>, jobId: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const { rowCount } = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`,
      [backendName(jobId)],
    );
    if (rowCount === 0) return;
    if (Date.now() > deadline) {
      log.error({ jobId }, 'Job:BackendStays');
      return;
    }
    await wait(POLL_MS);
  }
}
