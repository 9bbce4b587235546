import { filesKeyOf } from '../domain/execution-output.js';
import { finishExecution } from '../domain/executions.js';
import type { ExecutionOutcome } from '../domain/outcomes.js';
import { holdState } from '../domain/timing.js';
import { tryTransition } from '../domain/transitions.js';
import type { Deps } from '../deps.js';
import type { TaskLogEntry } from '../processing/task-log.js';
import { endBackends } from './backends.js';
import type { ChildPool } from './child-pool.js';
import { defineHandler, type JobContext } from './job.js';
import { createJobLog, type JobLog } from './job-log.js';
import { logAbnormalEnd, logRetry } from './job-sentences.js';
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
        const ended = await finishExecution(deps, executionId, outcome, filesKey);
        if (!ended) await discardFiles(deps, execution);
      } catch (error) {
        await discardFiles(deps, execution);
        logAbnormalEnd(log, error);
        await log.flush();
        throw error;
      }
    },
    async abandon({ executionId }, { deps }) {
      const log = createJobLog(deps, executionId);
      log.add({ level: 'ERROR', ...SIGNALS, message: "Le traitement n'a pas pu être mené à son terme" });
      log.add({ level: 'INFO', ...SIGNALS, message: "Envoi du signal d'échec de l'exécution à l'API." });
      await log.flush();
      await finishExecution(deps, executionId, { status: 'FAILURE' });
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

/** Forgets the files of a run whose end was not stored; those that the output is made of stay. */
async function discardFiles({ prisma, storage }: Deps, { id, outputStoredDataId }: Execution): Promise<void> {
  if (outputStoredDataId === null) return;
  const filesKey = filesKeyOf(outputStoredDataId, id);
  const users = await prisma.storedData.count({ where: { id: outputStoredDataId, filesKey } });
  if (users === 0) await storage.removeTree(filesKey);
}

/** What a run leaves for the end of the execution. */
interface Performed {
  readonly outcome: ExecutionOutcome;
  /** Where the files of the output are in storage, when the processing made some. */
  readonly filesKey?: string;
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
  await cleanUp(deps, jobId);
  const folder = await deps.storage.tempDir(`job-${jobId}`);
  try {
    const options = { signal, onLog: (entry: TaskLogEntry, date: Date) => log.add(entry, date) };
    const { outcome, files } = await runner({ deps, execution, children, folder, options });
    if (outcome.status === 'FAILURE' || files === undefined) return { outcome };
    const filesKey = filesKeyOf(outputOf(execution).id, execution.id);
    await deps.storage.removeTree(filesKey);
    await deps.storage.takeIn(files, filesKey);
    return { outcome, filesKey };
  } finally {
    await cleanUp(deps, jobId);
  }
}

async function cleanUp(deps: Deps, jobId: string): Promise<void> {
  await Promise.all([endBackends(deps, jobId), deps.storage.removeTempDirs(`job-${jobId}`)]);
}
