import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { startPycsw } from './csw/pycsw.js';
import { makeRecords, publishRecords } from './csw/records.js';
import { type Kind, KINDS, requestsOf } from './csw/requests.js';
import { type BenchEmulator, peakMemory, startBenchEmulator } from './lib/emulator.js';
import { runLoad, type Send, summarize } from './lib/load.js';
import { tableRow } from './lib/table.js';

/**
 * GetRecords by full text, by box and by both, over 20,000 records, against pycsw on the same records in the same
 * PostgreSQL; against the bare queries when pycsw cannot be installed. Prints medians and ratios; the exit code says
 * whether the targets are met.
 *
 * `--quick`: fewer records and requests, for trying things out.
 */

const QUICK = process.argv.includes('--quick');
const RECORDS = QUICK ? 2000 : 20_000;
const ROUNDS = 5;
const PER_ROUND = QUICK ? 8 : 40;
const WARM_UP = 4;
const PAGE = 10;

/** What the ratio to the peer's median must not pass. */
const TARGETS = { pycsw: 0.5, bare: 3 } as const;

/** Columns of the table. */
const WIDTHS = [10, 7, 26, 26, 6];
const row = tableRow(WIDTHS);

interface Peer {
  readonly name: keyof typeof TARGETS;
  readonly base: string;
  readonly pid: number;
  stop(): Promise<void>;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(emulator: BenchEmulator): Promise<boolean> {
  const peer = await prepare(emulator);
  try {
    const server = await emulator.startServer({ RENDER_PROCESSES: '1' });
    const ours = `${server.origin}/csw`;
    const target = TARGETS[peer.name];
    const ratios: number[] = [];
    write(row(['search', 'clients', `${peer.name} p50 (rounds)`, 'ours p50 (rounds)', 'ratio']));
    for (const kind of KINDS) {
      await assertEqualWork(kind, peer.base, ours);
      for (const clients of [1, 8]) {
        const columns = await compare(kind, clients, peer, ours);
        ratios.push(columns.ratio);
        write(row([kind, String(clients), columns.theirs, columns.ours, columns.ratio.toFixed(3)]));
      }
    }
    write(
      `Peak memory: ours ${Math.round(await peakMemory(server.pid))} MiB with a render process, ${peer.name} ${Math.round(await peakMemory(peer.pid))} MiB`,
    );
    const worst = Math.max(...ratios);
    write(`worst ratio: ${worst.toFixed(3)} × ${peer.name} (target ≤ ${target}) ${worst <= target ? 'met' : 'MISSED'}`);
    return worst <= target;
  } finally {
    await peer.stop();
  }
}

/** Publishes the records, and brings them to the peer. */
async function prepare(emulator: BenchEmulator): Promise<Peer> {
  const records = makeRecords(RECORDS);
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  try {
    await publishRecords(deps, records);
    write(`${records.length} records`);
    const pycsw = await startPycsw(emulator.config.databaseUrl ?? '', records);
    if (!('missing' in pycsw)) {
      await deps.pool.query('VACUUM ANALYZE records');
      return { name: 'pycsw', ...pycsw };
    }
    write(`pycsw is missing, the bare queries take its place: ${pycsw.missing}`);
    const bare = await emulator.startPeer(fileURLToPath(new URL('./csw/bare.js', import.meta.url)));
    return { name: 'bare', base: bare.origin, pid: bare.pid, stop: async () => {} };
  } finally {
    await closeDeps(deps);
  }
}

/** @throws Error when the sides do not find the same records, or none at all */
async function assertEqualWork(kind: Kind, theirs: string, ours: string): Promise<void> {
  let matched = 0;
  for (const body of requestsOf(kind, 5, { maxRecords: 1000 })) {
    const [mine, other] = await Promise.all([post(ours, body, undefined), post(theirs, body, undefined)]);
    const [first, second] = [foundIn(mine), foundIn(other)];
    if (first !== second) throw new Error(`${kind}: found ${first} where the peer found ${second}`);
    matched += Number.parseInt(first, 10);
  }
  if (matched === 0) throw new Error(`${kind}: nothing was found`);
}

/** How many match, and which ones came, sorted. */
function foundIn(document: string): string {
  const matched = /numberOfRecordsMatched="(\d+)"/.exec(document)?.[1];
  const ids = [...document.matchAll(/<dc:identifier>([^<]*)</g)].map(([, id]) => id ?? '').sort();
  if (matched === undefined) throw new Error(`no count of records: ${document.slice(0, 1000)}`);
  return `${matched}: ${ids.join(' ')}`;
}

async function compare(kind: Kind, clients: number, peer: Peer, ours: string) {
  const bodies = requestsOf(kind, ROUNDS * PER_ROUND + WARM_UP, { maxRecords: PAGE });
  const send: Send = async (side, body, agent) => {
    const document = await post(side.base, body, agent);
    if (!document.includes('numberOfRecordsMatched')) throw new Error(`${side.name}: ${document.slice(0, 500)}`);
  };
  const measured = await runLoad({
    sides: [
      { name: peer.name, base: peer.base },
      { name: 'ours', base: ours },
    ],
    rounds: Array.from({ length: ROUNDS }, (_, i) => bodies.slice(i * PER_ROUND, (i + 1) * PER_ROUND)),
    clients,
    warmUp: bodies.slice(-WARM_UP),
    send,
  });
  const [first, second] = measured.map(summarize);
  if (first === undefined || second === undefined) throw new Error('a side is missing');
  const text = ({ p50, low, high }: typeof first): string =>
    `${p50.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`;
  return { theirs: text(first), ours: text(second), ratio: second.p50 / first.p50 };
}

/** The answer to a request in XML. @throws Error for another status than 200 */
function post(url: string, body: string, agent: http.Agent | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) };
    http
      .request(url, { method: 'POST', agent, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 500)}`));
        });
      })
      .once('error', reject)
      .end(body);
  });
}

const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator)) ? 0 : 1;
} finally {
  await emulator.stop();
}
