import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../src/config.js';
import { projectRoot } from '../src/supervisor/paths.js';

/**
 * Time from the start of `script/server` to `/_emulator/ready`, everything installed:
 * - warm: a DATA_DIR used before (what a developer does every morning);
 * - new: an empty DATA_DIR, the database copied from the prebuilt one;
 * - cold: an empty DATA_DIR and no prebuilt database.
 * Usage: node dist/bench/start.js [rounds]
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const TARGET_S = 3;

interface Run {
  readonly seconds: number;
  readonly memoryMb: number;
}

/** Starts an emulator, waits for its line "Prêt en … s", measures its memory, stops it. */
async function start(dataDir: string, cacheDir: string): Promise<Run> {
  const child = spawn(join(projectRoot(), 'script', 'server'), {
    env: childEnvironment({ DATA_DIR: dataDir, XDG_CACHE_HOME: cacheDir, PORT: '0', LOG_LEVEL: 'error' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let seconds: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    const found = /Prêt en ([0-9.]+) s/.exec(line);
    if (found === null) continue;
    seconds = Number(found[1]);
    break;
  }
  if (seconds === undefined) throw new Error('script/server ended before it was ready');
  const memoryMb = descendants(child.pid ?? 0).reduce((total, pid) => total + peakMemoryMb(pid), 0);
  child.kill('SIGTERM');
  await exited;
  return { seconds, memoryMb };
}

function descendants(root: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = statField(Number(name), 'PPid');
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const walk = (pid: number): number[] => [pid, ...(parents.get(pid) ?? []).flatMap(walk)];
  return walk(root);
}

/** A number of /proc/<pid>/status; `undefined` when the process is gone. */
function statField(pid: number, field: string): number | undefined {
  try {
    const value = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return value === undefined ? undefined : Number(value);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}

/** Shared pages are counted once per process: an upper bound. */
function peakMemoryMb(pid: number): number {
  return (statField(pid, 'VmHWM') ?? 0) / 1024;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-start-'));
try {
  const warm = join(folder, 'warm');
  const cache = join(folder, 'cache');
  await start(warm, cache); // fills the cache and the warm folder
  const runs: Record<'warm' | 'new' | 'cold', Run[]> = { warm: [], new: [], cold: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    runs.warm.push(await start(warm, cache));
    runs.new.push(await start(join(folder, `new-${round}`), cache));
    runs.cold.push(await start(join(folder, `cold-${round}`), join(folder, `cache-${round}`)));
  }
  const rows = Object.entries(runs).map(([name, list]) => {
    const seconds = list.map((run) => run.seconds);
    const [middle, low, high] = [median(seconds), Math.min(...seconds), Math.max(...seconds)];
    const memory = Math.max(...list.map((run) => run.memoryMb));
    const cells = [middle, low, high, middle / TARGET_S].map((value) => value.toFixed(2).padStart(8));
    return `${name.padEnd(6)}${cells.slice(0, 3).join('')}${memory.toFixed(0).padStart(10)}${cells[3]}`;
  });
  process.stdout.write(
    `\nscript/server to /_emulator/ready, ${ROUNDS} rounds, seconds; ratio to ${TARGET_S} s\n` +
      `${'start'.padEnd(6)}  median     min     max  peak MB   ratio\n${rows.join('\n')}\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
