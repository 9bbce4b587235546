import { Readable } from 'node:stream';
import { type OpenFile, PIECE } from '../storage/open-file.js';
import type { ByteRange } from './ranges.js';

/**
 * Bytes of a file on their way to a response: they can only be piped. Two pieces of memory take turns, one is filled
 * while the other one is sent. New memory for each piece would keep the garbage collector busy, which counts what lies
 * outside of its heap. The file is closed with the stream.
 */
export class FileBody extends Readable {
  /** Settles once nothing is read or written any more. Never rejects. */
  private work: Promise<void> = Promise.resolve();

  /** @param parts bytes of the file, and what stands between them */
  constructor(
    private readonly file: OpenFile,
    private readonly parts: readonly (ByteRange | Buffer)[],
  ) {
    super();
  }

  override pipe<Destination extends NodeJS.WritableStream>(
    destination: Destination,
    options: { readonly end?: boolean } = {},
  ): Destination {
    this.work = this.send(destination).then(
      (isSent) => {
        if (!isSent) {
          this.destroy();
          return;
        }
        if (options.end !== false) destination.end();
        this.push(null);
        this.resume();
      },
      (error: Error) => void this.destroy(error),
    );
    return destination;
  }

  /** Nothing passes through here: see {@link pipe}. */
  override _read(): void {}

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.closeFile(() => callback(error));
  }

  /** Later, when a thread still reads: it must not find another file under the number of this one. */
  private async closeFile(done: () => void): Promise<void> {
    await this.work;
    this.file.close();
    done();
  }

  /** @returns whether everything was; not when the client has left. Fails when the file cannot be read. */
  private async send(destination: NodeJS.WritableStream): Promise<boolean> {
    const lengths = this.parts.map((part) => (Buffer.isBuffer(part) ? 0 : part.end + 1 - part.start));
    const memory = Buffer.allocUnsafeSlow(2 * Math.min(PIECE, Math.max(0, ...lengths)));
    const half = memory.length / 2;
    let sent = Promise.resolve(true);
    let offset = 0;
    for (const part of this.parts) {
      if (Buffer.isBuffer(part)) {
        if (!(await sent)) return false;
        sent = written(destination, part);
        continue;
      }
      for (let position = part.start; position <= part.end; position += half) {
        const piece = memory.subarray(offset, offset + Math.min(half, part.end + 1 - position));
        await this.file.readInto(piece, position);
        if (!(await sent) || this.destroyed) return false;
        sent = written(destination, piece);
        offset = half - offset;
      }
    }
    return sent;
  }
}

/** Whether bytes went out: settles when their memory may be used again. */
function written(destination: NodeJS.WritableStream, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    destination.write(bytes, (error) => resolve(error === undefined || error === null));
  });
}
