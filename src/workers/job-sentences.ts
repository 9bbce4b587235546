import { ChildDied } from './child-pool.js';
import { JobAborted } from './job.js';
import type { JobLog } from './job-log.js';
import { TaskLimit } from './task-limit.js';

/** What the log of an execution says when its process did not end by itself. */

/** Tells why a task did not end by itself; one that threw is told by whoever abandons it. */
export function logAbnormalEnd(log: JobLog, error: unknown): void {
  if (error instanceof JobAborted) add(log, 'WARNING', "L'exécution a été interrompue");
  const reason = abnormalReason(error);
  if (reason !== null) add(log, 'ERROR', `Le processus s'est arrêté anormalement (${reason})`);
}

function abnormalReason(error: unknown): string | null {
  if (error instanceof TaskLimit) return error.reason;
  if (!(error instanceof ChildDied)) return null;
  return error.signal === null ? `code de sortie ${error.code}` : `signal ${error.signal}`;
}

/** Tells that the execution is run again, after a process or a worker died. */
export function logRetry(log: JobLog): void {
  add(log, 'WARNING', "Nouvelle tentative après l'arrêt du processus");
}

function add(log: JobLog, level: 'WARNING' | 'ERROR', message: string): void {
  log.add({ level, module: 'cli', line: 255, message });
}
