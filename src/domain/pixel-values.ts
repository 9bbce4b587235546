import { type TileMatrix, tileMatrixSets } from '../catalogue/tile-matrix-sets.js';
import type { Deps } from '../deps.js';
import type { GeographicBox } from '../geo/bbox.js';
import { parseCrs } from '../geo/crs.js';
import type { PixelGrid, Place } from '../ogc/alti/model.js';
import type { PyramidDescriptor } from '../pyramid/descriptor.js';
import { rasterFormat } from '../pyramid/formats.js';
import type { Cell } from '../pyramid/slab-names.js';
import type { PixelArray, TileKind } from '../pyramid/tile-codec.js';
import { readTile } from '../pyramid/tile-reader.js';
import { type Position, project } from './projection.js';
import type { PresentPyramid } from './published-altimetry.js';
import { findDescriptor } from './tiles.js';
import { Slots } from '../slots.js';

/** Values of the pixels of pyramids of one channel. */

/** Tiles that a request reads and decodes at once. */
const TILES_AT_ONCE = 4;

/** Those of all requests: what they hold in memory, half a megabyte each. */
const decoding = new Slots(8);

/** Degrees that are looked at around the data of a pyramid: its extent is rounded. */
const MARGIN = 0.001;

/** Places whose pixels are in the same tile. */
interface TileGroup {
  readonly tile: Cell;
  /** For each of them, its number and that of its pixel in the tile. */
  readonly pixels: { readonly place: number; readonly pixel: number }[];
}

export interface GridReading {
  readonly grid: PixelGrid;
  /** `undefined` when it is gone. */
  readonly pyramid: PresentPyramid | undefined;
  readonly places: readonly Place[];
  readonly signal: AbortSignal;
}

/**
 * The values of the pixels that hold some places. Each tile is decoded once, on the threads of libuv.
 * @returns a number a place, NaN where there are no data
 */
export async function pixelValues(
  deps: Pick<Deps, 'pool' | 'storage'>,
  { grid, pyramid, places, signal }: GridReading,
): Promise<Float64Array> {
  const values = new Float64Array(places.length).fill(Number.NaN);
  const set = tileMatrixSets().get(grid.tileMatrixSet);
  const level = set?.levels.find(({ id }) => id === grid.level);
  if (pyramid === undefined || set === undefined || level === undefined) return values;
  const numbers = [...places.keys()].filter((at) => isNear(pyramid.box, places[at]));
  const positions = await project(
    deps,
    numbers.flatMap((at) => places[at] ?? []),
    parseCrs(set.crs).srid,
  );
  const root = deps.storage.localPath(pyramid.filesKey);
  const descriptor = await findDescriptor(root, pyramid.filesKey, grid.storedData);
  if (positions === null || descriptor === null) return values;
  const kind = kindOf(descriptor, level);
  const nodata = Number(descriptor.raster_specifications?.nodata);
  // Not loaded with the services, most of which never decode a tile.
  const { decodeTile } = await import('../pyramid/tile-codec.js');
  const readGroup = async ({ tile, pixels }: TileGroup) => {
    signal.throwIfAborted();
    const bytes = await readTile(root, descriptor, level.id, tile);
    if (bytes === null) return;
    const decoded = await decodeTile(kind, bytes);
    for (const { place, pixel } of pixels) values[place] = valueOf(decoded, pixel, nodata);
  };
  // The workers take from one iterator.
  const groups = groupByTile(level, numbers, positions).values();
  const work = async () => {
    for (const group of groups) await decoding.run(() => readGroup(group));
  };
  await Promise.all(Array.from({ length: TILES_AT_ONCE }, work));
  return values;
}

function isNear(box: GeographicBox | null, place: Place | undefined): boolean {
  if (place === undefined) return false;
  const { lon, lat } = place;
  if (box === null) return true;
  return lon >= box.west - MARGIN && lon <= box.east + MARGIN && lat >= box.south - MARGIN && lat <= box.north + MARGIN;
}

/** @throws Error for a pyramid that has not one channel of pixels */
function kindOf({ format: name, raster_specifications: pixels }: PyramidDescriptor, level: TileMatrix): TileKind {
  const format = rasterFormat(name);
  if (format === undefined || pixels?.channels !== 1) throw new Error(`not a pyramid of one channel: ${name}`);
  return { format, channels: 1, tileWidth: level.tileWidth, tileHeight: level.tileHeight };
}

function groupByTile(level: TileMatrix, numbers: readonly number[], positions: readonly Position[]) {
  const { cellSize, origin, tileWidth, tileHeight } = level;
  const groups = new Map<string, TileGroup>();
  for (const [at, { x, y }] of positions.entries()) {
    const column = Math.floor((x - origin[0]) / cellSize);
    const line = Math.floor((origin[1] - y) / cellSize);
    const tile = { col: Math.floor(column / tileWidth), row: Math.floor(line / tileHeight) };
    const key = `${tile.col} ${tile.row}`;
    const group = groups.get(key) ?? { tile, pixels: [] };
    groups.set(key, group);
    const pixel = (line - tile.row * tileHeight) * tileWidth + (column - tile.col * tileWidth);
    group.pixels.push({ place: numbers[at] ?? 0, pixel });
  }
  return groups;
}

function valueOf(pixels: PixelArray, at: number, nodata: number): number {
  const value = pixels[at] ?? Number.NaN;
  const none = pixels instanceof Float32Array ? Math.fround(nodata) : nodata;
  return value === none || !Number.isFinite(value) ? Number.NaN : value;
}
