import type { Static, TSchema } from 'typebox';
import type { Deps } from '../deps.js';
import type { JobDefinition } from '../workers/job.js';

/**
 * Queues the job of something that is already recorded. When the queue is out of reach the request
 * succeeds all the same: the workers' sweep finds what waits and queues it then.
 */
export async function queueRecorded<Payload extends TSchema>(
  { jobs, log }: Pick<Deps, 'jobs' | 'log'>,
  definition: JobDefinition<Payload>,
  payload: Static<Payload>,
  options: { jobId: string; delayMs?: number; backoffMs?: number },
): Promise<void> {
  try {
    await jobs.enqueue(definition, payload, options);
  } catch (error) {
    log.error({ err: error, job: definition.name, jobId: options.jobId }, 'Job:NotQueued');
  }
}
