import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { writeDataset } from '../fixtures/generate/dataset.js';
import { habitatLayer } from '../fixtures/generate/habitats.js';
import { type ApiUser, logIn, until } from '../test/helpers/api.js';
import { startBenchEmulator } from './lib/emulator.js';
import { type MemoryWatch, watchMemory } from './lib/memory.js';
import { median } from './lib/statistics.js';

/**
 * Integration of a GeoPackage of polygons, from the launch to GENERATED (HTTP, queue and child process included),
 * against `ogr2ogr -f PostgreSQL` with COPY into the same database: same geometry type, primary key, GiST index, logged
 * tables, durability. Ours also computes statistics, extent and size.
 * Usage: node dist/bench/integrate.js [rounds] [polygons, or the size of the file: 1.2G]; needs the Debian package
 * gdal-bin. Memory is that of all our processes: PSS counts the pages that they share once.
 */
/** Of a GeoPackage of ours, index included. */
const BYTES_PER_POLYGON = 660;
const ROUNDS = Number(process.argv[2] ?? 5);
const POLYGONS = polygonsOf(process.argv[3] ?? '200000');
const TARGET = 1.1;
const MEMORY_TARGET = 400;
const PEER_SCHEMA = 'peer';

const run = promisify(execFile);

/** A number of polygons, given as such or as the bytes of a GeoPackage that has as many. */
function polygonsOf(argument: string): number {
  const size = /^([\d.]+)([MG])$/.exec(argument);
  if (size === null) return Number(argument);
  return Math.ceil((Number(size[1]) * (size[2] === 'G' ? 1e9 : 1e6)) / BYTES_PER_POLYGON);
}

interface Context {
  readonly api: ApiUser;
  readonly ds: string;
  readonly upload: string;
  readonly processing: string;
  readonly client: pg.Client;
}

interface Entity {
  readonly _id: string;
  readonly status: string;
}

/** Launches an integration. @returns the stored data, and the seconds from the launch to GENERATED. */
async function integrate({ api, ds, upload, processing, client }: Context): Promise<{ id: string; seconds: number }> {
  const execution = await api.call<Entity & { output: { stored_data: Entity } }>(
    'POST',
    `${ds}/processings/executions`,
    {
      processing,
      inputs: { upload: [upload] },
      output: { stored_data: { name: 'habitats', storage_tags: ['VECTEUR'] } },
    },
  );
  const id = execution.body.output.stored_data._id;
  const start = Date.now();
  const launched = await api.call('POST', `${ds}/processings/executions/${execution.body._id}/launch`);
  if (launched.status >= 300) throw new Error(`not launched: ${JSON.stringify(launched.body)}`);
  const status = await endStatus(api, `${ds}/stored_data/${id}`);
  if (status !== 'GENERATED') throw new Error(`the stored data is ${status}`);
  // The moment of the transition itself: polling would add its own interval.
  const { rows } = await client.query<{ date: Date }>(
    `SELECT date FROM geopf.event WHERE entity_id = $1 AND to_status = 'GENERATED' ORDER BY id DESC LIMIT 1`,
    [id],
  );
  return { id, seconds: ((rows[0]?.date.getTime() ?? Number.NaN) - start) / 1000 };
}

/** Asks five times a second, as an impatient client: more would take the processors from the work. */
async function endStatus(api: ApiUser, path: string): Promise<string> {
  for (;;) {
    const { body } = await api.call<Entity>('GET', path);
    if (body.status === 'GENERATED' || body.status === 'UNSTABLE') return body.status;
    await wait(200);
  }
}

/** The same with ogr2ogr. @returns seconds */
async function ogr2ogr(file: string, databaseUrl: string): Promise<number> {
  const start = Date.now();
  await run('ogr2ogr', [
    ...['--config', 'PG_USE_COPY', 'YES', '-f', 'PostgreSQL', databaseUrl],
    ...['-lco', `SCHEMA=${PEER_SCHEMA}`, '-lco', 'GEOMETRY_NAME=geom', file, 'habitats'],
  ]);
  return (Date.now() - start) / 1000;
}

/** Everything that must be equal on both sides. */
async function describe(client: pg.Client, schema: string): Promise<object> {
  const content = await client.query(
    `SELECT count(*), sum(ST_NPoints(geom)) AS points, round(sum(ST_Area(geom))::numeric, 3) AS area,
            md5(string_agg(fid || code || classe || surface || releve, ',' ORDER BY fid)) AS attributes
     FROM ${schema}.habitats`,
  );
  const structure = await client.query(
    `SELECT format_type(a.atttypid, a.atttypmod) AS geometry, c.relpersistence AS persistence,
            (SELECT array_agg(m.amname || CASE WHEN i.indisprimary THEN ' primary' ELSE '' END ORDER BY 1)
             FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
             WHERE i.indrelid = c.oid)::text AS indexes
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'geom'
     WHERE c.relnamespace = $1::regnamespace AND c.relname = 'habitats'`,
    [schema],
  );
  return { ...content.rows[0], ...structure.rows[0] } as object;
}

