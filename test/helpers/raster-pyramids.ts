import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import type { StoredDataResult } from '../../src/domain/outcomes.js';
import { findLevel, type PyramidDescriptor, readDescriptor } from '../../src/pyramid/descriptor.js';
import { rasterFormat } from '../../src/pyramid/formats.js';
import { tileAt } from '../../src/pyramid/grid.js';
import { decodeTile, type PixelArray } from '../../src/pyramid/tile-codec.js';
import { readTile } from '../../src/pyramid/tile-reader.js';
import type { TaskLogEntry } from '../../src/processing/task-log.js';
import { rasterToPyramid } from '../../src/workers/tasks/raster-to-pyramid.js';
import type { RasterToPyramidInput } from '../../src/workers/tasks/task.js';

/** Raster pyramids made by the task itself, in a folder of the test, and their pixels. */

export interface MadePyramid {
  readonly root: string;
  readonly name: string;
  readonly result: StoredDataResult | null;
  readonly log: readonly TaskLogEntry[];
}

/**
 * Makes a pyramid.
 * @param folder an empty folder
 * @param files names of the delivery → paths
 */
export async function makePyramid(
  folder: string,
  files: Readonly<Record<string, string>>,
  parameters: Partial<RasterToPyramidInput> & { srs?: string } = {},
): Promise<MadePyramid> {
  const { srs = 'EPSG:2154', ...more } = parameters;
  const [work, root] = [join(folder, 'work'), join(folder, 'pyramid')];
  mkdirSync(work, { recursive: true });
  mkdirSync(root);
  const log: TaskLogEntry[] = [];
  const delivered = Object.entries(files).map(([path, localPath]) => ({
    path,
    localPath,
    kind: 'DATA' as const,
    size: 0,
  }));
  const outcome = await rasterToPyramid(
    {
      ...{
        uploads: [{ id: 'upload', srs, files: delivered }],
        tms: 'PM',
        compression: 'zip',
        interpolation: 'bicubic',
      },
      ...{ bottom: null, top: null, mask: false, tilesPerWidth: 8, tilesPerHeight: 8, parallelization: 1 },
      ...{ former: null, uses: [] },
      ...{ name: 'pyramid', finalRoot: root, folder: work, files: root, ...more },
    },
    (entry) => void log.push(entry),
  );
  return { root, name: 'pyramid', result: outcome.status === 'SUCCESS' ? outcome.result : null, log };
}

/** The pixels of a pyramid. */
export interface PixelReader {
  readonly descriptor: PyramidDescriptor;
  /** Pixels of a tile, `null` when there is none. */
  tile(level: string, col: number, row: number): Promise<PixelArray | null>;
  /** The pixel that holds a point of the system of the set, and its centre; `null` when there is none. */
  pixelAt(level: string, x: number, y: number): Promise<{ values: number[]; centre: [number, number] } | null>;
}

/** Opens a pyramid, or its masks. */
export async function openPixels(root: string, name: string, { masks = false } = {}): Promise<PixelReader> {
  const whole = await readDescriptor(root, name);
  const descriptor: PyramidDescriptor = masks ? masksOf(whole) : whole;
  const set = tileMatrixSets().get(descriptor.tile_matrix_set);
  const channels = descriptor.raster_specifications?.channels ?? 0;
  const format = rasterFormat(descriptor.format);
  if (set === undefined || format === undefined) throw new Error('not a raster pyramid');
  const tiles = new Map<string, Promise<PixelArray | null>>();
  const levelOf = (id: string) => {
    const level = set.levels.find((candidate) => candidate.id === id);
    if (level === undefined || findLevel(descriptor, id) === undefined) throw new Error(`no level ${id}`);
    return level;
  };
  const tile = (id: string, col: number, row: number) => {
    const key = [id, col, row].join('/');
    const known = tiles.get(key);
    if (known !== undefined) return known;
    const { tileWidth, tileHeight } = levelOf(id);
    const read = readTile(root, descriptor, id, { col, row }).then(
      (bytes) => bytes && decodeTile({ format, channels, tileWidth, tileHeight }, bytes),
    );
    tiles.set(key, read);
    return read;
  };
  return {
    descriptor,
    tile,
    async pixelAt(id, x, y) {
      const level = levelOf(id);
      const { col, row } = tileAt(level, x, y);
      const pixels = await tile(id, col, row);
      if (pixels === null) return null;
      const [x0, y0] = level.origin;
      const [column, line] = [Math.floor((x - x0) / level.cellSize), Math.floor((y0 - y) / level.cellSize)];
      const at = ((line % level.tileHeight) * level.tileWidth + (column % level.tileWidth)) * channels;
      return {
        values: [...pixels.subarray(at, at + channels)],
        centre: [x0 + (column + 0.5) * level.cellSize, y0 - (line + 0.5) * level.cellSize],
      };
    },
  };
}

function masksOf(descriptor: PyramidDescriptor): PyramidDescriptor {
  return {
    ...descriptor,
    format: descriptor.mask_format ?? '',
    raster_specifications: { channels: 1, nodata: '0', photometric: 'mask', interpolation: 'nn' },
    levels: descriptor.levels.map((level) => ({
      ...level,
      storage: { ...level.storage, image_directory: level.storage.mask_directory ?? '' },
    })),
  };
}
