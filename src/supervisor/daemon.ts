import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, asAccount } from './account.js';
import { recordProcess, stopRecordedProcess } from './process-file.js';

/** What to run, and how it wants to be stopped. */
export interface DaemonOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly account: Account | null;
  /** Folder of the log and of the process file. */
  readonly folder: string;
  readonly stopSignal: 'INT' | 'TERM';
}

/** A private service running as our child. */
export interface Daemon {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when the process has ended, whoever ended it. */
  readonly exited: Promise<void>;
  running(): boolean;
  /** Asks for a clean stop, insists after ten seconds, resolves when the process is gone. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 10_000;

/**
 * Starts a service in its own session (Ctrl-C in the terminal is for us alone: we stop services in
 * order). It dies with us even after kill -9; one that an earlier run left is stopped first.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const processFile = join(options.folder, `${options.name}.pid`);
  await stopRecordedProcess(processFile, `SIG${options.stopSignal}`, PATIENCE_MS);
  const logFile = join(options.folder, `${options.name}.log`);
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.previous`);
  const log = openSync(logFile, 'w');
  const [program = '', ...args] = asAccount(options.account, options.stopSignal, options.command);
  const child = spawn(program, args, { cwd: '/', detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (child.pid !== undefined) await recordProcess(processFile, child.pid, options.name);
  const running = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    name: options.name,
    logFile,
    exited,
    running,
    stop: async () => {
      if (running()) await stopChild(child, `SIG${options.stopSignal}`, exited);
    },
  };
}

/** The end of a service's log, for the message that says why it did not start. */
export function logTail(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals, exited: Promise<void>): Promise<void> {
  child.kill(signal);
  const insist = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await exited;
  clearTimeout(insist);
}
