import { PROCESSING_JOBS, type ProcessingDefinition } from '../catalogue/processings.js';
import type { Deps } from '../deps.js';
import { ApiError, badRequest, conflict, notFound } from '../errors.js';
import type { Prisma } from '../generated/prisma/client.js';
import { removeLeftovers } from '../workers/leftovers.js';
import { processingJob } from '../workers/processing.job.js';
import { replaceArchiveFiles } from './archive-files.js';
import type { Caller } from './caller.js';
import { type CallbackRequest, readCallback } from './callback-requests.js';
import { queueCallbacks, recordProcessingCallback } from './callbacks.js';
import type { Db } from './database.js';
import { recordEvent } from './events.js';
import { type ExecutionInputs, holdInputs, isBeingRead } from './execution-inputs.js';
import { prepareOutput, type StoredDataOutput } from './execution-output.js';
import { completeParameters } from './execution-parameters.js';
import { holdStatics } from './execution-statics.js';
import { distinctIds } from './ids.js';
import type { ExecutionOutcome, StoredDataResult } from './outcomes.js';
import { assertRunnable } from './processing-checks.js';
import { findProcessing } from './processings.js';
import { touchPublications } from './published.js';
import { queueRecorded } from './queueing.js';
import { askBy, assertFits } from './storage-room.js';
import { waitingDelayMs } from './timing.js';
import { transition, tryTransition } from './transitions.js';
import { discardOutput } from './unfinished-output.js';

/** Executions of processings, spec lifecycle §4.2: their life and its effect on the stored data they write. */

/** What a client asks to be run. */
export interface ExecutionRequest {
  readonly processing: string;
  readonly inputs?: { readonly upload?: readonly string[]; readonly stored_data?: readonly string[] };
  readonly output: { readonly stored_data?: StoredDataOutput; readonly upload?: unknown };
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly callback?: CallbackRequest;
}

type Execution = Prisma.ProcessingExecutionGetPayload<{ include: { processing: true } }>;

/**
 * Creates an execution, and its output when that is new.
 * @returns id of the execution
 * @throws ApiError not_found, bad_request or conflict for what the request names; not_implemented for a processing
 *   that the emulator lists without being able to run it
 */
export async function createExecution(deps: Deps, caller: Caller, request: ExecutionRequest): Promise<string> {
  const processing = await findProcessing(deps.prisma, { datastore: caller.datastoreId }, request.processing);
  if (!PROCESSING_JOBS.some((job) => job === processing.jobName)) {
    throw new ApiError('not_implemented', `Le traitement « ${processing.name} » n'est pas encore pris en charge.`);
  }
  const callback = request.callback && readCallback(request.callback);
  const { definition } = processing;
  const output = request.output.stored_data;
  if (output === undefined) throw badRequest('Le champ "output.stored_data" est obligatoire pour ce traitement.');
  if (request.output.upload !== undefined) throw badRequest('Le traitement ne produit pas de livraison.');
  const sent = request.parameters ?? {};
  const parameters = completeParameters(definition.parameters, sent);
  const inputs = {
    uploads: distinctIds(request.inputs?.upload ?? []),
    storedData: distinctIds(request.inputs?.stored_data ?? []),
  };

  return deps.prisma.$transaction(async (tx) => {
    await holdInputs(tx, caller.datastoreId, processing, inputs);
    await holdStatics(tx, caller.datastoreId, definition, parameters);
    const modified = 'id' in output ? output.id : null;
    const { datastoreId } = caller;
    const asked = { datastoreId, storage: deps.storage, inputs, modified, sent, parameters };
    await assertRunnable(tx, processing.jobName, asked);
    const prepared = await prepareOutput(tx, caller, definition.output_type, output);
    const { id } = await tx.processingExecution.create({
      data: {
        datastoreId: caller.datastoreId,
        processingId: processing.id,
        status: 'CREATED',
        parameters: parameters as Prisma.InputJsonObject,
        callback: callback as unknown as Prisma.InputJsonObject | undefined,
        outputStoredDataId: prepared.id,
        outputIsNew: prepared.isNew,
        initiatorId: caller.userId,
        inputUploads: { create: inputs.uploads.map((uploadId, position) => ({ uploadId, position })) },
        inputStoredData: { create: inputs.storedData.map((storedDataId, position) => ({ storedDataId, position })) },
      },
    });
    return id;
  });
}

