import { randomUUID } from 'node:crypto';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import Value from 'typebox/value';
import type { Deps } from '../deps.js';
import { createChildPool } from './child-pool.js';
import { type JobContext, JobAborted, type JobHandler, QUEUE_NAMES, type QueueName } from './job.js';
import { ABORT_MARK_SECONDS, jobKeys } from './queue.js';
import { openRedis } from './redis.js';
import { sweepOrphans } from './orphans.js';
import { bindHandlers, createHandlers, JOB_DEFINITIONS } from './registry.js';
import { closeStaleAccesses } from './stale-accesses.js';
import { sweepLostJobs } from './sweep.js';
import { wouldRecur } from './task-end.js';

/** A running worker process. */
export interface RunningWorker {
  /** Resolves when jobs are taken and the heartbeat is set. */
  readonly ready: Promise<void>;
  /** Stops taking jobs and kills the running ones, which go back to the queue. */
  close(): Promise<void>;
}

/** The whole memory of a child process, as a multiple of its JavaScript heap. */
const RESIDENT_PER_HEAP = 2;
const HEARTBEAT_MS = 2000;
/** In seconds. */
const HEARTBEAT_LIFE = 6;
const SWEEP_MS = 30_000;
/** Orphans only take place: they are rare, and looking for them reads every folder of files. */
const ORPHANS_MS = 10 * 60_000;
/** Whoever still reads a version that was just replaced has ended by then. */
const ORPHAN_AGE_MS = 10 * 60_000;
/** No transfer is silent for so long, and no job lasts that much longer than it may. */
const TRANSFER_PAUSE_MS = 60 * 60 * 1000;
/** A worker that dies is noticed this late: its jobs are then taken by another, or by itself once back. */
const LOCK_MS = 10_000;
const STALLED_MS = 5000;
/** How often the worker of a job may die under it: once more, and the job itself is taken for the cause. */
const MAX_STALLED = 2;
/** Publications and callbacks hold no process: several may wait for their time, or for a server, at once. */
const WAITING_CONCURRENCY = 8;

/** Raised in running jobs when the worker closes. */
class WorkerClosing extends Error {
  constructor() {
    super('the worker is closing');
    this.name = 'WorkerClosing';
  }
}

/**
 * Starts the worker side of the jobs in this process: one BullMQ worker per queue family, child processes for checks
 * and processings, the heartbeat that readiness looks at, the sweep of lost jobs.
 * @throws Error unless each job definition has exactly one handler
 */
