import type { AccessRecord } from '../../domain/key-accesses.js';
import type { KeyDetail } from '../../domain/user-keys.js';
import type { UserKey } from '../../generated/prisma/client.js';
import { presentReferredOffering, presentTerms } from '../permissions/present.js';
import { presentDates, presentOptional } from '../present.js';

/** A key in a list: nothing of what it holds. */
export function presentKeyItem(key: UserKey) {
  return { _id: key.id, ...presentDates(key), name: key.name, type: key.type };
}

/** A key for its owner. Lists are always there: cartes.gouv.fr takes an absent one for a whitelist (access.md §5). */
export function presentKey(key: KeyDetail) {
  return {
    ...presentKeyItem(key),
    whitelist: key.whitelist,
    blacklist: key.blacklist,
    ...presentOptional({ user_agent: key.userAgent, referer: key.referer }),
    type_infos: key.typeInfos,
  };
}

/** An access of a key. */
export function presentAccess(access: AccessRecord) {
  const { permission } = access;
  return {
    _id: access.id,
    ...presentDates(access),
    ...presentOptional({ permission: permission && { _id: permission.id, ...presentTerms(permission) } }),
    offering: presentReferredOffering(access.offering),
  };
}

/** An access among those of all the keys of a person. */
export function presentAccessWithKey(access: AccessRecord) {
  const { id, name, type } = access.key;
  return { ...presentAccess(access), key: { _id: id, name, type } };
}
