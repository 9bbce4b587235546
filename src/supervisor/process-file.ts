import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Files that name a running process: its id and the moment it started, so that a file left behind by
 * a crash is never mistaken for a later process that received the same id.
 */
interface Mark {
  readonly pid: number;
  /** Start of the process in clock ticks since boot (proc(5), field 22). */
  readonly start: string;
  readonly note: string;
}

/** Raised when the process named by the file is alive. */
export class AlreadyRunningError extends Error {
  constructor(
    readonly pid: number,
    readonly note: string,
  ) {
    super(`process ${pid} is running (${note})`);
    this.name = 'AlreadyRunningError';
  }
}

/**
 * Takes the file for this process; the returned function gives it back.
 * @throws AlreadyRunningError when a living process holds it
 */
export function claimProcessFile(path: string, note: string): () => void {
  const text = JSON.stringify({ pid: process.pid, start: processStart(process.pid) ?? '', note } satisfies Mark);
  for (;;) {
    try {
      writeFileSync(path, text, { flag: 'wx' });
      return () => unlinkSync(path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const holder = parseMark(readFileSync(path, 'utf8'));
    if (holder !== null && isAlive(holder)) throw new AlreadyRunningError(holder.pid, holder.note);
    unlinkSync(path);
  }
}

/** Records a child process, so that a later start can find it should we die without stopping it. */
export async function recordProcess(path: string, pid: number, note: string): Promise<void> {
  await writeFile(path, JSON.stringify({ pid, start: processStart(pid) ?? '', note } satisfies Mark));
}

/** Stops the process that an earlier run recorded and left behind, and waits until it is gone. */
export async function stopRecordedProcess(path: string, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  let mark: Mark | null;
  try {
    mark = parseMark(await readFile(path, 'utf8'));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (mark !== null && isAlive(mark)) {
    process.kill(mark.pid, signal);
    const deadline = Date.now() + patienceMs;
    while (isAlive(mark)) {
      if (Date.now() > deadline) process.kill(mark.pid, 'SIGKILL');
      await sleep(20);
    }
  }
  await rm(path, { force: true });
}

function isAlive(mark: Mark): boolean {
  return processStart(mark.pid) === mark.start;
}

/** Start of a living process, `null` when there is none (a zombie counts as none). */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name, in parentheses, may hold spaces: fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function parseMark(text: string): Mark | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return null;
    const note = 'note' in value && typeof value.note === 'string' ? value.note : '';
    return { pid: Number(value.pid), start: String(value.start), note };
  } catch {
    return null; // cut short by a crash while being written
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
