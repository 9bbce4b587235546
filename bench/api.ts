import http from 'node:http';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { type BenchEmulator, peakMemory, startBenchEmulator, takeToken } from './lib/emulator.js';
import { type LoadPlan, runLoad, type Send, type Side, summarize } from './lib/load.js';
import { percentile } from './lib/statistics.js';
import { tableRow } from './lib/table.js';

/**
 * The API on 10,000 uploads: pages, a tag filter, details, creation with deletion, next to a bare Fastify and `pg` that
 * runs the same SQL for the same rows. Prints requests per second, p50, p99 and ratios, and whether the page of a list
 * costs the same in a datastore of 100 uploads; the exit code says whether the targets are met.
 *
 * `--quick`: fewer requests, for trying things out.
 */

const ROUNDS = 5;
const PER_ROUND = process.argv.includes('--quick') ? 40 : 300;
const MANY = 10_000;
const FEW = 100;
/** Uploads of one value of the tag `lot`. */
const LOT = 50;

/** What the median of a page must not pass, times the baseline's. */
const TARGET = 3;
/** What the median of a page of many uploads must not pass, times that of a page of few: a hundred times the rows. */
const FLAT = 1.5;

/** Of the default seed. */
const DATASTORE = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a2001';
const SANDBOX = '122b878c-aad8-4507-87b2-465e664467d3';

const JSON_TYPE = /^application\/json/;

