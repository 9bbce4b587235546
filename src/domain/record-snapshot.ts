import type { Logger } from 'pino';
import type pg from 'pg';
import { raw } from '../filter/fragment.js';
import { Slots } from '../slots.js';
import { FeatureSnapshot } from './features.js';

/** Reading the index of the catalogue at one instant. Anybody may ask: the connections that others need are not taken. */

export interface SearchDeps {
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly config: { readonly statementTimeoutMs: number };
}

/** Searches at once, of each process, and those that may wait for them. */
const SEARCHES = 6;
const ROOM = 60;

/** Longest statement of a search, milliseconds. */
const LIMIT_MS = 10_000;

const places = new WeakMap<pg.Pool, Slots>();

/**
 * Takes a connection, whose place others wait for until the snapshot is closed.
 * @param signal aborted when nobody waits for the answer any more: the connection is dropped
 * @throws BusyError when too many searches are waiting already
 */
export async function openRecordSnapshot(deps: SearchDeps, signal: AbortSignal): Promise<FeatureSnapshot> {
  const leave = await placesOf(deps.pool).take();
  try {
    signal.throwIfAborted();
    const snapshot = await FeatureSnapshot.open(deps, Math.min(deps.config.statementTimeoutMs, LIMIT_MS), leave);
    signal.addEventListener('abort', () => snapshot.abort(), { once: true });
    // The planner does not count what it takes to fetch long values, which are stored apart: an index spares that.
    await snapshot.rows(raw('SET LOCAL enable_seqscan = off'));
    return snapshot;
  } catch (error) {
    leave();
    throw error;
  }
}

function placesOf(pool: pg.Pool): Slots {
  const known = places.get(pool) ?? new Slots(SEARCHES, ROOM);
  places.set(pool, known);
  return known;
}

/** Reads on one snapshot, all of it into memory. @throws BusyError */
export async function onRecordSnapshot<T>(
  deps: SearchDeps,
  signal: AbortSignal,
  read: (snapshot: FeatureSnapshot) => Promise<T>,
): Promise<T> {
  const snapshot = await openRecordSnapshot(deps, signal);
  try {
    const found = await read(snapshot);
    await snapshot.close();
    return found;
  } catch (error) {
    snapshot.abort();
    throw error;
  }
}
