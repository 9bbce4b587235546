import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { writeDataset } from '../fixtures/generate/dataset.js';
import { habitatLayer } from '../fixtures/generate/habitats.js';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { logIn } from '../test/helpers/api.js';
import { OPEN_WFS } from '../test/helpers/diffusion.js';
import { processorTime } from './lib/cpu.js';
import { type BenchEmulator, peakMemory, startBenchEmulator } from './lib/emulator.js';
import { median } from './lib/statistics.js';
import { compareCapabilities, fillUp, type Layer } from './many/capabilities.js';
import { publishDataset, type Published, STEPS, type Workplace } from './many/life.js';

/**
 * Many small datasets, each delivered, checked, integrated and published as WFS one after the other by a few clients:
 * datasets per minute, and whether the last ones take longer than the first ones. Then GetCapabilities of all their
 * layers, and of many more, against MapServer.
 * Usage: node dist/bench/many.js [datasets] [layers of the larger document]; needs Linux and the Debian packages of
 * bench/lib/mapserver.ts. The exit code says whether the targets are met.
 */
const DATASETS = Number(process.argv[2] ?? 500);
const MANY_LAYERS = Number(process.argv[3] ?? 3500);
const CLIENTS = 4;
/** Makes a GeoPackage of about 200 KB. */
const POLYGONS = 190;

/** What the last datasets may take, times the first ones. */
const TARGET_GROWTH = 1.2;
/** What the document may take, times MapServer's. */
const TARGET_CAPABILITIES = 0.5;

async function bench(emulator: BenchEmulator, folder: string): Promise<boolean> {
  const file = join(folder, 'stations.gpkg');
  writeDataset(file, 'GPKG', [habitatLayer(POLYGONS, 'stations')]);
  const content = new Uint8Array(await readFile(file));
  const server = await emulator.startServer();
  const worker = await emulator.startWorker();
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  try {
    await deps.pool.query('UPDATE geopf.datastore_endpoint SET quota = 1000000');
    const user = await logIn(server);
    const datastore = `/datastores/${await ownDatastore(user)}`;
    const processings = await user.call<{ _id: string }[]>(
      'GET',
      `${datastore}/processings?name=Intégration de données vecteur%25`,
    );
    const place: Workplace = {
      user,
      datastore,
      processing: processings.body[0]?._id ?? '',
      endpoint: OPEN_WFS,
      file: { name: 'stations.gpkg', content, table: 'stations' },
    };
    write(`${DATASETS} datasets of ${Math.round(content.length / 1000)} KB, ${CLIENTS} clients`);
    const used = await cpuOf(server.pid, worker.pid);
    const { published, minutes } = await publishAll(place);
    const now = await cpuOf(server.pid, worker.pid);
    const each = now.map((seconds, index) => (1000 * (seconds - (used[index] ?? 0))) / (DATASETS + CLIENTS));
    write(
      `processor time of one dataset: server ${each[0]?.toFixed(0)} ms, worker and its processes ${each[1]?.toFixed(0)} ms`,
    );
    const isFlat = reportLives(published, minutes);
    await reportMemory(server.pid, worker.pid);
    const layers = await layersOf(deps.pool);
    const databaseUrl = emulator.config.databaseUrl ?? '';
    const few = await compareCapabilities(server.origin, databaseUrl, { layers, clients: [1, 8], perRound: 40 });
    few.lines.forEach(write);
    await fillUp(deps.pool, MANY_LAYERS);
    const all = await layersOf(deps.pool);
    const many = await compareCapabilities(server.origin, databaseUrl, { layers: all, clients: [1], perRound: 4 });
    many.lines.forEach(write);
    await reportMemory(server.pid, worker.pid);
    const ratio = Math.max(few.ratio, many.ratio);
    write(
      `GetCapabilities: ${ratio.toFixed(2)} × MapServer (target ≤ ${TARGET_CAPABILITIES}) ${verdict(ratio <= TARGET_CAPABILITIES)}`,
    );
    return isFlat && ratio <= TARGET_CAPABILITIES;
  } finally {
    await closeDeps(deps);
  }
}

const cpuOf = (...pids: number[]) => Promise.all(pids.map(processorTime));

type User = Workplace['user'];

async function ownDatastore(user: User): Promise<string> {
  const { body } = await user.call<{ communities_member: { community: { datastore?: string } }[] }>('GET', '/users/me');
  return body.communities_member.find(({ community }) => community.datastore)?.community.datastore ?? '';
}

/** In the order of their beginning; one dataset per client is not counted, it warms up the processes. */
async function publishAll(place: Workplace): Promise<{ published: Published[]; minutes: number }> {
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => publishDataset(place, client)));
  const published: Published[] = [];
  let next = 0;
  const start = performance.now();
  const client = async (): Promise<void> => {
    for (let index = next++; index < DATASETS; index = next++) {
      published[index] = await publishDataset(place, CLIENTS + index);
      if ((index + 1) % 50 === 0)
        write(`  ${index + 1} datasets, ${((performance.now() - start) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { published, minutes: (performance.now() - start) / 60_000 };
}

/** @returns whether the last datasets take as long as the first ones */
function reportLives(published: readonly Published[], minutes: number): boolean {
  const sample = Math.min(50, Math.floor(published.length / 2));
  const [first, last] = [published.slice(0, sample), published.slice(-sample)];
  const total = ({ times }: Published) => STEPS.reduce((sum, step) => sum + times[step], 0);
  for (const step of STEPS) {
    const [before, after] = [first, last].map((some) => median(some.map(({ times }) => times[step])));
    write(`${step.padEnd(12)} first ${sample}: ${before?.toFixed(0)} ms, last ${sample}: ${after?.toFixed(0)} ms`);
  }
  const growth = median(last.map(total)) / median(first.map(total));
  write(
    `one dataset  first ${sample}: ${median(first.map(total)).toFixed(0)} ms, last ${sample}: ${median(last.map(total)).toFixed(0)} ms`,
  );
  write(`${(published.length / minutes).toFixed(1)} datasets/minute`);
  write(`growth: ${growth.toFixed(2)} (target ≤ ${TARGET_GROWTH}) ${verdict(growth <= TARGET_GROWTH)}`);
  return growth <= TARGET_GROWTH;
}

async function reportMemory(server: number, worker: number): Promise<void> {
  const [serving, working] = await Promise.all([peakMemory(server), peakMemory(worker)]);
  write(
    `peak memory: server and render processes ${serving.toFixed(0)} MiB, worker and its spare process ${working.toFixed(0)} MiB`,
  );
}

/** The published layers of the WFS, with their tables. */
async function layersOf(pool: pg.Pool): Promise<Layer[]> {
  const { rows } = await pool.query<Layer>(
    `SELECT type->>'prefix' AS name, type->>'title' AS title,
            type->'source'->>'schema' AS schema, type->'source'->>'table' AS table
     FROM geopf.offering AS offering, jsonb_array_elements(offering.publication) AS type
     WHERE jsonb_typeof(offering.publication) = 'array' ORDER BY 1`,
  );
  return rows;
}

const verdict = (isMet: boolean) => (isMet ? 'met' : 'MISSED');

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-data-'));
const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator, folder)) ? 0 : 1;
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}
