import { readFile } from 'node:fs/promises';

/** Memory of a process and of all below it, as Linux tells it. */

/** What a process held at a moment, MiB. */
export interface ProcessMemory {
  readonly pid: number;
  /** `server`, `render`, `worker` or `job`. */
  readonly role: string;
  /** Its own pages, and its part of those that it shares. */
  readonly pss: number;
  /** The most that it ever had in memory, shared pages counted whole. */
  readonly peak: number;
}

/** Names of our processes, by what their command line has. */
const ROLES: readonly [string, RegExp][] = [
  ['server', /server\.js/],
  ['render', /render\/process\.js/],
  ['worker', /worker\.js/],
  ['job', /workers\/child\.js/],
];

/** Reads a process and its descendants; one that ends meanwhile is left out. */
export async function readMemory(pid: number): Promise<ProcessMemory[]> {
  try {
    const [rollup, status, command, children] = await Promise.all([
      readFile(`/proc/${pid}/smaps_rollup`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'),
    ]);
    const own = {
      pid,
      role: ROLES.find(([, pattern]) => pattern.test(command))?.[0] ?? 'other',
      pss: mebibytes(/^Pss:\s+(\d+) kB$/m.exec(rollup)),
      peak: mebibytes(/^VmHWM:\s+(\d+) kB$/m.exec(status)),
    };
    const below = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(readMemory));
    return [own, ...below.flat()];
  } catch {
    return [];
  }
}

const mebibytes = (match: RegExpExecArray | null) => Number(match?.[1] ?? 0) / 1024;

/** Watches processes until it is stopped. */
export interface MemoryWatch {
  stop(): void;
  /** The largest sum of all at one moment, MiB. */
  readonly peakPss: number;
  /** The largest sum of some roles at one moment, MiB. */
  peakPssOf(roles: readonly string[]): number;
  /** One line per role. */
  report(): string;
}

/** Samples ten times a second. */
export function watchMemory(pids: readonly number[]): MemoryWatch {
  const samples: Map<string, number>[] = [];
  const peaks = new Map<string, Map<number, number>>();
  const sample = async () => {
    const processes = (await Promise.all(pids.map(readMemory))).flat();
    const sums = new Map<string, number>();
    for (const { pid, role, pss, peak } of processes) {
      sums.set(role, (sums.get(role) ?? 0) + pss);
      peaks.set(role, (peaks.get(role) ?? new Map<number, number>()).set(pid, peak));
    }
    samples.push(sums);
  };
  const timer = setInterval(() => void sample(), 100);
  const peakOf = (isCounted: (role: string) => boolean) =>
    Math.max(0, ...samples.map((sums) => [...sums].reduce((sum, [role, pss]) => sum + (isCounted(role) ? pss : 0), 0)));
  return {
    stop: () => clearInterval(timer),
    get peakPss() {
      return peakOf(() => true);
    },
    peakPssOf: (roles) => peakOf((role) => roles.includes(role)),
    report: () =>
      [...peaks]
        .map(([role, byPid]) => {
          const most = Math.max(...byPid.values());
          const pss = peakOf((each) => each === role);
          return `  ${role.padEnd(8)} PSS ${pss.toFixed(0).padStart(4)} MiB   largest process, VmHWM ${most.toFixed(0).padStart(4)} MiB\n`;
        })
        .join(''),
  };
}
