import { filesKeyOf } from '../domain/execution-output.js';
import { finishExecution } from '../domain/executions.js';
import type { ExecutionOutcome } from '../domain/outcomes.js';
import { NoRoomError } from '../domain/storage-room.js';
import { holdState } from '../domain/timing.js';
import { tryTransition } from '../domain/transitions.js';
import { discardOutput } from '../domain/unfinished-output.js';
import type { Deps } from '../deps.js';
import type { TaskLogEntry } from '../processing/task-log.js';
import type { ChildPool } from './child-pool.js';
import { defineHandler, type JobContext } from './job.js';
import { createJobLog, type JobLog } from './job-log.js';
import { logAbnormalEnd, logRetry } from './job-sentences.js';
import { jobFolders, removeLeftovers } from './leftovers.js';
import { processingJob } from './processing.job.js';
import { runnerOf } from './processings/index.js';
import { type Execution, outputOf, WITH_ALL } from './processings/processing-run.js';

const SIGNALS = { module: 'gpf-processing', line: 42 } as const;

/** Runs processing executions in child processes. */
export function processingHandler(children: ChildPool) {
  return defineHandler({
    definition: processingJob,
    async run({ executionId }, context) {
      const { deps } = context;
      const begun = await startExecution(deps, executionId);
      if (begun === null) return;
      const { execution, resumed } = begun;
      const started = execution.start?.getTime() ?? Date.now();
      const log = createJobLog(deps, executionId);
      if (resumed) logRetry(log);
      log.add({ level: 'INFO', ...SIGNALS, message: "Envoi du signal de début de l'exécution à l'API." });
      log.add({ level: 'INFO', ...SIGNALS, message: 'Signal transmis avec succès.' });
      try {
        const { outcome, filesKey } = await perform(execution, children, context, log);
        await holdState(deps.config, started, context.signal);
        const end = outcome.status === 'SUCCESS' ? 'de succès' : "d'échec";
        if (outcome.status === 'SUCCESS') {
          log.add({ level: 'INFO', ...SIGNALS, message: 'Mise à jour des informations sur la donnée en sortie' });
        }
        log.add({ level: 'INFO', ...SIGNALS, message: `Envoi du signal ${end} de l'exécution à l'API.` });
        await log.flush();
        const ended = await finish(context, { executionId, outcome, filesKey }, log);
        if (!ended) await discardOutput(deps, executionId);
      } catch (error) {
        logAbnormalEnd(log, error);
        await log.flush();
        await discardOutput(deps, executionId);
        throw error;
      }
    },
    async abandon({ executionId }, { deps }) {
      const log = createJobLog(deps, executionId);
      log.add({ level: 'ERROR', ...SIGNALS, message: "Le traitement n'a pas pu être mené à son terme" });
      log.add({ level: 'INFO', ...SIGNALS, message: "Envoi du signal d'échec de l'exécution à l'API." });
      await log.flush();
      await finishExecution(deps, executionId, { status: 'FAILURE' });
      await discardOutput(deps, executionId);
    },
  });
}

/** The execution, in PROGRESS; `null` when there is nothing left to do. `resumed`: a run that died left it in PROGRESS. */
async function startExecution(
  { prisma }: Deps,
  id: string,
): Promise<{ execution: Execution; resumed: boolean } | null> {
  // A reset removes executions whose jobs are still queued.
  if ((await prisma.processingExecution.count({ where: { id } })) === 0) return null;
  const moved = await tryTransition(prisma, { entity: 'processing_execution', id, action: 'start' });
  const execution = await prisma.processingExecution.findUnique({ where: { id }, include: WITH_ALL });
  return execution?.status === 'PROGRESS' ? { execution, resumed: moved === null } : null;
}

/** What a run leaves for the end of the execution. */
interface Performed {
  readonly outcome: ExecutionOutcome;
  /** Where the files of the output are in storage, when the processing made some. */
  readonly filesKey?: string | undefined;
}

/** Stores the end of an execution, a failure when there is no room for its output. @returns false when that is not kept */
async function finish(
  { deps }: JobContext,
  { executionId, outcome, filesKey }: Performed & { readonly executionId: string },
  log: JobLog,
): Promise<boolean> {
  try {
    return await finishExecution(deps, executionId, outcome, filesKey);
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error;
    log.add({ level: 'ERROR', ...SIGNALS, message: error.message });
    log.add({ level: 'INFO', ...SIGNALS, message: "Envoi du signal d'échec de l'exécution à l'API." });
    await log.flush();
    await finishExecution(deps, executionId, { status: 'FAILURE' });
    return false;
  }
}

async function perform(
  execution: Execution,
  children: ChildPool,
  context: JobContext,
  log: JobLog,
): Promise<Performed> {
  const runner = runnerOf(execution.processing.jobName);
  if (runner === undefined) {
    const message = `Le traitement « ${execution.processing.name} » n'est pas encore pris en charge par l'émulateur`;
    log.add({ level: 'ERROR', ...SIGNALS, message });
    return { outcome: { status: 'FAILURE' } };
  }
  const { deps, jobId, signal } = context;
  // What a run that died may have left: a statement that goes on, half-written files.
  await removeLeftovers(deps, jobId);
  const folder = await deps.storage.tempDir(jobFolders(jobId));
  try {
    const options = { signal, onLog: (entry: TaskLogEntry, date: Date) => log.add(entry, date) };
    const { outcome, files } = await runner({ deps, execution, children, folder, options });
    if (outcome.status === 'FAILURE' || files === undefined) return { outcome };
    const filesKey = filesKeyOf(outputOf(execution).id, execution.id);
    await deps.storage.removeTree(filesKey);
    await deps.storage.takeIn(files, filesKey);
    return { outcome, filesKey };
  } finally {
    await removeLeftovers(deps, jobId);
  }
}