export async function startWorker(deps: Deps): Promise<RunningWorker> {
  const { config, log } = deps;
  const prefix = deps.jobs.prefix;
  const children = createChildPool({
    memoryMb: config.worker.jobMemoryMb,
    residentMb: RESIDENT_PER_HEAP * config.worker.jobMemoryMb,
    timeoutMs: config.worker.jobTimeoutMs,
    keepsSpare: config.worker.spare,
    log,
  });
  const handlers = bindHandlers(JOB_DEFINITIONS, createHandlers(children));
  if (config.redisUrl === undefined) throw new Error('the worker needs REDIS_URL');
  const redis = openRedis(config.redisUrl, log);
  const subscriber = openRedis(config.redisUrl, log);
  const running = new Map<string, AbortController>();
  let closing = false;

  subscriber.on('message', (_channel: string, jobId: string) => {
    const controller = running.get(jobId);
    if (controller === undefined) tellAbsent(jobId);
    else controller.abort(new JobAborted(jobId));
  });

  function tellAbsent(jobId: string): void {
    const key = jobKeys.abortAbsent(prefix, jobId);
    redis
      .multi()
      .incr(key)
      .expire(key, ABORT_MARK_SECONDS)
      .exec()
      .catch((error: unknown) => log.error({ err: error, jobId }, 'Job:AbsenceNotTold'));
  }

  async function processJob(job: Job, token: string | undefined): Promise<void> {
    const handler = handlers.get(job.name);
    const jobId = job.id;
    if (handler === undefined || jobId === undefined) throw new UnrecoverableError(`unknown job ${job.name}`);
    if (!Value.Check(handler.definition.payload, job.data)) {
      throw new UnrecoverableError(`invalid payload for job ${job.name}`);
    }
    const controller = new AbortController();
    running.set(jobId, controller);
    try {
      // Set before the message is published: seen here, or the message finds the controller above.
      if ((await redis.exists(jobKeys.abortMark(prefix, jobId))) === 1) return;
      if (closing) throw new WorkerClosing();
      await runHandler(handler, job.data, contextOf(job, jobId, controller.signal));
    } catch (error) {
      if (controller.signal.reason instanceof JobAborted) return;
      if (!(error instanceof WorkerClosing)) throw error;
      // Not an attempt: another worker takes it at once.
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    } finally {
      running.delete(jobId);
    }
  }

  /** BullMQ failed a job without giving it to us: too many workers died under it. */
  function abandonStalled(job: Job, error: Error): void {
    const handler = handlers.get(job.name);
    const context = contextOf(job, job.id ?? '', new AbortController().signal);
    handler
      ?.abandon(job.data, context, error)
      .catch((fault: unknown) => log.error({ err: fault, jobId: job.id }, 'Job:NotAbandoned'));
  }

  function contextOf(job: Job, jobId: string, signal: AbortSignal): JobContext {
    const attempt = job.attemptsMade + 1;
    const lastAttempt = attempt >= (job.opts.attempts ?? 1);
    return { deps, jobId, attempt, lastAttempt, signal };
  }

  const concurrencyOf = (queue: QueueName) =>
    queue === 'publication' || queue === 'callback' ? WAITING_CONCURRENCY : config.worker.concurrency;
  const workers = QUEUE_NAMES.map((name) => {
    const worker = new Worker(name, processJob, {
      connection: redis,
      prefix,
      autorun: false,
      concurrency: concurrencyOf(name),
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MAX_STALLED,
    });
    worker.on('error', (error) => log.error({ err: error, queue: name }, 'Worker:Error'));
    worker.on('failed', (job, error) => {
      log.error({ err: error, jobId: job?.id, queue: name }, 'Job:Failed');
      if (job !== undefined && job.stalledCounter > MAX_STALLED) abandonStalled(job, error);
    });
    worker.on('stalled', (jobId) => log.warn({ jobId, queue: name }, 'Job:Stalled'));
    return worker;
  });

  const heartbeatKey = jobKeys.worker(prefix, randomUUID());
  const beat = async () => void (await redis.set(heartbeatKey, '1', 'EX', HEARTBEAT_LIFE));
  const sweep = async () => {
    await sweepLostJobs(deps);
    await closeStaleAccesses(deps);
    await deps.storage.removeAbandoned(config.worker.jobTimeoutMs + TRANSFER_PAUSE_MS);
  };
  const timers: NodeJS.Timeout[] = [];
  const repeat = (task: () => Promise<void>, every: number, event: string) => {
    const run = () => void task().catch((error: unknown) => log.error({ err: error }, event));
    timers.push(setInterval(run, every));
  };

  const clear = async () => void (await sweepOrphans(deps, ORPHAN_AGE_MS));

  async function start(): Promise<void> {
    await subscriber.subscribe(jobKeys.abortChannel(prefix));
    await children.ready();
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    for (const worker of workers) {
      worker.run().catch((error: unknown) => log.fatal({ err: error, queue: worker.name }, 'Worker:Stopped'));
    }
    await sweep();
    await beat();
    repeat(beat, HEARTBEAT_MS, 'Worker:NoHeartbeat');
    repeat(sweep, SWEEP_MS, 'Worker:NoSweep');
    repeat(clear, ORPHANS_MS, 'Worker:NoSweep');
  }

  return {
    ready: start(),
    async close() {
      closing = true;
      for (const timer of timers) clearInterval(timer);
      await redis.del(heartbeatKey);
      for (const controller of running.values()) controller.abort(new WorkerClosing());
      await Promise.all(workers.map((worker) => worker.close()));
      await children.close();
      subscriber.disconnect();
      redis.disconnect();
    },
  };
}

/** Runs a handler; its last failure, or one that would come again, closes the entity as failed. */
async function runHandler(handler: JobHandler, payload: unknown, context: JobContext): Promise<void> {
  try {
    await handler.run(payload, context);
  } catch (error) {
    if (context.signal.aborted || !(context.lastAttempt || wouldRecur(error))) throw error;
    await handler.abandon(payload, context, error);
    context.deps.log.error({ err: error, jobId: context.jobId }, 'Job:Abandoned');
  }
}
