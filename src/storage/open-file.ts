import { closeSync, open, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * A file that is being read, until it is closed. Descriptors and not the handles of `node:fs/promises`, which cost more
 * than the reading of a small file.
 */
export interface OpenFile {
  /** The bytes between two offsets, both included, at once. Fails when the file ends before. */
  read(range: Range): Promise<Buffer>;
  /** Fills a piece of memory with the bytes from an offset on. Fails when the file ends before. */
  readInto(bytes: Buffer, position: number): Promise<void>;
  close(): void;
}

/** Offsets, both included. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Bytes of a piece: smaller ones take more time, larger ones more memory for each client that reads slowly. */
export const PIECE = 512 * 1024;

const openDescriptor = promisify(open);

/** Opens a file of the local disk. */
export async function openFile(path: string): Promise<OpenFile> {
  const descriptor = await openDescriptor(path, 'r');
  return {
    async read({ start, end }) {
      const bytes = Buffer.allocUnsafe(end + 1 - start);
      await readExactly(descriptor, bytes, start);
      return bytes;
    },
    readInto: (bytes, position) => readExactly(descriptor, bytes, position),
    // Closing what was only read waits for nothing; asking a thread to do it takes longer.
    close: () => closeSync(descriptor),
  };
}

/** Milliseconds: a disk that takes longer is slow, and is taken to be that for so long. */
const SLOW_MS = 20;
const SLOW_FOR_MS = 10_000;

/**
 * Reads again the first bytes of small files that were read a short while ago: the system still has them in memory, and
 * gives them in less time than threads need to be asked for them. Everything else waits meanwhile: a disk that does need
 * time, one of the network for instance, is left alone for a while.
 */
export class SecondReading {
  private slowUntil = 0;

  /** @param slowMs milliseconds after which a disk is slow */
  constructor(private readonly slowMs = SLOW_MS) {}

  /** @returns `null` when the disk was slow lately @throws Error when there is no such file, or when it ends before */
  read(path: string, length: number): Buffer | null {
    const start = performance.now();
    if (start < this.slowUntil) return null;
    const descriptor = openSync(path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(length);
      const missing = length - readSync(descriptor, bytes, 0, length, 0);
      if (missing !== 0) throw new Error(`the file ends ${missing} bytes too early`);
      return bytes;
    } finally {
      closeSync(descriptor);
      const end = performance.now();
      if (end - start > this.slowMs) this.slowUntil = end + SLOW_FOR_MS;
    }
  }
}

/** @throws Error when the file ends before */
function readExactly(descriptor: number, bytes: Buffer, position: number): Promise<void> {
  const { length } = bytes;
  return new Promise((resolve, reject) => {
    read(descriptor, bytes, 0, length, position, (error, bytesRead) => {
      if (error !== null) reject(error);
      else if (bytesRead !== length) reject(new Error(`the file ends ${length - bytesRead} bytes too early`));
      else resolve();
    });
  });
}
