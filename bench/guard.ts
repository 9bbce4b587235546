import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { closeDeps, createDeps, type Deps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import {
  type BenchKey,
  changeRight,
  FEATURES,
  KEYS,
  layerName,
  makeKeys,
  PERMISSIONS,
  publishLayers,
} from './guard/registry.js';
import { HttpClient } from './lib/client.js';
import { type BenchEmulator, peakMemory, startBenchEmulator } from './lib/emulator.js';
import { median, percentile, shuffled } from './lib/statistics.js';
import { tableRow } from './lib/table.js';
import { type BenchTile, LEVEL, makeTiles } from './tiles/pyramid.js';

/**
 * What a key costs: the same stored tiles and the same features one by one, on private endpoints with 1,000 distinct
 * keys out of 10,000, against open endpoints of the same server. Prints p50, p99 and ratios, then the same while rights
 * change once a second; the exit code says whether the target is met (without the changes).
 *
 * `--quick`: shorter rounds, for trying things out.
 */

const TILES = 1000;
const USED_KEYS = 1000;
const CLIENTS = 32;
const ROUNDS = 5;
const SECONDS = process.argv.includes('--quick') ? 1 : 4;

/** What the ratio of the private p50 to the open one must not pass. */
const TARGET = 1.25;

/** Columns of the table. */
const WIDTHS = [34, 9, 22, 9, 11, 6];
const row = tableRow(WIDTHS);

/** A request that both endpoints answer alike. */
interface Twin {
  readonly open: string;
  readonly private: string;
}
type Side = keyof Twin;
const SIDES: readonly Side[] = ['open', 'private'];

interface Kind {
  readonly name: string;
  readonly type: string;
  readonly twins: readonly Twin[];
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(emulator: BenchEmulator, folder: string): Promise<boolean> {
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  const log = await open(join(folder, 'server.log'), 'w');
  try {
    const { keys, tiles } = await prepare(deps);
    const server = await emulator.startServer({ RENDER_PROCESSES: '1', LOG_LEVEL: 'info' }, [], log.fd);
    const kinds = [tileKind(tiles, keys), featureKind(keys)];
    write(row(['requests', 'side', 'p50 ms (rounds)', 'p99 ms', 'requests/s', 'ratio']));
    const ratios: number[] = [];
    for (const kind of kinds) {
      await assertEqualWork(server.origin, kind);
      ratios.push(await compare(server.origin, kind, kind.name));
    }
    const quiet = await peakMemory(server.pid);
    for (const kind of kinds) {
      await whileRightsChange(deps.pool, () => compare(server.origin, kind, `${kind.name}, rights change`));
    }
    const changed = await peakMemory(server.pid);
    write(`Peak memory: server and its render process ${quiet.toFixed(0)} MiB, ${changed.toFixed(0)} MiB in the end`);
    const worst = Math.max(...ratios);
    write(`worst ratio: ${worst.toFixed(2)} × open (target ≤ ${TARGET}) ${worst <= TARGET ? 'met' : 'MISSED'}`);
    return worst <= TARGET;
  } finally {
    await log.close();
    await closeDeps(deps);
  }
}

async function prepare(deps: Deps): Promise<{ keys: BenchKey[]; tiles: BenchTile[] }> {
  const tiles = await makeTiles(TILES);
  await publishLayers(deps, tiles);
  const keys = shuffled(await makeKeys(deps.pool), 1).slice(0, USED_KEYS);
  write(`${KEYS} keys and ${PERMISSIONS} permissions; ${keys.length} distinct keys ask, ${CLIENTS} at once`);
  return { keys, tiles };
}

function tileKind(tiles: readonly BenchTile[], keys: readonly BenchKey[]): Kind {
  const path = (side: Side, { layer }: BenchKey, { col, row: line }: BenchTile) =>
    `${side === 'private' ? '/private' : ''}/tms/1.0.0/${layerName(side, layer)}/${LEVEL}/${col}/${line}.jpeg`;
  return {
    name: 'stored tile (TMS)',
    type: 'image/jpeg',
    twins: keys.flatMap((key, at) => {
      const tile = tiles[at % tiles.length];
      return tile === undefined
        ? []
        : { open: path('open', key, tile), private: withKey(path('private', key, tile), key) };
    }),
  };
}

function featureKind(keys: readonly BenchKey[]): Kind {
  const path = (side: Side, { layer }: BenchKey, at: number) => {
    const query = new URLSearchParams({
      SERVICE: 'WFS',
      VERSION: '2.0.0',
      REQUEST: 'GetFeature',
      TYPENAMES: `${layerName(side, layer)}:places`,
      OUTPUTFORMAT: 'application/json',
      COUNT: '1',
      STARTINDEX: String((at * 7) % FEATURES),
    });
    return `${side === 'private' ? '/private' : ''}/wfs?${query.toString()}`;
  };
  return {
    name: 'GetFeature count=1',
    type: 'application/json',
    twins: keys.map((key, at) => ({
      open: path('open', key, at),
      private: withKey(path('private', key, at), key),
    })),
  };
}

const withKey = (path: string, { value }: BenchKey) => `${path}${path.includes('?') ? '&' : '?'}apikey=${value}`;

/** What an answer says of itself and of its own address, which differs; lengths of chunks. */
const OWN_WORDS = /"timeStamp":"[^"]*"|https?:\/\/[^"]*|(?:^|\r\n)[0-9a-f]+\r\n/g;

