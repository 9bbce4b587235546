import { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type OpenFile, PIECE } from '../storage/open-file.js';
import type { ByteRange } from './ranges.js';

/** Milliseconds that a client has to take a piece: it has gone without a word, or holds what it does not want. */
const PATIENCE_MS = 5 * 60 * 1000;

const NOTHING = Buffer.alloc(0);

/**
 * Bytes of a file on their way to a response: they can only be piped. Two pieces of memory take turns, one is filled
 * while the other one is sent. New memory for each piece would keep the garbage collector busy, which counts what lies
 * outside of its heap. The file is closed with the stream, which waits for no client: what is written to one that has
 * left may never be answered.
 */
export class FileBody extends Readable {
  /** What a thread reads now. */
  private reading: Promise<unknown> = Promise.resolve();
  private patience: NodeJS.Timeout | undefined;

  /** @param parts bytes of the file, and what stands between them */
  constructor(
    private readonly file: OpenFile,
    private readonly parts: readonly (ByteRange | Buffer)[],
    private readonly patienceMs = PATIENCE_MS,
  ) {
    super();
  }

  override pipe<Destination extends NodeJS.WritableStream>(
    destination: Destination,
    options: { readonly end?: boolean } = {},
  ): Destination {
    this.send(destination).then(
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
    clearTimeout(this.patience);
    const close = () => {
      this.file.close();
      callback(error);
    };
    // Later, when a thread still reads: it must not find another file under the number of this one.
    this.reading.then(close, close);
  }

  /** @returns whether everything was; not when the client has left. Fails when the file cannot be read. */
  private async send(destination: NodeJS.WritableStream): Promise<boolean> {
    // Behind the answers to earlier requests, nothing is read before its turn: clients send hundreds of them at once.
    const isBehind = destination instanceof ServerResponse && destination.socket === null;
    if ((isBehind && !(await written(destination, NOTHING))) || this.destroyed) return false;
    const patience = setTimeout(() => this.destroy(), this.patienceMs);
    this.patience = patience;
    const lengths = this.parts.map((part) => (Buffer.isBuffer(part) ? 0 : part.end + 1 - part.start));
    const memory = Buffer.allocUnsafeSlow(2 * Math.min(PIECE, Math.max(0, ...lengths)));
    const half = memory.length / 2;
    let sent = Promise.resolve(true);
    let offset = 0;
    for (const part of this.parts) {
      if (Buffer.isBuffer(part)) {
        if (!(await sent) || this.destroyed) return false;
        sent = written(destination, part);
        continue;
      }
      for (let position = part.start; position <= part.end; position += half) {
        const piece = memory.subarray(offset, offset + Math.min(half, part.end + 1 - position));
        this.reading = this.file.readInto(piece, position);
        await this.reading;
        if (!(await sent) || this.destroyed) return false;
        patience.refresh();
        sent = written(destination, piece);
        offset = half - offset;
      }
    }
    return sent;
  }
}

/** Whether bytes went out: settles when their memory may be used again, or never when the client leaves. */
function written(destination: NodeJS.WritableStream, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    destination.write(bytes, (error) => resolve(error === undefined || error === null));
  });
}
