/** Work of which only so much is done at once; the rest waits, first come, first served. */
export class Turns {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  /** @param most pieces of work at once */
  constructor(most: number) {
    this.free = most;
  }

  /** Does a piece of work when its turn has come. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
