/**
 * A map of bounded size that forgets the entry used longest ago. While it is less than half full, reading does not count
 * as use: nothing is about to be forgotten, and the order costs more than the search.
 */
export class LruMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();

  /** @param capacity entries kept, at least 1 */
  constructor(private readonly capacity: number) {}

  /** The value, which becomes the most recently used. */
  get(key: Key): Value | undefined {
    const value = this.entries.get(key);
    if (value !== undefined && this.entries.size * 2 >= this.capacity) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.capacity && oldest !== undefined) this.entries.delete(oldest);
  }

  delete(key: Key): void {
    this.entries.delete(key);
  }
}
