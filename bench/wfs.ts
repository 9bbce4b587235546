import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { projectRoot } from '../src/supervisor/paths.js';
import { publishFeatureType } from '../test/helpers/publish-wfs.js';
import { type BenchEmulator, type BenchServer, peakMemory, startBenchEmulator } from './lib/emulator.js';
import { fetchBody, runLoad, summarize } from './lib/load.js';
import { libpqConnection, startMapServer } from './lib/mapserver.js';
import { tableRow } from './lib/table.js';
import { assertSamePage, readGeojson, readGml } from './wfs/equal-work.js';
import { createHabitats, FEATURES, HABITATS } from './wfs/table.js';

/**
 * GetFeature against MapServer: pages of 1,000 features of the same table, same attributes, same decimals; then 100,000
 * features in one answer. Prints medians and ratios; the exit code says whether the targets are met.
 *
 * `--quick`: fewer requests, for trying things out.
 */

const PAGE = 1000;
const ROUNDS = 5;
const PER_ROUND = process.argv.includes('--quick') ? 5 : 40;
const WARM_UP = 4;
const STREAMED = 100_000;

/** What the ratio to MapServer's median must not pass. */
const TARGET = 0.4;

/** Memory that 100,000 features may add to the server, MiB: flat, whatever the size of the answer. */
const MAX_GROWTH = 64;

const FORMATS = [
  { name: 'GeoJSON', ours: 'application/json', theirs: 'geojson', accept: /^application\/json/, read: readGeojson },
  {
    name: 'GML 3.2',
    ours: 'application/gml+xml; version=3.2',
    theirs: 'application/gml+xml; version=3.2',
    accept: /gml/,
    read: readGml,
  },
] as const;

/** Columns of the table. */
const WIDTHS = [14, 7, 30, 30, 6];
const row = tableRow(WIDTHS);

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(emulator: BenchEmulator): Promise<boolean> {
  await prepare(emulator);
  const server = await emulator.startServer({ WFS_MAX_FEATURES: String(FEATURES), RENDER_PROCESSES: '1' });
  const mapServer = await startMapServer(join(projectRoot(), 'bench', 'wfs', 'wfs.map'), {
    CONNECTION: libpqConnection(emulator.config.databaseUrl ?? ''),
  });
  try {
    const ratios: number[] = [];
    write(row(['page of 1,000', 'clients', 'MapServer p50 (rounds)', 'ours p50 (rounds)', 'ratio']));
    for (const format of FORMATS) {
      const bases: Bases = [
        requestBase(mapServer.base, 'habitats', format.theirs),
        requestBase(`${server.origin}/wfs?`, 'bench:habitats', format.ours),
      ];
      await assertEqualWork(format, bases);
      for (const clients of [1, 8]) {
        const columns = await comparePages(format, clients, bases);
        ratios.push(columns.ratio);
        write(row([format.name, String(clients), columns.theirs, columns.ours, columns.ratio.toFixed(3)]));
      }
    }
    const flat = await measureStream(server);
    write(`Peak memory of the server and its render process: ${Math.round(await peakMemory(server.pid))} MiB`);
    const worst = Math.max(...ratios);
    write(`worst ratio: ${worst.toFixed(3)} × MapServer (target ≤ ${TARGET}) ${worst <= TARGET ? 'met' : 'MISSED'}`);
    return worst <= TARGET && flat;
  } finally {
    await mapServer.stop();
  }
}

async function prepare(emulator: BenchEmulator): Promise<void> {
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  try {
    await createHabitats(deps.pool);
    await publishFeatureType(deps.pool, HABITATS);
    write(`${FEATURES} polygons`);
  } finally {
    await closeDeps(deps);
  }
}

type Format = (typeof FORMATS)[number];

/** Beginnings of the requests to MapServer and to us. */
type Bases = readonly [theirs: string, ours: string];

/** What stays the same in all requests to one side; pages are appended. */
function requestBase(service: string, typeName: string, format: string): string {
  const parameters = new URLSearchParams({
    SERVICE: 'WFS',
    VERSION: '2.0.0',
    REQUEST: 'GetFeature',
    TYPENAMES: typeName,
    OUTPUTFORMAT: format,
  });
  return `${service}${parameters.toString()}&`;
}

const page = (start: number, count = PAGE): string => `COUNT=${count}&STARTINDEX=${start}`;

/** @throws Error when the sides do not answer the same features */
async function assertEqualWork(format: Format, [theirs, ours]: Bases): Promise<void> {
  for (const start of [0, 77_000, FEATURES - PAGE]) {
    const [mine, other] = await Promise.all([
      fetchBody(ours + page(start), format.accept),
      fetchBody(theirs + page(start), format.accept),
    ]);
    assertSamePage(format.read(mine.toString()), format.read(other.toString()), PAGE);
    if (start === 0) {
      write(
        `Equal work, ${format.name}: same ids, attributes and coordinates; ${mine.length} and ${other.length} bytes`,
      );
    }
  }
}

/** Every page of the table once, in an order that jumps about; both sides get the same ones. */
async function comparePages(format: Format, clients: number, [theirs, ours]: Bases) {
  const pages = FEATURES / PAGE;
  const paths = Array.from({ length: pages }, (_, i) => page(((i * 77) % pages) * PAGE));
  const measured = await runLoad({
    sides: [
      { name: 'MapServer', base: theirs },
      { name: 'ours', base: ours },
    ],
    rounds: Array.from({ length: ROUNDS }, (_, i) => paths.slice(i * PER_ROUND, (i + 1) * PER_ROUND)),
    clients,
    warmUp: paths.slice(-WARM_UP),
    accept: format.accept,
  });
  const [first, second] = measured.map(summarize);
  if (first === undefined || second === undefined) throw new Error('a side is missing');
  const text = ({ p50, low, high }: typeof first): string =>
    `${p50.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`;
  return { theirs: text(first), ours: text(second), ratio: second.p50 / first.p50 };
}

/** One answer of 100,000 features per format: time to the first byte, to the last, and what it adds to memory. */
async function measureStream(server: BenchServer): Promise<boolean> {
  let flat = true;
  for (const format of FORMATS) {
    const before = await residentMemory(server.pid);
    const url = requestBase(`${server.origin}/wfs?`, 'bench:habitats', format.ours) + page(0, STREAMED);
    const { firstByte, total, bytes, peak } = await stream(url, server.pid);
    const growth = peak - before;
    flat &&= growth <= MAX_GROWTH;
    write(
      `${STREAMED} features, ${format.name}: first byte ${firstByte.toFixed(0)} ms, whole ${total.toFixed(0)} ms, ` +
        `${(bytes / 2 ** 20).toFixed(0)} MiB; server memory +${growth.toFixed(0)} MiB (target ≤ ${MAX_GROWTH}) ${growth <= MAX_GROWTH ? 'met' : 'MISSED'}`,
    );
  }
  return flat;
}

async function stream(url: string, pid: number) {
  const start = performance.now();
  let [firstByte, bytes, peak] = [0, 0, 0];
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url, resolve).once('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  const watch = setInterval(() => void residentMemory(pid).then((now) => (peak = Math.max(peak, now))), 20);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes === 0) firstByte = performance.now() - start;
    bytes += chunk.length;
  }
  clearInterval(watch);
  return { firstByte, total: performance.now() - start, bytes, peak: Math.max(peak, await residentMemory(pid)) };
}

/** Memory of one process now, MiB (Linux). */
async function residentMemory(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench(emulator)) ? 0 : 1;
} finally {
  await emulator.stop();
}
