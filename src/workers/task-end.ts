import { TaskLimit } from './task-limit.js';

/** Why a task did not end by itself, and whether it would end so again. */

/** The process of a task ended before its task did. */
export class ChildDied extends Error {
  constructor(
    readonly code: number | null,
    readonly signal: NodeJS.Signals | null,
  ) {
    super(`the process of the task ended (${signal === null ? `code ${code}` : `signal ${signal}`})`);
    this.name = 'ChildDied';
  }
}

/** A task threw. */
export class TaskFailed extends Error {
  constructor(
    message: string,
    /** Of the system (`ENOSPC`) or of PostgreSQL (SQLSTATE). */
    readonly code: string | undefined,
    stack: string | undefined,
  ) {
    super(message);
    this.name = 'TaskFailed';
    if (stack !== undefined) this.stack = stack;
  }
}

/** From outside: the system that lacks memory, an operator, a machine that stops. Other signals are a crash. */
const OUTSIDE_SIGNALS: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);

/** V8 aborts when the memory that a process may take is used up. */
const MEMORY_SIGNAL = 'SIGABRT';

/** Of Node and of PostgreSQL: no room on the disk, or a file that may not grow any more. */
const DISK_CODES: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', '53100']);

/** PostgreSQL ended the connection, or it was lost: as it says itself, and as `pg` does for want of a code. */
const LOST_CONNECTION = /^(57P0\d|08...|ECONNRESET|EPIPE|ECONNREFUSED|Connection terminated.*|.* is not queryable)$/;

/** A sentence's part for the log of the execution; `null` for an error that says nothing to a producer. */
export function reasonOf(error: unknown): string | null {
  if (error instanceof TaskLimit) return error.reason;
  if (error instanceof ChildDied) {
    if (error.signal === MEMORY_SIGNAL) return `signal ${error.signal}, mémoire accordée dépassée`;
    return error.signal === null ? `code de sortie ${error.code}` : `signal ${error.signal}`;
  }
  if (!(error instanceof TaskFailed)) return null;
  if (DISK_CODES.has(error.code)) return "il n'y a plus de place sur le disque";
  const isLost = [error.code ?? '', error.message].some((text) => LOST_CONNECTION.test(text));
  return isLost ? 'la connexion à la base de données a été interrompue' : 'erreur interne';
}

/**
 * Whether the same data would end the same way: a crash, the memory or the time that a task may take. Such a job is not
 * run twice, since it may last hours before it fails. A full disk does not empty itself between two attempts.
 */
export function wouldRecur(error: unknown): boolean {
  if (error instanceof TaskLimit) return true;
  if (error instanceof TaskFailed) return DISK_CODES.has(error.code);
  return error instanceof ChildDied && error.signal !== null && !OUTSIDE_SIGNALS.has(error.signal);
}
