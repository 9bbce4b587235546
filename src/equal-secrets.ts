import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same. The time that it takes tells neither where they differ nor how long they are. */
export function equalSecrets(one: string, other: string): boolean {
  // Digests have the same length, which the comparison needs.
  return timingSafeEqual(digest(one), digest(other));
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
