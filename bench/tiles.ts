import { chmod, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { HttpClient } from './lib/client.js';
import { type BenchEmulator, peakMemory, startBenchEmulator } from './lib/emulator.js';
import { startNginx } from './lib/nginx.js';
import { median, percentile, shuffled } from './lib/statistics.js';
import { tableRow } from './lib/table.js';
import { type BenchTile, LAYER, LEVEL, makeTiles, publishTiles, writeFiles } from './tiles/pyramid.js';

/**
 * WMTS and TMS over 2,000 distinct tiles of a JPEG pyramid, against nginx (Debian package) that serves the same tiles as
 * plain files: connections kept, one process on each side, both write their access log, nothing keeps answers or files
 * open on the side of nginx. Prints requests per second, p99 and ratios; the exit code says whether the target is met.
 *
 * `--quick`: fewer rounds, for trying things out.
 */

const TILES = 2000;
const ROUNDS = process.argv.includes('--quick') ? 2 : 5;
const CLIENTS = [1, 16, 64] as const;

/** What the ratio to the peer's rate must reach. */
const TARGET = 0.3;

interface Side {
  readonly name: string;
  readonly origin: string;
  readonly path: (tile: BenchTile) => string;
}

/** What a side did in a round. */
interface Round {
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly latencies: readonly number[];
}

/** Columns of the table. */
const WIDTHS = [8, 6, 26, 10, 10, 6];
const row = tableRow(WIDTHS);

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(emulator: BenchEmulator, folder: string): Promise<boolean> {
  const tiles = await makeTiles(TILES);
  const files = join(folder, 'tiles');
  await mkdir(files);
  await writeFiles(files, tiles);
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  await publishTiles(deps, tiles);
  await closeDeps(deps);
  const log = await open(join(folder, 'server.log'), 'w');
  const server = await emulator.startServer({ RENDER_PROCESSES: '1', LOG_LEVEL: 'info' }, [], log.fd);
  const nginx = await startNginx('tiles', { folder, root: files });
  try {
    const sides = sidesOf(nginx.origin, server.origin);
    await assertEqualWork(sides, tiles);
    write(row(['clients', 'side', 'requests/s (rounds)', 'p50 ms', 'p99 ms', 'ratio']));
    const ratios: number[] = [];
    for (const clients of CLIENTS) ratios.push(...(await compare(sides, tiles, clients)));
    const [ours, theirs] = await Promise.all([peakMemory(server.pid), peakMemory(nginx.pid)]);
    write(`Peak memory: server and its render process ${ours.toFixed(0)} MiB, nginx ${theirs.toFixed(0)} MiB`);
    const worst = Math.min(...ratios);
    write(`worst ratio: ${worst.toFixed(2)} × nginx (target ≥ ${TARGET}) ${worst >= TARGET ? 'met' : 'MISSED'}`);
    return worst >= TARGET;
  } finally {
    await nginx.stop();
    await log.close();
  }
}

function sidesOf(nginx: string, ours: string): [Side, ...Side[]] {
  const wmts = `/wmts?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&LAYER=${LAYER}&STYLE=normal&FORMAT=image/jpeg&TILEMATRIXSET=PM&TILEMATRIX=${LEVEL}`;
  return [
    { name: 'nginx', origin: nginx, path: ({ col, row: line }) => `/${LEVEL}/${col}/${line}.jpeg` },
    { name: 'TMS', origin: ours, path: ({ col, row: line }) => `/tms/1.0.0/${LAYER}/${LEVEL}/${col}/${line}.jpeg` },
    { name: 'WMTS', origin: ours, path: ({ col, row: line }) => `${wmts}&TILECOL=${col}&TILEROW=${line}` },
  ];
}

/** @throws Error when a side answers other bytes */
async function assertEqualWork(sides: readonly Side[], tiles: readonly BenchTile[]): Promise<void> {
  for (const side of sides) {
    const client = await HttpClient.open(side.origin);
    for (const tile of tiles) {
      const { status, type, body } = await client.get(side.path(tile));
      if (status !== 200 || type !== 'image/jpeg' || !body.equals(tile.bytes)) {
        throw new Error(`${side.name} answers ${status} ${type} to ${side.path(tile)}`);
      }
    }
    client.close();
  }
  const bytes = tiles.reduce((sum, tile) => sum + tile.bytes.length, 0);
  write(`Equal work: the same ${tiles.length} tiles, ${Math.round(bytes / tiles.length)} bytes each`);
}

/** @returns the ratio of each of our sides to the first */
async function compare(sides: readonly Side[], tiles: readonly BenchTile[], clients: number): Promise<number[]> {
  const rounds = new Map(sides.map((side) => [side, [] as Round[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = shuffled(tiles, round);
    for (const side of sides) rounds.get(side)?.push(await run(side, order, clients));
  }
  const rateOf = (side: Side | undefined) => (side && rounds.get(side)?.map(({ rate }) => rate)) ?? [];
  const [peer] = sides;
  const theirs = rateOf(peer);
  const ratios: number[] = [];
  for (const [side, measured] of rounds) {
    const mine = rateOf(side);
    const latencies = measured.flatMap((each) => each.latencies);
    const ratio = median(mine.map((rate, at) => rate / (theirs[at] ?? Number.NaN)));
    if (side !== peer) ratios.push(ratio);
    const rates = `${median(mine).toFixed(0)} (${Math.min(...mine).toFixed(0)}–${Math.max(...mine).toFixed(0)})`;
    const [p50, p99] = [median(latencies), percentile(latencies, 0.99)].map((value) => value.toFixed(2));
    write(row([String(clients), side.name, rates, p50 ?? '', p99 ?? '', ratio.toFixed(2)]));
  }
  return ratios;
}

async function run(side: Side, tiles: readonly BenchTile[], clients: number): Promise<Round> {
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpClient.open(side.origin)));
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    connections.map(async (client) => {
      for (let tile = tiles[next++]; tile !== undefined; tile = tiles[next++]) {
        const sent = performance.now();
        const { status, body } = await client.get(side.path(tile));
        if (status !== 200 || body.length !== tile.bytes.length) throw new Error(`${side.name} answered ${status}`);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const rate = (1000 * tiles.length) / (performance.now() - start);
  for (const client of connections) client.close();
  return { rate, latencies };
}

const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-tiles-'));
await chmod(folder, 0o755); // the account of nginx enters it
const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator, folder)) ? 0 : 1;
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}
