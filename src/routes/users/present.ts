import type { UserProfile } from '../../domain/users.js';
import type { UserResponse } from './schema.js';

/** The profile as `GET /users/me` answers it. Keys are not built yet: none is used. */
export function presentProfile({ user, communities, documentsUse }: UserProfile): UserResponse {
  const lastCall = user.lastCall?.toISOString();
  return {
    _id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    creation: user.creation.toISOString(),
    update: user.creation.toISOString(),
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
    keys_use: 0,
    technical: user.technical,
    administrator: user.administrator,
  };
}
