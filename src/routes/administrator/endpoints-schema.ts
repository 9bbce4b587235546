import { Type } from 'typebox';
import { ENDPOINT_TYPES, ENDPOINT_URL_TYPES } from '../../catalogue/endpoints.js';
import { PageQuery } from '../lists.js';
import { Instant, LooseBoolean, Uuid } from '../schemas.js';

const EndpointTypeSchema = Type.Enum([...ENDPOINT_TYPES]);
const Name = Type.String({ minLength: 1, maxLength: 255 });
const Urls = Type.Array(
  Type.Object({
    type: Type.Enum([...ENDPOINT_URL_TYPES]),
    url: Type.String({ minLength: 1, maxLength: 1000, description: 'De ce serveur, ou le seul chemin.' }),
  }),
  { uniqueItems: true, minItems: 1, maxItems: 20 },
);

export const EndpointParams = Type.Object({ endpoint: Uuid });

export const EndpointsQuery = Type.Object({
  ...PageQuery.properties,
  type: Type.Optional(EndpointTypeSchema),
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
});

const settings = {
  force_metadata: Type.Optional(LooseBoolean),
  force_attribution: Type.Optional(LooseBoolean),
  search_publish: Type.Optional(LooseBoolean),
};

export const CreateEndpointBody = Type.Object(
  {
    name: Name,
    technical_name: Type.String({
      pattern:
        '^([a-z0-9-]+|https?://(www\\.)?[-a-zA-Z0-9@:%._+~#=]{1,256}\\.[a-zA-Z0-9()]{1,6}\\b[-a-zA-Z0-9()@:%_+.~#?&/=]*)$',
      maxLength: 255,
    }),
    type: EndpointTypeSchema,
    urls: Urls,
    open: LooseBoolean,
    metadata_fi: Type.String({ maxLength: 255, description: 'Identifiant de la métadonnée du service.' }),
    ...settings,
  },
  { title: 'EndpointCreateDto' },
);

export const PatchEndpointBody = Type.Object(
  {
    name: Type.Optional(Name),
    urls: Type.Optional(Urls),
    metadata_fi: Type.Optional(Type.String({ maxLength: 255 })),
    ...settings,
  },
  { title: 'EndpointUpdateDto' },
);

export const EndpointItemSchema = Type.Object(
  { _id: Uuid, creation: Instant, update: Instant, name: Type.String() },
  { title: 'EndpointListResponseDto' },
);
