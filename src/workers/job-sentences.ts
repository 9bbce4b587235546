import { ChildDied, TaskTimeout } from './child-pool.js';
import type { JobLog } from './job-log.js';

/** What the log of an execution says when its process did not end by itself. */

/** Whether the process of a task was lost, as opposed to a task that threw. */
export function endedAbnormally(error: unknown): error is ChildDied | TaskTimeout {
  return error instanceof ChildDied || error instanceof TaskTimeout;
}

export function logAbnormalEnd(log: JobLog, error: ChildDied | TaskTimeout): void {
  const reason =
    error instanceof TaskTimeout
      ? `la durée maximale de ${Math.round(error.limitMs / 1000)} s est dépassée`
      : error.signal === null
        ? `code de sortie ${error.code}`
        : `signal ${error.signal}`;
  log.add({ level: 'ERROR', module: 'cli', line: 255, message: `Le processus s'est arrêté anormalement (${reason})` });
}

export function logRetry(log: JobLog): void {
  log.add({ level: 'WARNING', module: 'cli', line: 255, message: 'Nouvelle tentative après un arrêt anormal' });
}
