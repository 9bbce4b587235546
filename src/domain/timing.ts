import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.js';

/** Least life of WAITING, PROGRESS and PUBLISHING under `TIMING=realistic`, milliseconds (architecture §5). */
export const REALISTIC_STATE_MS = 1500;

/** How long a job stays queued before a worker may take it, milliseconds: the life of its WAITING state. */
export function waitingDelayMs(config: Pick<Config, 'timing'>): number {
  return config.timing === 'realistic' ? REALISTIC_STATE_MS : 0;
}

/** How long the catalogue takes to show what was published, milliseconds. */
export function indexingDelayMs({ csw, timing }: Pick<Config, 'csw' | 'timing'>): number {
  return csw.indexingDelayMs ?? (timing === 'realistic' ? REALISTIC_STATE_MS : 0);
}

/** When a state entered at `since` may end at the earliest; both epoch milliseconds. */
export function stateEnd(config: Pick<Config, 'timing'>, since: number): number {
  return config.timing === 'realistic' ? since + REALISTIC_STATE_MS : since;
}

/**
 * Makes the state entered at `since` (epoch milliseconds) last its least time: waits for the rest, or
 * not at all under `TIMING=immediate`. Rejects with an AbortError when `signal` is aborted.
 */
export async function holdState(config: Pick<Config, 'timing'>, since: number, signal?: AbortSignal): Promise<void> {
  if (config.timing !== 'realistic') return;
  const rest = stateEnd(config, since) - Date.now();
  if (rest > 0) await wait(rest, undefined, { signal });
}
