import type { LoginThrottle } from '../../identity/throttle.js';
import { LruMap } from '../../render/lru-map.js';
import { clientNetwork } from '../ip-ranges.js';

/** Secrets remembered to have been right, each with the client that knew it. */
const MAX_PROVEN = 20_000;

/** Where secrets of keys are guessed: among all of a type, and at one login when there is one. */
export interface GuessSubject {
  readonly type: 'HASH' | 'HEADER' | 'BASIC';
  readonly login?: string;
}

/**
 * Slows clients that guess secrets of keys (access.md §9). A client that has shown a secret once goes on with it,
 * whatever others guess behind the same address; to any other client that secret stays one to be guessed, for else
 * guesses of keys in use would not be slowed.
 */
export class Guesses {
  private readonly proven = new LruMap<string, true>(MAX_PROVEN);

  constructor(private readonly throttle: LoginThrottle) {}

  /** Whether a client has shown a secret that was right: {@link look} then asks for nothing but what it opens. */
  isProven(attempt: { address: string; secret: string }): boolean {
    return this.proven.get(markOf(attempt)) === true;
  }

  /**
   * Looks at a secret that a client shows.
   * @param attempt.secret what stands for it
   * @param look finds what it opens; long work asks first whether the client has failed too often meanwhile
   * @returns `null` for nothing, and for a client whose secrets are not looked at any more
   */
  async look<T>(
    { subject, address, secret }: { subject: GuessSubject; address: string; secret: string },
    look: (isRefused: () => Promise<boolean>) => Promise<T | null>,
  ): Promise<T | null> {
    const mark = markOf({ address, secret });
    const isProven = this.proven.get(mark) === true;
    const names = namesOf(subject);
    if (!isProven && !(await this.admits(names, address))) return null;
    const isRefused = async () => !isProven && (await this.refuses(names, address));
    const found = await look(isRefused);
    if (found === null) {
      this.proven.delete(mark);
      for (const name of names) await this.throttle.failed(name, address);
      return null;
    }
    if (isProven) return found;
    if (await isRefused()) return null;
    if (subject.login !== undefined) await this.throttle.succeeded(loginName(subject.login), address);
    this.proven.set(mark, true);
    return found;
  }

  private async admits(names: readonly string[], address: string): Promise<boolean> {
    for (const name of names) if (!(await this.throttle.admit(name, address))) return false;
    return true;
  }

  private async refuses(names: readonly string[], address: string): Promise<boolean> {
    for (const name of names) if (await this.throttle.refuses(name, address)) return true;
    return false;
  }
}

const markOf = ({ address, secret }: { address: string; secret: string }) => `${clientNetwork(address)} ${secret}`;

/** Names under which failures are counted, beside those of accounts: no account has a slash in its name. */
function namesOf({ type, login }: GuessSubject): string[] {
  return login === undefined ? [`key/${type}`] : [`key/${type}`, loginName(login)];
}

const loginName = (login: string) => `key/BASIC/${login}`;