/** @throws Error when a private endpoint answers other than the open one, or answers anybody */
async function assertEqualWork(origin: string, { name, type, twins }: Kind): Promise<void> {
  const client = await HttpClient.open(origin);
  for (const twin of twins.slice(0, 200)) {
    const [mine, other] = [await client.get(twin.private), await client.get(twin.open)];
    const [one, two] = [mine, other].map(({ body }) => body.toString('latin1').replace(OWN_WORDS, ''));
    if (mine.status !== 200 || !mine.type.startsWith(type) || one !== two) {
      throw new Error(`${twin.private} answers ${mine.status}, not as ${twin.open} does: ${one?.slice(0, 300)}`);
    }
    const nobody = await client.get(twin.private.replace(/[?&]apikey=.*/, ''));
    if (nobody.status !== 401) throw new Error(`${twin.private} answers ${nobody.status} without key`);
  }
  client.close();
  write(`Equal work, ${name}: the same answers on both sides, 401 without a key`);
}

/** What a side did in a round: milliseconds, requests per second. */
interface Round {
  readonly latencies: readonly number[];
  readonly rate: number;
}

/** @returns the median, over the rounds, of the ratio of the medians */
async function compare(origin: string, { type, twins }: Kind, title: string): Promise<number> {
  const rounds = new Map(SIDES.map((side) => [side, [] as Round[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of SIDES) {
      const paths = shuffled(twins, round).map((twin) => twin[side]);
      rounds.get(side)?.push(await run(origin, paths, type));
    }
  }
  const mediansOf = (side: Side) => (rounds.get(side) ?? []).map(({ latencies }) => median(latencies));
  const ratio = median(mediansOf('private').map((value, at) => value / (mediansOf('open')[at] ?? Number.NaN)));
  for (const side of SIDES) {
    const measured = rounds.get(side) ?? [];
    const medians = mediansOf(side);
    const p50 = `${median(medians).toFixed(2)} (${Math.min(...medians).toFixed(2)}–${Math.max(...medians).toFixed(2)})`;
    const p99 = percentile(
      measured.flatMap(({ latencies }) => latencies),
      0.99,
    );
    const rate = median(measured.map((each) => each.rate)).toFixed(0);
    write(row([title, side, p50, p99.toFixed(2), rate, side === 'private' ? ratio.toFixed(2) : '']));
  }
  return ratio;
}

/** Asks for the paths in turn, again and again, until the round is over. */
async function run(origin: string, paths: readonly string[], type: string): Promise<Round> {
  const connections = await Promise.all(Array.from({ length: CLIENTS }, () => HttpClient.open(origin)));
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  const end = start + SECONDS * 1000;
  await Promise.all(
    connections.map(async (client) => {
      for (let sent = performance.now(); sent < end; sent = performance.now()) {
        const path = paths[next++ % paths.length] ?? '';
        const answer = await client.get(path);
        if (answer.status !== 200 || !answer.type.startsWith(type))
          throw new Error(`${path} answered ${answer.status}`);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const rate = (1000 * latencies.length) / (performance.now() - start);
  for (const client of connections) client.close();
  return { latencies, rate };
}

/** Works while a right changes every second. */
async function whileRightsChange<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  let number = 0;
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = changeRight(pool, number++);
  }, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await last;
  }
}

const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-guard-'));
const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator, folder)) ? 0 : 1;
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}
