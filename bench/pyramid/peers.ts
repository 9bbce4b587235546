import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TileMatrix } from '../../src/catalogue/tile-matrix-sets.js';

/** What we are measured against: GDAL's own programs, on both cores. */

const run = promisify(execFile);

async function time(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return (performance.now() - start) / 1000;
}

/** `gdal2tiles.py` with its defaults, tiles counted from the top. @returns seconds */
export async function runGdal2Tiles(source: string, folder: string, levels: readonly TileMatrix[]): Promise<number> {
  await rm(folder, { recursive: true, force: true });
  const zooms = `${levels.at(-1)?.id}-${levels[0]?.id}`;
  const args = ['--processes=2', '--xyz', `--zoom=${zooms}`, '--webviewer=none', '--quiet', source, folder];
  return time(async () => void (await run('gdal2tiles.py', args, { maxBuffer: 1 << 26 })));
}

/** `gdalwarp` on the grid of the bottom level, MBTiles in JPEG, `gdaladdo` for the levels above. @returns seconds */
export async function runMbtiles(source: string, folder: string, levels: readonly TileMatrix[]): Promise<number> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const resolution = String(levels[0]?.cellSize);
  const [warped, tiles] = [join(folder, 'warped.tif'), join(folder, 'tiles.mbtiles')];
  const factors = levels.slice(1).map((_, at) => String(2 ** (at + 1)));
  return time(async () => {
    await run('gdalwarp', [
      ...['-q', '-t_srs', 'EPSG:3857', '-r', 'cubic', '-tr', resolution, resolution, '-tap'],
      ...['-multi', '-wo', 'NUM_THREADS=2', '-wm', '256', '-co', 'TILED=YES', source, warped],
    ]);
    const jpeg = ['-co', 'TILE_FORMAT=JPEG', '-co', 'QUALITY=75'];
    await run('gdal_translate', ['-q', '-of', 'MBTILES', ...jpeg, warped, tiles]);
    await run('gdaladdo', ['-q', '-r', 'average', tiles, ...factors]);
  });
}
