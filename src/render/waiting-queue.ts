import { RenderError } from './map-request.js';
import type { Drawing } from './render-process.js';

/** A request that no process has taken yet. */
export interface Waiting {
  readonly drawing: Drawing;
  /** Aborted when nobody wants the image any more. */
  readonly signal?: AbortSignal | undefined;
  readonly resolve: (image: Buffer) => void;
  readonly reject: (error: RenderError) => void;
}

interface Entry {
  readonly waiting: Waiting;
  readonly timer: NodeJS.Timeout;
}

/**
 * First come, first served; who waits too long is refused even when no process lives to take anything, and who leaves
 * makes room at once: a viewer that pans gives up most of what it asked for.
 */
export class WaitingQueue {
  private readonly entries: Entry[] = [];

  /**
   * @param capacity further requests are refused
   * @param timeoutMs longest wait
   */
  constructor(
    private readonly capacity: number,
    private readonly timeoutMs: number,
  ) {}

  /** @throws RenderError `busy` when the queue is full */
  add(waiting: Waiting): void {
    if (waiting.signal?.aborted === true) throw abandoned();
    if (this.entries.length >= this.capacity) throw new RenderError('busy', 'too many maps are waiting');
    this.entries.push(this.entry(waiting));
  }

  /** Puts a request that was taken back before all others. */
  putBack(waiting: Waiting): void {
    this.entries.unshift(this.entry(waiting));
  }

  take(): Waiting | undefined {
    const entry = this.entries.shift();
    clearTimeout(entry?.timer);
    return entry?.waiting;
  }

  rejectAll(error: RenderError): void {
    for (let waiting = this.take(); waiting !== undefined; waiting = this.take()) waiting.reject(error);
  }

  private entry(waiting: Waiting): Entry {
    const entry: Entry = {
      waiting,
      timer: setTimeout(
        () => this.drop(entry, new RenderError('timeout', 'no render process became free in time')),
        this.timeoutMs,
      ),
    };
    waiting.signal?.addEventListener('abort', () => this.drop(entry, abandoned()), { once: true });
    return entry;
  }

  private drop(entry: Entry, error: RenderError): void {
    const index = this.entries.indexOf(entry);
    if (index === -1) return;
    this.entries.splice(index, 1);
    clearTimeout(entry.timer);
    entry.waiting.reject(error);
  }
}

function abandoned(): RenderError {
  return new RenderError('abandoned', 'the client left before the map was begun');
}
