import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { findLevel, type PyramidDescriptor, type PyramidLevel, slabSizeOf } from './descriptor.js';
import { HEADER_SIZE, tileCount } from './slab-format.js';
import { type Cell, slabOf, slabPath, tileIndexOf } from './slab-names.js';

/**
 * Reads a tile: the part of the slab's index that tells of it, then its bytes. Links are followed.
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
  const slab = await openIfThere(join(root, directory, slabPath(slabOf(tile, size), depth)));
  if (slab === null) return null;
  try {
    return await readSlabTile(slab, tileCount(size), tileIndexOf(tile, size));
  } finally {
    await slab.close();
  }
}

function isWithin({ tile_limits: limits }: PyramidLevel, { col, row }: Cell): boolean {
  return col >= limits.min_col && col <= limits.max_col && row >= limits.min_row && row <= limits.max_row;
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function readSlabTile(slab: FileHandle, count: number, index: number): Promise<Buffer | null> {
  // From the offset of the tile to its size, which the other table has: one read.
  const span = await readExactly(slab, HEADER_SIZE + 4 * index, 4 * count + 4);
  const size = span.readUInt32LE(4 * count);
  return size === 0 ? null : readExactly(slab, span.readUInt32LE(0), size);
}

/** @throws Error when the file ends before */
async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new Error(`the slab ends ${length - bytesRead} bytes too early`);
  return bytes;
}
