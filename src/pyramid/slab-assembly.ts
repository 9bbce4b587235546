import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tileCount, type TileEntry } from './slab-format.js';
import type { SlabSize } from './slab-names.js';
import { SlabWriter } from './slab-writer.js';

/**
 * A slab whose tiles come in any order, and which has every tile: those that come too early wait in a file beside, so
 * that many slabs can be under way with little memory. For a process of its own: it waits for the disk.
 */
export class SlabAssembly {
  private readonly writer: SlabWriter;
  private readonly count: number;
  private readonly waiting = new Map<number, { at: number; size: number } | 'nodata'>();
  private next = 0;
  private file: number | null = null;
  private fileSize = 0;

  /**
   * @param path where the slab goes
   * @param nodata the tile that stands where there are no data
   * @param waitingPath of the file that tiles wait in; it is gone when the slab is finished
   */
  constructor(
    path: string,
    size: SlabSize,
    header: (entries: readonly TileEntry[]) => Buffer,
    private readonly nodata: Buffer,
    private readonly waitingPath: string,
  ) {
    this.count = tileCount(size);
    this.writer = new SlabWriter(path, this.count, header);
  }

  /**
   * Adds a tile, or that there is none; each index once.
   * @returns whether the slab has all its tiles
   */
  add(index: number, tile: Buffer | null): boolean {
    if (index !== this.next) {
      this.waiting.set(index, tile === null ? 'nodata' : this.putAside(tile));
      return false;
    }
    this.write(tile);
    for (;;) {
      const found = this.waiting.get(this.next);
      if (found === undefined) return this.next === this.count;
      this.waiting.delete(this.next);
      this.write(found === 'nodata' ? null : this.takeBack(found));
    }
  }

  /**
   * Ends the slab, which the disk has then.
   * @returns bytes of the slab
   */
  finish(): number {
    if (this.next !== this.count) throw new RangeError(`a slab of ${this.next} tiles out of ${this.count}`);
    if (this.file !== null) {
      closeSync(this.file);
      rmSync(this.waitingPath);
      this.file = null;
    }
    return this.writer.finish();
  }

  private write(tile: Buffer | null): void {
    this.writer.add(this.next, tile ?? this.nodata);
    this.next += 1;
  }

  private putAside(tile: Buffer): { at: number; size: number } {
    this.file ??= openSync(this.waitingPath, 'wx+', 0o640);
    const at = this.fileSize;
    for (let done = 0; done < tile.length;) done += writeSync(this.file, tile, done, tile.length - done, at + done);
    this.fileSize += tile.length;
    return { at, size: tile.length };
  }

  private takeBack({ at, size }: { at: number; size: number }): Buffer {
    const tile = Buffer.allocUnsafe(size);
    if (this.file === null || readSync(this.file, tile, 0, size, at) !== size) {
      throw new Error(`${this.waitingPath} ends too early`);
    }
    return tile;
  }
}
