import { type Static, Type } from 'typebox';
import { COMMUNITY_RIGHTS } from '../../domain/access.js';
import { Uuid } from '../schemas.js';

export const CommunityParams = Type.Object({ community: Uuid });

const Stamp = (description: string) => Type.String({ format: 'date-time', description });

/**
 * A community inside a user: exactly these members, because the QGIS plugin refuses any other
 * (access.md §3.2).
 */
const MemberCommunitySchema = Type.Object(
  {
    _id: Uuid,
    name: Type.String(),
    technical_name: Type.String(),
    public: Type.Boolean(),
    supervisor: Uuid,
    datastore: Type.Optional(Uuid),
  },
  { title: 'CommunityUserDto' },
);

export const UserResponse = Type.Object(
  {
    _id: Uuid,
    email: Type.String(),
    first_name: Type.String(),
    last_name: Type.String(),
    creation: Stamp('Premier appel de l’API.'),
    update: Stamp('Dernière modification.'),
    last_call: Type.Optional(Stamp('Dernier appel authentifié.')),
    last_login: Type.Optional(Stamp('Même valeur que last_call.')),
    communities_member: Type.Array(
      Type.Object(
        { rights: Type.Array(Type.Enum([...COMMUNITY_RIGHTS])), community: MemberCommunitySchema },
        { title: 'CommunityMemberDto' },
      ),
    ),
    documents_quota: Type.Integer({ description: 'Octets.' }),
    documents_use: Type.Integer({ description: 'Octets.' }),
    keys_quota: Type.Integer(),
    keys_use: Type.Integer(),
    technical: Type.Boolean(),
    administrator: Type.Boolean(),
  },
  { title: 'UserDetailsResponseDto' },
);

export type UserResponse = Static<typeof UserResponse>;
