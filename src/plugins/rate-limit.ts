import fp from 'fastify-plugin';
import { clientNetwork } from '../domain/ip-ranges.js';
import { LruMap } from '../render/lru-map.js';
import { barePage } from './bare-page.js';

/** Seconds for which a client that asked too much is refused. */
const PAUSE_SECONDS = 5;

/** Clients remembered; those forgotten start again. */
const MAX_CLIENTS = 50_000;

interface Count {
  /** Since the epoch. */
  second: number;
  requests: number;
  /** Milliseconds since the epoch. */
  refusedUntil: number;
}

/** Counts the requests of each client to one service, second by second. */
export class RateLimiter {
  private readonly counts = new LruMap<string, Count>(MAX_CLIENTS);

  constructor(private readonly perSecond: number) {}

  /**
   * Counts a request.
   * @param now milliseconds since the epoch
   * @returns seconds to wait before the next one; `null`: it may go on
   */
  count(client: string, now: number): number | null {
    const second = Math.floor(now / 1000);
    const count = this.counts.get(client) ?? { second, requests: 0, refusedUntil: 0 };
    this.counts.set(client, count);
    if (count.second !== second) Object.assign(count, { second, requests: 0 });
    count.requests += 1;
    if (now >= count.refusedUntil && count.requests > this.perSecond) count.refusedUntil = now + PAUSE_SECONDS * 1000;
    return now < count.refusedUntil ? Math.ceil((count.refusedUntil - now) / 1000) : null;
  }
}

/** Refuses what goes beyond the rate of a service, before anything else is looked at (access.md §8, row 1). */
export const rateLimitPlugin = fp<{ limiter: RateLimiter }>(
  async (app, { limiter }) => {
    app.addHook('onRequest', async (request, reply) => {
      const wait = limiter.count(clientNetwork(request.ip), Date.now());
      if (wait !== null) return barePage(reply.header('retry-after', wait), 429, '429 Too Many Requests');
    });
  },
  { name: 'rate-limit', fastify: '5.x' },
);