/**
 * Launches an execution: WAITING, its output GENERATING or MODIFYING, its job queued.
 * @throws ApiError conflict when it was launched before, or when an input or the output no longer allows it
 */
export async function launchExecution(deps: Deps, caller: Caller, id: string): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    const execution = await findExecution(tx, caller.datastoreId, id);
    await transition(tx, { entity: 'processing_execution', id, action: 'launch', initiatorId: caller.userId });
    const { jobName, definition } = execution.processing;
    const processing = { jobName, definition: definition as unknown as ProcessingDefinition };
    await holdInputs(tx, caller.datastoreId, processing, await inputsOf(tx, id));
    await transition(tx, {
      entity: 'stored_data',
      id: outputOf(execution),
      action: execution.outputIsNew ? 'generate' : 'modify',
      initiatorId: caller.userId,
      event: { text: execution.processing.name },
    });
  });
  await queueRecorded(deps, processingJob, { executionId: id }, { jobId: id, delayMs: waitingDelayMs(deps.config) });
}

/**
 * Aborts an execution. When this resolves its process is gone and its output, if it was touched, is UNSTABLE: it can
 * be deleted at once.
 * @throws ApiError conflict when it has ended
 */
export async function abortExecution(deps: Deps, caller: Caller, id: string): Promise<void> {
  const { wasLaunched, callbacks } = await deps.prisma.$transaction(async (tx) => {
    const execution = await findExecution(tx, caller.datastoreId, id);
    const { from } = await transition(tx, {
      entity: 'processing_execution',
      id,
      action: 'abort',
      initiatorId: caller.userId,
    });
    const launched = from !== 'CREATED';
    // An execution that was never launched has not touched a stored data that existed before it.
    if (launched || execution.outputIsNew) {
      await transition(tx, {
        entity: 'stored_data',
        id: outputOf(execution),
        action: 'fail',
        initiatorId: caller.userId,
        event: { text: `${execution.processing.name} ABORTED` },
      });
    }
    return { wasLaunched: launched, callbacks: await recordProcessingCallback(tx, id) };
  });
  if (wasLaunched) {
    await deps.jobs.abort(id);
    // Its worker did the same, unless it died.
    await removeLeftovers(deps, id);
    await discardOutput(deps, id);
  }
  await queueCallbacks(deps, callbacks);
}

/**
 * Stores the end of an execution and the state of its output, in one transaction. Called by the worker.
 * @param filesKey where the files that it made for its output are in storage, when it made any
 * @returns false when the execution had already ended, by an abort for instance: then nothing is changed
 * @throws NoRoomError when the storage has no room for these files: then nothing is changed, and the execution is a
 *   failure
 */
export async function finishExecution(
  deps: Pick<Deps, 'prisma' | 'jobs' | 'log' | 'config' | 'storage'>,
  executionId: string,
  outcome: ExecutionOutcome,
  filesKey?: string,
): Promise<boolean> {
  const former: { key: string | null; storedData: string } = { key: null, storedData: '' };
  const callbacks = await deps.prisma.$transaction(async (tx) => {
    const action = outcome.status === 'SUCCESS' ? 'succeed' : 'fail';
    const moved = await tryTransition(tx, { entity: 'processing_execution', id: executionId, action });
    if (moved === null) return null;
    const recorded = await recordProcessingCallback(tx, executionId);
    const execution = await tx.processingExecution.findUniqueOrThrow({
      where: { id: executionId },
      include: { processing: true },
    });
    const output = outputOf(execution);
    const text = `${execution.processing.name} ${outcome.status}`;
    if (outcome.status === 'FAILURE') {
      await transition(tx, { entity: 'stored_data', id: output, action: 'fail', event: { text } });
      return recorded;
    }
    former.storedData = output;
    former.key = await storeResult(tx, output, outcome.result, filesKey);
    await recordEvent(tx, { entity: 'stored_data', id: output, title: 'Traitement terminé', text });
    await transition(tx, {
      entity: 'stored_data',
      id: output,
      action: execution.outputIsNew ? 'generated' : 'modified',
    });
    return recorded;
  });
  if (callbacks === null) return false;
  // Services that opened one of its files finish with it. An execution has many to open: its version is swept later.
  if (former.key !== null && !(await isBeingRead(deps.prisma, former.storedData))) {
    await deps.storage.removeTree(former.key);
  }
  await queueCallbacks(deps, callbacks);
  return true;
}

