import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TileMatrix } from '../catalogue/tile-matrix-sets.js';
import type { PyramidLevel, TileLimits } from './descriptor.js';
import { slabSizeOf } from './descriptor.js';
import { keepSlab } from './keep-slab.js';
import { compareSlabs, slabsIn } from './slab-folder.js';
import { tileCount, vectorHeader } from './slab-format.js';
import { type Cell, slabOf, slabPath, type SlabSize, tileIndexOf } from './slab-names.js';
import { SlabReader } from './slab-reader.js';
import { SlabWriter } from './slab-writer.js';

/**
 * Writes a level of a vector pyramid, by itself or over the same level of a former version, whose tiles stay where none
 * are made again. For a process of its own: it waits for the disk.
 */

/** A tile and its place. */
export interface PlacedTile extends Cell {
  readonly bytes: Buffer;
}

/** Numbers the tiles of a level in the order in which slabs are written. */
export interface TileOrder {
  readonly numberOf: (tile: Cell) => number;
  readonly tileOf: (number: number) => Cell;
}

/** The order of slabs, row by row, and in each of its tiles. */
export function slabOrder({ matrixWidth }: TileMatrix, size: SlabSize): TileOrder {
  const columns = Math.ceil(matrixWidth / size.tilesPerWidth);
  const count = tileCount(size);
  return {
    numberOf: (tile) => {
      const slab = slabOf(tile, size);
      return (slab.row * columns + slab.col) * count + tileIndexOf(tile, size);
    },
    tileOf: (number) => {
      const slab = Math.floor(number / count);
      const index = number % count;
      return {
        col: (slab % columns) * size.tilesPerWidth + (index % size.tilesPerWidth),
        row: Math.floor(slab / columns) * size.tilesPerHeight + Math.floor(index / size.tilesPerWidth),
      };
    },
  };
}

/** The level of a former version: the folder its descriptor is in, and what that says of the level. */
export interface FormerLevel {
  readonly root: string;
  readonly level: PyramidLevel;
}

/** What was written. */
export interface WrittenLevel {
  /** Paths of the slabs below the folder of the level. */
  readonly slabs: readonly string[];
  readonly bytes: number;
  readonly tiles: number;
  /** Bytes of the largest tile made. */
  readonly largest: number;
  /** Slabs that are those of the former version. */
  readonly kept: number;
}

/**
 * @param root folder of the descriptor that will be
 * @param tiles made now, in {@link slabOrder}
 * @param remade tiles that take the place of former ones, empty ones included; `null` for none
 */
export function writeLevel(
  root: string,
  level: PyramidLevel,
  tiles: Iterable<PlacedTile>,
  { former, remade }: { former: FormerLevel | null; remade: TileLimits | null },
): WrittenLevel {
  const size = slabSizeOf(level);
  const directory = join(root, level.storage.image_directory);
  mkdirSync(directory, { recursive: true });
  const waiting = former === null ? [] : slabsIn(join(former.root, former.level.storage.image_directory));
  const made = new MadeTiles(tiles, size);
  const slabs: string[] = [];
  const result = { bytes: 0, tiles: 0, largest: 0, kept: 0 };
  for (let slab = first(waiting[0], made.slab()); slab !== undefined; slab = first(waiting[0], made.slab())) {
    const source = former !== null && isSame(waiting[0], slab) ? pathOf(former, slab) : null;
    if (source !== null) waiting.shift();
    const path = slabPath(slab, level.storage.path_depth);
    const target = join(directory, path);
    if (source !== null && !touches(remade, slab, size)) {
      keepSlab(source, target);
      result.kept += 1;
      result.bytes += statSync(target).size;
      slabs.push(path);
      continue;
    }
    const writer = new SlabWriter(target, tileCount(size), vectorHeader);
    for (const tile of source === null ? made.of(slab) : mergeTiles(made, source, remade, slab, size)) {
      writer.add(tileIndexOf(tile, size), tile.bytes);
    }
    const bytes = writer.finish();
    result.bytes += bytes;
    if (bytes > 0) slabs.push(path);
  }
  return { slabs, ...result, tiles: made.count, largest: made.largest };
}

/** Tiles that come in the order of slabs, taken slab by slab. */
class MadeTiles {
  count = 0;
  largest = 0;
  private readonly tiles: Iterator<PlacedTile>;
  private next: PlacedTile | undefined;

  constructor(
    tiles: Iterable<PlacedTile>,
    private readonly size: SlabSize,
  ) {
    this.tiles = tiles[Symbol.iterator]();
    this.step();
  }

  /** The slab of the next tile. */
  slab(): Cell | undefined {
    return this.next && slabOf(this.next, this.size);
  }

  /** Takes the next tile if it is this one. */
  take({ col, row }: Cell): PlacedTile | undefined {
    const { next } = this;
    if (next === undefined || next.col !== col || next.row !== row) return undefined;
    this.step();
    return next;
  }

  /** Takes the tiles of a slab. */
  *of(slab: Cell): Generator<PlacedTile> {
    while (this.next !== undefined && isSame(this.slab(), slab)) {
      yield this.next;
      this.step();
    }
  }

  private step(): void {
    const { done, value } = this.tiles.next();
    this.next = done === true ? undefined : value;
    if (this.next === undefined) return;
    this.count += 1;
    this.largest = Math.max(this.largest, this.next.bytes.length);
  }
}

function pathOf({ root, level }: FormerLevel, slab: Cell): string {
  return join(root, level.storage.image_directory, slabPath(slab, level.storage.path_depth));
}

/** The tiles made, and the former ones that none takes the place of, in the order of the slab. */
function* mergeTiles(
  made: MadeTiles,
  source: string,
  remade: TileLimits | null,
  slab: Cell,
  size: SlabSize,
): Generator<PlacedTile> {
  const reader = SlabReader.open(source, tileCount(size));
  try {
    for (let index = 0; index < tileCount(size); index += 1) {
      const tile = {
        col: slab.col * size.tilesPerWidth + (index % size.tilesPerWidth),
        row: slab.row * size.tilesPerHeight + Math.floor(index / size.tilesPerWidth),
      };
      const fresh = made.take(tile);
      if (fresh !== undefined) yield fresh;
      else if (!isWithin(remade, tile)) yield { ...tile, bytes: reader.read(index) };
    }
  } finally {
    reader.close();
  }
}

function isWithin(limits: TileLimits | null, { col, row }: Cell): boolean {
  if (limits === null) return false;
  return col >= limits.min_col && col <= limits.max_col && row >= limits.min_row && row <= limits.max_row;
}

function touches(limits: TileLimits | null, slab: Cell, { tilesPerWidth, tilesPerHeight }: SlabSize): boolean {
  if (limits === null) return false;
  return (
    slab.col >= Math.floor(limits.min_col / tilesPerWidth) &&
    slab.col <= Math.floor(limits.max_col / tilesPerWidth) &&
    slab.row >= Math.floor(limits.min_row / tilesPerHeight) &&
    slab.row <= Math.floor(limits.max_row / tilesPerHeight)
  );
}

function first(one: Cell | undefined, other: Cell | undefined): Cell | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return compareSlabs(one, other) <= 0 ? one : other;
}

function isSame(one: Cell | undefined, other: Cell): boolean {
  return one !== undefined && compareSlabs(one, other) === 0;
}
