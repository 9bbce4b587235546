import { finishCheckExecution } from '../domain/checks.js';
import { boxesIn4326, extentOfBoxes } from '../domain/feature-measures.js';
import type { CheckOutcome } from '../domain/outcomes.js';
import { holdState } from '../domain/timing.js';
import { tryTransition } from '../domain/transitions.js';
import type { Deps } from '../deps.js';
import type { Prisma } from '../generated/prisma/client.js';
import { parseCrs } from '../geo/crs.js';
import type { TaskLogEntry } from '../processing/task-log.js';
import { checkJob } from './check.job.js';
import type { ChildPool } from './child-pool.js';
import { deliveredFiles, WITH_FILES } from './delivered-files.js';
import { defineHandler, type JobContext } from './job.js';
import { createJobLog, type JobLog } from './job-log.js';
import { logAbnormalEnd, logRetry } from './job-sentences.js';
import { jobFolders, removeLeftovers } from './leftovers.js';

const WITH_ALL = { check: true, upload: { include: WITH_FILES } } as const satisfies Prisma.CheckExecutionInclude;
type Execution = Prisma.CheckExecutionGetPayload<{ include: typeof WITH_ALL }>;

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
  const files = deliveredFiles(deps.storage, upload.files);
  const run = { signal, onLog: (entry: TaskLogEntry, date: Date) => log.add(entry, date) };
  switch (check.jobName) {
    case 'standard':
      return { status: await children.run('standard-check', { upload: { id: upload.id, files } }, run) };
    case 'vector': {
      const folder = await deps.storage.tempDir(jobFolders(jobId));
      try {
        const input = { upload: { id: upload.id, srs: upload.srs, files }, folder };
        const { passed, boxes } = await children.run('vector-check', input, run);
        if (!passed) return { status: 'FAILURE' };
        const extent = extentOfBoxes(await boxesIn4326(deps.pool, boxes, parseCrs(upload.srs).srid));
        return { status: 'SUCCESS', ...(extent === undefined ? {} : { extent }) };
      } finally {
        await removeLeftovers(deps, jobId);
      }
    }
    default:
      // Never a success that nothing stands behind.
      log.add({
        level: 'ERROR',
        module: 'cli',
        line: 255,
        message: `La vérification « ${check.name} » n'est pas encore prise en charge par l'émulateur`,
      });
      return { status: 'FAILURE' };
  }
}