/** @returns key of the files that are no longer the data's, or `null` */
async function storeResult(
  tx: Db,
  id: string,
  result: StoredDataResult,
  filesKey: string | undefined,
): Promise<string | null> {
  // Tables are there already, with the room that they took at their commit.
  if (filesKey !== undefined) await assertFits(askBy(tx), id, result.size);
  const { filesKey: formerKey } = await tx.storedData.findUniqueOrThrow({ where: { id }, select: { filesKey: true } });
  await tx.storedData.update({
    where: { id },
    data: {
      ...(filesKey === undefined ? {} : { filesKey }),
      srs: result.srs,
      size: BigInt(result.size),
      typeInfos: result.typeInfos as unknown as Prisma.InputJsonObject,
      // A modification that leaves no row with a geometry leaves the extent as it was.
      ...(result.extent === undefined ? {} : { extent: result.extent as unknown as Prisma.InputJsonObject }),
    },
  });
  await replaceDependencies(tx, id, result.uses ?? []);
  await replaceArchiveFiles(tx, id, result.files ?? []);
  if (filesKey === undefined || formerKey === null || formerKey === filesKey) return null;
  // Services look up where the files are when they read the publications.
  await touchPublications(tx);
  return formerKey;
}

async function replaceDependencies(tx: Db, storedDataId: string, uses: readonly string[]): Promise<void> {
  await tx.storedDataDependency.deleteMany({ where: { storedDataId } });
  await tx.storedDataDependency.createMany({ data: uses.map((usedId) => ({ storedDataId, usedId })) });
}

/**
 * Changes who is told of the end of an execution.
 * @throws ApiError bad_request for the callback, conflict when it has ended
 */
export async function updateExecution(
  deps: Deps,
  caller: Caller,
  id: string,
  change: { callback?: CallbackRequest },
): Promise<void> {
  const callback = change.callback && readCallback(change.callback);
  await deps.prisma.$transaction(async (tx) => {
    await findExecution(tx, caller.datastoreId, id);
    await transition(tx, { entity: 'processing_execution', id, action: 'modify', initiatorId: caller.userId });
    if (callback !== undefined) {
      await tx.processingExecution.update({
        where: { id },
        data: { callback: callback as unknown as Prisma.InputJsonObject },
      });
    }
  });
}

/**
 * Forgets an execution and its logs; its output stays.
 * @throws ApiError conflict while it waits or runs
 */
export async function deleteExecution(deps: Deps, caller: Caller, id: string): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    await findExecution(tx, caller.datastoreId, id);
    await transition(tx, { entity: 'processing_execution', id, action: 'delete', initiatorId: caller.userId });
    await tx.logLine.deleteMany({ where: { executionId: id } });
    await tx.processingExecution.delete({ where: { id } });
  });
}

async function findExecution(tx: Db, datastoreId: string, id: string): Promise<Execution> {
  const execution = await tx.processingExecution.findFirst({
    where: { id, datastoreId },
    include: { processing: true },
  });
  if (execution === null) throw notFound(`L'exécution de traitement ${id} n'existe pas.`);
  return execution;
}

async function inputsOf(tx: Db, executionId: string): Promise<ExecutionInputs> {
  const query = { where: { executionId }, orderBy: { position: 'asc' } } as const;
  const uploads = await tx.executionInputUpload.findMany(query);
  const storedData = await tx.executionInputStoredData.findMany(query);
  return {
    uploads: uploads.map((input) => input.uploadId),
    storedData: storedData.map((input) => input.storedDataId),
  };
}

function outputOf(execution: { outputStoredDataId: string | null }): string {
  if (execution.outputStoredDataId === null) throw conflict("L'exécution n'a pas de donnée stockée en sortie.");
  return execution.outputStoredDataId;
}
