import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { childEnvironment } from '../config.js';
import type { TaskLogEntry } from '../processing/task-log.js';
import { ChildDied, TaskFailed } from './task-end.js';
import {
  type ChildMessage,
  HEAVY_TASKS,
  type RunMessage,
  type TaskInput,
  type TaskName,
  type TaskResult,
  WARM,
} from './tasks/task.js';
import { residentMb, TaskMemory, TaskTimeout } from './task-limit.js';

export interface RunOptions {
  /** Kills the process at once; the run then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly onLog: (entry: TaskLogEntry, date: Date) => void;
  readonly onStart?: (pid: number) => void;
}

/** Threads of a process for compression, images and files: the cores, not less than what Node.js takes by itself. */
const THREADS = String(Math.max(4, availableParallelism()));

/** Processes that run one task each. */
export interface ChildPool {
  /**
   * Runs a task in a process of its own, which is gone when the promise settles.
   * @throws ChildDied, TaskLimit, the reason of the signal, or TaskFailed when the task itself throws
   */
  run<Name extends TaskName>(task: Name, input: TaskInput<Name>, options: RunOptions): Promise<TaskResult<Name>>;
  /** Resolves when the spare process, if there is to be one, can take a task. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** What a process may take. */
export interface ChildLimits {
  /** JavaScript heap, MiB. */
  readonly memoryMb: number;
  /** Resident memory, MiB: the libraries that read hostile files allocate outside of the heap. */
  readonly residentMb: number;
  readonly timeoutMs: number;
}

/**
 * A pool of processes.
 * @param options.keepsSpare whether it keeps one process forked ahead, with its libraries loaded, so that a task that
 *   needs them starts at once; true unless it says otherwise
 */
export function createChildPool({
  log,
  keepsSpare = true,
  ...limits
}: ChildLimits & { log: Logger; keepsSpare?: boolean }): ChildPool {
  let closed = false;
  let spare: Child | undefined;

  function forkChild(args: readonly string[]): Child {
    const child = new Child(limits.memoryMb, args);
    child.ended.then(
      () => {
        if (spare !== child) return;
        // It would fail again at once: the next task forks its own and tells why.
        spare = undefined;
        if (!closed) log.error({ code: child.process.exitCode, signal: child.process.signalCode }, 'Child:SpareDied');
      },
      (error: unknown) => log.error({ err: error }, 'Child:NotForked'),
    );
    return child;
  }

  return {
    async run(task, input, run) {
      run.signal.throwIfAborted();
      const isHeavy = HEAVY_TASKS.has(task);
      const child = (isHeavy ? spare : undefined) ?? forkChild([]);
      if (isHeavy) spare = undefined;
      try {
        return await child.run(task, input, { ...run, limits });
      } finally {
        child.kill();
        await child.ended;
        // Only now: two processes would fight for the cores of a small machine while the task runs.
        if (keepsSpare && !closed) spare ??= forkChild([WARM]);
      }
    },
    async ready() {
      if (!keepsSpare) return;
      spare ??= forkChild([WARM]);
      await spare.ready;
    },
    async close() {
      closed = true;
      spare?.kill();
      await spare?.ended;
    },
  };
}

/** Pause between two looks at the memory of a running process. */
const MEMORY_WATCH_MS = 250;

class Child {
  readonly process: ChildProcess;
  readonly ready: Promise<void>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;

  constructor(memoryMb: number, args: readonly string[]) {
    this.process = fork(new URL('./child.js', import.meta.url), args, {
      // Rows pass through as buffers outside the heap: a small young generation is collected as fast.
      execArgv: [`--max-old-space-size=${memoryMb}`, '--max-semi-space-size=2'],
      // Each thread of GDAL would keep a heap of its own.
      env: childEnvironment({ MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: THREADS }),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.ended = new Promise((resolve) => {
      this.process.once('exit', () => resolve());
      this.process.once('error', () => resolve());
    });
    this.ready = new Promise((resolve, reject) => {
      this.process.once('message', () => resolve());
      void this.ended.then(() => reject(new ChildDied(this.process.exitCode, this.process.signalCode)));
    });
    // Who waits for it hears of it; nobody need.
    this.ready.catch(() => undefined);
  }

  kill(): void {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
  }

  async run<Name extends TaskName>(
    task: Name,
    input: TaskInput<Name>,
    options: RunOptions & { limits: ChildLimits },
  ): Promise<TaskResult<Name>> {
    await this.ready;
    const { signal, onLog, onStart, limits } = options;
    const child = this.process;
    if (child.pid !== undefined) onStart?.(child.pid);
    return new Promise<TaskResult<Name>>((resolve, reject) => {
      const stop = (reason: unknown) => {
        reject(reason);
        this.kill();
      };
      const timer = setTimeout(() => stop(new TaskTimeout(limits.timeoutMs)), limits.timeoutMs);
      const watch = setInterval(() => {
        void residentMb(child.pid ?? 0).then((taken) => {
          if (taken > limits.residentMb) stop(new TaskMemory(limits.residentMb));
        });
      }, MEMORY_WATCH_MS);
      const onAbort = () => stop(signal.reason);
      const settle = () => {
        clearTimeout(timer);
        clearInterval(watch);
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      child.on('message', (raw) => {
        const message = raw as ChildMessage;
        if (message.type === 'log') onLog(message.entry, new Date(message.at));
        else if (message.type === 'result') resolve(message.result as TaskResult<Name>);
        else if (message.type === 'error') reject(new TaskFailed(message.message, message.code, message.stack));
      });
      void this.ended.then(() => {
        settle();
        reject(new ChildDied(child.exitCode, child.signalCode));
      });
      const order: RunMessage<Name> = { type: 'run', task, input };
      child.send(order, (error) => {
        // The channel closes when the process ends, and the end says more: a crash, a signal.
        if (error !== null) this.kill();
      });
    });
  }
}
