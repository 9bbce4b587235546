import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { GeographicBox } from '../geo/bbox.js';
import { type DirectoryEntry, encodeDirectories } from './directory.js';

/** What the header and metadata of an archive of vector tiles say. */
export interface ArchiveDescription {
  readonly minZoom: number;
  readonly maxZoom: number;
  readonly box: GeographicBox;
  /** JSON, with `vector_layers`. */
  readonly metadata: object;
}

const HEADER_SIZE = 127;
/** Header and root directory are within the first bytes, which readers ask for first. */
const HEAD_SIZE = 16_384;
const BLOCK = 1024 * 1024;
/** Contents remembered, to be stored once: those of small tiles, which repeat (the inside of a large polygon). */
const REMEMBERED = 50_000;
const SMALL_TILE = 4096;

/**
 * Writes an archive of vector tiles (PMTiles version 3), tile by tile in the order of their numbers: gzip tiles, each
 * content once, then metadata and leaf directories; the head is written last. For a process of its own: it waits for
 * the disk.
 */
export class ArchiveWriter {
  private readonly file: number;
  private readonly entries: DirectoryEntry[] = [];
  private readonly known = new Map<string, { offset: number; length: number }>();
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private position = HEAD_SIZE;
  private tiles = 0;
  private contents = 0;
  private last = -1;

  constructor(path: string) {
    this.file = openSync(path, 'wx', 0o640);
  }

  /** Adds a tile. @returns its bytes in the archive @throws RangeError out of order */
  add(tileId: number, tile: Buffer): number {
    if (tileId <= this.last) throw new RangeError(`tile ${tileId} comes out of order`);
    this.last = tileId;
    this.tiles += 1;
    const place = this.store(tile);
    const previous = this.entries.at(-1);
    if (previous?.offset === place.offset && previous.tileId + previous.runLength === tileId) previous.runLength += 1;
    else this.entries.push({ tileId, runLength: 1, ...place });
    return place.length;
  }

  /** Writes the rest and waits until the disk has it. @returns bytes of the archive */
  finish(description: ArchiveDescription): number {
    const dataLength = this.position - HEAD_SIZE;
    const { root, leaves } = encodeDirectories(this.entries, HEAD_SIZE - HEADER_SIZE);
    const metadata = gzipSync(JSON.stringify(description.metadata));
    const metadataOffset = this.position;
    const leavesOffset = metadataOffset + metadata.length;
    this.append(metadata);
    this.append(leaves);
    this.flush();
    const header = encodeHeader(description, {
      sections: [
        [HEADER_SIZE, root.length],
        [metadataOffset, metadata.length],
        [leavesOffset, leaves.length],
        [HEAD_SIZE, dataLength],
      ],
      counts: [this.tiles, this.entries.length, this.contents],
    });
    const head = Buffer.alloc(HEAD_SIZE);
    header.copy(head);
    root.copy(head, HEADER_SIZE);
    writeFully(this.file, head, 0);
    fsyncSync(this.file);
    closeSync(this.file);
    return this.position;
  }

  private store(tile: Buffer): { offset: number; length: number } {
    const digest = tile.length <= SMALL_TILE ? createHash('sha256').update(tile).digest('base64') : null;
    const known = digest === null ? undefined : this.known.get(digest);
    if (known !== undefined) return known;
    const bytes = gzipSync(tile);
    const place = { offset: this.position - HEAD_SIZE, length: bytes.length };
    this.contents += 1;
    this.append(bytes);
    if (digest !== null && this.known.size < REMEMBERED) this.known.set(digest, place);
    return place;
  }

  private append(bytes: Buffer): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    this.position += bytes.length;
    if (this.pendingBytes >= BLOCK) this.flush();
  }

  private flush(): void {
    writeFully(this.file, Buffer.concat(this.pending), this.position - this.pendingBytes);
    this.pending = [];
    this.pendingBytes = 0;
  }
}

const GZIP = 2;
const VECTOR_TILES = 1;

function encodeHeader(
  { minZoom, maxZoom, box }: ArchiveDescription,
  { sections, counts }: { sections: readonly (readonly [offset: number, length: number])[]; counts: readonly number[] },
): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.write('PMTiles', 0, 'latin1');
  header[7] = 3;
  [...sections.flat(), ...counts].forEach((value, at) => header.writeBigUInt64LE(BigInt(value), 8 + 8 * at));
  // The tiles lie in the order of their numbers.
  header.set([1, GZIP, GZIP, VECTOR_TILES, minZoom, maxZoom], 96);
  const degrees = (value: number, at: number) => header.writeInt32LE(Math.round(value * 1e7), at);
  [box.west, box.south, box.east, box.north].forEach((value, at) => degrees(value, 102 + 4 * at));
  header[118] = minZoom;
  degrees((box.west + box.east) / 2, 119);
  degrees((box.south + box.north) / 2, 123);
  return header;
}

function writeFully(file: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
