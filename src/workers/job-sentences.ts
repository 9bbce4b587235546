import { JobAborted } from './job.js';
import type { JobLog } from './job-log.js';
import { reasonOf } from './task-end.js';

/** What the log of an execution says when its task did not end by itself. */

/** Tells why a task did not end by itself. */
export function logAbnormalEnd(log: JobLog, error: unknown): void {
  if (error instanceof JobAborted) add(log, 'WARNING', "L'exécution a été interrompue");
  const reason = reasonOf(error);
  if (reason !== null) add(log, 'ERROR', `Le processus s'est arrêté anormalement (${reason})`);
}

/** Tells that the execution is run again, after a process or a worker died. */
export function logRetry(log: JobLog): void {
  add(log, 'WARNING', "Nouvelle tentative : la précédente s'est arrêtée avant la fin");
}

function add(log: JobLog, level: 'WARNING' | 'ERROR', message: string): void {
  log.add({ level, module: 'cli', line: 255, message });
}
