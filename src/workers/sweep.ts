import type { Deps } from '../deps.js';
import { queueCallbacks } from '../domain/callbacks.js';
import { checkJob } from './check.job.js';
import { processingJob } from './processing.job.js';
import { type PublicationAction, publicationJob, publicationJobId } from './publication.job.js';

/** What an offering in a passing status waits for. */
const PUBLICATION_ACTIONS: Readonly<Record<string, PublicationAction>> = {
  PUBLISHING: 'publish',
  MODIFYING: 'synchronise',
  UNPUBLISHING: 'unpublish',
};

/**
 * Queues again what the registry awaits and the queue has lost: jobs that were never queued because Redis was out of
 * reach, or that it forgot. Handlers are idempotent, so one too many does no harm.
 * @returns number of jobs queued
 */
export async function sweepLostJobs(deps: Pick<Deps, 'prisma' | 'jobs' | 'log' | 'config'>): Promise<number> {
  const { prisma, jobs, log } = deps;
  // The queue first: a job that ends after this look is no longer awaited at the next.
  const known = await jobs.pendingIds();
  const awaited = { status: { in: ['WAITING', 'PROGRESS'] } };
  const [checks, processings, offerings, callbacks] = await Promise.all([
    prisma.checkExecution.findMany({ where: awaited, select: { id: true } }),
    prisma.processingExecution.findMany({ where: awaited, select: { id: true } }),
    prisma.offering.findMany({
      where: { status: { in: Object.keys(PUBLICATION_ACTIONS) } },
      select: { id: true, status: true, update: true },
    }),
    prisma.pendingCallback.findMany({ select: { id: true } }),
  ]);
  let queued = 0;
  const note = (jobId: string) => {
    queued += 1;
    log.warn({ jobId }, 'Job:QueuedAgain');
  };
  for (const { id } of checks) {
    if (known.has(id)) continue;
    await jobs.enqueue(checkJob, { executionId: id }, { jobId: id });
    note(id);
  }
  for (const { id } of processings) {
    if (known.has(id)) continue;
    await jobs.enqueue(processingJob, { executionId: id }, { jobId: id });
    note(id);
  }
  for (const offering of offerings) {
    const action = PUBLICATION_ACTIONS[offering.status];
    if (action === undefined) continue;
    const jobId = publicationJobId(offering, action);
    if (known.has(jobId)) continue;
    await jobs.enqueue(publicationJob, { offeringId: offering.id, action }, { jobId });
    note(jobId);
  }
  for (const { id } of callbacks) {
    if (known.has(id)) continue;
    await queueCallbacks(deps, [id]);
    note(id);
  }
  return queued;
}
