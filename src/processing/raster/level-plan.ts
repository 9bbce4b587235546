import type { TileMatrix, TileMatrixSet } from '../../catalogue/tile-matrix-sets.js';
import type { Bbox } from '../../geo/bbox.js';
import type { TileLimits } from '../../pyramid/descriptor.js';
import { DataFault } from '../data-fault.js';
import { limitsOf, unionLimits } from '../../pyramid/grid.js';
import { type Cell, cellKey, type SlabSize } from '../../pyramid/slab-names.js';

/** Which levels a pyramid of images has, and which slabs (ROK4, generation semantics). */

/** Ratios of the resolution of the images to that of a level that suits them. */
const SUITABLE = { least: 0.8, most: 1.6 };

/**
 * The level whose resolution is nearest to that of the images; `suits` tells whether it is as near as the platform asks.
 * @param resolution side of a pixel in units of the set
 */
export function nearestLevel(set: TileMatrixSet, resolution: number): { level: TileMatrix; suits: boolean } {
  const distance = ({ cellSize }: TileMatrix) => Math.abs(resolution / cellSize - 1);
  const suits = ({ cellSize }: TileMatrix) =>
    resolution / cellSize >= SUITABLE.least && resolution / cellSize <= SUITABLE.most;
  const candidates = set.levels.some(suits) ? set.levels.filter(suits) : set.levels;
  const level = candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
  return { level, suits: suits(level) };
}

/** The levels from `bottom` up to `top`, finest first; `null` when they are the wrong way round. */
export function levelsBetween(set: TileMatrixSet, bottom: string, top: string): readonly TileMatrix[] | null {
  const [first, last] = [top, bottom].map((id) => set.levels.findIndex((level) => level.id === id));
  if (first === undefined || last === undefined || first < 0 || first > last) return null;
  return set.levels.slice(first, last + 1).toReversed();
}

/** Relative error of the numbers of the catalogue. */
const PRECISION = 1e-7;

/** Whether four tiles of a level make one of another. */
export function isTwice(above: TileMatrix, level: TileMatrix): boolean {
  const isNear = (one: number, other: number) => Math.abs(one - other) <= PRECISION * Math.max(Math.abs(one), 1);
  return (
    Math.abs(above.cellSize / level.cellSize - 2) <= PRECISION &&
    above.tileWidth === level.tileWidth &&
    above.tileHeight === level.tileHeight &&
    isNear(above.origin[0], level.origin[0]) &&
    isNear(above.origin[1], level.origin[1])
  );
}

/** The tiles of a slab that images reach. */
export interface CoveredSlab {
  readonly slab: Cell;
  readonly tiles: TileLimits;
}

/** Most slabs of a level that are made at once, one of several boxes counting for each: 16 Tpx in slabs of usual size. */
const MAX_SLABS = 1_000_000;

/**
 * The slabs of a level that boxes touch, near ones together so that those above are complete early.
 * @throws DataFault when they are more than {@link MAX_SLABS}
 */
export function coveredSlabs(level: TileMatrix, boxes: readonly Bbox[], size: SlabSize): CoveredSlab[] {
  const count = boxes.reduce((sum, box) => sum + countSlabs(limitsOf(level, box), size), 0);
  if (count > MAX_SLABS) {
    throw new DataFault(
      `Le niveau ${level.id} demanderait ${count} dalles, le maximum est ${MAX_SLABS} : choisissez un niveau du bas moins fin (paramètre bottom), ou des livraisons moins étendues`,
    );
  }
  const covered = new Map<string, CoveredSlab>();
  for (const box of boxes) {
    const limits = limitsOf(level, box);
    for (const slab of slabsOf(limits, size)) {
      const own = within(limits, slab, size);
      const known = covered.get(cellKey(slab));
      covered.set(cellKey(slab), { slab, tiles: known === undefined ? own : unionLimits([known.tiles, own]) });
    }
  }
  return [...covered.values()].sort((a, b) => compareNear(a.slab, b.slab));
}

function countSlabs(limits: TileLimits, { tilesPerWidth, tilesPerHeight }: SlabSize): number {
  const along = (first: number, last: number, tiles: number) =>
    Math.floor(last / tiles) - Math.floor(first / tiles) + 1;
  return along(limits.min_row, limits.max_row, tilesPerHeight) * along(limits.min_col, limits.max_col, tilesPerWidth);
}

function* slabsOf(limits: TileLimits, { tilesPerWidth, tilesPerHeight }: SlabSize): Generator<Cell> {
  for (let row = Math.floor(limits.min_row / tilesPerHeight); row * tilesPerHeight <= limits.max_row; row += 1) {
    for (let col = Math.floor(limits.min_col / tilesPerWidth); col * tilesPerWidth <= limits.max_col; col += 1) {
      yield { col, row };
    }
  }
}

function within(limits: TileLimits, slab: Cell, { tilesPerWidth, tilesPerHeight }: SlabSize): TileLimits {
  return {
    min_row: Math.max(limits.min_row, slab.row * tilesPerHeight),
    max_row: Math.min(limits.max_row, (slab.row + 1) * tilesPerHeight - 1),
    min_col: Math.max(limits.min_col, slab.col * tilesPerWidth),
    max_col: Math.min(limits.max_col, (slab.col + 1) * tilesPerWidth - 1),
  };
}

/** The slabs of the level above that have tiles over those of some slabs. */
export function slabsAbove(slabs: readonly Cell[], size: SlabSize, above: SlabSize): Cell[] {
  const found = slabs.flatMap(({ col, row }) => {
    const [left, top] = [col * size.tilesPerWidth, row * size.tilesPerHeight];
    const limits = {
      ...{ min_row: top, max_row: top + size.tilesPerHeight - 1 },
      ...{ min_col: left, max_col: left + size.tilesPerWidth - 1 },
    };
    return [...slabsOf(halvedLimits(limits), above)];
  });
  return [...new Map(found.map((slab) => [cellKey(slab), slab])).values()];
}

/** The limits of the level above. */
export function halvedLimits(limits: TileLimits): TileLimits {
  return {
    min_row: limits.min_row >> 1,
    max_row: limits.max_row >> 1,
    min_col: limits.min_col >> 1,
    max_col: limits.max_col >> 1,
  };
}

/** The order of a quadtree: the four parts of any slab above follow each other. */
function compareNear(a: Cell, b: Cell): number {
  const [cols, rows] = [a.col ^ b.col, a.row ^ b.row];
  // Rows decide when their highest differing bit is not below that of the columns.
  return rows === 0 || (rows < cols && rows < (rows ^ cols)) ? a.col - b.col : a.row - b.row;
}
