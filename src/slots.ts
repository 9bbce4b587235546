/** Raised for work that would wait behind too much other work. */
export class BusyError extends Error {
  constructor() {
    super('too much work is waiting already');
    this.name = 'BusyError';
  }
}

/** Work of which only so much may be under way at once, and only so much may wait. */
export class Slots {
  private readonly waiting: (() => void)[] = [];

  /**
   * @param free how much is done at once
   * @param room how much more may wait
   */
  constructor(
    private free: number,
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

  /**
   * Waits for a place, for work that ends elsewhere.
   * @returns what gives the place back; called again it does nothing
   * @throws BusyError at once when too much waits already
   */
  async take(): Promise<() => void> {
    if (this.free > 0) this.free -= 1;
    else if (this.waiting.length >= this.room) throw new BusyError();
    // Who leaves hands over its place.
    else await new Promise<void>((resolve) => void this.waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    };
  }
}
