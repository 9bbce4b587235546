import type pg from 'pg';
import { LruMap } from '../../render/lru-map.js';
import { findHeldKey, type HeldKey, headerSets, type KeySearch } from './held-key.js';

/** Keys kept in memory, and searches that found none. */
const MAX_KEYS = 20_000;

/** Something read from the registry, and the epoch of rights it is of. */
interface Dated<T> {
  readonly epoch: string;
  readonly value: Promise<T>;
}

/**
 * The keys in use, as they are at an epoch of rights. The epoch is read before the rows: rows newer than their epoch are
 * only read once more, never kept too long. Requests that arrive during a read share it.
 */
export class KeyRing {
  private readonly known = new LruMap<string, Dated<HeldKey | null>>(MAX_KEYS);
  /** Apart, so that guesses do not push out keys; kept, so that a login that nobody has is found as fast as another. */
  private readonly unknown = new LruMap<string, Dated<HeldKey | null>>(MAX_KEYS);
  private sets: Dated<string[][]> | null = null;

  constructor(private readonly pool: pg.Pool) {}

  /** The key that is found so, `null` when there is none. */
  async find(search: KeySearch, epoch: string): Promise<HeldKey | null> {
    const name = `${search.by} ${search.value}`;
    for (const entries of [this.known, this.unknown]) {
      const entry = entries.get(name);
      if (entry?.epoch === epoch) return entry.value;
    }
    const value = findHeldKey(this.pool, search);
    this.unknown.set(name, { epoch, value });
    try {
      const key = await value;
      if (key === null) {
        this.known.delete(name);
      } else {
        this.known.set(name, { epoch, value });
        this.unknown.delete(name);
      }
      return key;
    } catch (error) {
      this.unknown.delete(name);
      throw error;
    }
  }

  /** The sets of headers that keys are told by. */
  async headerSets(epoch: string): Promise<string[][]> {
    if (this.sets?.epoch === epoch) return this.sets.value;
    const sets = { epoch, value: headerSets(this.pool) };
    this.sets = sets;
    try {
      return await sets.value;
    } catch (error) {
      if (this.sets === sets) this.sets = null;
      throw error;
    }
  }
}
