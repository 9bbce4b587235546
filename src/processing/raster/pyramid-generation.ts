import { availableParallelism } from 'node:os';
import type { TileMatrix } from '../../catalogue/tile-matrix-sets.js';
import type { Bbox } from '../../geo/bbox.js';
import type { TileLimits } from '../../pyramid/descriptor.js';
import { LevelBuilder, type PyramidContext } from '../../pyramid/level-builder.js';
import { sampleBytes } from '../../pyramid/formats.js';
import { unionLimits } from '../../pyramid/grid.js';
import type { RasterLevel } from '../../pyramid/raster-level.js';
import { cellKey, tilesOf } from '../../pyramid/slab-names.js';
import { TileCutter } from '../../pyramid/tile-pixels.js';
import { allEnded, inLanes } from '../lanes.js';
import { DecimatedSource } from './decimated-source.js';
import { type CoveredSlab, coveredSlabs, halvedLimits, isTwice, slabsAbove } from './level-plan.js';
import type { PixelSource } from './warper.js';

/** Making of the slabs of a raster pyramid out of any source of pixels. */

export interface GenerationRequest {
  readonly context: PyramidContext;
  /** Finest first, at least one. */
  readonly levels: readonly TileMatrix[];
  /** Rectangles with data, in the system of the set. */
  readonly boxes: readonly Bbox[];
  /** Opens a source of pixels; each is asked for one rectangle at a time. */
  readonly open: () => PixelSource;
  /** Slabs under way at once, at least; as many as there are cores in any case. */
  readonly parallelization: number;
  /**
   * The pyramid as it was at a level, which lies under what is made; its slabs that no box touches are kept without a
   * copy. Left out, or `null`: nothing was there.
   */
  readonly former?: (level: TileMatrix) => RasterLevel | null;
  /** Ids of levels that are made from the source, as the first is, and not from the level below. */
  readonly fromSource?: ReadonlySet<string>;
  /** Told when the slabs of a level are about to be made. */
  readonly onLevel: (level: string, slabs: number, isReduced: boolean) => void;
}

/** Slabs under way at once, at most: each takes its memory. */
const MAX_LANES = 4;
/** Bytes of pixels that are made at once, unless a row of tiles is more. */
const BLOCK_BYTES = 8 * 1024 * 1024;

/** Levels each of which is halved from the one before, and where the first comes from. */
interface Chain {
  readonly levels: TileMatrix[];
  /** Whether that is the last level of the chain before; else the source of the pyramid. */
  readonly isDecimated: boolean;
}

/**
 * Makes every slab of a pyramid, with memory that does not depend on its size. A level whose tiles are made of four of
 * the level below is halved from it as it comes; any other is made from the level below when that is finished, unless it
 * is asked of the source.
 * @returns the levels, finest first
 */
export async function generateSlabs(request: GenerationRequest): Promise<LevelBuilder[]> {
  const done: LevelBuilder[] = [];
  const chains = chainsOf(request);
  for (const [index, { levels, isDecimated }] of chains.entries()) {
    const below = isDecimated ? done.at(-1) : undefined;
    const open =
      below === undefined ? request.open : () => new DecimatedSource(below.level, below.read(), request.context.kind);
    const isRead = chains[index + 1]?.isDecimated ?? false;
    done.push(...(await generateChain({ ...request, open }, levels, { isDecimated, isRead })));
  }
  return done;
}

/** Levels cut where one cannot be halved from the one below, or must not be. */
function chainsOf({ levels, fromSource }: GenerationRequest): Chain[] {
  const chains: Chain[] = [];
  for (const [index, level] of levels.entries()) {
    const below = levels[index - 1];
    const isFresh = below === undefined || (fromSource?.has(level.id) ?? false);
    if (!isFresh && isTwice(level, below)) chains.at(-1)?.levels.push(level);
    else chains.push({ levels: [level], isDecimated: !isFresh });
  }
  return chains;
}

/** @param isRead whether the last level is read again */
async function generateChain(
  request: GenerationRequest,
  levels: readonly TileMatrix[],
  { isDecimated, isRead }: { isDecimated: boolean; isRead: boolean },
): Promise<LevelBuilder[]> {
  const { context, boxes, onLevel } = request;
  const [bottom] = levels;
  if (bottom === undefined) return [];
  const formerOf = (level: TileMatrix) => request.former?.(level) ?? null;
  const covered = coveredSlabs(bottom, boxes, formerOf(bottom)?.size ?? context.size);
  const builders: LevelBuilder[] = [];
  let limits = unionLimits(covered.map(({ tiles }) => tiles));
  let slabs = covered.map(({ slab }) => slab);
  for (const level of levels) {
    const below = builders.at(-1) ?? null;
    const former = formerOf(level);
    if (below !== null) {
      limits = halvedLimits(limits);
      slabs = slabsAbove(slabs, below.size, former?.size ?? context.size);
    }
    onLevel(level.id, slabs.length, isDecimated || below !== null);
    const builder = new LevelBuilder(context, {
      ...{ level, limits, slabs: new Set(slabs.map(cellKey)), below, former },
      isRead: isRead && level === levels.at(-1),
    });
    below?.feed(builder);
    builders.push(builder);
  }
  const [first] = builders;
  if (first !== undefined) await fill(request, first, covered);
  for (const builder of builders) builder.finish();
  return builders;
}

/** Several slabs at a time: while one waits for its pixels, another is encoded. */
async function fill(request: GenerationRequest, builder: LevelBuilder, covered: readonly CoveredSlab[]): Promise<void> {
  const lanes = Math.min(MAX_LANES, covered.length, Math.max(request.parallelization, availableParallelism()));
  await inLanes(covered, lanes, async (slabs) => {
    const source = request.open();
    try {
      for (const slab of slabs) await fillSlab(request.context, builder, slab, source);
    } finally {
      source.close();
    }
  });
}

async function fillSlab(
  { kind }: PyramidContext,
  builder: LevelBuilder,
  { slab, tiles }: CoveredSlab,
  source: PixelSource,
): Promise<void> {
  const { tileWidth, tileHeight, channels, format } = kind;
  const columns = tiles.max_col - tiles.min_col + 1;
  const rowBytes = columns * tileWidth * tileHeight * channels * sampleBytes(format);
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  const isCovered = ({ col, row }: { col: number; row: number }) =>
    col >= tiles.min_col && col <= tiles.max_col && row >= tiles.min_row && row <= tiles.max_row;
  for (const cell of tilesOf(slab, builder.size)) if (!isCovered(cell)) await builder.put(cell, null);
  for (let row = tiles.min_row; row <= tiles.max_row; row += rows) {
    const block: TileLimits = { ...tiles, min_row: row, max_row: Math.min(tiles.max_row, row + rows - 1) };
    const cutter = new TileCutter(kind, await source.read(builder.level, block), columns * tileWidth);
    for (let line = block.min_row; line <= block.max_row; line += 1) {
      await allEnded(
        Array.from({ length: columns }, (_, column) =>
          builder.put({ col: tiles.min_col + column, row: line }, cutter.cut(column, line - block.min_row)),
        ),
      );
    }
  }
}
