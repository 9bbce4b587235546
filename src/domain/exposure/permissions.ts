import type { ApiUser, Permission, Prisma } from '../../generated/prisma/client.js';
import type { Db } from '../database.js';
import { KEY_TYPES, type KeyType } from '../key-infos.js';
import { named } from './names.js';

/** The permissions given on offerings, with everybody who benefits from them, whether or not they have made a key. */

/**
 * A person who benefits; `enabled`: their account is not disabled; `keyTypes`: of the keys that they have, all of them
 * when they may make one more.
 */
export type Beneficiary = ApiUser & { readonly enabled: boolean; readonly keyTypes: readonly KeyType[] };

export interface GivenPermission {
  readonly permission: Permission;
  /** Through which they all benefit. */
  readonly community: { readonly _id: string; readonly name: string } | null;
  readonly beneficiaries: readonly Beneficiary[];
  /** Ids. */
  readonly offerings: ReadonlySet<string>;
}

const WITH_BENEFICIARIES = {
  user: true,
  community: { include: { supervisor: true, members: { include: { user: true } } } },
  offerings: { select: { offeringId: true } },
} as const satisfies Prisma.PermissionInclude;

/** The permissions that cover one of the offerings, whichever datastore gives them; oldest first. */
export async function readPermissionsOn(db: Db, offeringIds: readonly string[]): Promise<GivenPermission[]> {
  const rows = await db.permission.findMany({
    where: { offerings: { some: { offeringId: { in: [...offeringIds] } } } },
    include: WITH_BENEFICIARIES,
    orderBy: [{ creation: 'asc' }, { id: 'asc' }],
  });
  const people = rows.map(({ user, community }) => {
    const all = [user, community?.supervisor, ...(community?.members ?? []).map((member) => member.user)];
    return [...new Map(all.flatMap((each) => (each ? [[each.id, each] as const] : []))).values()];
  });
  const disabled = await readDisabled(db, people.flat());
  const keyTypes = await readKeyTypes(db, people.flat());
  return rows.map(({ user: _user, community, offerings, ...permission }, at) => ({
    permission,
    community: community === null ? null : named(community),
    beneficiaries: (people[at] ?? []).map((each) => ({
      ...each,
      enabled: !disabled.has(each.id),
      keyTypes: keyTypes.get(each.id) ?? [],
    })),
    offerings: new Set(offerings.map(({ offeringId }) => offeringId)),
  }));
}

async function readKeyTypes(db: Db, people: readonly ApiUser[]): Promise<ReadonlyMap<string, readonly KeyType[]>> {
  const quotas = new Map(people.map(({ id, keysQuota }) => [id, keysQuota]));
  const keys = await db.userKey.findMany({
    where: { userId: { in: [...quotas.keys()] } },
    select: { userId: true, type: true },
  });
  return new Map(
    [...quotas].map(([id, quota]) => {
      const own = keys.filter(({ userId }) => userId === id).map(({ type }) => type);
      return [id, KEY_TYPES.filter((type) => own.length < quota || own.includes(type))];
    }),
  );
}

async function readDisabled(db: Db, people: readonly ApiUser[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(people.map(({ id }) => id))];
  const rows = await db.account.findMany({ where: { id: { in: ids }, enabled: false }, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}
