import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { Logger } from 'pino';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { type JobDefinition, QUEUE_NAMES, type QueueName } from './job.js';
import { openRedis, REQUEST_TIMEOUT_MS } from './redis.js';

/** The producing side of the jobs: what routes and domain functions may do. */
export interface JobQueue {
  /** Of every key of the jobs in Redis. */
  readonly prefix: string;
  /**
   * Queues a job. While a job of the same id is waiting or running this does nothing, so that
   * enqueueing twice is harmless. `backoffMs` replaces the definition's.
   * @throws Error when the payload does not match the definition
   */
  enqueue<Payload extends TSchema>(
    definition: JobDefinition<Payload>,
    payload: Static<Payload>,
    options: { jobId: string; delayMs?: number; backoffMs?: number },
  ): Promise<void>;
  /** Stops a job: resolves once it has left the queue or its process is gone. Unknown ids are no error. */
  abort(jobId: string): Promise<void>;
  /** Ids of the jobs waiting, delayed or running. */
  pendingIds(): Promise<Set<string>>;
  /** Stops every queue, removes what waits and aborts what runs; nothing starts until {@link JobQueue.resume}. */
  pauseAndDrain(): Promise<void>;
  resume(): Promise<void>;
  /** Worker processes whose heartbeat is fresh. */
  liveWorkers(): Promise<number>;
  close(): Promise<void>;
}

/** Where the two sides of the jobs meet in Redis; `prefix` is the instance's. */
export const jobKeys = {
  /** Published with a job id when that job must stop. */
  abortChannel: (prefix: string) => `${prefix}:abort`,
  /** Set while a job must not start or go on: covers a job taken between the look and the message. */
  abortMark: (prefix: string, jobId: string) => `${prefix}:abort:${jobId}`,
  /** Counts the workers that were asked to abort a job and do not run it. */
  abortAbsent: (prefix: string, jobId: string) => `${prefix}:abort-absent:${jobId}`,
  /** Heartbeat of a worker, with a time to live. */
  worker: (prefix: string, workerId: string) => `${prefix}:worker:${workerId}`,
};

/** Life of what an abort leaves in Redis. */
export const ABORT_MARK_SECONDS = 60;
const ABORT_LIMIT_MS = 10_000;
const ABORT_POLL_MS = 15;

/** Connects to Redis, where each queue family is a BullMQ queue under `prefix`. */
export function createJobQueue(options: { redisUrl: string; prefix: string; log: Logger }): JobQueue {
  const { prefix, log } = options;
  const redis = openRedis(options.redisUrl, log, { commandTimeout: REQUEST_TIMEOUT_MS });
  const queues = Object.fromEntries(
    QUEUE_NAMES.map((name) => [name, new Queue(name, { connection: redis, prefix })]),
  ) as Record<QueueName, Queue>;
  const all = Object.values(queues);
  for (const queue of all) queue.on('error', (error) => log.warn({ err: error, queue: queue.name }, 'Queue:Error'));

  /** @returns number of workers that were asked to stop a job */
  async function askWorkers(jobId: string): Promise<number> {
    await redis.del(jobKeys.abortAbsent(prefix, jobId));
    return redis.publish(jobKeys.abortChannel(prefix), jobId);
  }

  /** How many of them do not run it. */
  async function absentWorkers(jobId: string): Promise<number> {
    return Number((await redis.get(jobKeys.abortAbsent(prefix, jobId))) ?? 0);
  }

  async function abort(jobId: string): Promise<void> {
    await redis.set(jobKeys.abortMark(prefix, jobId), '1', 'EX', ABORT_MARK_SECONDS);
    const deadline = Date.now() + ABORT_LIMIT_MS;
    for (const queue of all) {
      // 0: a worker holds the job. It may start or end between two looks, hence the loop.
      let asked: number | undefined;
      while ((await queue.remove(jobId)) === 0) {
        // Its worker died: the child died with it, and whoever recovers the job finds the mark or the final status.
        if (asked !== undefined && (await absentWorkers(jobId)) >= asked) return;
        if (Date.now() > deadline) {
          log.warn({ jobId, queue: queue.name }, 'Job:AbortUnanswered');
          return;
        }
        asked ??= await askWorkers(jobId);
        await wait(ABORT_POLL_MS);
      }
    }
  }

  return {
    prefix,
    async enqueue(definition, payload, { jobId, delayMs = 0, backoffMs = definition.backoffMs }) {
      if (!Value.Check(definition.payload, payload)) throw new Error(`invalid payload for job ${definition.name}`);
      await redis.del(jobKeys.abortMark(prefix, jobId));
      await queues[definition.queue].add(definition.name, payload, {
        jobId,
        delay: delayMs,
        attempts: definition.attempts,
        backoff: { type: definition.backoffGrows === true ? 'exponential' : 'fixed', delay: backoffMs },
        removeOnComplete: true,
        removeOnFail: true,
      });
    },
    abort,
    async pendingIds() {
      const jobs = await Promise.all(all.map((queue) => queue.getJobs(['wait', 'delayed', 'active'])));
      return new Set(jobs.flat().flatMap((job) => (job?.id === undefined ? [] : [job.id])));
    },
    async pauseAndDrain() {
      await Promise.all(all.map((queue) => queue.pause()));
      await Promise.all(all.map((queue) => queue.drain(true)));
      const active = await Promise.all(all.map((queue) => queue.getActive()));
      await Promise.all(active.flat().flatMap((job) => (job?.id === undefined ? [] : [abort(job.id)])));
    },
    async resume() {
      await Promise.all(all.map((queue) => queue.resume()));
    },
    async liveWorkers() {
      let cursor = '0';
      let count = 0;
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', jobKeys.worker(prefix, '*'), 'COUNT', 1000);
        cursor = next;
        count += keys.length;
      } while (cursor !== '0');
      return count;
    },
    async close() {
      await Promise.all(all.map((queue) => queue.close()));
      redis.disconnect();
    },
  };
}
