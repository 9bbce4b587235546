import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { archiveCheck } from '../processing/archive-check.js';
import { standardCheck } from '../processing/standard-check.js';
import type { TaskLog } from '../processing/task-log.js';
import { ignoreOutputFaults } from '../output-faults.js';
import { archiveToArchive } from './tasks/archive-to-archive.js';
import {
  type ChildMessage,
  type RunMessage,
  type TaskInput,
  type TaskName,
  type TaskResult,
  WARM,
} from './tasks/task.js';

/**
 * Entry of the child process of one check or processing. It works for one run, then ends. It holds no registry and no
 * queue: what hostile data may break is this process and nothing else.
 */

type TaskTable = { [Name in TaskName]: (input: TaskInput<Name>, log: TaskLog) => Promise<TaskResult<Name>> };

// GDAL takes most of the start of a process: only the tasks that need it load it.
const loadVectorCheck = () => import('../processing/vector-check.js');
const loadDbToPyramid = () => import('./tasks/db-to-pyramid.js');
const loadPmtiles = () => import('./tasks/pmtiles.js');
const loadRasterCheck = () => import('../processing/raster/raster-check.js');
const loadRok4Check = () => import('../processing/rok4/rok4-check.js');
const loadRasterToPyramid = () => import('./tasks/raster-to-pyramid.js');
const loadRok4ToPyramid = () => import('./tasks/rok4-to-pyramid.js');
const loadPyramidsToPyramid = () => import('./tasks/pyramids-to-pyramid.js');
const loadWmsToPyramid = () => import('./tasks/wms-to-pyramid.js');
const loadVectorToDb = () => import('./tasks/vector-to-db.js');

const TASKS: TaskTable = {
  'standard-check': async ({ upload }, log) => ((await standardCheck(upload, log)) ? 'SUCCESS' : 'FAILURE'),
  'archive-check': async ({ upload }, log) => (archiveCheck(upload, log) ? 'SUCCESS' : 'FAILURE'),
  'vector-check': async ({ upload, folder }, log) => (await loadVectorCheck()).vectorCheck(upload, folder, log),
  'db-to-pyramid': async (input, log) => (await loadDbToPyramid()).dbToPyramid(input, log),
  pmtiles: async (input, log) => (await loadPmtiles()).pmtiles(input, log),
  'archive-to-archive': async (input, log) => archiveToArchive(input, log),
  'db-to-db': async (input, log) => (await import('./tasks/db-to-db.js')).dbToDb(input, log, wait),
  'raster-check': async ({ upload, folder }, log) => (await loadRasterCheck()).rasterCheck(upload, folder, log),
  'rok4-check': async ({ upload }, log) => (await loadRok4Check()).rok4Check(upload, log),
  'raster-to-pyramid': async (input, log) => (await loadRasterToPyramid()).rasterToPyramid(input, log),
  'rok4-to-pyramid': async (input, log) => (await loadRok4ToPyramid()).rok4ToPyramid(input, log),
  'pyramids-to-pyramid': async (input, log) => (await loadPyramidsToPyramid()).pyramidsToPyramid(input, log),
  'wms-to-pyramid': async (input, log) => (await loadWmsToPyramid()).wmsToPyramid(input, log),
  'vector-to-db': async (input, log) => (await loadVectorToDb()).vectorToDb(input, log, wait),
};

/** The worker died. Nothing may wait for a library's threads here: they could be in the middle of hours of work. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : die()));
  });
}

async function run<Name extends TaskName>(message: RunMessage<Name>): Promise<void> {
  const log: TaskLog = (entry) => void send({ type: 'log', at: Date.now(), entry });
  try {
    await send({ type: 'result', result: await TASKS[message.task](message.input, log) });
  } catch (error) {
    await sendError(error);
  }
  process.exit(0);
}

async function sendError(error: unknown): Promise<void> {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  await send({ type: 'error', message, code: codeOf(error), stack });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

ignoreOutputFaults(process.stderr);
// The worker decides when its children end: a Ctrl-C reaches the whole group.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
// A file that may not grow any more then is an error of its writing, as a full disk is.
process.on('SIGXFSZ', () => undefined);
process.on('disconnect', die);
new Worker(new URL('./parent-watch.js', import.meta.url), { workerData: process.ppid }).unref();
// A connection to the database that ends while nothing is asked of it says so to nobody else.
process.on('uncaughtException', (error) => void sendError(error).finally(() => process.exit(1)));
process.once('message', (message) => void run(message as RunMessage));
if (process.argv.includes(WARM))
  await Promise.all([loadVectorCheck(), loadRasterCheck(), loadRok4Check(), loadVectorToDb()]);
await send({ type: 'ready' });