async function deliver(api: ApiUser, ds: string, file: string): Promise<string> {
  const created = await api.call<Entity>('POST', `${ds}/uploads`, {
    name: 'habitats',
    description: 'bench',
    type: 'VECTOR',
    srs: 'EPSG:2154',
  });
  const upload = created.body._id;
  const form = new FormData();
  form.append('file', await openAsBlob(file), 'habitats.gpkg');
  const sent = await api.call('POST', `${ds}/uploads/${upload}/data?path=habitats.gpkg`, form);
  if (sent.status >= 300) throw new Error(`not sent: ${JSON.stringify(sent.body)}`);
  await api.call('POST', `${ds}/uploads/${upload}/close`);
  await until(
    () => api.call<Entity>('GET', `${ds}/uploads/${upload}`),
    ({ body }) => {
      if (body.status === 'UNSTABLE') throw new Error('the checks failed');
      return body.status === 'CLOSED';
    },
  );
  return upload;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-data-'));
  const emulator = await startBenchEmulator();
  try {
    const file = join(folder, 'habitats.gpkg');
    process.stdout.write(`writing ${POLYGONS} polygons\n`);
    writeDataset(file, 'GPKG', [habitatLayer(POLYGONS)]);
    process.stdout.write(`${((await stat(file)).size / 1e6).toFixed(0)} MB\n`);
    const server = await emulator.startServer();
    const worker = await emulator.startWorker();
    const databaseUrl = emulator.config.databaseUrl ?? '';
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await measure({ file, databaseUrl, client, ...server, workerPid: worker.pid });
    } finally {
      await client.end();
    }
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(setup: {
  file: string;
  databaseUrl: string;
  client: pg.Client;
  origin: string;
  pid: number;
  workerPid: number;
}): Promise<void> {
  const { client } = setup;
  const api = await logIn(setup);
  const me = await api.call<{ communities_member: { community: { datastore?: string } }[] }>('GET', '/users/me');
  const ds = `/datastores/${me.body.communities_member.find(({ community }) => community.datastore)?.community.datastore}`;
  const upload = await deliver(api, ds, setup.file);
  const processings = await api.call<Entity[]>('GET', `${ds}/processings?name=Intégration de données vecteur%25`);
  const context = { api, ds, upload, processing: processings.body[0]?._id ?? '', client };

  const memory = watchMemory([setup.pid, setup.workerPid]);
  const ours: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { id, seconds } = await integrate(context);
    await client.query(`DROP SCHEMA IF EXISTS ${PEER_SCHEMA} CASCADE; CREATE SCHEMA ${PEER_SCHEMA}`);
    const peer = await ogr2ogr(setup.file, setup.databaseUrl);
    if (round === 0) {
      assertEqual(await describe(client, `sd_${id.replaceAll('-', '')}`), await describe(client, PEER_SCHEMA));
    } else {
      ours.push(seconds);
      peers.push(peer);
      process.stdout.write(`round ${round}: ours ${seconds.toFixed(2)} s, ogr2ogr ${peer.toFixed(2)} s\n`);
    }
    await api.call('DELETE', `${ds}/stored_data/${id}`);
  }
  memory.stop();
  report(ours, peers, memory);
}

function assertEqual(ours: object, peer: object): void {
  const [left, right] = [JSON.stringify(ours), JSON.stringify(peer)];
  if (left !== right) throw new Error(`the work differs:\n  ours    ${left}\n  ogr2ogr ${right}`);
  process.stdout.write(`equal work: ${left}\n`);
}

function report(ours: readonly number[], peers: readonly number[], memory: MemoryWatch): void {
  const line = (name: string, values: readonly number[]) =>
    `${name.padEnd(10)} median ${median(values).toFixed(2)} s   min ${Math.min(...values).toFixed(2)}   max ${Math.max(...values).toFixed(2)}\n`;
  const ratio = median(ours) / median(peers);
  process.stdout.write(`\n${POLYGONS} polygons, ${ours.length} rounds\n`);
  process.stdout.write(line('ours', ours) + line('ogr2ogr', peers));
  process.stdout.write(`peak memory of our processes\n${memory.report()}`);
  const verdict = (value: number, target: number) => `(target ${target}): ${value <= target ? 'met' : 'NOT met'}\n`;
  const all = memory.peakPss;
  const working = memory.peakPssOf(['worker', 'job']);
  process.stdout.write(
    `worker and jobs, PSS at one moment: ${working.toFixed(0)} MiB ${verdict(working, MEMORY_TARGET)}`,
  );
  process.stdout.write(`all together, PSS at one moment: ${all.toFixed(0)} MiB ${verdict(all, MEMORY_TARGET)}`);
  process.stdout.write(`ratio ${ratio.toFixed(2)} ${verdict(ratio, TARGET)}`);
}

await main();
