import type pg from 'pg';
import { LruMap } from '../../render/lru-map.js';
import { type HeldKey, headerSets, type KeySearch } from './held-key.js';
import { KeyReads } from './key-reads.js';

/** Keys kept in memory, and searches that found none. */
const MAX_KEYS = 20_000;

/** Something read from the registry, and the epoch of rights it is of. */
interface Dated<T> {
  readonly epoch: string;
  readonly value: T;
}

const nameOf = ({ by, value }: KeySearch) => `${by} ${value}`;

/**
 * The keys in use, as they are at an epoch of rights. The epoch is read before the rows: rows newer than their epoch are
 * only read once more, never kept too long. Requests that arrive during a read share it.
 */
export class KeyRing {
  private readonly keys = new LruMap<string, Dated<HeldKey>>(MAX_KEYS);
  /**
   * Reads under way, and those that found none: apart, so that guesses do not push out keys; kept, so that a login that
   * nobody has is found as fast as another.
   */
  private readonly unknown = new LruMap<string, Dated<Promise<HeldKey | null>>>(MAX_KEYS);
  private sets: Dated<Promise<string[][]>> | null = null;

  private readonly reads: KeyReads;

  constructor(private readonly pool: pg.Pool) {
    this.reads = new KeyReads(pool);
  }

  /** The key that was found so at this epoch; `undefined` when {@link find} must look. */
  known(search: KeySearch, epoch: string): HeldKey | undefined {
    const known = this.keys.get(nameOf(search));
    return known?.epoch === epoch ? known.value : undefined;
  }

  /** The key that is found so, `null` when there is none. */
  async find(search: KeySearch, epoch: string): Promise<HeldKey | null> {
    const known = this.known(search, epoch);
    if (known !== undefined) return known;
    const name = nameOf(search);
    const asked = this.unknown.get(name);
    if (asked?.epoch === epoch) return asked.value;
    const value = this.reads.read(search);
    this.unknown.set(name, { epoch, value });
    try {
      const key = await value;
      if (key === null) {
        this.keys.delete(name);
      } else {
        this.keys.set(name, { epoch, value: key });
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
