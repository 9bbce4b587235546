import { boxesIn4326, extentOfBoxes } from '../../domain/feature-measures.js';
import type { CheckOutcome } from '../../domain/outcomes.js';
import type { Deps } from '../../deps.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { parseCrs, UnknownCrsError } from '../../geo/crs.js';
import { logFrom, type TaskLogEntry } from '../../processing/task-log.js';
import type { DeliveredFile } from '../../processing/upload-tree.js';
import type { ChildPool } from '../child-pool.js';
import { WITH_FILES } from '../delivered-files.js';

/** What every check reads of its execution. */
export const WITH_ALL = {
  check: true,
  upload: { include: WITH_FILES },
} as const satisfies Prisma.CheckExecutionInclude;

export type Execution = Prisma.CheckExecutionGetPayload<{ include: typeof WITH_ALL }>;

/** One run of an execution. */
export interface CheckRun {
  readonly deps: Deps;
  readonly upload: Execution['upload'];
  readonly files: readonly DeliveredFile[];
  readonly children: ChildPool;
  /** An empty folder of the job. */
  readonly folder: string;
  /** How the child process is run. */
  readonly options: { readonly signal: AbortSignal; readonly onLog: (entry: TaskLogEntry, date: Date) => void };
}

/** Runs the executions of one kind of check. */
export type CheckRunner = (run: CheckRun) => Promise<CheckOutcome>;

/**
 * The outcome of a check that measured what it looked at.
 * @param boxes rectangles in the declared reference system, x (east or longitude) first
 */
export async function measuredOutcome(
  { deps, upload, options }: CheckRun,
  { passed, boxes }: { passed: boolean; boxes: readonly (readonly [number, number, number, number])[] },
): Promise<CheckOutcome> {
  if (!passed) return { status: 'FAILURE' };
  if (boxes.length === 0) return { status: 'SUCCESS' };
  const srid = sridOf(upload.srs);
  if (srid === null) {
    logFrom((entry) => options.onLog(entry, new Date()), 'core', 134).error(
      `Le SRS déclaré n'a pas de code EPSG connu de l'émulateur : ${upload.srs}`,
    );
    return { status: 'FAILURE' };
  }
  const extent = extentOfBoxes(await boxesIn4326(deps.pool, boxes, srid));
  return { status: 'SUCCESS', ...(extent === undefined ? {} : { extent }) };
}

function sridOf(srs: string): number | null {
  try {
    return parseCrs(srs).srid;
  } catch (error) {
    if (error instanceof UnknownCrsError) return null;
    throw error;
  }
}
