import type { Static } from 'typebox';
import type { CommunityDetail, CommunityItem } from '../../domain/communities.js';
import type { CommunityMember } from '../../domain/members.js';
import type { ApiUser } from '../../generated/prisma/client.js';
import { presentDates, presentOptional } from '../present.js';
import type { CommunityItemSchema, CommunitySchema, MemberSchema, UserSchema } from './schema.js';

/** A person as other members see them. */
export function presentUser(user: ApiUser): Static<typeof UserSchema> {
  return {
    _id: user.id,
    ...presentDates({ creation: user.creation }),
    email: user.email,
    last_name: user.lastName,
    first_name: user.firstName,
  };
}

/** A community in a list. */
export function presentCommunityItem(community: CommunityItem): Static<typeof CommunityItemSchema> {
  const { organization } = community;
  return {
    _id: community.id,
    ...presentDates(community),
    name: community.name,
    technical_name: community.technicalName,
    contact: community.contact,
    public: community.public,
    ...presentOptional({
      description: community.description,
      organization:
        organization === null ? null : { _id: organization.id, ...presentDates(organization), name: organization.name },
    }),
  };
}

/** A community in full. */
export function presentCommunity(community: CommunityDetail): Static<typeof CommunitySchema> {
  const { supervisor, datastore } = community;
  return {
    ...presentCommunityItem(community),
    supervisor: presentUser(supervisor),
    ...presentOptional({
      datastore:
        datastore === null ? null : { _id: datastore.id, ...presentDates(datastore), active: datastore.active },
    }),
  };
}

/** A member of a community, with the dates of the membership. */
export function presentMember(member: CommunityMember): Static<typeof MemberSchema> {
  return { rights: [...member.rights], user: presentUser(member.user), ...presentDates(member) };
}
