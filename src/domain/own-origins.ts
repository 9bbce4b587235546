import type { Config } from '../config.js';

/** Where the emulator itself answers. */
export function ownOrigins({ issuer, port }: Pick<Config, 'issuer' | 'port'>): string[] {
  return [new URL(issuer).origin, ...['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`)];
}
