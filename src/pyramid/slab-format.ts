import type { SlabSize } from './slab-names.js';

/**
 * The bytes of a slab, little-endian: a TIFF header of fixed size, the offsets of its tiles, their sizes, the tiles.
 * The header is there for the tools of the platform, which read it at fixed positions; readers of tiles skip it.
 */

/** Size of the header: where the table of offsets starts. */
export const HEADER_SIZE = 2048;
/** Longest slab: tools count its bytes in signed 32-bit numbers. */
export const MAX_SLAB_BYTES = 2 ** 31 - 1;

const TILE_ALIGNMENT = 16;
/** Position of the list of tags: their number on two bytes, then the tags. */
export const TAGS_AT = 16;
export const TAG_SIZE = 12;
const LONG = 4;

/** Tiles a slab has room for. */
export function tileCount({ tilesPerWidth, tilesPerHeight }: SlabSize): number {
  return tilesPerWidth * tilesPerHeight;
}

/** Where the first tile of a slab of `count` tiles starts. */
export function dataStart(count: number): number {
  return HEADER_SIZE + 8 * count;
}

/** Where the next tile may start, behind one that ends at `end`. */
export function alignTile(end: number): number {
  return Math.ceil(end / TILE_ALIGNMENT) * TILE_ALIGNMENT;
}

/** What the index of a slab says of one tile: bytes from the start of the slab, and their number, 0 for no tile. */
export interface TileEntry {
  readonly offset: number;
  readonly size: number;
}

/** The two tables of a slab, as they follow its header. */
export function encodeIndex(entries: readonly TileEntry[]): Buffer {
  const tables = Buffer.alloc(8 * entries.length);
  entries.forEach(({ offset, size }, at) => {
    tables.writeUInt32LE(offset, 4 * at);
    tables.writeUInt32LE(size, 4 * (entries.length + at));
  });
  return tables;
}

/** Reads what {@link encodeIndex} wrote. */
export function decodeIndex(tables: Buffer, count: number): TileEntry[] {
  return Array.from({ length: count }, (_, at) => ({
    offset: tables.readUInt32LE(4 * at),
    size: tables.readUInt32LE(4 * (count + at)),
  }));
}

/** A tag of a TIFF header. */
export interface HeaderTag {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: number;
}

/**
 * A header with these tags.
 * @param bitsPerSample four numbers, which the tag of that name may point to
 */
export function encodeHeader(bitsPerSample: readonly number[], tags: readonly HeaderTag[]): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.write('II', 0, 'latin1');
  header.writeUInt16LE(42, 2);
  header.writeUInt32LE(TAGS_AT, 4);
  bitsPerSample.slice(0, 4).forEach((bits, at) => header.writeUInt16LE(bits, 8 + 2 * at));
  header.writeUInt16LE(tags.length, TAGS_AT);
  tags.forEach(({ tag, type, count, value }, at) => {
    const position = TAGS_AT + 2 + TAG_SIZE * at;
    header.writeUInt16LE(tag, position);
    header.writeUInt16LE(type, position + 2);
    header.writeUInt32LE(count, position + 4);
    header.writeUInt32LE(value, position + 8);
  });
  return header;
}

/** The tags that say where the tables are; those of a slab of one tile hold its offset and size themselves. */
export function indexTags(entries: readonly TileEntry[]): HeaderTag[] {
  const count = entries.length;
  const [first] = entries;
  return [
    { tag: 324, type: LONG, count, value: count === 1 ? dataStart(1) : HEADER_SIZE },
    { tag: 325, type: LONG, count, value: count === 1 ? (first?.size ?? 0) : HEADER_SIZE + 4 * count },
  ];
}

/** Header of a slab of vector tiles. */
export function vectorHeader(entries: readonly TileEntry[]): Buffer {
  return encodeHeader(
    [],
    [{ tag: 256, type: LONG, count: 1, value: 1 }, { tag: 257, type: LONG, count: 1, value: 1 }, ...indexTags(entries)],
  );
}
