import { raw } from '../filter/fragment.js';
import type { FeatureSnapshot } from './features.js';
import { openServiceSnapshot, type Reader, type ServicePart, type SnapshotDeps } from './service-snapshot.js';

/** Reading the index of the catalogue at one instant. */

export type SearchDeps = SnapshotDeps;

const SEARCHES: ServicePart = { places: 6, part: 4, room: 60 };

/** Longest statement of a search, milliseconds. */
const LIMIT_MS = 10_000;

/**
 * Takes a connection, which is dropped when the reader leaves.
 * @throws BusyError when too many searches are waiting already
 */
export async function openRecordSnapshot(deps: SearchDeps, reader: Reader): Promise<FeatureSnapshot> {
  const timeoutMs = Math.min(deps.config.statementTimeoutMs, LIMIT_MS);
  const snapshot = await openServiceSnapshot(deps, SEARCHES, reader, timeoutMs);
  try {
    // The planner does not count what it takes to fetch long values, which are stored apart: an index spares that.
    await snapshot.rows(raw('SET LOCAL enable_seqscan = off'));
    return snapshot;
  } catch (error) {
    snapshot.abort();
    throw error;
  }
}

/** Reads on one snapshot, all of it into memory. @throws BusyError */
export async function onRecordSnapshot<T>(
  deps: SearchDeps,
  reader: Reader,
  read: (snapshot: FeatureSnapshot) => Promise<T>,
): Promise<T> {
  const snapshot = await openRecordSnapshot(deps, reader);
  try {
    const found = await read(snapshot);
    await snapshot.close();
    return found;
  } catch (error) {
    snapshot.abort();
    throw error;
  }
}
