import type { Deps } from '../deps.js';
import { endBackends } from './backends.js';

/** Name of the temporary folders of a job: what they start with. */
export function jobFolders(jobId: string): string {
  return `job-${jobId}`;
}

/**
 * Frees what a job that is over, or about to run again, may have left: a statement that goes on in the database,
 * half-written files. Harmless when there is nothing.
 */
export async function removeLeftovers(deps: Pick<Deps, 'pool' | 'log' | 'storage'>, jobId: string): Promise<void> {
  await Promise.all([endBackends(deps, jobId), deps.storage.removeTempDirs(jobFolders(jobId))]);
}
