import type pg from 'pg';
import { LruMap } from '../../render/lru-map.js';
import { findHeldKey, type HeldKey, headerSets, type KeySearch } from './held-key.js';

/** Keys kept in memory, and searches that found none. */
const MAX_KEYS = 20_000;

/** A key that was found, and the epoch of rights it is of. */
interface KnownKey {
  readonly epoch: string;
  readonly key: HeldKey;
}

/** Something read from the registry, and the epoch of rights it is of. */
interface Dated<T> {
  readonly epoch: string;
  readonly value: Promise<T>;
}

const nameOf = ({ by, value }: KeySearch) => `${by} ${value}`;

/**
 * The keys in use, as they are at an epoch of rights. The epoch is read before the rows: rows newer than their epoch are
 * only read once more, never kept too long. Requests that arrive during a read share it.
 */
export class KeyRing {
  private readonly known = new LruMap<string, KnownKey>(MAX_KEYS);
  /**
   * Reads under way, and those that found none: apart, so that guesses do not push out keys; kept, so that a login that
   * nobody has is found as fast as another.
   */
  private readonly unknown = new LruMap<string, Dated<HeldKey | null>>(MAX_KEYS);
  private sets: Dated<string[][]> | null = null;

  constructor(private readonly pool: pg.Pool) {}

  /** The key that is found so, `null` when there is none. */
  async find(search: KeySearch, epoch: string): Promise<HeldKey | null> {
    const name = nameOf(search);
    const known = this.known.get(name);
    if (known?.epoch === epoch) return known.key;
    const asked = this.unknown.get(name);
    if (asked?.epoch === epoch) return asked.value;
    const value = findHeldKey(this.pool, search);
    this.unknown.set(name, { epoch, value });
    try {
      const key = await value;
      if (key === null) {
        this.known.delete(name);
      } else {
        this.known.set(name, { epoch, key });
        this.unknown.delete(name);
      }
      return key;
    } catch (error) {
      this.unknown.delete(name);
      throw error;
    }
  }

  /** The key that was found so last: no more than presumed, unless its epoch is that of now. */
  last(search: KeySearch): KnownKey | undefined {
    return this.known.get(nameOf(search));
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
