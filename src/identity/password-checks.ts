import { createHmac, randomBytes } from 'node:crypto';
import { verifyPassword } from '../../identity/passwords.js';
import { LruMap } from '../../render/lru-map.js';
import { Slots } from '../../slots.js';

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
  private readonly turns = new Slots(AT_ONCE);

  /**
   * Whether the password fits the hash; without a hash the same work is done for nothing.
   * @param isRefused asked once its turn has come, which may be long after: the work is then spared
   */
  async verify(passwordHash: string | null, password: string, isRefused: () => Promise<boolean>): Promise<boolean> {
    const code = this.codeOf(passwordHash, password);
    if (this.right.get(code) === true) return true;
    return this.turns.run(async () => {
      // The same password may have been right meanwhile.
      if (this.right.get(code) === true) return true;
      if (await isRefused()) return false;
      const fits = await verifyPassword(passwordHash, password);
      if (fits) this.right.set(code, true);
      return fits;
    });
  }

  /** What stands for a password and the hash that it is compared with. */
  codeOf(passwordHash: string | null, password: string): string {
    return createHmac('sha256', this.secret)
      .update(`${passwordHash ?? ''}\0${password}`)
      .digest('base64');
  }
}
