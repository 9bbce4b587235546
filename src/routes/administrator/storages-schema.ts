import { Type } from 'typebox';
import { STORAGE_TYPES } from '../../catalogue/storages.js';
import { PageQuery } from '../lists.js';
import { FreeObject, Instant, Uuid } from '../schemas.js';

const StorageTypeSchema = Type.Enum([...STORAGE_TYPES]);
const Name = Type.String({ minLength: 1, maxLength: 255 });
const Labels = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { uniqueItems: true, maxItems: 100 });
const Text = Type.String({ pattern: '^\\S+$', maxLength: 255 });
const Port = Type.Integer({ minimum: 1, maximum: 65_535 });

export const StorageParams = Type.Object({ storage: Uuid });

export const StoragesQuery = Type.Object({ ...PageQuery.properties, type: Type.Optional(StorageTypeSchema) });

const Postgresql = Type.Object({ host: Text, port: Port, port_read_only: Port, database_name: Text });

/** `type_infos` by type of storage. They are kept and shown: the emulator has its own place for everything. */
export const STORAGE_TYPE_INFOS = {
  FILESYSTEM: Type.Object({ mount_name: Text }),
  S3: Type.Object({ pot_name: Text }),
  OPENSEARCH: Type.Object({
    hosts: Type.Array(Type.Object({ host: Text, port: Port }), { minItems: 1, maxItems: 100 }),
  }),
  POSTGRESQL: Postgresql,
  'POSTGRESQL-ROUTING': Postgresql,
} as const;

export const CreateStorageBody = Type.Object(
  { name: Name, type: StorageTypeSchema, labels: Type.Optional(Labels), type_infos: FreeObject },
  { title: 'StorageCreateDto' },
);

export const PatchStorageBody = Type.Object(
  { name: Type.Optional(Name), labels: Type.Optional(Labels) },
  { title: 'StorageUpdateDto' },
);

const listed = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  name: Type.String(),
  type: StorageTypeSchema,
  labels: Type.Array(Type.String()),
};

export const StorageItemSchema = Type.Object(listed, { title: 'StorageListResponseDto' });

export const StorageSchema = Type.Object(
  { ...listed, type_infos: Type.Optional(FreeObject) },
  { title: 'StorageDetailResponseDto' },
);
