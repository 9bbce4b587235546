import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { projectRoot } from '../src/supervisor/paths.js';
import { peakMemory, startBenchEmulator } from './lib/emulator.js';
import { fetchImage, type Measured, runLoad, summarize } from './lib/load.js';
import { startMapServer } from './lib/mapserver.js';
import { tableRow } from './lib/table.js';
import { writeSource } from './pyramid/source.js';
import { type BenchLayer, LAYERS, mapLayer, publishLayer, writeCog } from './wms-r/layers.js';
import { queriesOf } from './wms-r/queries.js';

/**
 * GetMap of pyramids in EPSG:2154, 1024 × 1024, against MapServer on the same image as Cloud Optimized GeoTIFF in the
 * same CRS, compression, interpolation and format: one layer that needs no other projection and one that does, without
 * loss (PNG) and as photographs are (JPEG). Prints a table of medians and ratios, and the memory of our processes; the
 * exit code says whether the target is met.
 *
 * `--quick`: a smaller image and fewer requests, for trying things out. Needs the Debian packages of
 * bench/lib/mapserver.ts and gdal-bin.
 */

const QUICK = process.argv.includes('--quick');
const SIZE = QUICK ? 4000 : 10_000;
const ROUNDS = 5;
const PER_ROUND = QUICK ? 12 : 100;
const WARM_UP = 8;
const COMPARED = QUICK ? 4 : 20;

/** What the ratio to MapServer's median must not pass. */
const TARGET = 1;

/**
 * Means over pixels and channels, of 255, of the worst view: grain is finer than what both make of it in ways of their
 * own, and each chooses the level that it reads by its own rule.
 */
const TOLERANCE = 8;

const WIDTHS = [28, 7, 28, 28, 6];
const row = tableRow(WIDTHS);

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

const emulator = await startBenchEmulator();
const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-wms-r-'));
try {
  await chmod(folder, 0o755);
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}

async function bench(): Promise<boolean> {
  const cogs = await prepare();
  const server = await emulator.startServer({ RENDER_PROCESSES: '2' });
  const mapServer = await startMapServer(join(projectRoot(), 'bench', 'wms-r', 'wms-r.map'), {
    LAYERS: LAYERS.map((layer) => mapLayer(layer, cogs.get(layer) ?? '')).join('\n'),
  });
  try {
    const sides = [
      { name: 'MapServer', base: mapServer.base },
      { name: 'ours', base: `${server.origin}/wms-r?` },
    ];
    for (const layer of LAYERS) await assertEqualWork(layer, mapServer.base, `${server.origin}/wms-r?`);
    write(row(['layer', 'clients', 'MapServer p50 (rounds)', 'ours', 'ratio']));
    const ratios: number[] = [];
    for (const [index, layer] of LAYERS.entries()) {
      for (const clients of [1, 8]) {
        const queries = queriesOf(layer, SIZE, WARM_UP + ROUNDS * PER_ROUND, 100 + index);
        const rounds = Array.from({ length: ROUNDS }, (_, round) =>
          queries.slice(WARM_UP + round * PER_ROUND, WARM_UP + (round + 1) * PER_ROUND),
        );
        const measured = await runLoad({ sides, rounds, clients, warmUp: queries.slice(0, WARM_UP) });
        ratios.push(report(layer, clients, measured));
      }
    }
    write(`Peak memory of a server and its two render processes: ${Math.round(await peakMemory(server.pid))} MiB`);
    const worst = Math.max(...ratios);
    write(`worst: ${worst.toFixed(2)} × MapServer (target ≤ ${TARGET}) ${worst <= TARGET ? 'met' : 'MISSED'}`);
    return worst <= TARGET;
  } finally {
    await mapServer.stop();
  }
}

/** Makes the image, its pyramids and its COGs. */
async function prepare(): Promise<Map<BenchLayer, string>> {
  const source = join(folder, 'source.tif');
  writeSource(source, SIZE, true);
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  const cogs = new Map<BenchLayer, string>();
  try {
    for (const layer of LAYERS) {
      await publishLayer(deps, layer, source, folder);
      cogs.set(layer, await writeCog(layer, source, folder));
    }
    write(`${SIZE} × ${SIZE} pixels, ${LAYERS.length} layers, ${ROUNDS * PER_ROUND} distinct boxes for each`);
    return cogs;
  } finally {
    await closeDeps(deps);
  }
}

/** @throws Error when the two sides do not draw the same images */
async function assertEqualWork(layer: BenchLayer, theirs: string, ours: string): Promise<void> {
  let mean = 0;
  const bytes = [0, 0];
  for (const query of queriesOf(layer, SIZE, COMPARED, 7)) {
    const images = await Promise.all([theirs, ours].map((base) => fetchImage(base + query)));
    mean = Math.max(mean, await difference(images));
    for (const [side, image] of images.entries()) bytes[side] = (bytes[side] ?? 0) + image.length / COMPARED / 1024;
  }
  const sizes = bytes.map((each) => `${Math.round(each)} KiB`).join(' and ');
  write(`Equal work, ${layer.name}: mean difference ≤ ${mean.toFixed(2)} / 255; theirs and ours of ${sizes}`);
  if (mean > TOLERANCE) throw new Error(`the images of ${layer.name} differ by more than ${TOLERANCE}`);
}

async function difference(images: readonly Buffer[]): Promise<number> {
  const [one, other] = await Promise.all(images.map((image) => sharp(image).removeAlpha().raw().toBuffer()));
  if (one === undefined || other === undefined || one.length !== other.length) throw new Error('images of other sizes');
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length;
}

/** @returns the ratio */
function report({ name }: BenchLayer, clients: number, measured: readonly Measured[]): number {
  const [theirs, ours] = measured.map(summarize);
  if (theirs === undefined || ours === undefined) throw new Error('a side is missing');
  const ratio = ours.p50 / theirs.p50;
  const text = ({ p50, low, high }: typeof ours) => `${p50.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`;
  write(row([name, String(clients), text(theirs), text(ours), ratio.toFixed(2)]));
  return ratio;
}
