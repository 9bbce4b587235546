import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeDataset } from '../fixtures/generate/dataset.js';
import { habitatLayer } from '../fixtures/generate/habitats.js';
import { closeDeps, createDeps, type Deps } from '../src/deps.js';
import { featureSchemaOf } from '../src/domain/execution-output.js';
import { measureSchema } from '../src/domain/feature-measures.js';
import { createLogger } from '../src/log.js';
import { logIn } from '../test/helpers/api.js';
import { launchExecution, openPyramid, tilesRequest } from '../test/helpers/pyramids.js';
import { buildStoredData } from '../test/helpers/stored-data.js';
import { peakMemory, startBenchEmulator } from './lib/emulator.js';
import { median } from './lib/statistics.js';
import { assertEqualWork, peerTiles } from './vector-tiles/equal-work.js';
import { describeLowZooms } from './vector-tiles/low-zooms.js';
import { BOTTOM, OPTIONS, TOP } from './vector-tiles/settings.js';

/**
 * Full pyramid of vector tiles, levels 0 to 12, of polygons in a VECTOR-DB, from the launch to GENERATED (HTTP, queue,
 * child process, slabs on the disk), against geojson-vt and vt-pbf writing gzip files from the same table. Ours also
 * counts the values of the attributes and keeps tiles under 500 KB.
 * Usage: node dist/bench/vector-tiles.js [rounds] [polygons]; needs the Debian package gdal-bin, and 4 GB of memory for
 * the peer.
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const POLYGONS = Number(process.argv[3] ?? 200_000);
const TARGET = 1.5;
const MEMORY_TARGET = 1024;
const LARGEST_TARGET = 500;
const PEER_MEMORY = 8192;

const run = promisify(execFile);

/** A stored data with the polygons, as an integration leaves it. */
async function fillDatabase(deps: Deps, databaseUrl: string, folder: string): Promise<string> {
  const file = join(folder, 'habitats.gpkg');
  writeDataset(file, 'GPKG', [habitatLayer(POLYGONS)]);
  await run('ogr2ogr', [
    ...['--config', 'PG_USE_COPY', 'YES', '-f', 'PostgreSQL', databaseUrl],
    ...['-lco', 'SCHEMA=public', '-lco', 'GEOMETRY_NAME=geom', file, 'habitats'],
  ]);
  const sql =
    'CREATE TABLE habitats (LIKE public.habitats INCLUDING ALL EXCLUDING DEFAULTS); INSERT INTO habitats SELECT * FROM public.habitats; ANALYZE habitats';
  const id = await buildStoredData(deps, { sql });
  await deps.pool.query('DROP TABLE public.habitats');
  const { extent } = await measureSchema(deps.pool, featureSchemaOf(id), 'EPSG:2154');
  await deps.prisma.storedData.update({ where: { id }, data: { srs: 'EPSG:2154', extent: { ...extent } as object } });
  return id;
}

interface Side {
  readonly seconds: number;
  /** MiB. */
  readonly memory: number;
}

