import { Type } from 'typebox';
import { COMMUNITY_RIGHTS } from '../../domain/access.js';
import { PageQuery } from '../lists.js';
import { Instant, LooseBoolean, Uuid } from '../schemas.js';

export const CommunityParams = Type.Object({ community: Uuid });
export const MemberParams = Type.Object({ community: Uuid, user: Uuid });

const Dates = { creation: Instant, update: Instant };

/** A person whom the answer says everything about that another may know. */
export const UserSchema = Type.Object(
  { _id: Uuid, ...Dates, email: Type.String(), last_name: Type.String(), first_name: Type.String() },
  { title: 'UserDto' },
);

const listed = {
  _id: Uuid,
  ...Dates,
  name: Type.String(),
  description: Type.Optional(Type.String()),
  technical_name: Type.String(),
  contact: Type.String(),
  organization: Type.Optional(
    Type.Object({ _id: Uuid, ...Dates, name: Type.String() }, { title: 'CommunityOrganizationResponseDto' }),
  ),
  public: Type.Boolean(),
};

export const CommunityItemSchema = Type.Object(listed, { title: 'CommunityListResponseDto' });

export const CommunitySchema = Type.Object(
  {
    ...listed,
    supervisor: UserSchema,
    datastore: Type.Optional(
      Type.Object({ _id: Uuid, ...Dates, active: Type.Boolean() }, { title: 'CommunityDatastoreResponseDto' }),
    ),
  },
  { title: 'CommunityDetailResponseDto' },
);

export const PatchBody = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    description: Type.Optional(Type.String({ maxLength: 10_000, description: 'Vide : la description est retirée.' })),
    contact: Type.Optional(
      Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$', maxLength: 255, description: 'Adresse électronique.' }),
    ),
    public: Type.Optional(LooseBoolean),
    supervisor: Type.Optional(
      Type.String({ format: 'uuid', description: 'Seul un administrateur peut en désigner un autre.' }),
    ),
  },
  { title: 'CommunityUpdateDto' },
);

const Right = Type.Enum([...COMMUNITY_RIGHTS]);

export const MembersQuery = Type.Object({
  ...PageQuery.properties,
  rights: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: `Droits que les membres ont tous, répétés ou séparés par des virgules : ${COMMUNITY_RIGHTS.join(', ')}.`,
    }),
  ),
});

export const MemberSchema = Type.Object(
  { rights: Type.Array(Right), user: UserSchema, ...Dates },
  { title: 'CommunityUserResponseDto', description: "Dates de l'appartenance à la communauté." },
);

export const MemberBody = Type.Object(
  { rights: Type.Optional(Type.Array(Right, { description: 'Remplacent ceux du membre ; aucun par défaut.' })) },
  { title: 'CommunityAddUserDto' },
);
