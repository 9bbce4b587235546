import { createHmac, randomBytes } from 'node:crypto';
import { verifyPassword } from '../../identity/passwords.js';
import { LruMap } from '../../render/lru-map.js';
import { Turns } from '../turns.js';

/** Passwords remembered, about 200 bytes each. */
const CAPACITY = 10_000;

/** Passwords compared at once: each takes 19 MiB and a thread. */
const AT_ONCE = 2;

/**
 * Comparison of the passwords of keys, which is made to be slow: one that was right is remembered, by a code of it and
 * of the hash that it fits, made with a secret of this process. Neither can be read in memory, and the hash of another
 * password makes another code.
 */
export class PasswordMemory {
  private readonly secret = randomBytes(32);
  private readonly right = new LruMap<string, true>(CAPACITY);
  private readonly compared = new Map<string, Promise<boolean>>();
  private readonly turns = new Turns(AT_ONCE);

  /** Whether it is known already that the password fits the hash. */
  knows(passwordHash: string, password: string): boolean {
    return this.right.get(this.codeOf(passwordHash, password)) === true;
  }

  /** Whether the password fits the hash; without a hash the same work is done for nothing. */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    const code = this.codeOf(passwordHash ?? '', password);
    const underWay = this.compared.get(code);
    if (underWay !== undefined) return underWay;
    const fits = this.turns.take(() => verifyPassword(passwordHash, password));
    this.compared.set(code, fits);
    try {
      if (await fits) this.right.set(code, true);
      return await fits;
    } finally {
      this.compared.delete(code);
    }
  }

  private codeOf(passwordHash: string, password: string): string {
    return createHmac('sha256', this.secret).update(`${passwordHash}\0${password}`).digest('base64');
  }
}
