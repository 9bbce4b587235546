import type { Consumer } from '../traffic.js';
import { AccessRefusal } from './refusal.js';

/** An access that holds, as long as its permission does. Ids. */
export interface Grant {
  readonly offering: string;
  readonly access: string;
  readonly permission: string | null;
  /** When the permission ends, milliseconds; `null`: never, or the offering needs none. */
  readonly until: number | null;
}

/** What a key may use at some time: the same object as long as that stays the same, so that work may be kept by it. */
export class KeyRights {
  private readonly grants: ReadonlyMap<string, Grant>;
  /** When they change by themselves, milliseconds. */
  readonly until: number;

  constructor(
    private readonly key: {
      readonly id: string;
      readonly user: string;
      readonly headerNames: readonly string[] | null;
    },
    all: readonly Grant[],
    now: number,
  ) {
    const grants = all.filter(({ until }) => until === null || now < until);
    this.grants = new Map(grants.map((grant) => [grant.offering, grant]));
    this.until = Math.min(...grants.map(({ until }) => until ?? Infinity));
  }

  /** Names of the headers that the key is told by, when it is a HEADER key: caches look at them too. */
  get headerNames(): readonly string[] {
    return this.key.headerNames ?? [];
  }

  /** Whether the key may use an offering. */
  allows(offering: string): boolean {
    return this.grants.has(offering);
  }

  /** @throws AccessRefusal unless the key may use all of the offerings */
  assertAllows(offerings: Iterable<string>): void {
    for (const offering of offerings) if (!this.allows(offering)) throw new AccessRefusal(403);
  }

  /** On whose account the use of an offering is counted. */
  consumerOf(offering: string): Consumer | undefined {
    const grant = this.grants.get(offering);
    if (grant === undefined) return undefined;
    return { key: this.key.id, user: this.key.user, access: grant.access, permission: grant.permission };
  }
}
