import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { alignTile, dataStart, encodeIndex, MAX_SLAB_BYTES, type TileEntry } from './slab-format.js';

/** Bytes gathered before they are written. */
const BLOCK = 1024 * 1024;

/**
 * Writes a slab tile by tile, in the order of its index, with a block of memory. For a process of its own: it waits for
 * the disk.
 */
export class SlabWriter {
  private readonly entries: TileEntry[] = [];
  private readonly pending: Buffer[] = [];
  private pendingBytes = 0;
  private position: number;
  private file: number | null = null;

  /**
   * @param path where the slab goes; its folder is made
   * @param count tiles in the slab
   * @param header what makes the header of the finished slab
   */
  constructor(
    private readonly path: string,
    private readonly count: number,
    private readonly header: (entries: readonly TileEntry[]) => Buffer,
  ) {
    this.position = dataStart(count);
  }

  /**
   * Adds a tile; those between the former one and it are empty.
   * @throws RangeError out of order, or when the slab becomes too long for its readers
   */
  add(index: number, tile: Buffer): void {
    if (index < this.entries.length || index >= this.count) throw new RangeError(`tile ${index} comes out of order`);
    const offset = alignTile(this.position);
    if (offset + tile.length > MAX_SLAB_BYTES) throw new RangeError(`the slab ${this.path} is too long`);
    this.skipTo(index);
    if (tile.length === 0) {
      this.entries.push({ offset, size: 0 });
      return;
    }
    this.entries.push({ offset, size: tile.length });
    this.append(Buffer.alloc(offset - this.position), tile);
  }

  /**
   * Writes the rest and the index, and waits until the disk has them.
   * @returns bytes of the slab; 0 when it has no tile, and then there is no file
   */
  finish(): number {
    if (this.position === dataStart(this.count)) return 0;
    this.skipTo(this.count);
    this.flush();
    const head = Buffer.concat([this.header(this.entries), encodeIndex(this.entries)]);
    const file = this.opened();
    writeFully(file, head, 0);
    fsyncSync(file);
    closeSync(file);
    this.file = null;
    return this.position;
  }

  private skipTo(index: number): void {
    const offset = alignTile(this.position);
    while (this.entries.length < index) this.entries.push({ offset, size: 0 });
  }

  private append(...buffers: readonly Buffer[]): void {
    for (const buffer of buffers) {
      this.pending.push(buffer);
      this.pendingBytes += buffer.length;
      this.position += buffer.length;
    }
    if (this.pendingBytes >= BLOCK) this.flush();
  }

  private flush(): void {
    writeFully(this.opened(), Buffer.concat(this.pending), this.position - this.pendingBytes);
    this.pending.length = 0;
    this.pendingBytes = 0;
  }

  private opened(): number {
    if (this.file === null) {
      mkdirSync(dirname(this.path), { recursive: true });
      // A link to the slab of another pyramid goes first: writing through it would change that one.
      rmSync(this.path, { force: true });
      this.file = openSync(this.path, 'wx', 0o640);
    }
    return this.file;
  }
}

function writeFully(file: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
