import { closeSync, openSync, readSync } from 'node:fs';
import { HEADER_SIZE } from './slab-format.js';

/** Reads the tiles of a whole slab. For a process of its own: it waits for the disk. */
export class SlabReader {
  private constructor(
    private readonly file: number,
    private readonly index: Buffer,
    private readonly count: number,
  ) {}

  /** @param count tiles in the slab */
  static open(path: string, count: number): SlabReader {
    const file = openSync(path, 'r');
    return new SlabReader(file, readFully(file, HEADER_SIZE, 8 * count), count);
  }

  /** The bytes of a tile, none when it is empty. */
  read(index: number): Buffer {
    const size = this.index.readUInt32LE(4 * (this.count + index));
    return readFully(this.file, this.index.readUInt32LE(4 * index), size);
  }

  close(): void {
    closeSync(this.file);
  }
}

function readFully(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const read = length === 0 ? 0 : readSync(file, bytes, 0, length, position);
  if (read !== length) throw new Error(`the slab ends ${length - read} bytes too early`);
  return bytes;
}
