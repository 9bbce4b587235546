import { stateEnd } from '../../domain/timing.js';
import type { ExecutionOutcome } from '../../domain/outcomes.js';
import type { Deps } from '../../deps.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { TaskLogEntry } from '../../processing/task-log.js';
import { backendName } from '../backends.js';
import type { ChildPool } from '../child-pool.js';
import { WITH_FILES } from '../delivered-files.js';
import type { TaskDatabase } from '../tasks/task.js';

/** What every processing reads of its execution. */
export const WITH_ALL = {
  processing: true,
  outputStoredData: true,
  inputUploads: { include: { upload: { include: WITH_FILES } }, orderBy: { position: 'asc' } },
  inputStoredData: { include: { storedData: true }, orderBy: { position: 'asc' } },
} as const satisfies Prisma.ProcessingExecutionInclude;

export type Execution = Prisma.ProcessingExecutionGetPayload<{ include: typeof WITH_ALL }>;

/** One run of an execution. */
export interface ProcessingRun {
  readonly deps: Deps;
  readonly execution: Execution;
  readonly children: ChildPool;
  /** An empty folder of the job, on the disk of the storage. */
  readonly folder: string;
  /** How the child process is run. */
  readonly options: { readonly signal: AbortSignal; readonly onLog: (entry: TaskLogEntry, date: Date) => void };
}

/** What a processing made: an outcome and, when it made files, the folder they are in, under {@link ProcessingRun.folder}. */
export interface ProcessingEnd {
  readonly outcome: ExecutionOutcome;
  readonly files?: string;
}

/** Runs the executions of one kind of processing. */
export type ProcessingRunner = (run: ProcessingRun) => Promise<ProcessingEnd>;

/** The end of an execution that cannot run. @param reason a French sentence for the log */
export function cannotRun({ options }: Pick<ProcessingRun, 'options'>, reason: string): ProcessingEnd {
  options.onLog({ level: 'ERROR', module: 'gpf-processing', line: 42, message: reason }, new Date());
  return { outcome: { status: 'FAILURE' } };
}

/** The stored data an execution writes. */
export function outputOf({ id, outputStoredData }: Execution): NonNullable<Execution['outputStoredData']> {
  if (outputStoredData === null) throw new Error(`execution ${id} has no output`);
  return outputStoredData;
}

/** The parameters of an execution, defaults included, as `completeParameters` checked them. */
export function parametersOf(execution: Execution): Readonly<Record<string, unknown>> {
  return execution.parameters as Readonly<Record<string, unknown>>;
}

/** How the task of an execution reaches the database. */
export function taskDatabase({ config }: Pick<Deps, 'config'>, execution: Execution): TaskDatabase {
  if (config.databaseUrl === undefined) throw new Error('a processing needs DATABASE_URL');
  return { databaseUrl: config.databaseUrl, applicationName: backendName(execution.id) };
}

/** Nothing is committed before this time (epoch milliseconds): PROGRESS then lasts as TIMING says. */
export function earliestEnd({ config }: Pick<Deps, 'config'>, execution: Execution): number {
  return stateEnd(config, execution.start?.getTime() ?? Date.now());
}
