import { randomUUID } from 'node:crypto';
import type { Deps } from '../deps.js';
import { Prisma } from '../generated/prisma/client.js';
import { formatLogLine, type TaskLogEntry } from '../processing/task-log.js';
import { callbackJob } from '../workers/callback.job.js';
import type { Callback } from './callback-requests.js';
import type { Db } from './database.js';
import { queueRecorded } from './queueing.js';

/**
 * Telling the end of an execution to whoever asked (lifecycle.md §4.2). What is to be told is recorded in the
 * transaction that ends the execution, then told by a job of its own, at least once.
 */

/** The facts, as they were when the execution ended: it may be removed before they are told. */
export interface EndReport {
  readonly type: 'CHECK' | 'PROCESSING';
  readonly execution: string;
  /** SUCCESS, FAILURE or ABORTED. */
  readonly status: string;
  /** ISO 8601. */
  readonly finish: string;
  /** The check or processing. */
  readonly program: Named;
  readonly datastore: string;
  readonly community: Named;
  /** What a check was about. */
  readonly upload?: Named;
  /** What a processing wrote, and under which word of the API. */
  readonly output?: Named & { readonly kind: 'stored_data' | 'upload' };
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** What is still to be told. */
export interface PendingCallback {
  readonly id: string;
  readonly callback: Callback;
  readonly report: EndReport;
}

const WITH_COMMUNITY = { include: { community: { select: { id: true, name: true } } } } as const;
const NAMED = { select: { id: true, name: true } } as const;

/**
 * Records that the end of a check is to be told. To be called in the transaction that ends it.
 * @returns ids for {@link queueCallbacks}, after that transaction
 */
export async function recordCheckCallback(tx: Db, executionId: string): Promise<string[]> {
  const execution = await tx.checkExecution.findUniqueOrThrow({
    where: { id: executionId },
    include: { check: NAMED, upload: { include: { datastore: WITH_COMMUNITY } } },
  });
  const { callback, check, upload, status, finish } = execution;
  return record(tx, callback, {
    type: 'CHECK',
    execution: executionId,
    status,
    finish: (finish ?? new Date()).toISOString(),
    program: check,
    datastore: upload.datastoreId,
    community: upload.datastore.community,
    upload: { id: upload.id, name: upload.name },
  });
}

/** {@link recordCheckCallback} for the execution of a processing. */
export async function recordProcessingCallback(tx: Db, executionId: string): Promise<string[]> {
  const execution = await tx.processingExecution.findUniqueOrThrow({
    where: { id: executionId },
    include: { processing: NAMED, datastore: WITH_COMMUNITY, outputStoredData: NAMED, outputUpload: NAMED },
  });
  const { callback, processing, datastore, status, finish, outputStoredData, outputUpload } = execution;
  const output =
    outputStoredData !== null
      ? { ...outputStoredData, kind: 'stored_data' as const }
      : outputUpload !== null && { ...outputUpload, kind: 'upload' as const };
  return record(tx, callback, {
    type: 'PROCESSING',
    execution: executionId,
    status,
    finish: (finish ?? new Date()).toISOString(),
    program: processing,
    datastore: datastore.id,
    community: datastore.community,
    ...(output === false ? {} : { output }),
  });
}

async function record(tx: Db, callback: Prisma.JsonValue, report: EndReport): Promise<string[]> {
  if (callback === null) return [];
  const id = randomUUID();
  await tx.pendingCallback.create({
    data: {
      id,
      executionId: report.execution,
      callback,
      report: report as unknown as Prisma.InputJsonObject,
    },
  });
  return [id];
}

/** Queues the jobs of recorded callbacks; those that a queue out of reach did not take are queued by the sweep. */
export async function queueCallbacks(
  deps: Pick<Deps, 'jobs' | 'log' | 'config'>,
  callbackIds: readonly string[],
): Promise<void> {
  const backoffMs = deps.config.callback.retryDelayMs;
  for (const id of callbackIds) {
    await queueRecorded(deps, callbackJob, { callbackId: id }, { jobId: id, backoffMs });
  }
}

/** What is to be told; `null` when it has been told, given up, or forgotten by a reset. */
export async function findPendingCallback(db: Db, id: string): Promise<PendingCallback | null> {
  const row = await db.pendingCallback.findUnique({ where: { id } });
  if (row === null) return null;
  return {
    id,
    callback: row.callback as unknown as Callback,
    report: row.report as unknown as EndReport,
  };
}

/** Writes in the log of the execution what became of its callback; nothing when the execution was removed. */
export async function logCallback(
  db: Db,
  pending: PendingCallback,
  level: TaskLogEntry['level'],
  message: string,
): Promise<void> {
  const line = formatLogLine(new Date(), { level, module: 'callback', line: 1, message });
  const id = Prisma.sql`${pending.report.execution}::uuid`;
  // Held, so that a removal that goes on meanwhile takes the line with it.
  await db.$executeRaw`
    WITH checks AS (SELECT id FROM geopf.check_execution WHERE id = ${id} FOR KEY SHARE),
    processings AS (SELECT id FROM geopf.processing_execution WHERE id = ${id} FOR KEY SHARE)
    INSERT INTO geopf.log_line (execution_id, line)
    SELECT id, ${line} FROM (SELECT id FROM checks UNION ALL SELECT id FROM processings) AS execution`;
}

/** Forgets a callback that was told or given up, with the line that says so. */
export async function settleCallback(
  { prisma }: Pick<Deps, 'prisma'>,
  pending: PendingCallback,
  level: TaskLogEntry['level'],
  message: string,
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const { count } = await tx.pendingCallback.deleteMany({ where: { id: pending.id } });
    if (count > 0) await logCallback(tx, pending, level, message);
  });
}
