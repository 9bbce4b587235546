import { Type } from 'typebox';
import { ENDPOINT_TYPES, ENDPOINT_URL_TYPES } from '../../catalogue/endpoints.js';
import { STORAGE_TYPES } from '../../catalogue/storages.js';
import { PageQuery } from '../lists.js';
import { Instant, Uuid } from '../schemas.js';

export const DatastoreParams = Type.Object({ datastore: Uuid });

const StorageTypeSchema = Type.Enum([...STORAGE_TYPES]);

const Use = { use: Type.Integer(), quota: Type.Integer() };

/** `type` beside `storage` is what the QGIS plugin reads (lifecycle §10, 15). */
const LentStorageSchema = Type.Object(
  {
    ...Use,
    type: StorageTypeSchema,
    storage: Type.Object({
      _id: Uuid,
      name: Type.String(),
      type: StorageTypeSchema,
      labels: Type.Array(Type.String()),
      creation: Instant,
      update: Instant,
    }),
  },
  { title: 'DatastoreStorageResponseDto', description: 'Octets, ou nombre de fichiers pour les annexes.' },
);

export const EndpointSchema = Type.Object(
  {
    _id: Uuid,
    creation: Instant,
    update: Instant,
    name: Type.String(),
    technical_name: Type.String(),
    type: Type.Enum([...ENDPOINT_TYPES]),
    urls: Type.Array(Type.Object({ type: Type.Enum([...ENDPOINT_URL_TYPES]), url: Type.String() })),
    open: Type.Boolean(),
    force_metadata: Type.Boolean(),
    force_attribution: Type.Boolean(),
    search_publish: Type.Boolean(),
    metadata_fi: Type.Optional(Type.String()),
  },
  { title: 'EndpointDetailResponseDto' },
);

export const LentEndpointSchema = Type.Object(
  { ...Use, endpoint: EndpointSchema },
  { title: 'DatastoreEndpointStandardResponseDto', description: "Nombres d'offres." },
);

export const StoragesSchema = Type.Object(
  {
    data: Type.Array(LentStorageSchema),
    uploads: Type.Optional(LentStorageSchema),
    annexes: Type.Optional(LentStorageSchema),
  },
  { title: 'DatastoreStoragesResponseDto' },
);

export const DatastoreSchema = Type.Object(
  {
    _id: Uuid,
    creation: Instant,
    update: Instant,
    name: Type.String(),
    technical_name: Type.String(),
    description: Type.Optional(Type.String()),
    community: Type.Object({ _id: Uuid, contact: Type.String(), public: Type.Boolean() }),
    active: Type.Boolean(),
    sharings: Type.Boolean(),
    metadata_file_identifier_prefix: Type.Optional(Type.String()),
    configuration_layer_name_prefix: Type.Optional(Type.String()),
    processings: Type.Array(Uuid),
    checks: Type.Array(Uuid),
    endpoints: Type.Array(LentEndpointSchema),
    storages: StoragesSchema,
  },
  { title: 'DatastoreDetailResponseDto' },
);

const UseRatio = Type.Optional(
  Type.Number({ minimum: 0, description: 'Ne garder que ce qui est utilisé à plus de ce pourcentage du quota.' }),
);

/** Query of the lists of lent endpoints, whatever they look at. */
export const ENDPOINT_FILTERS = {
  ...PageQuery.properties,
  name: Type.Optional(Type.String()),
  type: Type.Optional(Type.Enum([...ENDPOINT_TYPES])),
  open: Type.Optional(Type.Boolean()),
  use_ratio: UseRatio,
};

export const EndpointsQuery = Type.Object(ENDPOINT_FILTERS);

export const StoragesQuery = Type.Object({ type: Type.Optional(StorageTypeSchema), use_ratio: UseRatio });
