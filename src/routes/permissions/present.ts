import { type PublicUrl, withOrigin } from '../../domain/offering-urls.js';
import type { PermissionRecord, ReferredOffering } from '../../domain/permission-reads.js';
import type { ApiUser, Permission } from '../../generated/prisma/client.js';
import { presentDates, presentInstant, presentOptional } from '../present.js';

/** What a permission says: `end_date` is absent when there is none, `only_oauth` never. */
export function presentTerms(permission: Pick<Permission, 'licence' | 'endDate' | 'onlyOauth'>) {
  const { licence, endDate, onlyOauth } = permission;
  return { licence, ...presentOptional({ end_date: endDate && presentInstant(endDate) }), only_oauth: onlyOauth };
}

/** An offering as permissions and accesses name it. */
export function presentReferredOffering({ id, status, open, available, configuration }: ReferredOffering) {
  return { _id: id, type: configuration.type, status, layer_name: configuration.layerName, open, available };
}

/** A permission for the producer who gave it. */
export function presentGivenPermission(permission: PermissionRecord) {
  const { datastore } = permission;
  return {
    ...presentHeldPermission(permission),
    datastore_author: {
      _id: datastore.id,
      name: datastore.community.name,
      technical_name: datastore.community.technicalName,
      active: datastore.active,
    },
    beneficiary: presentBeneficiary(permission),
  };
}

/** A permission for those who benefit from it. */
export function presentHeldPermission(permission: PermissionRecord) {
  return {
    _id: permission.id,
    ...presentDates(permission),
    ...presentTerms(permission),
    offerings: permission.offerings.map(({ offering }) => presentReferredOffering(offering)),
  };
}

/** The same in full: with the addresses of the offerings. */
export function presentHeldPermissionDetail(permission: PermissionRecord, origin: string) {
  return {
    ...presentHeldPermission(permission),
    offerings: permission.offerings.map(({ offering }) => ({
      ...presentReferredOffering(offering),
      urls: withOrigin(offering.urls as unknown as PublicUrl[], origin),
    })),
  };
}

/** Somebody who uses a permission. */
export function presentPermissionUser(user: ApiUser) {
  const { id, email, lastName, firstName } = user;
  return { _id: id, ...presentDates(user), email, last_name: lastName, first_name: firstName };
}

/** Exactly the members that the QGIS plugin knows (access.md §3.2). */
function presentBeneficiary({ user, community }: PermissionRecord) {
  if (user !== null) return { _id: user.id, last_name: user.lastName, first_name: user.firstName };
  if (community === null) throw new Error('a permission has no beneficiary');
  const { id, name, technicalName, contact, public: isPublic } = community;
  return { _id: id, name, technical_name: technicalName, contact, public: isPublic };
}
