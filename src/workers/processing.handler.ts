import { finishExecution } from '../domain/executions.js';
import { featureSchemaOf } from '../domain/execution-output.js';
import type { ExecutionOutcome } from '../domain/outcomes.js';
import { featureRole } from '../domain/stored-data.js';
import { holdState, stateEnd } from '../domain/timing.js';
import { tryTransition } from '../domain/transitions.js';
import type { Deps } from '../deps.js';
import type { Prisma } from '../generated/prisma/client.js';
import { databaseName } from '../processing/names.js';
import { backendName, endBackends } from './backends.js';
import type { ChildPool } from './child-pool.js';
import { deliveredFiles, WITH_FILES } from './delivered-files.js';
import { defineHandler, type JobContext } from './job.js';
import { createJobLog, type JobLog } from './job-log.js';
import { logAbnormalEnd, logRetry } from './job-sentences.js';
import { processingJob } from './processing.job.js';
import type { VectorToDbInput } from './tasks/task.js';

const WITH_ALL = {
  processing: true,
  outputStoredData: true,
  inputUploads: { include: { upload: { include: WITH_FILES } }, orderBy: { position: 'asc' } },
} as const satisfies Prisma.ProcessingExecutionInclude;
type Execution = Prisma.ProcessingExecutionGetPayload<{ include: typeof WITH_ALL }>;

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
        const outcome = await perform(execution, children, context, log);
        await holdState(deps.config, started, context.signal);
        const end = outcome.status === 'SUCCESS' ? 'de succès' : "d'échec";
        if (outcome.status === 'SUCCESS') {
          log.add({ level: 'INFO', ...SIGNALS, message: 'Mise à jour des informations sur la donnée en sortie' });
        }
        log.add({ level: 'INFO', ...SIGNALS, message: `Envoi du signal ${end} de l'exécution à l'API.` });
        await log.flush();
        await finishExecution(deps, executionId, outcome);
      } catch (error) {
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

async function perform(
  execution: Execution,
  children: ChildPool,
  context: JobContext,
  log: JobLog,
): Promise<ExecutionOutcome> {
  if (execution.processing.jobName !== 'vector_to_db') {
    const message = `Le traitement « ${execution.processing.name} » n'est pas encore pris en charge par l'émulateur`;
    log.add({ level: 'ERROR', ...SIGNALS, message });
    return { status: 'FAILURE' };
  }
  const refused = ['update', 'delete'].filter((name) => parametersOf(execution)[name] === true);
  if (refused.length > 0) {
    const message = `Paramètre pas encore pris en charge par l'émulateur : ${refused.join(', ')}`;
    log.add({ level: 'ERROR', ...SIGNALS, message });
    return { status: 'FAILURE' };
  }
  const { deps, jobId, signal } = context;
  // What a run that died may have left: a statement that goes on, half-written files.
  await cleanUp(deps, jobId);
  const folder = await deps.storage.tempDir(`job-${jobId}`);
  try {
    const input = vectorToDbInput(deps, execution, folder);
    return await children.run('vector-to-db', input, { signal, onLog: (entry, date) => log.add(entry, date) });
  } finally {
    await cleanUp(deps, jobId);
  }
}

async function cleanUp(deps: Deps, jobId: string): Promise<void> {
  await Promise.all([endBackends(deps, jobId), deps.storage.removeTempDirs(`job-${jobId}`)]);
}

function vectorToDbInput(deps: Deps, execution: Execution, folder: string): VectorToDbInput {
  const { id: executionId, outputStoredData: output, outputIsNew: isNew } = execution;
  const { databaseUrl } = deps.config;
  const uploads = execution.inputUploads.map(({ upload }) => upload);
  if (output === null || databaseUrl === undefined) throw new Error(`execution ${executionId} has no output`);
  const parameters = parametersOf(execution);
  const wanted = typeof parameters.srs === 'string' && parameters.srs !== '' ? parameters.srs : uploads[0]?.srs;
  const srs = isNew ? wanted : (output.srs ?? wanted);
  if (srs === undefined) throw new Error(`execution ${executionId} has no input`);
  const multigeom = Array.isArray(parameters.multigeom_layers) ? parameters.multigeom_layers : [];
  return {
    executionId,
    databaseUrl,
    applicationName: backendName(executionId),
    uploads: uploads.map(({ id, srs: uploadSrs, files }) => ({
      id,
      srs: uploadSrs,
      files: deliveredFiles(deps.storage, files),
    })),
    schema: output.schemaName ?? featureSchemaOf(output.id),
    role: featureRole(deps.instanceId, output.id),
    isNew,
    srs,
    // The QGIS plugin sends [""] for none.
    multigeomTables: multigeom.filter((name) => typeof name === 'string' && name.trim() !== '').map(databaseName),
    folder,
    notBefore: stateEnd(deps.config, execution.start?.getTime() ?? Date.now()),
  };
}

function parametersOf(execution: Execution): Readonly<Record<string, unknown>> {
  return execution.parameters as Readonly<Record<string, unknown>>;
}
