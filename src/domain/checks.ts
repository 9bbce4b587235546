import type { Deps } from '../deps.js';
import { conflict, notFound } from '../errors.js';
import type { Check, CheckExecution, Prisma } from '../generated/prisma/client.js';
import { checkJob } from '../workers/check.job.js';
import { removeLeftovers } from '../workers/leftovers.js';
import { type Callback, type CallbackRequest, readCallback } from './callback-requests.js';
import { queueCallbacks, recordCheckCallback } from './callbacks.js';
import type { Db } from './database.js';
import { recordEvent } from './events.js';
import { distinctIds } from './ids.js';
import type { CheckOutcome } from './outcomes.js';
import { queueRecorded } from './queueing.js';
import { ofScope, type Scope, WITH_PLACE } from './scope.js';
import { waitingDelayMs } from './timing.js';
import { transition, tryTransition } from './transitions.js';
import { findUpload } from './upload-reads.js';

/** An execution with its check. */
export type CheckRun = CheckExecution & { check: Check };

/**
 * Closes an upload: one execution per default check of its type that the datastore owns, all WAITING
 * (lifecycle §3). Without any, the upload is closed at once (§10, 12).
 * @throws ApiError bad_request for the callback, not_found, conflict
 */
export async function closeUpload(
  deps: Deps,
  datastoreId: string,
  uploadId: string,
  request: { callback?: CallbackRequest | undefined; initiatorId: string },
): Promise<void> {
  const { prisma } = deps;
  const callback = request.callback && readCallback(request.callback);
  const upload = await findUpload(prisma, { datastore: datastoreId }, uploadId);
  const executions = await prisma.$transaction(async (tx) => {
    await transition(tx, { entity: 'upload', id: uploadId, action: 'close', initiatorId: request.initiatorId });
    const checks = await tx.check.findMany({
      where: { defaultUploadTypes: { has: upload.type }, datastores: { some: { datastoreId } } },
      orderBy: { position: 'asc' },
    });
    if (checks.length === 0) await transition(tx, { entity: 'upload', id: uploadId, action: 'checksPassed' });
    const run = (await latestRun(tx, uploadId)) + 1;
    return createExecutions(tx, uploadId, { checkIds: checks.map(({ id }) => id), run, callback });
  });
  await enqueue(deps, executions);
}

/**
 * Adds executions of the given checks to the latest run of an upload, which goes back to CHECKING.
 * @throws ApiError not_found for an upload or check that is not the datastore's; conflict
 */
export async function requestChecks(
  deps: Deps,
  datastoreId: string,
  uploadId: string,
  request: { checkIds: readonly string[]; initiatorId: string },
): Promise<void> {
  const { prisma } = deps;
  await findUpload(prisma, { datastore: datastoreId }, uploadId);
  const checkIds = distinctIds(request.checkIds);
  const lent = await prisma.datastoreCheck.findMany({ where: { datastoreId, checkId: { in: checkIds } } });
  const unknown = checkIds.filter((id) => !lent.some(({ checkId }) => checkId === id));
  if (unknown.length > 0) throw notFound(...unknown.map((id) => `La vérification ${id} n'existe pas.`));
  const executions = await prisma.$transaction(async (tx) => {
    await transition(tx, { entity: 'upload', id: uploadId, action: 'check', initiatorId: request.initiatorId });
    const run = Math.max(1, await latestRun(tx, uploadId));
    return createExecutions(tx, uploadId, { checkIds, run });
  });
  await enqueue(deps, executions);
}

/**
 * Ends an execution with its outcome and, when it was the last one pending, the verification of the
 * upload: CLOSED, or UNSTABLE when the latest execution of some check failed. One transaction; two
 * executions ending together see one another, because both lock the upload first.
 * @returns false when the execution was already over (stopped, or ended by another run of its job)
 */
export async function finishCheckExecution(
  deps: Pick<Deps, 'prisma' | 'jobs' | 'log' | 'config'>,
  executionId: string,
  outcome: CheckOutcome,
): Promise<boolean> {
  const callbacks = await deps.prisma.$transaction((tx) =>
    endExecution(tx, executionId, {
      action: outcome.status === 'SUCCESS' ? 'succeed' : 'fail',
      extent: outcome.status === 'SUCCESS' ? outcome.extent : undefined,
    }),
  );
  if (callbacks === null) return false;
  await queueCallbacks(deps, callbacks);
  return true;
}

/**
 * Stops an execution on a user's demand. It counts as failed: stopping the last pending one makes the
 * upload UNSTABLE, from where it may be opened again (lifecycle §2.3, note 1).
 * @throws ApiError not_found; conflict when it is over
 */
export async function stopCheckExecution(
  deps: Deps,
  datastoreId: string,
  executionId: string,
  initiatorId: string,
): Promise<void> {
  await findCheckExecution(deps.prisma, { datastore: datastoreId }, executionId);
  const callbacks = await deps.prisma.$transaction(async (tx) => {
    const ended = await endExecution(tx, executionId, { action: 'stop', initiatorId });
    if (ended === null) throw conflict("L'exécution de vérification est terminée et ne peut plus être interrompue.");
    return ended;
  });
  await deps.jobs.abort(executionId);
  await removeLeftovers(deps, executionId);
  await queueCallbacks(deps, callbacks);
}

