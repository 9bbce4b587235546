import { Type } from 'typebox';
import { UPLOAD_TYPES } from '../../catalogue/data-types.js';
import { uploadStates } from '../../domain/states/upload.js';
import { DATA_FILTERS } from '../data-filters.js';
import { OwnershipQuery } from '../lists.js';
import { BoundingBox, Callback, Event, Extent, FreeObject, Instant, LooseBoolean, Tags, Uuid } from '../schemas.js';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const Description = Type.String({ maxLength: 10_000 });
const Srs = Type.String({ minLength: 1, maxLength: 100, examples: ['EPSG:2154'] });
const UploadType = Type.Enum([...UPLOAD_TYPES]);
const UploadStatus = Type.Enum([...uploadStates.statuses]);

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const UploadParams = Type.Object({ datastore: Uuid, upload: Uuid });

/** `type_infos` by type of upload; the other types have none. */
export const TYPE_INFOS = {
  'ROK4-PYRAMID': Type.Object({
    format: Type.String({ minLength: 1 }),
    tms: Type.String({ minLength: 1 }),
    channels_number: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
  INDEX: Type.Object({ is_search_layer: Type.Optional(LooseBoolean) }),
  'HISTORIC-IMAGERY': Type.Object({ dataset_identifier: Type.String({ minLength: 1 }) }),
  'PYRAMID-3D': Type.Object({
    pyramid_type: Type.Enum(['COPC', 'EPT']),
    origin: Type.Optional(Type.Object({ x: Type.Number(), y: Type.Number() })),
    tile_size: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    template: Type.Optional(Type.String()),
    data_type: Type.Optional(Type.Enum(['laszip', 'zstandard', 'binary'])),
    span: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
} as const;

export const CreateBody = Type.Object(
  {
    description: Description,
    name: Name,
    type: UploadType,
    srs: Srs,
    open: Type.Optional(LooseBoolean),
    type_infos: Type.Optional(FreeObject),
  },
  { title: 'UploadCreateDto' },
);

export const PatchBody = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Description),
    srs: Type.Optional(Srs),
    open: Type.Optional(LooseBoolean),
    extent: Type.Optional(Type.Union([Extent, Type.Null()])),
    extra: Type.Optional(Type.Union([FreeObject, Type.Null()])),
  },
  { title: 'UploadUpdateDto' },
);

export const CloseBody = Type.Union([Type.Object({ callback: Type.Optional(Callback) }), Type.Null()]);

/** Query of the lists of uploads, whatever they look at. */
export const LIST_FILTERS = {
  ...DATA_FILTERS,
  type: Type.Optional(UploadType),
  status: Type.Optional(UploadStatus),
};

export const ListQuery = Type.Object({
  ...LIST_FILTERS,
  ...OwnershipQuery.properties,
});

export const LIST_FIELDS = {
  defaults: ['type', 'name', 'open', 'srs', 'description', 'status'],
  legal: [
    'name',
    'description',
    'type',
    'open',
    'status',
    'srs',
    'contact',
    'size',
    'last_event',
    'tags',
    'creation',
    'bbox',
  ],
} as const;

const shared = {
  name: Name,
  description: Type.String(),
  type: UploadType,
  open: Type.Boolean(),
  status: UploadStatus,
  srs: Type.String(),
  contact: Type.String(),
  size: Type.Integer({ description: 'Octets.' }),
  creation: Instant,
};
const shown = { ...shared, last_event: Type.Optional(Event), tags: Tags };
const detail = {
  update: Instant,
  extent: Type.Optional(Extent),
  extra: Type.Optional(FreeObject),
  type_infos: FreeObject,
};

export const UploadItem = Type.Intersect([
  Type.Object({ _id: Uuid }),
  Type.Partial(Type.Object({ ...shown, bbox: BoundingBox })),
]);

export const UploadDetail = Type.Object(
  { _id: Uuid, ...shown, ...detail },
  { title: 'UploadPrivateDetailResponseDto' },
);

/** An upload of another datastore, shared or open. */
export const SharedUploadDetail = Type.Object(
  { _id: Uuid, ...shared, ...detail },
  { title: 'UploadSharedDetailResponseDto' },
);

export const TreeNodeSchema = Type.Object(
  {
    type: Type.Enum(['DIRECTORY', 'FILE']),
    name: Type.String(),
    size: Type.Integer(),
    children: Type.Optional(Type.Array(FreeObject, { description: 'Éléments de même forme.' })),
  },
  { title: 'UploadTreeElementResponseDto' },
);

export const PathQuery = Type.Object({
  path: Type.Optional(
    Type.String({ description: 'Chemin du fichier dans la livraison, nom compris.', examples: ['data/communes.gpkg'] }),
  ),
});

const CheckState = Type.Object({
  _id: Uuid,
  creation: Instant,
  update: Instant,
  check: Type.Object({ _id: Uuid, name: Type.String() }),
});

export const UploadChecks = Type.Object(
  {
    asked: Type.Array(CheckState),
    in_progress: Type.Array(CheckState),
    passed: Type.Array(CheckState),
    failed: Type.Array(CheckState),
  },
  { title: 'CheckResponseDto' },
);
