import type { UserProfile } from '../../domain/users.js';
import { presentDates, presentInstant } from '../present.js';
import type { UserResponse } from './schema.js';

/** The profile as `GET /users/me` answers it. */
export function presentProfile({ user, communities, documentsUse, keysUse }: UserProfile): UserResponse {
  const lastCall = user.lastCall === null ? undefined : presentInstant(user.lastCall);
  return {
    _id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    ...presentDates({ creation: user.creation }),
    ...(lastCall === undefined ? {} : { last_call: lastCall, last_login: lastCall }),
    communities_member: communities.map((community) => ({
      rights: [...community.rights],
      community: {
        _id: community.id,
        name: community.name,
        technical_name: community.technicalName,
        public: community.public,
        supervisor: community.supervisorId,
        ...(community.datastoreId === undefined ? {} : { datastore: community.datastoreId }),
      },
    })),
    documents_quota: Number(user.documentsQuota),
    documents_use: documentsUse,
    keys_quota: user.keysQuota,
    keys_use: keysUse,
    technical: user.technical,
    administrator: user.administrator,
  };
}
