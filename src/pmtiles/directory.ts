import { gzipSync } from 'node:zlib';
import { ByteWriter } from '../processing/tiles/byte-writer.js';

/** Directories of PMTiles (version 3): where the tiles are, in the order of their numbers. */

/** A run of tiles that have the same bytes, or, without run, a leaf directory. */
export interface DirectoryEntry {
  readonly tileId: number;
  runLength: number;
  /** In the section of tiles, or of leaves. */
  readonly offset: number;
  readonly length: number;
}

export interface Directories {
  readonly root: Buffer;
  /** All the leaves, one after the other. */
  readonly leaves: Buffer;
}

const FIRST_LEAF_SIZE = 4096;
const LEAF_GROWTH = 1.25;

/**
 * Directories of the entries, compressed: one, or a root of leaves as large as it takes for the root to fit.
 * @param rootLimit most bytes of the root
 */
export function encodeDirectories(entries: readonly DirectoryEntry[], rootLimit: number): Directories {
  // The content is known to be larger: no need to compress millions of entries to see it.
  const whole = entries.length > 4 * rootLimit ? null : encodeDirectory(entries);
  if (whole !== null && whole.length <= rootLimit) return { root: whole, leaves: Buffer.alloc(0) };
  for (let size = FIRST_LEAF_SIZE; ; size = Math.ceil(size * LEAF_GROWTH)) {
    const leaves: Buffer[] = [];
    const index: DirectoryEntry[] = [];
    let offset = 0;
    for (let at = 0; at < entries.length; at += size) {
      const leaf = encodeDirectory(entries.slice(at, at + size));
      index.push({ tileId: entries[at]?.tileId ?? 0, runLength: 0, offset, length: leaf.length });
      leaves.push(leaf);
      offset += leaf.length;
    }
    const root = encodeDirectory(index);
    if (root.length <= rootLimit) return { root, leaves: Buffer.concat(leaves) };
  }
}

function encodeDirectory(entries: readonly DirectoryEntry[]): Buffer {
  const writer = new ByteWriter(16 * entries.length + 8);
  writer.varint(entries.length);
  entries.forEach(({ tileId }, at) => writer.varint(tileId - (entries[at - 1]?.tileId ?? 0)));
  for (const { runLength } of entries) writer.varint(runLength);
  for (const { length } of entries) writer.varint(length);
  entries.forEach(({ offset }, at) => {
    const previous = entries[at - 1];
    const follows = previous !== undefined && previous.offset + previous.length === offset;
    writer.varint(follows ? 0 : offset + 1);
  });
  return gzipSync(writer.take());
}