const WITH_UPLOAD = {
  check: true,
  upload: { select: { id: true, name: true, type: true, datastore: WITH_PLACE } },
} as const satisfies Prisma.CheckExecutionInclude;

/** An execution with its check, its upload and where that lives. */
export type CheckExecutionRecord = Prisma.CheckExecutionGetPayload<{ include: typeof WITH_UPLOAD }>;

/**
 * An execution on an upload of the scope.
 * @throws ApiError not_found
 */
export async function findCheckExecution(db: Db, scope: Scope, id: string): Promise<CheckExecutionRecord> {
  const execution = await db.checkExecution.findFirst({
    where: { id, upload: ofScope(scope) },
    include: WITH_UPLOAD,
  });
  if (execution === null) throw notFound(`L'exécution de vérification ${id} n'existe pas.`);
  return execution;
}

/**
 * Changes who is told of the end of an execution.
 * @throws ApiError bad_request for the callback, not_found; conflict when it is over
 */
export async function updateCheckExecution(
  prisma: Deps['prisma'],
  datastoreId: string,
  id: string,
  change: { callback: CallbackRequest | undefined },
): Promise<void> {
  const callback = change.callback === undefined ? undefined : readCallback(change.callback);
  await findCheckExecution(prisma, { datastore: datastoreId }, id);
  await prisma.$transaction(async (tx) => {
    await transition(tx, { entity: 'check_execution', id, action: 'modify' });
    if (callback !== undefined) {
      await tx.checkExecution.update({ where: { id }, data: { callback: callback as unknown as Prisma.JsonObject } });
    }
  });
}

/** What GET /uploads/{id}/checks shows: the last execution of each check in the latest run. */
export async function latestExecutions(db: Db, uploadId: string): Promise<CheckRun[]> {
  return db.checkExecution.findMany({
    where: { uploadId, run: await latestRun(db, uploadId) },
    include: { check: true },
    distinct: ['checkId'],
    orderBy: [{ check: { position: 'asc' } }, { checkId: 'asc' }, { creation: 'desc' }],
  });
}

/** @returns the callbacks to queue; `null` when the execution was already over */
async function endExecution(
  tx: Db,
  executionId: string,
  end: { action: 'succeed' | 'fail' | 'stop'; extent?: CheckOutcome['extent']; initiatorId?: string },
): Promise<string[] | null> {
  const execution = await tx.checkExecution.findUnique({ where: { id: executionId }, include: { check: true } });
  if (execution === null) throw notFound(`L'exécution de vérification ${executionId} n'existe pas.`);
  const { uploadId } = execution;
  await tx.$queryRaw`SELECT 1 FROM geopf.upload WHERE id = ${uploadId}::uuid FOR UPDATE`;
  const { initiatorId } = end;
  const done = await tryTransition(tx, { entity: 'check_execution', id: executionId, action: end.action, initiatorId });
  if (done === null) return null;
  const callbacks = await recordCheckCallback(tx, executionId);
  if (end.extent !== undefined) {
    await tx.upload.update({
      where: { id: uploadId },
      data: { extent: end.extent as unknown as Prisma.InputJsonObject },
    });
  }
  const event = { title: 'Vérification terminée', text: `${execution.check.name} ${done.to}` };
  const pending = await tx.checkExecution.count({ where: { uploadId, status: { in: ['WAITING', 'PROGRESS'] } } });
  if (pending > 0) {
    await recordEvent(tx, { entity: 'upload', id: uploadId, initiatorId, ...event });
    return callbacks;
  }
  const failed = (await latestExecutions(tx, uploadId)).some((latest) => latest.status === 'FAILURE');
  await transition(tx, {
    entity: 'upload',
    id: uploadId,
    action: failed ? 'checksFailed' : 'checksPassed',
    initiatorId,
    event,
  });
  return callbacks;
}

async function latestRun(db: Db, uploadId: string): Promise<number> {
  const { _max } = await db.checkExecution.aggregate({ where: { uploadId }, _max: { run: true } });
  return _max.run ?? 0;
}

async function createExecutions(
  tx: Db,
  uploadId: string,
  { checkIds, run, callback }: { checkIds: readonly string[]; run: number; callback?: Callback | undefined },
): Promise<{ id: string }[]> {
  return tx.checkExecution.createManyAndReturn({
    data: checkIds.map((checkId) => ({
      uploadId,
      checkId,
      run,
      status: 'WAITING',
      callback: callback as unknown as Prisma.InputJsonObject | undefined,
    })),
    select: { id: true },
  });
}

async function enqueue(deps: Deps, executions: readonly { id: string }[]): Promise<void> {
  const delayMs = waitingDelayMs(deps.config);
  for (const { id } of executions) {
    await queueRecorded(deps, checkJob, { executionId: id }, { jobId: id, delayMs });
  }
}
