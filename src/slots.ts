/** Raised for work that would wait behind too much other work. */
export class BusyError extends Error {
  constructor() {
    super('too much work is waiting already');
    this.name = 'BusyError';
  }
}

/** Seconds after which whoever came at a bad time may try again. */
export const RETRY_SECONDS = 10;

/** How long one waits for a place; for ever without. */
export interface Waiting {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which there is too much other work. */
  readonly patienceMs?: number;
}

/** Work of which only so much may be under way at once, and only so much may wait. */
export class Slots {
  /** What lets each go on, in the order of arrival. */
  private readonly waiting = new Set<() => void>();
  /** How much is under way. */
  private taken = 0;

  /**
   * @param places how much is done at once
   * @param room how much more may wait
   */
  constructor(
    private readonly places: number,
    private readonly room = Number.POSITIVE_INFINITY,
  ) {}

  /** Does the work once there is room. @throws BusyError at once when too much waits already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.take();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.taken === 0;
  }

  /**
   * Waits for a place, for work that ends elsewhere.
   * @returns what gives the place back; called again it does nothing
   * @throws BusyError at once when too much waits already, and when it waits for too long; the reason of the signal
   */
  async take(waiting: Waiting = {}): Promise<() => void> {
    waiting.signal?.throwIfAborted();
    if (this.taken < this.places) this.taken += 1;
    else if (this.waiting.size >= this.room) throw new BusyError();
    else await this.turn(waiting);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      // Who leaves hands over its place.
      const [next] = this.waiting;
      if (next === undefined) this.taken -= 1;
      else next();
    };
  }

  private turn({ signal, patienceMs }: Waiting): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.waiting.delete(enter);
        signal?.removeEventListener('abort', leave);
        clearTimeout(patience);
      };
      const enter = () => {
        end();
        resolve();
      };
      const giveUp = (reason: unknown) => {
        end();
        reject(reason as Error);
      };
      const leave = () => giveUp(signal?.reason);
      const patience = patienceMs === undefined ? undefined : setTimeout(() => giveUp(new BusyError()), patienceMs);
      signal?.addEventListener('abort', leave);
      this.waiting.add(enter);
    });
  }
}

/** Places that clients share: one of them takes its part at most, however much it asks for. */
export class SharedSlots {
  private readonly all: Slots;
  private readonly ofClients = new Map<string, Slots>();

  /**
   * @param bounds.places how much is done at once
   * @param bounds.part how much of it for one client
   * @param bounds.room how much more of each client may wait
   */
  constructor(private readonly bounds: { readonly places: number; readonly part: number; readonly room: number }) {
    this.all = new Slots(bounds.places);
  }

  /** How many clients have something under way or waiting. */
  get clients(): number {
    return this.ofClients.size;
  }

  /** As {@link Slots.take}, for a client. */
  async take(client: string, waiting: Waiting = {}): Promise<() => void> {
    waiting.signal?.throwIfAborted();
    const start = performance.now();
    const own = this.ofClients.get(client) ?? new Slots(this.bounds.part, this.bounds.room);
    this.ofClients.set(client, own);
    const leaveOwn = await own.take(waiting);
    const leave = () => {
      leaveOwn();
      if (own.isIdle && this.ofClients.get(client) === own) this.ofClients.delete(client);
    };
    try {
      const leaveAll = await this.all.take(restOf(waiting, performance.now() - start));
      return () => {
        leaveAll();
        leave();
      };
    } catch (error) {
      leave();
      throw error;
    }
  }
}

/** What is left of a wait of which some has passed. */
function restOf({ signal, patienceMs }: Waiting, passedMs: number): Waiting {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(patienceMs === undefined ? {} : { patienceMs: Math.max(0, patienceMs - passedMs) }),
  };
}
