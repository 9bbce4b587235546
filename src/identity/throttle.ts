import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { clientNetwork } from '../domain/ip-ranges.js';

/**
 * Slows password guessing (access.md §9). Failures are counted per user name and address, known user
 * or not; the count is shared by the replicas and forgotten when the guessing stops.
 */
export interface LoginThrottle {
  /** Waits when needed; answers false when the attempt must be refused without looking at it. */
  admit(username: string, address: string): Promise<boolean>;
  /** Whether attempts are refused by now: of many sent at once, all were admitted before the first had failed. */
  refuses(username: string, address: string): Promise<boolean>;
  failed(username: string, address: string): Promise<void>;
  succeeded(username: string, address: string): Promise<void>;
}

/** The SDK tries 6 times in a row by itself: that must not lock anybody out. */
const FREE_FAILURES = 5;
const DELAY_MS = 1000;
const LOCKING_FAILURES = 30;
const LOCK_SECONDS = 60;
const MEMORY_SECONDS = 15 * 60;

/** Characters of a name that count: longer ones share a count, and fill no memory. */
const MAX_NAME = 300;

/** Beginning of every Redis key of the throttle; `prefix` is the emulator's own, without final colon. */
export function throttlePrefix(prefix: string): string {
  return `${prefix}:login:`;
}

/** @param options.prefix prefix of every Redis key of this emulator, without final colon */
export function createLoginThrottle(options: { redis: Redis; prefix: string; delayMs?: number }): LoginThrottle {
  const { redis, prefix, delayMs = DELAY_MS } = options;
  const keyOf = (username: string, address: string) =>
    `${throttlePrefix(prefix)}${username.slice(0, MAX_NAME).toLowerCase()}|${clientNetwork(address)}`;
  const failuresOf = async (username: string, address: string) =>
    Number((await redis.get(keyOf(username, address))) ?? 0);
  return {
    async admit(username, address) {
      const failures = await failuresOf(username, address);
      if (failures >= LOCKING_FAILURES) return false;
      if (failures > FREE_FAILURES) await delay(delayMs);
      return true;
    },
    async refuses(username, address) {
      return (await failuresOf(username, address)) >= LOCKING_FAILURES;
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
