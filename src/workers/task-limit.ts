import { readFile } from 'node:fs/promises';

/** A task went beyond what the worker allows, and its process was killed: it would again, so it is not tried again. */
export class TaskLimit extends Error {
  /** @param reason French, for the log of the execution */
  constructor(
    message: string,
    readonly reason: string,
  ) {
    super(message);
    this.name = 'TaskLimit';
  }
}

/** A task ran longer than the worker allows. */
export class TaskTimeout extends TaskLimit {
  constructor(limitMs: number) {
    super(
      `the task ran longer than ${limitMs} ms`,
      `la durée maximale de ${Math.round(limitMs / 1000)} s est dépassée`,
    );
    this.name = 'TaskTimeout';
  }
}

/** A task took more memory than the worker allows, libraries included. */
export class TaskMemory extends TaskLimit {
  constructor(limitMb: number) {
    super(`the task took more than ${limitMb} MiB`, `la mémoire maximale de ${limitMb} Mio est dépassée`);
    this.name = 'TaskMemory';
  }
}

/** Bytes of a page: Linux counts memory in them. */
const PAGE = 4096;

/** Resident memory of a process, MiB; 0 where the system does not tell it, or when the process is gone. */
export async function residentMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return (Number(text.split(' ')[1] ?? 0) * PAGE) / 1024 ** 2;
}
