import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/**
 * Slows password guessing (access.md §9). Failures are counted per user name and address, known user
 * or not; the count is shared by the replicas and forgotten when the guessing stops.
 */
export interface LoginThrottle {
  /** Waits when needed; answers false when the attempt must be refused without looking at it. */
  admit(username: string, address: string): Promise<boolean>;
  failed(username: string, address: string): Promise<void>;
  succeeded(username: string, address: string): Promise<void>;
}

/** The SDK tries 6 times in a row by itself: that must not lock anybody out. */
const FREE_FAILURES = 5;
const DELAY_MS = 1000;
const LOCKING_FAILURES = 30;
const LOCK_SECONDS = 60;
const MEMORY_SECONDS = 15 * 60;

/** Beginning of every Redis key of the throttle; `prefix` is the emulator's own, without final colon. */
export function throttlePrefix(prefix: string): string {
  return `${prefix}:login:`;
}

/** @param options.prefix prefix of every Redis key of this emulator, without final colon */
export function createLoginThrottle(options: { redis: Redis; prefix: string; delayMs?: number }): LoginThrottle {
  const { redis, prefix, delayMs = DELAY_MS } = options;
  const keyOf = (username: string, address: string) => `${throttlePrefix(prefix)}${username.toLowerCase()}|${address}`;
  return {
    async admit(username, address) {
      const failures = Number((await redis.get(keyOf(username, address))) ?? 0);
      if (failures >= LOCKING_FAILURES) return false;
      if (failures > FREE_FAILURES) await delay(delayMs);
      return true;
    },
    async failed(username, address) {
      const key = keyOf(username, address);
      const failures = await redis.incr(key);
      await redis.expire(key, failures >= LOCKING_FAILURES ? LOCK_SECONDS : MEMORY_SECONDS);
    },
    async succeeded(username, address) {
      await redis.del(keyOf(username, address));
    },
  };
}
