import { createHmac, randomBytes } from 'node:crypto';
import { clientNetwork } from '../domain/ip-ranges.js';
import { LruMap } from '../render/lru-map.js';
import { SharedSlots } from '../slots.js';
import { verifyPassword } from './passwords.js';

/** Passwords remembered, about 200 bytes each. */
const CAPACITY = 10_000;

/** Passwords compared at once: each takes 19 MiB and a thread, of those that also read files. */
const BOUNDS = { places: 2, part: 1, room: 100 };

/** How long a password waits for its turn, milliseconds. */
const PATIENCE_MS = 10_000;

/** Who shows a password. */
export interface PasswordClient {
  readonly address: string;
  /** Asked once its turn has come, which may be long after: the work is then spared. */
  readonly isRefused: () => Promise<boolean>;
}

/**
 * Comparison of the passwords of accounts and keys, which is made to be slow. Clients take turns, and one that was right
 * is remembered, whoever shows others meanwhile: by a code of it and of the hash that it fits, made with a secret of this
 * process. Neither can be read in memory, and the hash of another password makes another code.
 */
export class PasswordChecks {
  private readonly secret = randomBytes(32);
  private readonly right = new LruMap<string, true>(CAPACITY);
  private readonly turns = new SharedSlots(BOUNDS);

  /**
   * Whether the password fits the hash; without a hash the same work is done for nothing.
   * @throws BusyError when too many passwords are waiting
   */
  async verify(passwordHash: string | null, password: string, client: PasswordClient): Promise<boolean> {
    const code = this.codeOf(passwordHash, password);
    if (this.right.get(code) === true) return true;
    const leave = await this.turns.take(clientNetwork(client.address), { patienceMs: PATIENCE_MS });
    try {
      // The same password may have been right meanwhile.
      if (this.right.get(code) === true) return true;
      if (await client.isRefused()) return false;
      const fits = await verifyPassword(passwordHash, password);
      if (fits) this.right.set(code, true);
      return fits;
    } finally {
      leave();
    }
  }

  /** What stands for a password and the hash that it is compared with. */
  codeOf(passwordHash: string | null, password: string): string {
    return createHmac('sha256', this.secret)
      .update(`${passwordHash ?? ''}\0${password}`)
      .digest('base64');
  }
}
