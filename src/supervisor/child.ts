import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The processes of an emulator. */
export type ProcessName = 'server' | 'worker';

/** What a process waits for before it runs. */
export interface StartMessage {
  readonly type: 'start';
  /** Variables of the environment by name. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One of our own processes, restarted when it crashes. It loads its code at once and runs when told to. */
export interface SupervisedChild {
  /** Lets the process run; resolves when it has said that it is ready, rejects when it ends before. */
  run(environment: StartMessage['environment']): Promise<void>;
  /** Asks for a graceful stop, insists after the grace period; nothing of its process group survives. */
  stop(): Promise<void>;
}

/**
 * Options of Node for each process: what they hold passes through, so that young objects need little room. Those of the
 * server need more of it to die young, for every request has its own: with 4 MiB, requests for tiles took a tenth longer.
 */
export const NODE_OPTIONS: Readonly<Record<ProcessName, readonly string[]>> = {
  server: ['--max-semi-space-size=8'],
  worker: ['--max-semi-space-size=2'],
};

const ENTRY = join(import.meta.dirname, 'entry.js');
const GRACE_MS = 10_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** A process that lived this long was healthy: its next crash starts from the first delay again. */
const HEALTHY_MS = 30_000;

/**
 * Starts a process in its own session, so that Ctrl-C reaches us alone and we stop things in order.
 * A crash before the first `ready` is final; later ones are followed by a restart, ever later.
 */
export function superviseChild(
  name: ProcessName,
  onCrash: (name: ProcessName, delayMs: number) => void,
): SupervisedChild {
  let child: ChildProcess;
  let ended: Promise<void>;
  let message: StartMessage | undefined;
  let stopping = false;
  let everReady = false;
  let delay = FIRST_DELAY_MS;
  const events = new EventEmitter();
  const ready = once(events, 'ready').then(() => undefined);
  ready.catch(() => undefined); // it may fail before anybody runs the process and awaits it

  const start = () => {
    const startedAt = Date.now();
    child = fork(ENTRY, [name], {
      detached: true,
      execArgv: [...NODE_OPTIONS[name]],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    if (message !== undefined) child.send(message);
    child.on('message', (answer) => {
      if (typeof answer === 'object' && answer !== null && 'type' in answer && answer.type === 'ready') {
        everReady = true;
        events.emit('ready');
      }
    });
    ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        killGroup(child);
        resolve();
        if (stopping) return;
        if (!everReady) {
          events.emit('error', new Error(`${name} s'est arrêté au démarrage (${signal ?? `code ${code}`})`));
          return;
        }
        if (Date.now() - startedAt > HEALTHY_MS) delay = FIRST_DELAY_MS;
        onCrash(name, delay);
        void sleep(delay).then(() => {
          if (!stopping) start();
        });
        delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      });
    });
  };
  start();

  return {
    run: (environment) => {
      message = { type: 'start', environment };
      if (child.connected) child.send(message);
      return ready;
    },
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
