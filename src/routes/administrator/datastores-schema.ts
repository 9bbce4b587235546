import { Type } from 'typebox';
import { PageQuery, SortQuery } from '../lists.js';
import { Instant, LooseBoolean, Uuid } from '../schemas.js';

export const DatastoresQuery = Type.Object({
  ...PageQuery.properties,
  ...SortQuery.properties,
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
  active: Type.Optional(Type.Boolean()),
});

const listed = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  name: Type.String(),
  technical_name: Type.String(),
  active: Type.Boolean(),
};

export const DatastoreItemSchema = Type.Object(listed, { title: 'DatastoreListResponseDto' });

const Figure = Type.Optional(Type.Integer());

export const StorageDatastoreSchema = Type.Object(
  {
    ...listed,
    storage_annexes_use: Figure,
    storage_annexes_quota: Figure,
    storage_uploads_use: Figure,
    storage_uploads_quota: Figure,
    storage_data_use: Figure,
    storage_data_quota: Figure,
  },
  { title: 'DatastoreListWithStorageUsageResponseDto', description: 'Octets, ou nombre de fichiers pour les annexes.' },
);

export const EndpointDatastoreSchema = Type.Object(
  { ...listed, use: Type.Integer(), quota: Type.Integer() },
  { title: 'DatastoreListWithEndpointUsageResponseDto', description: "Nombres d'offres." },
);

const Quota = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const StorageGrant = Type.Object({ storage: Uuid, quota: Quota }, { title: 'DatastoreStorageDto' });
const EndpointGrant = Type.Object(
  { endpoint: Uuid, quota: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }) },
  { title: 'DatastoreEndpointDto' },
);
const Ids = Type.Array(Uuid, { uniqueItems: true, maxItems: 1000 });
const DataStorages = Type.Array(StorageGrant, { uniqueItems: true, maxItems: 100 });
const Endpoints = Type.Array(EndpointGrant, { uniqueItems: true, maxItems: 1000 });

const settings = {
  processings: Type.Optional(Ids),
  checks: Type.Optional(Ids),
  sharings: Type.Optional(LooseBoolean),
  metadata_file_identifier_prefix: Type.Optional(
    Type.String({ maxLength: 100, description: 'Vide : le préfixe est retiré.' }),
  ),
  configuration_layer_name_prefix: Type.Optional(
    Type.String({
      pattern: '^([A-Za-z_][A-Za-z0-9_\\-.]*)?$',
      maxLength: 100,
      description: 'Vide : le préfixe est retiré.',
    }),
  ),
};

export const CreateDatastoreBody = Type.Object(
  {
    ...settings,
    community: Uuid,
    storages: Type.Object(
      { data: DataStorages, uploads: StorageGrant, annexes: StorageGrant },
      { title: 'DatastoreStoragesCreateDto' },
    ),
    endpoints: Endpoints,
  },
  { title: 'DatastoreCreateDto' },
);

export const PatchDatastoreBody = Type.Object(
  {
    ...settings,
    active: Type.Optional(LooseBoolean),
    storages: Type.Optional(
      Type.Object(
        {
          data: Type.Optional(DataStorages),
          uploads: Type.Optional(StorageGrant),
          annexes: Type.Optional(StorageGrant),
        },
        { title: 'DatastoreStoragesUpdateDto' },
      ),
    ),
    endpoints: Type.Optional(Endpoints),
  },
  { title: 'DatastoreUpdateDto' },
);