interface Cell {
  readonly name: string;
  readonly paths: readonly string[];
  readonly send?: Send;
  /** Whether the target applies. */
  readonly isPage?: boolean;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(emulator: BenchEmulator): Promise<boolean> {
  const ids = await prepare(emulator);
  const server = await emulator.startServer({ RENDER_PROCESSES: '1' });
  const peer = await emulator.startPeer(fileURLToPath(new URL('api/baseline.js', import.meta.url)));
  const headers = { authorization: `Bearer ${await takeToken(server.origin)}` };
  const sides: readonly Side[] = [
    { name: 'baseline', base: `${peer.origin}/api`, headers: {} },
    { name: 'ours', base: `${server.origin}/api`, headers },
  ];
  await assertEqualWork(sides);

  const uploads = `/datastores/${DATASTORE}/uploads`;
  const pages = MANY / 10;
  const cells: readonly Cell[] = [
    { name: 'page of 10,000', paths: jump(pages, (page) => `${uploads}?page=${page + 1}`), isPage: true },
    {
      name: 'filter by tag',
      paths: jump(MANY / LOT, (lot) => `${uploads}?tags%5Blot%5D=${lot}&page=2`),
    },
    { name: 'detail', paths: jump(MANY, (index) => `${uploads}/${ids[index] ?? ''}`) },
    { name: 'create and delete', paths: jump(MANY, () => uploads), send: createAndDelete },
  ];
  let pagesMet = true;
  let flatMet = true;
  const medians = new Map<string, number>();
  write(row(['requests', 'clients', 'baseline /s, p50, p99', 'ours /s, p50, p99', 'ratio of p50']));
  for (const cell of cells) {
    for (const clients of [1, 8]) {
      const [theirs, ours] = await measure(sides, cell, clients);
      const ratio = ours.p50 / theirs.p50;
      if (cell.isPage === true) {
        pagesMet &&= ratio <= TARGET;
        medians.set(String(clients), ours.p50);
      }
      write(row([cell.name, String(clients), theirs.text, ours.text, ratio.toFixed(2)]));
    }
  }
  const few = jump(FEW / 10, (page) => `/datastores/${SANDBOX}/uploads?page=${page + 1}`);
  for (const clients of [1, 8]) {
    const [theirs, ours] = await measure(sides, { name: 'page of 100', paths: few }, clients);
    write(row(['page of 100', String(clients), theirs.text, ours.text, (ours.p50 / theirs.p50).toFixed(2)]));
    const growth = (medians.get(String(clients)) ?? Number.NaN) / ours.p50;
    flatMet &&= growth <= FLAT;
    write(
      `page of 10,000 / page of 100, ${clients} clients: ${growth.toFixed(2)} (target ≤ ${FLAT}) ${verdict(growth <= FLAT)}`,
    );
  }
  write(`Peak memory of the server and its render process: ${Math.round(await peakMemory(server.pid))} MiB`);
  write(`page of 10,000: target ≤ ${TARGET} × baseline ${verdict(pagesMet)}`);
  return pagesMet && flatMet;
}

const verdict = (isMet: boolean) => (isMet ? 'met' : 'MISSED');

/** As many paths as all rounds need, in an order that jumps about. */
function jump(count: number, pathOf: (index: number) => string): string[] {
  return Array.from({ length: ROUNDS * PER_ROUND }, (_, i) => pathOf((i * 7919) % count));
}

async function measure(sides: readonly Side[], { paths, send }: Cell, clients: number) {
  const plan: LoadPlan = {
    sides,
    rounds: Array.from({ length: ROUNDS }, (_, i) => paths.slice(i * PER_ROUND, (i + 1) * PER_ROUND)),
    clients,
    warmUp: paths.slice(0, 50),
    accept: JSON_TYPE,
    send,
  };
  const [theirs, ours] = (await runLoad(plan)).map((measured) => {
    const { p50 } = summarize(measured);
    const all = measured.rounds.flat();
    const perSecond = (1000 * clients * all.length) / all.reduce((sum, each) => sum + each, 0);
    return { p50, text: `${perSecond.toFixed(0)}/s ${p50.toFixed(2)} ${percentile(all, 0.99).toFixed(2)} ms` };
  });
  if (theirs === undefined || ours === undefined) throw new Error('a side is missing');
  return [theirs, ours] as const;
}

/** Uploads written straight into the registry. @returns the ids of those of the first datastore */
async function prepare(emulator: BenchEmulator): Promise<string[]> {
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  try {
    await fill(deps.pool, DATASTORE, MANY);
    await fill(deps.pool, SANDBOX, FEW);
    await deps.pool.query('VACUUM ANALYZE geopf.upload'); // as autovacuum does within a minute
    const { rows } = await deps.pool.query<{ id: string }>(
      'SELECT id FROM geopf.upload WHERE datastore_id = $1 ORDER BY creation, id',
      [DATASTORE],
    );
    // The producer reads both datastores.
    await deps.pool.query(
      `INSERT INTO geopf.member (community_id, user_id, rights)
       SELECT community_id, $2, '{}' FROM geopf.datastore WHERE id = $1`,
      [SANDBOX, '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0001'],
    );
    write(`${rows.length} uploads`);
    return rows.map(({ id }) => id);
  } finally {
    await closeDeps(deps);
  }
}

async function fill(pool: pg.Pool, datastore: string, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO geopf.upload (id, datastore_id, storage_id, type, name, description, srs, status, tags, creation)
     SELECT gen_random_uuid(), $1, lent.storage_id, 'VECTOR', 'Livraison ' || rank, 'Livraison du banc', 'EPSG:2154',
            'CLOSED', jsonb_build_object('lot', (rank / $3)::text, 'rang', rank::text), now() - make_interval(secs => rank)
     FROM generate_series(0, $2::int - 1) AS rank,
          (SELECT storage_id FROM geopf.datastore_storage WHERE datastore_id = $1 AND usage = 'UPLOADS' LIMIT 1) AS lent`,
    [datastore, count, LOT],
  );
}

/** @throws Error when the sides do not list the same uploads */
async function assertEqualWork([baseline, ours]: readonly Side[]): Promise<void> {
  if (baseline === undefined || ours === undefined) throw new Error('a side is missing');
  for (const query of ['page=1', 'page=500', 'tags%5Blot%5D=7&page=2']) {
    const path = `/datastores/${DATASTORE}/uploads?${query}`;
    const [theirs, mine] = await Promise.all([
      fetch(baseline.base + path),
      fetch(ours.base + path, { headers: ours.headers }),
    ]);
    const { total, items } = (await theirs.json()) as { total: number; items: { _id: string; name: string }[] };
    const listed = (await mine.json()) as { _id: string; name: string }[];
    const tell = (list: readonly { _id: string; name: string }[]) =>
      list.map(({ _id, name }) => `${_id} ${name}`).join();
    if (tell(items) !== tell(listed) || items.length !== 10) throw new Error(`${path}: not the same uploads`);
    if (mine.headers.get('content-range')?.endsWith(`/${total}`) !== true)
      throw new Error(`${path}: not the same total`);
  }
  write('Equal work: same uploads in the same order, same totals');
}

/** Creates an upload and deletes it: two requests, one latency. */
const createAndDelete: Send = async (side, path, agent) => {
  const created = await request(side, { method: 'POST', path, agent }, NEW_UPLOAD);
  const { _id } = JSON.parse(created) as { _id: string };
  await request(side, { method: 'DELETE', path: `${path}/${_id}`, agent });
};

const NEW_UPLOAD = JSON.stringify({ name: 'Banc', description: 'Banc', type: 'VECTOR', srs: 'EPSG:2154' });

function request(
  side: Side,
  { method, path, agent }: { method: string; path: string; agent: http.Agent | undefined },
  body?: string,
): Promise<string> {
  const headers = { ...side.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const sent = http.request(side.base + path, { method, agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('end', () => {
        const text = Buffer.concat(parts).toString();
        if ((response.statusCode ?? 500) < 300) resolve(text);
        else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const WIDTHS = [18, 7, 26, 26, 12];
const row = tableRow(WIDTHS);

const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator)) ? 0 : 1;
} finally {
  await emulator.stop();
}
