import { finishCheckExecution } from '../domain/checks.js';
import type { CheckOutcome } from '../domain/outcomes.js';
import { holdState } from '../domain/timing.js';
import { tryTransition } from '../domain/transitions.js';
import type { Deps } from '../deps.js';
import type { TaskLogEntry } from '../processing/task-log.js';
import { checkJob } from './check.job.js';
import type { ChildPool } from './child-pool.js';
import { type Execution, WITH_ALL } from './checks/check-run.js';
import { runnerOf } from './checks/index.js';
import { deliveredFiles } from './delivered-files.js';
import { defineHandler, type JobContext } from './job.js';
import { createJobLog, type JobLog } from './job-log.js';
import { logAbnormalEnd, logRetry } from './job-sentences.js';
import { jobFolders, removeLeftovers } from './leftovers.js';

/** Runs check executions in child processes. */
export function checkHandler(children: ChildPool) {
  return defineHandler({
    definition: checkJob,
    async run({ executionId }, context) {
      const { deps } = context;
      const begun = await startExecution(deps, executionId);
      if (begun === null) return;
      const { execution, resumed } = begun;
      const started = execution.start?.getTime() ?? Date.now();
      const log = createJobLog(deps, executionId);
      if (resumed) logRetry(log);
      try {
        const outcome = await perform(execution, children, context, log);
        await holdState(deps.config, started, context.signal);
        await log.flush();
        await finishCheckExecution(deps, executionId, outcome);
      } catch (error) {
        logAbnormalEnd(log, error);
        await log.flush();
        throw error;
      }
    },
    async abandon({ executionId }, { deps }) {
      const log = createJobLog(deps, executionId);
      log.add({
        level: 'ERROR',
        module: 'cli',
        line: 255,
        message: "La vérification n'a pas pu être menée à son terme",
      });
      await log.flush();
      await finishCheckExecution(deps, executionId, { status: 'FAILURE' });
    },
  });
}

/** The execution, in PROGRESS; `null` when there is nothing left to do. `resumed`: a run that died left it in PROGRESS. */
async function startExecution(
  { prisma }: Deps,
  id: string,
): Promise<{ execution: Execution; resumed: boolean } | null> {
  // A reset removes executions whose jobs are still queued.
  if ((await prisma.checkExecution.count({ where: { id } })) === 0) return null;
  const moved = await tryTransition(prisma, { entity: 'check_execution', id, action: 'start' });
  const execution = await prisma.checkExecution.findUnique({ where: { id }, include: WITH_ALL });
  return execution?.status === 'PROGRESS' ? { execution, resumed: moved === null } : null;
}

async function perform(
  execution: Execution,
  children: ChildPool,
  context: JobContext,
  log: JobLog,
): Promise<CheckOutcome> {
  const { deps, signal, jobId } = context;
  const { upload, check } = execution;
  const runner = runnerOf(check.jobName);
  if (runner === undefined) {
    // Never a success that nothing stands behind.
    const message = `La vérification « ${check.name} » n'est pas encore prise en charge par l'émulateur`;
    log.add({ level: 'ERROR', module: 'cli', line: 255, message });
    return { status: 'FAILURE' };
  }
  const files = deliveredFiles(deps.storage, upload.files);
  const folder = await deps.storage.tempDir(jobFolders(jobId));
  try {
    const options = { signal, onLog: (entry: TaskLogEntry, date: Date) => log.add(entry, date) };
    return await runner({ deps, upload, files, children, folder, options });
  } finally {
    await removeLeftovers(deps, jobId);
  }
}
