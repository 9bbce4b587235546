import { hash, verify } from '@node-rs/argon2';

/**
 * Password hashing, argon2id with the parameters that OWASP recommends first (19 MiB, 2 passes,
 * 1 lane): the library's defaults, stated here because the decoy below must cost the same. The work
 * runs on libuv threads, off the event loop.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

let decoy: Promise<string> | undefined;

/** PHC string of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}

/**
 * Whether the password matches. Without a hash (unknown user, account without password) the same
 * work is done on a decoy, so that the time does not tell who exists.
 */
export async function verifyPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  if (typeof passwordHash === 'string') return verify(passwordHash, password);
  decoy ??= hashPassword('decoy');
  await verify(await decoy, password);
  return false;
}
