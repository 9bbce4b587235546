import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { downloadDigest, downloadRate } from './download/curl.js';
import { type BenchFile, LARGE, PART, publishFiles, RESOURCE, writeFiles } from './download/files.js';
import { HttpClient } from './lib/client.js';
import { type BenchEmulator, startBenchEmulator } from './lib/emulator.js';
import { startNginx } from './lib/nginx.js';
import { median, percentile, shuffled } from './lib/statistics.js';
import { tableRow } from './lib/table.js';

/**
 * Downloads of a published archive, against nginx (Debian package, `sendfile off`) that serves the same bytes, hard links
 * of the same files: a file of 2 GB by curl, and 1,000 small ones over connections that are kept. One process on each
 * side, both write their access log. Prints rates and ratios, and what the memory of the server does; the exit code says
 * whether the targets are met.
 *
 * `--quick`: a file of 256 MB and fewer rounds, for trying things out.
 */

const IS_QUICK = process.argv.includes('--quick');
const LARGE_SIZE = IS_QUICK ? 256 * 1024 * 1024 : 2 * 1024 * 1024 * 1024;
const SMALL_FILES = 1000;
const ROUNDS = IS_QUICK ? 2 : 5;
const WARM_UP = 10;
const CLIENTS = [1, 16, 64] as const;

/** What the ratios to the rates of the peer must reach, and how much memory a large download may take. */
const LARGE_TARGET = 0.6;
const SMALL_TARGET = 0.3;
const MEMORY_TARGET_MIB = 64;

/** Columns of the table. */
const WIDTHS = [24, 8, 30, 10, 10, 6];
const row = tableRow(WIDTHS);

const MIB = 1024 * 1024;

interface Side {
  readonly name: string;
  readonly origin: string;
  readonly path: (name: string) => string;
}

type Sides = readonly [peer: Side, ours: Side];

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(emulator: BenchEmulator, folder: string): Promise<boolean> {
  const root = join(folder, 'files');
  await mkdir(root);
  const files = await writeFiles(root, SMALL_FILES, LARGE_SIZE);
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  await publishFiles(deps, root, files);
  await closeDeps(deps);
  const log = await open(join(folder, 'server.log'), 'w');
  const server = await emulator.startServer({ RENDER_PROCESSES: '1', LOG_LEVEL: 'info' }, [], log.fd);
  const nginx = await startNginx('download', { folder, root });
  try {
    const sides: Sides = [
      { name: 'nginx', origin: nginx.origin, path: (name) => `/${name}` },
      { name: 'ours', origin: server.origin, path: (name) => `/telechargement/download/${RESOURCE}/${PART}/${name}` },
    ];
    await assertEqualWork(sides, files);
    write(row(['work', 'side', 'rate (rounds)', 'p50 ms', 'p99 ms', 'ratio']));
    const memory = watchResident(server.pid);
    const large = await compareLarge(sides);
    const growth = await memory.stop();
    await warmUp(sides, files.slice(0, SMALL_FILES));
    const small: number[] = [];
    for (const clients of CLIENTS) small.push(await compareSmall(sides, files.slice(0, SMALL_FILES), clients));
    return report([
      [`large file: ${large.toFixed(2)} × nginx (target ≥ ${LARGE_TARGET})`, large >= LARGE_TARGET],
      [
        `small files: ${Math.min(...small).toFixed(2)} × nginx (target ≥ ${SMALL_TARGET})`,
        Math.min(...small) >= SMALL_TARGET,
      ],
      [
        `memory of the server during large downloads: +${growth.toFixed(0)} MiB (target ≤ ${MEMORY_TARGET_MIB})`,
        growth <= MEMORY_TARGET_MIB,
      ],
    ]);
  } finally {
    await nginx.stop();
    await log.close();
  }
}

function report(lines: readonly (readonly [text: string, isMet: boolean])[]): boolean {
  for (const [text, isMet] of lines) write(`${text} ${isMet ? 'met' : 'MISSED'}`);
  return lines.every(([, isMet]) => isMet);
}

