import type { Deps } from '../deps.js';
import { formatLogLine, type TaskLogEntry } from '../processing/task-log.js';

const FLUSH_MS = 200;
const FLUSH_LINES = 500;

/** The log of one execution, stored in batches, in order. */
export interface JobLog {
  add(entry: TaskLogEntry, date?: Date): void;
  /** Resolves when every line added so far is stored. */
  flush(): Promise<void>;
}

export function createJobLog({ prisma, log }: Pick<Deps, 'prisma' | 'log'>, executionId: string): JobLog {
  let pending: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  // Batches follow one another: lines are shown in the order of their ids.
  let stored: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const lines = pending;
    pending = [];
    if (lines.length === 0) return stored;
    stored = stored.then(async () => {
      await prisma.logLine.createMany({ data: lines.map((line) => ({ executionId, line })) });
    });
    return stored;
  }

  return {
    add(entry, date = new Date()) {
      pending.push(formatLogLine(date, entry));
      if (pending.length >= FLUSH_LINES) startFlush();
      else timer ??= setTimeout(startFlush, FLUSH_MS);
    },
    flush,
  };

  function startFlush(): void {
    flush().catch((error: unknown) => log.error({ err: error, executionId }, 'JobLog:NotStored'));
  }
}
