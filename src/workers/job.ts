import type { Static, TSchema } from 'typebox';
import type { Deps } from '../deps.js';

/**
 * Vocabulary: a *definition* names a kind of job and its payload; a *job* is one queued piece of
 * work; a *handler* does it inside a *worker* process. Routes and domain functions import
 * definitions only, handlers are loaded by the worker.
 */

/** Queue families; each has its own concurrency in the worker. */
export const QUEUE_NAMES = ['check', 'processing', 'publication', 'callback'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** What producers and workers of a kind of job share. */
export interface JobDefinition<Payload extends TSchema = TSchema> {
  readonly name: string;
  readonly queue: QueueName;
  /** Checked when a job is enqueued and again before its handler sees it. */
  readonly payload: Payload;
  /** Runs of one job, the first included, when its handler throws or its process dies. */
  readonly attempts: number;
  /** Pause before a new attempt, milliseconds. */
  readonly backoffMs: number;
  /** Whether each pause is twice the one before. */
  readonly backoffGrows?: boolean;
}

/** Declares a kind of job, keeping the type of its payload. */
export function defineJob<Payload extends TSchema>(definition: JobDefinition<Payload>): JobDefinition<Payload> {
  return definition;
}

/** One run of a job. */
export interface JobContext {
  readonly deps: Deps;
  readonly jobId: string;
  /** From 1 to the definition's `attempts`. */
  readonly attempt: number;
  /** Whether a failure of this run is final. */
  readonly lastAttempt: boolean;
  /** Aborted when the job is to stop at once; its reason is a {@link JobAborted}. */
  readonly signal: AbortSignal;
}

/**
 * The work of a definition. `run` must be idempotent: it may find the half-done work of a run that
 * died. It throws to be retried; after the last attempt `abandon` closes the entity as failed.
 */
export interface JobHandler<Payload extends TSchema = TSchema> {
  readonly definition: JobDefinition<Payload>;
  run(payload: Static<Payload>, context: JobContext): Promise<void>;
  abandon(payload: Static<Payload>, context: JobContext, error: unknown): Promise<void>;
}

/** Binds a handler to its definition; the definition's payload type then holds in `run` and `abandon`. */
export function defineHandler<Payload extends TSchema>(handler: JobHandler<Payload>): JobHandler<Payload> {
  return handler;
}

/** Why a running job stops: somebody aborted it. */
export class JobAborted extends Error {
  constructor(jobId: string) {
    super(`job ${jobId} was aborted`);
    this.name = 'JobAborted';
  }
}
