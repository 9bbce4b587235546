import { Type } from 'typebox';
import { configurationStates } from '../../domain/states/configuration.js';
import { offeringStates } from '../../domain/states/offering.js';
import { CONFIGURATION_TYPES } from '../../domain/configuration-types/definition.js';
import { FieldsQuery, PageQuery, SortQuery } from '../lists.js';
import { FreeObject, Instant, LooseBoolean, Uuid } from '../schemas.js';

export const OfferingType = Type.Enum([...CONFIGURATION_TYPES]);
const OfferingStatus = Type.Enum([...offeringStates.statuses]);

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const OfferingParams = Type.Object({ datastore: Uuid, offering: Uuid });
export const ConfigurationParams = Type.Object({ datastore: Uuid, configuration: Uuid });

export const CreateBody = Type.Object(
  {
    endpoint: Uuid,
    open: Type.Optional(LooseBoolean),
    permissions: Type.Optional(Type.Array(Uuid, { maxItems: 1000 })),
    public_activity: Type.Optional(LooseBoolean),
  },
  { title: 'OfferingCreateDto' },
);

export const PatchBody = Type.Object(
  {
    open: Type.Optional(LooseBoolean),
    /** Without effect since the platform withdrew it (2025-11-20); clients still send it. */
    available: Type.Optional(LooseBoolean),
    extra: Type.Optional(FreeObject),
    public_activity: Type.Optional(LooseBoolean),
  },
  { title: 'OfferingUpdateDto' },
);

export const OfConfigurationQuery = Type.Object({ ...PageQuery.properties, ...FieldsQuery.properties });

/** Query of the lists of offerings, whatever they look at. */
export const LIST_FILTERS = {
  ...OfConfigurationQuery.properties,
  ...SortQuery.properties,
  type: Type.Optional(OfferingType),
  status: Type.Optional(OfferingStatus),
  layer_name: Type.Optional(
    Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' }),
  ),
  endpoint: Type.Optional(Uuid),
  configuration: Type.Optional(Uuid),
  stored_data: Type.Optional(Uuid),
  is_open: Type.Optional(Type.Boolean()),
};

export const ListQuery = Type.Object(LIST_FILTERS);

export const LIST_FIELDS = {
  defaults: ['open', 'available', 'layer_name', 'type', 'status'],
  legal: [
    'open',
    'available',
    'layer_name',
    'type',
    'status',
    'endpoint',
    'configuration',
    'urls',
    'creation',
    'extra',
    'update',
    'public_activity',
  ],
} as const;

const shown = {
  creation: Instant,
  update: Instant,
  open: Type.Boolean(),
  available: Type.Boolean(),
  layer_name: Type.String(),
  type: OfferingType,
  status: OfferingStatus,
  configuration: Type.Object({
    _id: Uuid,
    creation: Instant,
    update: Instant,
    name: Type.String(),
    status: Type.Enum([...configurationStates.statuses]),
  }),
  endpoint: Type.Object({ _id: Uuid, creation: Instant, update: Instant, name: Type.String() }),
  urls: Type.Array(Type.Object({ type: Type.String(), url: Type.String() })),
  public_activity: Type.Boolean(),
  extra: Type.Optional(FreeObject),
};

export const OfferingItem = Type.Intersect([Type.Object({ _id: Uuid }), Type.Partial(Type.Object(shown))]);

export const OfferingDetail = Type.Object({ _id: Uuid, ...shown }, { title: 'OfferingStandardDetailResponseDto' });
