import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { parseSld } from '../src/ogc/sld/parse.js';
import type { FeatureTable } from '../src/ogc/feature-table.js';
import { projectRoot } from '../src/supervisor/paths.js';
import { publishWmsLayer } from '../test/helpers/publish.js';
import { peakMemory, startBenchEmulator } from './lib/emulator.js';
import { fetchImage, type Measured, runLoad, summarize } from './lib/load.js';
import { libpqConnection, startMapServer } from './lib/mapserver.js';
import { geometricMean } from './lib/statistics.js';
import { tableRow } from './lib/table.js';
import { type Cell, CELLS, queriesOf } from './wms/cells.js';
import { compareImages } from './wms/images.js';
import { createTables } from './wms/tables.js';

/**
 * GetMap against MapServer: same tables, same style, same views, same PNG compression; then our default compression.
 * Prints a table of medians and ratios; the exit code says whether the targets are met.
 *
 * `--quick`: fewer requests, for trying things out.
 */

const ROUNDS = 5;
const PER_ROUND = process.argv.includes('--quick') ? 8 : 40;
const WARM_UP = 8;

/** zlib level of both sides in the compared column: MapServer's own default. */
const COMPRESSION = 6;

/** Images must not differ by more: what simplification leaves out, and another way to smooth edges. */
const TOLERANCE = { mean: 8, strong: 0.005 } as const;
const COMPARED = 20;

/** What the ratios to MapServer's median must not pass. */
const TARGETS = { mean: 1, cell: 1.25, reprojected: 0.6 } as const;

/** Widths of the table's columns. */
const WIDTHS = [26, 4, 7, 28, 28, 6, 28, 6];
const row = tableRow(WIDTHS);

const folder = join(projectRoot(), 'bench', 'wms');

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

const emulator = await startBenchEmulator();
try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  await emulator.stop();
}

async function bench(): Promise<boolean> {
  await prepare();
  const equal = await emulator.startServer({ PNG_COMPRESSION: String(COMPRESSION), RENDER_PROCESSES: '2' });
  const usual = await emulator.startServer({ RENDER_PROCESSES: '2' });
  const mapServer = await startMapServer(join(folder, 'wms.map'), {
    CONNECTION: libpqConnection(emulator.config.databaseUrl ?? ''),
    COMPRESSION: String(COMPRESSION),
  });
  try {
    const sides = [
      { name: 'MapServer', base: mapServer.base },
      { name: `z=${COMPRESSION}`, base: `${equal.origin}/wms-v?` },
      { name: 'default', base: `${usual.origin}/wms-v?` },
    ];
    await assertEqualWork(mapServer.base, `${equal.origin}/wms-v?`);
    write(
      row([
        'cell',
        'px',
        'clients',
        'MapServer p50 (rounds)',
        `ours z=${COMPRESSION}`,
        'ratio',
        'ours default',
        'ratio',
      ]),
    );
    const results: Result[] = [];
    for (const [index, cell] of CELLS.entries()) {
      const queries = queriesOf(cell, WARM_UP + ROUNDS * PER_ROUND, 1000 + index);
      const rounds = Array.from({ length: ROUNDS }, (_, i) =>
        queries.slice(WARM_UP + i * PER_ROUND, WARM_UP + (i + 1) * PER_ROUND),
      );
      const measured = await runLoad({ sides, rounds, clients: cell.clients, warmUp: queries.slice(0, WARM_UP) });
      const result = toResult(cell, measured);
      results.push(result);
      write(row([cell.name, String(cell.size), String(cell.clients), ...result.columns]));
    }
    const memory = [equal, usual].map((server) => peakMemory(server.pid));
    write(
      `Peak memory of a server and its two render processes: ${(await Promise.all(memory)).map((mib) => `${Math.round(mib)} MiB`).join(', ')}`,
    );
    return verdict(results);
  } finally {
    await mapServer.stop();
  }
}