/** @throws Error when a side answers other bytes; both have read everything once then */
async function assertEqualWork(sides: Sides, files: readonly BenchFile[]): Promise<void> {
  for (const side of sides) {
    const client = await HttpClient.open(side.origin);
    for (const { name, md5 } of files) {
      const isLarge = name === LARGE;
      const digest = isLarge
        ? await downloadDigest(`${side.origin}${side.path(name)}`)
        : createHash('md5')
            .update((await client.get(side.path(name))).body)
            .digest('hex');
      if (digest !== md5) throw new Error(`${side.name} answers other bytes to ${side.path(name)}`);
    }
    client.close();
  }
  const bytes = files.reduce((sum, { name, size }) => sum + (name === LARGE ? 0 : size), 0);
  const mean = (bytes / SMALL_FILES / 1024).toFixed(0);
  write(`Equal work: the same ${LARGE_SIZE / MIB} MiB, and ${SMALL_FILES} files of ${mean} KiB each on average`);
}

/** @returns the ratio of our rate to the peer's */
async function compareLarge(sides: Sides): Promise<number> {
  const rates = sides.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, side] of sides.entries()) {
      rates[at]?.push((await downloadRate(`${side.origin}${side.path(LARGE)}`, LARGE_SIZE)) / MIB);
    }
  }
  return table(sides, `${LARGE_SIZE / MIB} MiB, curl`, 'MiB/s', rates, []);
}

/** Passes that are not measured: ours is compiled while it runs. */
async function warmUp(sides: Sides, files: readonly BenchFile[]): Promise<void> {
  for (let pass = 0; pass < WARM_UP; pass += 1) {
    for (const side of sides) await downloadAll(side, files, 16);
  }
}

/** @returns the ratio of our rate to the peer's */
async function compareSmall(sides: Sides, files: readonly BenchFile[], clients: number): Promise<number> {
  const rates = sides.map(() => [] as number[]);
  const latencies = sides.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = shuffled(files, round);
    for (const [at, side] of sides.entries()) {
      const measured = await downloadAll(side, order, clients);
      rates[at]?.push(measured.rate);
      latencies[at]?.push(...measured.latencies);
    }
  }
  return table(sides, `small files, ${clients} clients`, 'requests/s', rates, latencies);
}

function table(
  sides: Sides,
  work: string,
  unit: string,
  rates: readonly (readonly number[])[],
  latencies: readonly (readonly number[])[],
): number {
  const [theirs = [], mine = []] = rates;
  const ratio = median(mine.map((rate, at) => rate / (theirs[at] ?? Number.NaN)));
  for (const [at, side] of sides.entries()) {
    const own = rates[at] ?? [];
    const spread = `${median(own).toFixed(0)} ${unit} (${Math.min(...own).toFixed(0)}–${Math.max(...own).toFixed(0)})`;
    const all = latencies[at] ?? [];
    const [p50, p99] =
      all.length === 0 ? ['', ''] : [median(all), percentile(all, 0.99)].map((value) => value.toFixed(2));
    write(row([work, side.name, spread, p50 ?? '', p99 ?? '', at === 0 ? '' : ratio.toFixed(2)]));
  }
  return ratio;
}

/** Every file once. Rate in requests per second, latencies in milliseconds. */
async function downloadAll(side: Side, files: readonly BenchFile[], clients: number) {
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpClient.open(side.origin)));
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    connections.map(async (client) => {
      for (let file = files[next++]; file !== undefined; file = files[next++]) {
        const sent = performance.now();
        const { status, body } = await client.get(side.path(file.name));
        if (status !== 200 || body.length !== file.size) throw new Error(`${side.name} answered ${status}`);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const rate = (1000 * files.length) / (performance.now() - start);
  for (const client of connections) client.close();
  return { rate, latencies };
}

/** Samples what a process has in memory. `stop` tells how much more than at first it had at most, MiB. */
function watchResident(pid: number): { stop: () => Promise<number> } {
  const samples: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      samples.push(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024);
      await pause(50);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return Math.max(...samples) - (samples[0] ?? 0);
    },
  };
}

const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-download-'));
await chmod(folder, 0o755); // the account of nginx enters it
const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator, folder)) ? 0 : 1;
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}
