import type { TileMatrix } from '../catalogue/tile-matrix-sets.js';
import type { Bbox } from '../geo/bbox.js';
import type { TileLimits } from './descriptor.js';
import type { Cell } from './slab-names.js';

/** Tiles and coordinates (ROK4, indices and extents): rows grow southwards from the origin of the level. */

/** The tile that a point is in. */
export function tileAt(level: TileMatrix, x: number, y: number): Cell {
  const [x0, y0] = level.origin;
  return {
    col: Math.trunc((x - x0) / (level.cellSize * level.tileWidth)),
    row: Math.trunc((y0 - y) / (level.cellSize * level.tileHeight)),
  };
}

/** The rectangle of a tile. */
export function tileBox(level: TileMatrix, { col, row }: Cell): Bbox {
  const [x0, y0] = level.origin;
  const [width, height] = [level.cellSize * level.tileWidth, level.cellSize * level.tileHeight];
  return {
    minX: x0 + col * width,
    minY: y0 - (row + 1) * height,
    maxX: x0 + (col + 1) * width,
    maxY: y0 - row * height,
  };
}

/** The tiles of a level that a rectangle touches, within the matrix of the level. */
export function limitsOf(level: TileMatrix, box: Bbox): TileLimits {
  const upperLeft = tileAt(level, box.minX, box.maxY);
  const lowerRight = tileAt(level, box.maxX, box.minY);
  const within = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1);
  return {
    min_row: within(upperLeft.row, level.matrixHeight),
    max_row: within(lowerRight.row, level.matrixHeight),
    min_col: within(upperLeft.col, level.matrixWidth),
    max_col: within(lowerRight.col, level.matrixWidth),
  };
}

/** The smallest limits around all the given ones; at least one. */
export function unionLimits(all: readonly TileLimits[]): TileLimits {
  return all.reduce((one, other) => ({
    min_row: Math.min(one.min_row, other.min_row),
    max_row: Math.max(one.max_row, other.max_row),
    min_col: Math.min(one.min_col, other.min_col),
    max_col: Math.max(one.max_col, other.max_col),
  }));
}