/** Fills the tables and publishes them. */
async function prepare(): Promise<void> {
  const deps = await createDeps(emulator.config, createLogger(emulator.config, 'bench'));
  try {
    write(await createTables(deps.pool));
    const { style } = parseSld(await readFile(join(folder, 'style.sld'), 'utf8'), { strict: true });
    for (const [table, type] of [
      ['departements', 'MultiPolygon'],
      ['habitats', 'Polygon'],
    ] as const) {
      const source: FeatureTable = {
        schema: 'bench',
        table,
        columns: [{ name: 'id', type: 'integer', nullable: false }],
        geometry: { column: 'geom', type, srid: 2154, hasZ: false },
        primaryKey: ['id'],
      };
      await publishWmsLayer(deps, { name: table, relations: [{ name: table, source, style, styleName: 'bench' }] });
    }
  } finally {
    await closeDeps(deps);
  }
}

/** @throws Error when the two sides do not draw the same maps */
async function assertEqualWork(theirs: string, ours: string): Promise<void> {
  for (const cell of CELLS.filter(({ clients, size }) => clients === 1 && size === 256)) {
    let [mean, strong] = [0, 0];
    for (const query of queriesOf(cell, COMPARED, 7)) {
      const [first, second] = await Promise.all([fetchImage(theirs + query), fetchImage(ours + shiftHalfPixel(query))]);
      const difference = compareImages(first, second);
      mean = Math.max(mean, difference.mean);
      strong = Math.max(strong, difference.strong);
    }
    write(
      `Equal work, ${cell.name}: mean difference ≤ ${mean.toFixed(2)} / 255, pixels far apart ≤ ${(strong * 100).toFixed(2)} %`,
    );
    if (mean > TOLERANCE.mean || strong > TOLERANCE.strong) {
      throw new Error(`the images of ${cell.name} differ by more than ${JSON.stringify(TOLERANCE)}`);
    }
  }
}

/**
 * MapServer draws positions half a pixel to the upper left of where WMS has them (its extents join pixel centres), so
 * the view compared with it is moved as much.
 */
function shiftHalfPixel(query: string): string {
  const parameters = new URLSearchParams(query);
  const [minX = 0, minY = 0, maxX = 0, maxY = 0] = (parameters.get('BBOX') ?? '').split(',').map(Number);
  const half = (maxX - minX) / Number(parameters.get('WIDTH')) / 2;
  parameters.set('BBOX', [minX + half, minY - half, maxX + half, maxY - half].join(','));
  return parameters.toString();
}

interface Result {
  readonly cell: Cell;
  readonly ratio: number;
  readonly columns: readonly string[];
}

function toResult(cell: Cell, measured: readonly Measured[]): Result {
  const [theirs, equal, usual] = measured.map(summarize);
  if (theirs === undefined || equal === undefined || usual === undefined) throw new Error('a side is missing');
  const text = ({ p50, low, high }: ReturnType<typeof summarize>) =>
    `${p50.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`;
  const ratio = equal.p50 / theirs.p50;
  return {
    cell,
    ratio,
    columns: [text(theirs), text(equal), ratio.toFixed(2), text(usual), (usual.p50 / theirs.p50).toFixed(2)],
  };
}

function verdict(results: readonly Result[]): boolean {
  const mean = geometricMean(results.map(({ ratio }) => ratio));
  const worst = Math.max(...results.map(({ ratio }) => ratio));
  const reprojected = Math.max(...results.flatMap(({ cell, ratio }) => (cell.srid === 3857 ? [ratio] : [])));
  const checks = [
    ['geometric mean', mean, TARGETS.mean],
    ['worst cell', worst, TARGETS.cell],
    ['worst reprojected cell', reprojected, TARGETS.reprojected],
  ] as const;
  for (const [name, value, target] of checks) {
    write(
      `${name} at equal compression: ${value.toFixed(2)} × MapServer (target ≤ ${target}) ${value <= target ? 'met' : 'MISSED'}`,
    );
  }
  return checks.every(([, value, target]) => value <= target);
}
