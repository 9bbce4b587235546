import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { worldFile } from '../fixtures/generate/raster.js';
import { type TileMatrix, tileMatrixSets } from '../src/catalogue/tile-matrix-sets.js';
import { childEnvironment, loadConfig } from '../src/config.js';
import { createLogger } from '../src/log.js';
import { levelsBetween, nearestLevel } from '../src/processing/raster/level-plan.js';
import type { DeliveredFile } from '../src/processing/upload-tree.js';
import { createChildPool } from '../src/workers/child-pool.js';
import { openPixels } from '../test/helpers/raster-pyramids.js';
import { peakMemory } from './lib/emulator.js';
import { median } from './lib/statistics.js';
import { compareMbtiles, compareTiles } from './pyramid/compare.js';
import { runGdal2Tiles, runMbtiles } from './pyramid/peers.js';
import { placeOf, writeSource } from './pyramid/source.js';

/**
 * A raster pyramid in PM of an RGB image in EPSG:2154, all levels, in its child process as a worker runs it: in PNG
 * against `gdal2tiles.py --processes=2`, in JPEG against `gdalwarp` + MBTiles + `gdaladdo` at the same quality. Then,
 * with `--large`, the memory it takes for sixteen such images side by side (4.8 GB of pixels). Prints medians, spread
 * and ratios; the exit code says whether the targets are met.
 * Options: `--size` (10000), `--rounds` (5), `--quick` (one round of a small image), `--large`; needs the Debian
 * packages gdal-bin and python3-gdal.
 */

const { values } = parseArgs({
  options: {
    size: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
  },
});
const SIZE = Number(values.size ?? (values.quick ? 4000 : 10_000));
const ROUNDS = Number(values.rounds ?? (values.quick ? 1 : 5));
/** Images side by side of the large delivery. */
const LARGE_SIDE = 4;

/** What the ratios, and the memory in MiB, must not pass. */
const TARGETS = { png: 0.35, jpg: 0.7, memory: 1024 } as const;

const set = tileMatrixSets().get('PM');
if (set === undefined) throw new Error('no PM');
// 20 cm at this latitude, as Mercator stretches them.
const { level: bottom } = nearestLevel(set, 0.2 / Math.cos((47.2 * Math.PI) / 180));
const levels = levelsBetween(set, bottom.id, '0') ?? [];
/** `gdaladdo` makes no level above the one where the image is smaller than a tile. */
const lowerLevels = levels.slice(
  0,
  1 + Math.ceil(Math.log2((SIZE * 0.2) / Math.cos((47.2 * Math.PI) / 180) / bottom.cellSize / 256)),
);

const config = loadConfig(childEnvironment({ LOG_LEVEL: 'error' }));
const children = createChildPool({
  memoryMb: config.worker.jobMemoryMb,
  residentMb: 2048,
  timeoutMs: config.worker.jobTimeoutMs,
  log: createLogger(config, 'bench'),
});
const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-'));
try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  await children.close();
  await rm(folder, { recursive: true, force: true });
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(): Promise<boolean> {
  const source = join(folder, 'source.tif');
  writeSource(source, SIZE, true);
  const delivery = [file('source.tif', source)];
  write(`${SIZE} × ${SIZE} RGB, EPSG:2154 to PM, from level ${bottom.id}, ${ROUNDS} rounds\n`);
  const met = [
    await rounds('png', 'gdal2tiles', levels, delivery, async (path) => {
      const seconds = await runGdal2Tiles(source, path, levels);
      return { seconds, compare: (made) => compareTiles(path, made) };
    }),
    await rounds('jpg', 'gdalwarp + MBTiles + gdaladdo', lowerLevels, delivery, async (path) => {
      const seconds = await runMbtiles(source, path, lowerLevels);
      return { seconds, compare: (made) => compareMbtiles(join(path, 'tiles.mbtiles'), made, pm()) };
    }),
  ];
  if (values.large) met.push(await large());
  return met.every(Boolean);
}

function pm() {
  if (set === undefined) throw new Error('no PM');
  return set;
}

type Pixels = Awaited<ReturnType<typeof openPixels>>;
interface PeerRun {
  readonly seconds: number;
  readonly compare: (made: Pixels) => Promise<{ tiles: number; difference: number }>;
}

