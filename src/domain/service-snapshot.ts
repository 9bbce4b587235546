import { Readable } from 'node:stream';
import type pg from 'pg';
import { SharedSlots } from '../slots.js';
import { type FeatureDeps, FeatureSnapshot } from './features.js';

/**
 * Reading the database for whoever asks a service: neither many requests nor slow readers take the connections that
 * others need.
 */

export interface SnapshotDeps extends FeatureDeps {
  readonly config: { readonly statementTimeoutMs: number; readonly readerPatienceMs: number };
}

/** Who waits for an answer. */
export interface Reader {
  /** What stands for the client (domain/ip-ranges.ts). */
  readonly network: string;
  /** Aborted when it leaves. */
  readonly signal: AbortSignal;
}

/** What a service may take of the connections of each process. */
export interface ServicePart {
  /** Connections at once. */
  readonly places: number;
  /** Those of one client. */
  readonly part: number;
  /** Requests of a client that may wait beside. */
  readonly room: number;
}

const slots = new WeakMap<pg.Pool, Map<ServicePart, SharedSlots>>();

/**
 * Takes a connection, whose place others wait for until the snapshot is closed. It is dropped when the reader leaves.
 * @param timeoutMs longest statement
 * @throws BusyError when too many requests are waiting already, and when it has waited too long
 */
export async function openServiceSnapshot(
  deps: SnapshotDeps,
  part: ServicePart,
  { network, signal }: Reader,
  timeoutMs: number,
): Promise<FeatureSnapshot> {
  const { readerPatienceMs: patienceMs } = deps.config;
  const leave = await slotsOf(deps.pool, part).take(network, { signal, patienceMs });
  try {
    signal.throwIfAborted();
    const snapshot = await FeatureSnapshot.open(deps, timeoutMs, leave);
    signal.addEventListener('abort', () => snapshot.abort(), { once: true });
    if (signal.aborted) snapshot.abort();
    signal.throwIfAborted();
    return snapshot;
  } catch (error) {
    leave();
    throw error;
  }
}

/** The places of a part of the connections of a pool. */
export function slotsOf(pool: pg.Pool, part: ServicePart): SharedSlots {
  const ofPool = slots.get(pool) ?? new Map<ServicePart, SharedSlots>();
  slots.set(pool, ofPool);
  const known = ofPool.get(part) ?? new SharedSlots(part);
  ofPool.set(part, known);
  return known;
}

/**
 * A document that follows its reader. One that takes nothing of it for too long is given up, whatever it sends
 * meanwhile, and sees that something is missing.
 * @param close called at the end, whichever
 */
export function followReader(document: AsyncIterable<Buffer>, patienceMs: number, close: () => void): Readable {
  async function* watched(): AsyncGenerator<Buffer, void> {
    for await (const piece of document) {
      const patience = setTimeout(() => body.destroy(), patienceMs);
      try {
        yield piece;
      } finally {
        clearTimeout(patience);
      }
    }
  }
  const body = Readable.from(watched(), { objectMode: false, highWaterMark: 64 * 1024 });
  body.once('close', close);
  return body;
}
