import { Type } from 'typebox';
import { offeringStates } from '../../domain/states/offering.js';
import { CONFIGURATION_TYPES } from '../../domain/configuration-types/definition.js';
import { ENDPOINT_TYPES } from '../../catalogue/endpoints.js';
import { PageQuery, SortQuery } from '../lists.js';
import { Instant, LooseBoolean, Uuid } from '../schemas.js';

const OfferingType = Type.Enum([...CONFIGURATION_TYPES]);
/** Types of offerings that permissions may be about; more than those that can be published here. */
const ServiceType = Type.Enum(ENDPOINT_TYPES.filter((type) => type !== 'METADATA'));
const Text = Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' });

const Licence = Type.String({ minLength: 1, maxLength: 255 });
const EndDate = Type.Union([Type.String(), Type.Null()], {
  description: 'ISO 8601, dans le futur ; sans fuseau, la date est en UTC.',
  examples: ['2030-12-31T23:59:59Z'],
});
const Ids = Type.Array(Uuid, { minItems: 1, maxItems: 1000 });

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const DatastorePermissionParams = Type.Object({ datastore: Uuid, permission: Uuid });
export const CommunityParams = Type.Object({ community: Uuid });
export const CommunityPermissionParams = Type.Object({ community: Uuid, permission: Uuid });
export const PermissionParams = Type.Object({ permission: Uuid });

export const CreateBody = Type.Object(
  {
    licence: Licence,
    offerings: Ids,
    type: Type.Optional(
      Type.Enum(['ACCOUNT', 'COMMUNITY'], { description: 'Absent, il est déduit de "users" ou "communities".' }),
    ),
    users: Type.Optional(Ids),
    communities: Type.Optional(Ids),
    end_date: Type.Optional(EndDate),
    only_oauth: Type.Optional(LooseBoolean),
  },
  { title: 'PermissionCreateDto' },
);

export const PatchBody = Type.Object(
  {
    licence: Type.Optional(Licence),
    end_date: Type.Optional(EndDate),
    offerings: Type.Optional(Ids),
  },
  { title: 'PermissionUpdateDto' },
);

/** Query of the lists of given permissions, whatever they look at. */
export const LIST_FILTERS = {
  ...PageQuery.properties,
  ...SortQuery.properties,
  offering: Type.Optional(Uuid),
};

export const DatastoreListQuery = Type.Object(LIST_FILTERS);

export const CommunityListQuery = Type.Object({ ...PageQuery.properties, type: Type.Optional(ServiceType) });

export const MineQuery = Type.Object({
  ...CommunityListQuery.properties,
  personal: Type.Optional(Type.Boolean({ description: "Celles dont l'utilisateur est lui-même bénéficiaire." })),
  community: Type.Optional(Type.Boolean({ description: "Celles d'une de ses communautés." })),
  license: Type.Optional(Text),
  licence: Type.Optional(Text),
  only_oauth: Type.Optional(Type.Boolean()),
  layer_name: Type.Optional(Text),
});

/** An offering inside a permission or an access: no other members, strict clients refuse them (access.md §3.2). */
const referredOffering = {
  _id: Uuid,
  type: OfferingType,
  status: Type.Enum([...offeringStates.statuses]),
  layer_name: Type.String(),
  open: Type.Boolean(),
  available: Type.Boolean(),
};
const terms = { licence: Type.String(), end_date: Type.Optional(Instant), only_oauth: Type.Boolean() };

export const AccessOffering = Type.Object(referredOffering);
export const AccessPermission = Type.Object({ _id: Uuid, ...terms });

const dated = { _id: Uuid, creation: Instant, update: Instant, ...terms };

const given = {
  ...dated,
  offerings: Type.Array(Type.Object(referredOffering)),
  datastore_author: Type.Object({
    _id: Uuid,
    name: Type.String(),
    technical_name: Type.String(),
    active: Type.Boolean(),
  }),
  beneficiary: Type.Union([
    Type.Object({ _id: Uuid, last_name: Type.String(), first_name: Type.String() }),
    Type.Object({
      _id: Uuid,
      name: Type.String(),
      technical_name: Type.String(),
      contact: Type.String(),
      public: Type.Boolean(),
    }),
  ]),
};

export const GivenPermission = Type.Object(given, { title: 'PermissionStandardListResponseDto' });

export const HeldPermission = Type.Object(
  { ...dated, offerings: Type.Array(Type.Object(referredOffering)) },
  { title: 'PermissionWithOfferingsResponseDto' },
);

export const HeldPermissionDetail = Type.Object(
  {
    ...dated,
    offerings: Type.Array(
      Type.Object({
        ...referredOffering,
        urls: Type.Array(Type.Object({ type: Type.String(), url: Type.String() })),
      }),
    ),
  },
  { title: 'PermissionWithOfferingsDetailsResponseDto' },
);

export const PermissionUser = Type.Object(
  {
    _id: Uuid,
    creation: Instant,
    update: Instant,
    email: Type.String(),
    last_name: Type.String(),
    first_name: Type.String(),
  },
  { title: 'UserDto' },
);