/** Both sides in turn. @returns whether the target is met */
async function rounds(
  compression: 'png' | 'jpg',
  peer: string,
  made: readonly TileMatrix[],
  delivery: readonly DeliveredFile[],
  runPeer: (path: string) => Promise<PeerRun>,
): Promise<boolean> {
  const [own, theirs, memory]: number[][] = [[], [], []];
  if (own === undefined || theirs === undefined || memory === undefined) return false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { seconds, memory: peak, files } = await generate(compression, delivery, made);
    own.push(seconds);
    memory.push(peak);
    const peerRun = await runPeer(join(folder, 'peer'));
    theirs.push(peerRun.seconds);
    if (round === 0) {
      const { tiles, difference } = await peerRun.compare(await openPixels(files, 'pyramid'));
      write(`${compression}: equal work, ${tiles} tiles, pixels differ by ${difference.toFixed(2)} of 255 at most`);
    }
  }
  const ratio = median(own) / median(theirs);
  const peak = Math.max(...memory);
  const met = ratio <= TARGETS[compression] && peak <= TARGETS.memory;
  write(`${compression}: levels ${made[0]?.id} to ${made.at(-1)?.id}, ours ${spread(own)}, ${peer} ${spread(theirs)}`);
  write(
    `${compression}: ratio ${ratio.toFixed(2)} (target ${TARGETS[compression]}), peak memory ${Math.round(peak)} MiB`,
  );
  write(`${compression}: ${met ? 'met' : 'NOT MET'}\n`);
  return met;
}

function spread(seconds: readonly number[]): string {
  const figures = [median(seconds), Math.min(...seconds), Math.max(...seconds)].map((value) => value.toFixed(1));
  return `${figures[0]} s (${figures[1]}–${figures[2]})`;
}

async function large(): Promise<boolean> {
  const source = join(folder, 'bare.tif');
  writeSource(source, SIZE, false);
  const delivery: DeliveredFile[] = [];
  const place = placeOf(SIZE);
  const side = SIZE * place.resolution;
  for (let at = 0; at < LARGE_SIDE ** 2; at += 1) {
    const [column, row] = [at % LARGE_SIDE, Math.floor(at / LARGE_SIDE)];
    const world = join(folder, `${at}.tfw`);
    await writeFile(world, worldFile({ ...place, x: place.x + column * side, y: place.y - row * side }));
    delivery.push(file(`${at}.tif`, source), file(`${at}.tfw`, world));
  }
  const { seconds, memory } = await generate('jpg', delivery, levels);
  const met = memory <= TARGETS.memory;
  const pixels = ((LARGE_SIDE * SIZE) ** 2 * 3) / 1e9;
  write(`large: ${pixels.toFixed(1)} GB of pixels in ${seconds.toFixed(1)} s, peak memory ${Math.round(memory)} MiB`);
  write(`large: ${met ? 'met' : 'NOT MET'}`);
  return met;
}

function file(path: string, localPath: string): DeliveredFile {
  return { path, localPath, kind: 'DATA', size: 0 };
}

/** Makes a pyramid in a process of its own. */
async function generate(
  compression: 'png' | 'jpg',
  files: readonly DeliveredFile[],
  made: readonly TileMatrix[],
): Promise<{ seconds: number; memory: number; files: string }> {
  const root = join(folder, 'ours');
  await rm(root, { recursive: true, force: true });
  const [work, pyramid] = [join(root, 'work'), join(root, 'pyramid')];
  await mkdir(work, { recursive: true });
  await mkdir(pyramid);
  let memory = 0;
  let watch: NodeJS.Timeout | undefined;
  const start = performance.now();
  try {
    const outcome = await children.run(
      'raster-to-pyramid',
      {
        uploads: [{ id: 'upload', srs: 'EPSG:2154', files }],
        ...{
          tms: 'PM',
          compression,
          interpolation: 'bicubic',
          bottom: made[0]?.id ?? null,
          top: made.at(-1)?.id ?? null,
          mask: false,
        },
        ...{ tilesPerWidth: 16, tilesPerHeight: 16, parallelization: 2 },
        ...{ former: null, uses: [] },
        ...{ name: 'pyramid', finalRoot: pyramid, folder: work, files: pyramid },
      },
      {
        signal: new AbortController().signal,
        onLog: ({ level, message }) => void (level === 'ERROR' && write(message)),
        onStart: (pid) => {
          const look = () => peakMemory(pid).then((found) => (memory = Math.max(memory, found)));
          watch = setInterval(() => void look().catch(() => undefined), 100);
        },
      },
    );
    if (outcome.status !== 'SUCCESS') throw new Error('the pyramid could not be made');
  } finally {
    clearInterval(watch);
  }
  return { seconds: (performance.now() - start) / 1000, memory, files: pyramid };
}
