import type { Deps } from '../../deps.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { findHeldKeys } from '../guard/held-key.js';
import type { KeyRights } from '../guard/key-rights.js';

/** The keys that have an access to some offerings, with what the guard of the services lets them use at this moment. */

const WITH_KEY = {
  permission: { include: { offerings: { select: { offeringId: true } } } },
  key: {
    select: {
      id: true,
      name: true,
      type: true,
      whitelist: true,
      blacklist: true,
      userAgent: true,
      referer: true,
      user: true,
    },
  },
} as const satisfies Prisma.AccessInclude;

/** An access of a key: the intention; {@link HeldKeys.rightsOf} says what has become of it. */
export type AccessRow = Prisma.AccessGetPayload<{ include: typeof WITH_KEY }>;

export interface HeldKeys {
  readonly accesses: readonly AccessRow[];
  /** What a key may use, `null` when the guard knows no such key: the account of its owner is disabled. */
  rightsOf(keyId: string): KeyRights | null;
}

/** Reads the keys of the accesses to offerings as the guard reads them. @param now milliseconds */
export async function readHeldKeys(
  { prisma, pool }: Pick<Deps, 'prisma' | 'pool'>,
  offeringIds: readonly string[],
  now: number,
): Promise<HeldKeys> {
  const accesses = await prisma.access.findMany({
    where: { offeringId: { in: [...offeringIds] } },
    include: WITH_KEY,
    orderBy: [{ creation: 'asc' }, { id: 'asc' }],
  });
  const keys = await findHeldKeys(pool, 'id', [...new Set(accesses.map(({ keyId }) => keyId))]);
  return { accesses, rightsOf: (keyId) => keys.get(keyId)?.rightsAt(now) ?? null };
}
