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
  readInto(bytes: Buffer, position: number): Promise<Buffer>;
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
    read: ({ start, end }) => readExactly(descriptor, Buffer.allocUnsafe(end + 1 - start), start),
    readInto: (bytes, position) => readExactly(descriptor, bytes, position),
    // Closing what was only read waits for nothing; asking a thread to do it takes longer.
    close: () => closeSync(descriptor),
  };
}

/** Milliseconds: a disk that takes longer is slow, and is taken to be that for so long. */
const SLOW_MS = 20;
const SLOW_FOR_MS = 10_000;

/**
 * Reads again, at once, what was read a short while ago: the system still has it in memory, and gives it in less time
 * than threads need to be asked for it. Everything else waits meanwhile: a disk that does need time, one of the network
 * for instance, is left alone for a while.
 */
export class SecondReading {
  private slowUntil = 0;

  /** @param slowMs milliseconds after which a disk is slow */
  constructor(private readonly slowMs = SLOW_MS) {}

  /**
   * @param read reads a small file, or little of a large one, synchronously
   * @returns `null` when the disk was slow lately @throws Error what `read` throws
   */
  attempt<T>(read: () => T): T | null {
    const start = performance.now();
    if (start < this.slowUntil) return null;
    try {
      return read();
    } finally {
      const end = performance.now();
      if (end - start > this.slowMs) this.slowUntil = end + SLOW_FOR_MS;
    }
  }
}

/** The first bytes of a file, at once. @throws Error when there is no such file, or when it ends before */
export function readStartSync(path: string, length: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    return readExactlySync(descriptor, Buffer.allocUnsafe(length), 0);
  } finally {
    closeSync(descriptor);
  }
}

/** Fills a piece of memory with the bytes from an offset on, at once. @throws Error when the file ends before */
export function readExactlySync(descriptor: number, bytes: Buffer, position: number): Buffer {
  return whole(bytes, readSync(descriptor, bytes, 0, bytes.length, position));
}

/** Fills a piece of memory with the bytes from an offset on. Fails when the file ends before. */
export function readExactly(descriptor: number, bytes: Buffer, position: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    read(descriptor, bytes, 0, bytes.length, position, (error, bytesRead) => {
      try {
        if (error !== null) throw error;
        resolve(whole(bytes, bytesRead));
      } catch (fault) {
        reject(fault as Error);
      }
    });
  });
}

function whole(bytes: Buffer, bytesRead: number): Buffer {
  if (bytesRead !== bytes.length) throw new Error(`the file ends ${bytes.length - bytesRead} bytes too early`);
  return bytes;
}
