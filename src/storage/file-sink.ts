import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { callbackify } from 'node:util';

/** Bytes waiting for the disk while one write is under way: enough for several blocks to be written at once. */
const BUFFER = 1024 * 1024;

/**
 * Bytes after which what was written is sent to the disk, beside the next writes: the sync of the end then has little
 * left to wait for, and a large file does not fill the memory of the machine with pages to be written.
 */
const SYNC_EVERY = 64 * 1024 * 1024;

/** A transfer passed its byte limit; nothing was stored. */
export class FileTooLargeError extends Error {
  constructor(readonly maxBytes: number) {
    super(`the file is larger than ${maxBytes} bytes`);
    this.name = 'FileTooLargeError';
  }
}

type Done = (error?: Error | null) => void;

/**
 * Writes a new file. Unlike `fs.WriteStream` it takes in more while it writes, so that network and disk work at the
 * same time; it finishes once the file is synced to the disk, and closes once nothing uses the file any more.
 */
export class FileSink extends Writable {
  /** Bytes taken in. */
  bytes = 0;
  private handle: FileHandle | undefined;
  private writing: Promise<void> = Promise.resolve();
  private syncing: Promise<void> = Promise.resolve();
  private isSyncing = false;
  private unsynced = 0;

  constructor(
    private readonly path: string,
    private readonly maxBytes: number,
  ) {
    super({ highWaterMark: BUFFER, decodeStrings: true });
  }

  override _construct(done: Done): void {
    callbackify(() => this.openFile())(done);
  }

  override _write(block: Buffer, _encoding: BufferEncoding, done: Done): void {
    callbackify(() => this.takeIn([block]))(done);
  }

  override _writev(blocks: { chunk: Buffer }[], done: Done): void {
    callbackify(() => this.takeIn(blocks.map(({ chunk }) => chunk)))(done);
  }

  override _final(done: Done): void {
    callbackify(() => this.finish())(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    callbackify(() => this.close())((fault) => done(error ?? fault));
  }

  private async openFile(): Promise<void> {
    this.handle = await open(this.path, 'wx', 0o640);
  }

  /** Resolves when there is room for more: the blocks before these are written. */
  private async takeIn(blocks: Buffer[]): Promise<void> {
    const size = blocks.reduce((sum, block) => sum + block.length, 0);
    this.bytes += size;
    if (this.bytes > this.maxBytes) throw new FileTooLargeError(this.maxBytes);
    await this.writing;
    this.writing = writeAll(this.file, blocks);
    // Whoever waits for it next hears of it: the next blocks, the end or the destruction.
    this.writing.catch(() => undefined);
    this.unsynced += size;
    if (this.unsynced < SYNC_EVERY || this.isSyncing) return;
    await this.syncing;
    this.unsynced = 0;
    this.isSyncing = true;
    this.syncing = this.file.datasync().finally(() => {
      this.isSyncing = false;
    });
    this.syncing.catch(() => undefined);
  }

  private async finish(): Promise<void> {
    await this.writing;
    // Its error would not be told twice.
    await this.syncing;
    await this.file.sync();
  }

  private async close(): Promise<void> {
    // The descriptor may be another file's once it is closed: no write may be under way.
    await Promise.allSettled([this.writing, this.syncing]);
    await this.handle?.close();
  }

  private get file(): FileHandle {
    if (this.handle === undefined) throw new Error(`${this.path} is not open`);
    return this.handle;
  }
}

/** A write may be cut short, by a disk that is nearly full for instance: the next one tells the error. */
async function writeAll(file: FileHandle, blocks: readonly Buffer[]): Promise<void> {
  let rest = [...blocks];
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest);
    let written = bytesWritten;
    rest = rest.flatMap((block) => {
      const skipped = Math.min(written, block.length);
      written -= skipped;
      return skipped === block.length ? [] : [block.subarray(skipped)];
    });
  }
}
