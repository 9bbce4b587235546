import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** One of our own processes (server, worker), restarted when it crashes. */
export interface SupervisedChild {
  /** Resolves when the process has said that it is ready; rejects when it ends before. */
  readonly ready: Promise<void>;
  /** Asks for a graceful stop, insists after the grace period; nothing of its process group survives. */
  stop(): Promise<void>;
}

/** What to run, and whom to tell about crashes. */
export interface ChildOptions {
  readonly name: string;
  readonly module: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onCrash: (name: string, delayMs: number) => void;
}

const GRACE_MS = 10_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** A process that lived this long was healthy: its next crash starts from the first delay again. */
const HEALTHY_MS = 30_000;

/**
 * Starts a process in its own session, so that Ctrl-C reaches us alone and we stop things in order.
 * A crash before the first `ready` is final; later ones are followed by a restart, ever later.
 */
export function superviseChild(options: ChildOptions): SupervisedChild {
  let child: ChildProcess;
  let stopping = false;
  let everReady = false;
  let delay = FIRST_DELAY_MS;
  let ended: Promise<void>;
  let announceReady: () => void;
  let announceFailure: (error: Error) => void;
  const ready = new Promise<void>((resolve, reject) => {
    announceReady = resolve;
    announceFailure = reject;
  });
  ready.catch(() => undefined); // whoever awaits `ready` sees the failure; nobody may yet

  const start = () => {
    const startedAt = Date.now();
    child = fork(options.module, { env: options.env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready') {
        everReady = true;
        announceReady();
      }
    });
    ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        killGroup(child);
        resolve();
        if (stopping) return;
        if (!everReady) {
          announceFailure(new Error(`${options.name} s'est arrêté au démarrage (${signal ?? `code ${code}`})`));
          return;
        }
        if (Date.now() - startedAt > HEALTHY_MS) delay = FIRST_DELAY_MS;
        options.onCrash(options.name, delay);
        void sleep(delay).then(() => {
          if (!stopping) start();
        });
        delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      });
    });
  };
  start();

  return {
    ready,
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      const insist = setTimeout(() => killGroup(child), GRACE_MS);
      await ended;
      clearTimeout(insist);
    },
  };
}

/** Job and render processes share the group of the process that started them. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