/** Runs the peer in a process of its own. */
async function runPeer(databaseUrl: string, schema: string, folder: string): Promise<Side> {
  const entry = fileURLToPath(new URL('./vector-tiles/peer.js', import.meta.url));
  const child = fork(entry, [databaseUrl, schema, folder], { execArgv: [`--max-old-space-size=${PEER_MEMORY}`] });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the peer ended with code ${code}`);
  });
  failed.catch(() => undefined);
  const [answer] = (await Promise.race([once(child, 'message'), failed])) as [Side];
  return answer;
}

async function bench(emulator: Awaited<ReturnType<typeof startBenchEmulator>>, folder: string): Promise<boolean> {
  const server = await emulator.startServer();
  const worker = await emulator.startWorker();
  const { config } = emulator;
  const databaseUrl = config.databaseUrl ?? '';
  const deps = await createDeps(config, createLogger(config, 'bench'));
  try {
    const database = await fillDatabase(deps, databaseUrl, folder);
    const schema = featureSchemaOf(database);
    const [ours, peers]: [Side[], Side[]] = [[], []];
    let low: Awaited<ReturnType<typeof describeLowZooms>> = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const tiles = join(folder, `peer-${round}`);
      const own = await makePyramid(round, database);
      const peer = await runPeer(databaseUrl, schema, tiles);
      process.stdout.write(`round ${round}: ours ${own.seconds.toFixed(2)} s, peer ${peer.seconds.toFixed(2)} s\n`);
      if (round === 0) {
        const pyramid = await openPyramid(deps, own.id);
        process.stdout.write(`equal work: ${await assertEqualWork(pyramid, tiles)}\n`);
        low = await describeLowZooms(pyramid);
        for (const { zoom, tiles: count, largest, pixels, area } of low) {
          process.stdout.write(
            `level ${zoom}: ${count} tiles (peer ${peerTiles(tiles, zoom)}), largest ${largest.toFixed(0)} KB, ${(pixels * 100).toFixed(0)} % of the pixels, ${(area * 100).toFixed(0)} % of the area\n`,
          );
        }
      } else {
        ours.push(own);
        peers.push(peer);
      }
      await rm(tiles, { recursive: true });
    }
    return report(ours, peers, low);
  } finally {
    await closeDeps(deps);
  }

  async function makePyramid(round: number, database: string): Promise<Side & { id: string }> {
    const api = await logIn(server);
    let memory = 0;
    const sample = async () => {
      const [http, jobs] = await Promise.all([peakMemory(server.pid), peakMemory(worker.pid)]);
      memory = Math.max(memory, http + jobs);
    };
    // A process of /proc may end between its listing and its reading.
    const sampler = setInterval(() => void sample().catch(() => undefined), 100);
    const start = Date.now();
    const composition = [
      { table: 'habitats', bottom_level: String(BOTTOM), top_level: String(TOP), attributes: ['*'] },
    ];
    const launched = await launchExecution(
      api,
      tilesRequest(
        [database],
        { composition, tippecanoe_options: OPTIONS },
        { output: { stored_data: { name: `tiles ${round}` } } },
      ),
    );
    for (;;) {
      const { status } = await deps.prisma.storedData.findUniqueOrThrow({ where: { id: launched.storedData } });
      if (status === 'UNSTABLE') throw new Error('the pyramid failed');
      if (status === 'GENERATED') break;
      await wait(50);
    }
    const seconds = (Date.now() - start) / 1000;
    clearInterval(sampler);
    return { seconds, memory, id: launched.storedData };
  }
}

function report(
  ours: readonly Side[],
  peers: readonly Side[],
  low: Awaited<ReturnType<typeof describeLowZooms>>,
): boolean {
  const line = (name: string, sides: readonly Side[]) => {
    const values = sides.map(({ seconds }) => seconds);
    const memory = Math.max(...sides.map((side) => side.memory));
    return `${name.padEnd(11)} median ${median(values).toFixed(2)} s   min ${Math.min(...values).toFixed(2)}   max ${Math.max(...values).toFixed(2)}   peak memory ${memory.toFixed(0)} MiB\n`;
  };
  const ratio = median(ours.map(({ seconds }) => seconds)) / median(peers.map(({ seconds }) => seconds));
  const memory = Math.max(...ours.map((side) => side.memory));
  const largest = Math.max(...low.map((level) => level.largest));
  const met = ratio <= TARGET && memory <= MEMORY_TARGET && largest < LARGEST_TARGET;
  process.stdout.write(
    `\n${POLYGONS} polygons, ${ours.length} rounds\n${line('ours', ours)}${line('geojson-vt', peers)}`,
  );
  process.stdout.write(`largest tile of levels 0 to 5: ${largest.toFixed(0)} KB (target ${LARGEST_TARGET})\n`);
  process.stdout.write(
    `ratio ${ratio.toFixed(2)} (target ${TARGET}), ${memory.toFixed(0)} MiB (target ${MEMORY_TARGET}): ${met ? 'met' : 'NOT met'}\n`,
  );
  return met;
}

const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-data-'));
const emulator = await startBenchEmulator();
try {
  if (!(await bench(emulator, folder))) process.exitCode = 1;
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}
