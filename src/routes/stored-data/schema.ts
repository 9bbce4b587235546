import { Type } from 'typebox';
import { STORED_DATA_TYPES } from '../../catalogue/data-types.js';
import { storedDataStates } from '../../domain/states/stored-data.js';
import { DATA_FILTERS } from '../data-filters.js';
import { OwnershipQuery } from '../lists.js';
import { BoundingBox, Event, Extent, FreeObject, Instant, LooseBoolean, Tags, Uuid } from '../schemas.js';

const StoredDataType = Type.Enum([...STORED_DATA_TYPES]);
const StoredDataStatus = Type.Enum([...storedDataStates.statuses]);

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const StoredDataParams = Type.Object({ datastore: Uuid, stored_data: Uuid });

const Edition = Type.Object({
  from: Type.Optional(Type.String({ format: 'date' })),
  to: Type.Optional(Type.String({ format: 'date' })),
});

/** Query of the lists of stored data, whatever they look at. */
export const LIST_FILTERS = {
  ...DATA_FILTERS,
  type: Type.Optional(StoredDataType),
  status: Type.Optional(StoredDataStatus),
};

/** Query of the stored data visible to a user. */
export const VisibleListQuery = Type.Object(LIST_FILTERS);

export const ListQuery = Type.Object({ ...LIST_FILTERS, ...OwnershipQuery.properties });

export const LIST_FIELDS = {
  defaults: ['name', 'type', 'open', 'srs'],
  legal: [
    'name',
    'description',
    'type',
    'open',
    'status',
    'srs',
    'contact',
    'edition',
    'size',
    'last_event',
    'tags',
    'creation',
    'bbox',
    'public_activity',
  ],
} as const;

export const PatchBody = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    description: Type.Optional(Type.String({ maxLength: 10_000 })),
    open: Type.Optional(LooseBoolean),
    edition: Type.Optional(Edition),
    extent: Type.Optional(Extent),
    extra: Type.Optional(FreeObject),
    public_activity: Type.Optional(LooseBoolean),
  },
  { title: 'StoredDataUpdateDto' },
);

const shared = {
  name: Type.String(),
  description: Type.Optional(Type.String()),
  type: StoredDataType,
  open: Type.Boolean(),
  status: StoredDataStatus,
  srs: Type.Optional(Type.String()),
  contact: Type.String(),
  edition: Type.Optional(Edition),
  size: Type.Optional(Type.Integer({ description: 'Octets.' })),
  creation: Instant,
};
const shown = { ...shared, last_event: Type.Optional(Event), tags: Tags, public_activity: Type.Boolean() };

export const StoredDataItem = Type.Intersect([
  Type.Object({ _id: Uuid }),
  Type.Partial(Type.Object({ ...shown, bbox: BoundingBox })),
]);

const Relation = Type.Object({
  name: Type.String(),
  type: Type.Enum(['TABLE', 'VIEW']),
  attributes: Type.Record(Type.String(), Type.String(), { description: 'Nom de colonne → type SQL.' }),
  primary_key: Type.Array(Type.String()),
});

const detail = {
  update: Instant,
  extent: Type.Optional(Extent),
  extra: Type.Optional(FreeObject),
  type_infos: Type.Optional(Type.Object({ relations: Type.Optional(Type.Array(Relation)) })),
};

export const StoredDataDetail = Type.Object(
  {
    _id: Uuid,
    ...shown,
    ...detail,
    storage: Type.Object({ type: Type.String(), labels: Type.Array(Type.String()) }),
  },
  { title: 'StoredDataPrivateDetailResponseDto' },
);

/** A stored data of another datastore: shared, open, or visible to a community. */
export const SharedStoredDataDetail = Type.Object(
  { _id: Uuid, ...shared, ...detail },
  { title: 'StoredDataSharedDetailResponseDto' },
);

const Dependency = Type.Object({ _id: Uuid, name: Type.String() });

export const Dependencies = Type.Object(
  { used_by: Type.Array(Dependency), use: Type.Array(Dependency) },
  { title: 'StoredDataDependenciesResponseDto' },
);
