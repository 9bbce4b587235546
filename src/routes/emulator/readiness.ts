import type { ServerDeps } from '../../deps.js';
import { PARTS, type Part, type ReadyResponse } from './schema.js';

/** A part that does not answer within this time counts as missing. */
const PROBE_MS = 2000;

/** Asks every part whether it can do its work. */
export async function readReadiness(deps: ServerDeps): Promise<ReadyResponse> {
  const probes: Readonly<Record<Part, () => Promise<boolean>>> = {
    database: async () => (await deps.pool.query('SELECT FROM geopf.endpoint LIMIT 1')).rowCount === 1,
    redis: async () => (await deps.redis.ping()) === 'PONG',
    render: async () => deps.render.isReady(),
    worker: async () => (await deps.jobs.liveWorkers()) > 0,
  };
  const answers = await Promise.all(PARTS.map((part) => probe(deps, part, probes[part])));
  const missing = PARTS.filter((_part, index) => answers[index] !== true);
  return { status: missing.length === 0 ? 'ready' : 'starting', missing };
}

async function probe(deps: ServerDeps, part: Part, ask: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PROBE_MS);
  });
  try {
    return await Promise.race([ask(), silence]);
  } catch (error) {
    deps.log.warn({ err: error, part }, 'Ready:PartFailed');
    return false;
  } finally {
    clearTimeout(timer);
  }
}
