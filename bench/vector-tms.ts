import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import type { TiledTable } from '../src/ogc/vector-tms/model.js';
import { decodeTile } from '../test/helpers/mvt.js';
import { type BenchEmulator, peakMemory, startBenchEmulator } from './lib/emulator.js';
import { fetchBody, runLoad } from './lib/load.js';
import { median } from './lib/statistics.js';
import { tableRow } from './lib/table.js';
import { someTiles } from './vector-tms/tiles.js';
import { createHabitats, FEATURES, HABITATS } from './wfs/table.js';

/**
 * Tiles made on the fly against a bare `ST_AsMVT` through `pg`: distinct tiles of zoom levels 11 to 13 of the same table,
 * none kept by either side. Prints tiles per second and ratios; the exit code says whether the target is met.
 *
 * `--quick`: fewer tiles, for trying things out.
 */

const ROUNDS = 5;
const PER_ROUND = process.argv.includes('--quick') ? 40 : 200;
const WARM_UP = 32;
const CLIENTS = [1, 8, 32] as const;
const TILE = /^application\/vnd\.mapbox-vector-tile/;

/** What the ratio to the peer's rate must reach. */
const TARGET = 0.7;

/** Columns of the table. */
const WIDTHS = [8, 30, 30, 6];
const row = tableRow(WIDTHS);

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(emulator: BenchEmulator): Promise<boolean> {
  await prepare(emulator);
  const server = await emulator.startServer({ RENDER_PROCESSES: '1' });
  const peer = await emulator.startPeer(fileURLToPath(new URL('./vector-tms/peer.js', import.meta.url)));
  const [theirs, ours] = [`${peer.origin}/`, `${server.origin}/vector-tms/1.0.0/bench.habitats/`];
  const tiles = someTiles(ROUNDS * PER_ROUND + WARM_UP);
  await assertEqualWork(tiles.slice(0, ROUNDS * PER_ROUND), theirs, ours);
  write(row(['clients', 'ST_AsMVT tiles/s (rounds)', 'ours tiles/s (rounds)', 'ratio']));
  const ratios: number[] = [];
  for (const clients of CLIENTS) {
    const [first, second] = await runLoad({
      sides: [
        { name: 'ST_AsMVT', base: theirs },
        { name: 'ours', base: ours },
      ],
      rounds: Array.from({ length: ROUNDS }, (_, i) => tiles.slice(i * PER_ROUND, (i + 1) * PER_ROUND)),
      clients,
      warmUp: tiles.slice(-WARM_UP),
      accept: TILE,
    });
    if (first === undefined || second === undefined) throw new Error('a side is missing');
    const [their, mine] = [first, second].map(({ rounds }) => rounds.map((round) => rate(round, clients)));
    if (their === undefined || mine === undefined) throw new Error('a side is missing');
    const ratio = median(mine.map((value, i) => value / (their[i] ?? Number.NaN)));
    ratios.push(ratio);
    write(row([String(clients), told(their), told(mine), ratio.toFixed(3)]));
  }
  const [serverPeak, peerPeak] = await Promise.all([peakMemory(server.pid), peakMemory(peer.pid)]);
  write(`Peak memory: server and its render process ${Math.round(serverPeak)} MiB, peer ${Math.round(peerPeak)} MiB`);
  const worst = Math.min(...ratios);
  write(`worst ratio: ${worst.toFixed(3)} × ST_AsMVT (target ≥ ${TARGET}) ${worst >= TARGET ? 'met' : 'MISSED'}`);
  return worst >= TARGET;
}

async function prepare(emulator: BenchEmulator): Promise<void> {
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  try {
    await createHabitats(deps.pool);
    await publishTable(deps.pool);
    write(`${FEATURES} polygons, ${ROUNDS * PER_ROUND} distinct tiles of zoom levels 11 to 13`);
  } finally {
    await closeDeps(deps);
  }
}

/** Puts the table on the open endpoint, as the publication job does once it has made the snapshot. */
async function publishTable(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH configuration AS (
       INSERT INTO geopf.configuration (id, datastore_id, type, name, layer_name, type_infos, status)
       SELECT gen_random_uuid(), id, 'VECTOR-TMS', 'bench', 'bench', '{}', 'PUBLISHED' FROM geopf.datastore LIMIT 1
       RETURNING id)
     INSERT INTO geopf.offering (id, configuration_id, endpoint_id, status, open, urls)
     SELECT gen_random_uuid(), configuration.id, endpoint.id, 'PUBLISHED', true, '[]'
     FROM configuration, geopf.endpoint WHERE endpoint.type = 'VECTOR-TMS' AND endpoint.open LIMIT 1
     RETURNING id`,
  );
  const offering = rows[0]?.id ?? '';
  const { source, name } = HABITATS;
  const table: TiledTable = { offering, revision: offering, layer: 'bench', name, abstract: '', source, bbox: null };
  await pool.query('UPDATE geopf.offering SET publication = $2 WHERE id = $1', [offering, JSON.stringify([table])]);
}

/** @throws Error when the sides do not answer the same features */
async function assertEqualWork(tiles: readonly string[], theirs: string, ours: string): Promise<void> {
  let features = 0;
  let bytes = 0;
  for (const tile of tiles.slice(0, 100)) {
    const [mine, other] = await Promise.all([fetchBody(ours + tile, TILE), fetchBody(theirs + tile, TILE)]);
    const decoded = decodeTile(mine);
    if (!isDeepStrictEqual(decoded, decodeTile(other))) throw new Error(`the tiles ${tile} differ`);
    features += decoded['bench.habitats']?.length ?? 0;
    bytes += mine.length;
  }
  write(`Equal work: the same ${features} features in 100 tiles of ${Math.round(bytes / 100)} bytes`);
}

/** Tiles per second of a round, whose clients never rest. */
function rate(latencies: readonly number[], clients: number): number {
  return (clients * latencies.length * 1000) / latencies.reduce((sum, latency) => sum + latency, 0);
}

function told(rates: readonly number[]): string {
  return `${median(rates).toFixed(0)} (${Math.min(...rates).toFixed(0)}–${Math.max(...rates).toFixed(0)})`;
}

const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator)) ? 0 : 1;
} finally {
  await emulator.stop();
}
