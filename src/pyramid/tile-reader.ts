import { findLevel, type PyramidDescriptor, type PyramidLevel, slabSizeOf } from './descriptor.js';
import { readSlabTile } from './open-slabs.js';
import { tileCount } from './slab-format.js';
import { type Cell, slabOf, slabPath, tileIndexOf } from './slab-names.js';

/**
 * Reads a tile. Links are followed.
 * @param root folder of the descriptor
 * @returns `null` for an unknown level, outside its limits, without slab, and for an empty tile
 */
export async function readTile(
  root: string,
  descriptor: PyramidDescriptor,
  levelId: string,
  tile: Cell,
): Promise<Buffer | null> {
  const level = findLevel(descriptor, levelId);
  if (level === undefined || !isWithin(level, tile)) return null;
  const size = slabSizeOf(level);
  const { image_directory: directory, path_depth: depth } = level.storage;
  const path = `${root}/${directory}/${slabPath(slabOf(tile, size), depth)}`;
  return readSlabTile(path, tileCount(size), tileIndexOf(tile, size));
}

function isWithin({ tile_limits: limits }: PyramidLevel, { col, row }: Cell): boolean {
  return col >= limits.min_col && col <= limits.max_col && row >= limits.min_row && row <= limits.max_row;
}
