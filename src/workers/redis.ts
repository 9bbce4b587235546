import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';

/** Longest wait for an answer on a connection that serves requests: a Redis that hangs must not hang them. */
export const REQUEST_TIMEOUT_MS = 5000;

/**
 * Opens a Redis connection from `redis://`, `rediss://` or `unix:///path/to/socket`. Commands wait
 * for a lost connection to come back instead of failing, as BullMQ needs.
 */
export function openRedis(url: string, log: Logger, options: RedisOptions = {}): Redis {
  const target = url.startsWith('unix://') ? url.slice('unix://'.length) : url;
  const redis = new Redis(target, { ...options, maxRetriesPerRequest: null });
  redis.on('error', (error: Error) => log.warn({ err: error }, 'Redis:Error'));
  return redis;
}
