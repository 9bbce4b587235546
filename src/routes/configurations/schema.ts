import { Type } from 'typebox';
import { configurationStates } from '../../domain/states/configuration.js';
import { CONFIGURATION_TYPES } from '../../domain/configuration-types/definition.js';
import { PUBLISHABLE_TYPES, TYPE_INFOS_SCHEMAS } from '../../domain/configuration-types/index.js';
import { FieldsQuery, PageQuery, SortQuery } from '../lists.js';
import { Event, FreeObject, Instant, Tags, Uuid } from '../schemas.js';

const ConfigurationType = Type.Enum([...CONFIGURATION_TYPES]);
const ConfigurationStatus = Type.Enum([...configurationStates.statuses]);
const Name = Type.String({ minLength: 1, maxLength: 255 });
const MediaType = Type.String({ pattern: '^\\w+/[-+.\\w]+$', examples: ['image/png'] });

export const LayerName = Type.String({
  pattern: '^[A-Za-z_][A-Za-z0-9_\\-.]*$',
  maxLength: 255,
  description: 'Nom technique public, unique sur la plateforme par type de configuration.',
});

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const ConfigurationParams = Type.Object({ datastore: Uuid, configuration: Uuid });

const Attribution = Type.Object(
  {
    title: Type.String(),
    url: Type.String(),
    logo: Type.Optional(
      Type.Object({
        format: MediaType,
        url: Type.String(),
        width: Type.Integer({ minimum: 1 }),
        height: Type.Integer({ minimum: 1 }),
      }),
    ),
  },
  { title: 'ConfigurationAttribution' },
);

const Metadata = Type.Array(
  Type.Object({
    format: MediaType,
    url: Type.String(),
    type: Type.Enum(['ISO19115:2003', 'FGDC', 'TC211', '19139', 'Other', 'StyleSheet']),
  }),
  { uniqueItems: true },
);

/** Clients send back the empty objects and lists they read: they mean absent. */
const writable = {
  type: ConfigurationType,
  name: Name,
  type_infos: Type.Unsafe<Record<string, unknown>>(
    Type.Object(
      {},
      { description: `Contenu, de forme propre au type ; pris en charge : ${PUBLISHABLE_TYPES.join(', ')}.` },
    ),
  ),
  attribution: Type.Optional(Type.Union([Attribution, Type.Object({}, { additionalProperties: false }), Type.Null()])),
  metadata: Type.Optional(Type.Union([Metadata, Type.Null()])),
};

export const CreateBody = Type.Object({ ...writable, layer_name: LayerName }, { title: 'ConfigurationCreateDto' });

export const ReplaceBody = Type.Object(
  { ...writable, layer_name: Type.Optional(LayerName) },
  { title: 'ConfigurationFullUpdateDto' },
);

export const PatchBody = Type.Object(
  { name: Type.Optional(Name), extra: Type.Optional(FreeObject) },
  { title: 'ConfigurationPartialUpdateDto' },
);

/** Query of the lists of configurations, whatever they look at. */
export const LIST_FILTERS = {
  ...PageQuery.properties,
  ...FieldsQuery.properties,
  ...SortQuery.properties,
  type: Type.Optional(ConfigurationType),
  status: Type.Optional(ConfigurationStatus),
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
  layer_name: Type.Optional(Type.String({ description: 'Comme name.' })),
  stored_data: Type.Optional(Uuid),
};

export const ListQuery = Type.Object(LIST_FILTERS);

export const LIST_FIELDS = {
  defaults: ['name', 'layer_name', 'type', 'status'],
  legal: [
    'name',
    'layer_name',
    'type',
    'status',
    'attributions',
    'metadatas',
    'tags',
    'creation',
    'last_event',
    'update',
  ],
  aliases: { attributions: 'attribution', metadatas: 'metadata', attribution: 'attribution', metadata: 'metadata' },
} as const;

const shown = {
  creation: Instant,
  update: Instant,
  name: Name,
  layer_name: LayerName,
  type: ConfigurationType,
  status: ConfigurationStatus,
  tags: Tags,
  last_event: Type.Optional(Event),
  attribution: Type.Optional(Attribution),
  metadata: Type.Optional(Metadata),
};

export const ConfigurationItem = Type.Intersect([Type.Object({ _id: Uuid }), Type.Partial(Type.Object(shown))]);

export const ConfigurationDetail = Type.Object(
  {
    _id: Uuid,
    ...shown,
    extra: Type.Optional(FreeObject),
    type_infos: Type.Union([...TYPE_INFOS_SCHEMAS]),
  },
  { title: 'ConfigurationStandardDetailResponseDto' },
);
