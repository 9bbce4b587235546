import Type, { type Static } from 'typebox';

/**
 * The exposure matrix, as it is answered: what the services show of a datastore, and to whom. What cannot be read is
 * there too, with the reason; secrets of keys never are.
 */

const Uuid = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time' });
const Named = Type.Object({ _id: Uuid, name: Type.String() });

/** A key that has an access to one of the offerings. */
const ExposureKey = Type.Object({
  _id: Uuid,
  name: Type.String(),
  type: Type.String(),
  user: Named,
  whitelist: Type.Optional(Type.Array(Type.String())),
  blacklist: Type.Optional(Type.Array(Type.String())),
  user_agent: Type.Optional(Type.String()),
  referer: Type.Optional(Type.String()),
});
export type ExposureKey = Static<typeof ExposureKey>;

/**
 * `allowed`: reads now; `possible`: has no access yet, and makes one alone; `refused`.
 * A `key` is allowed within its own restrictions. An `anybody` is every user of the API, without any permission.
 */
const Reader = Type.Object({
  who: Type.Enum(['public', 'key', 'user', 'anybody']),
  state: Type.Enum(['allowed', 'possible', 'refused']),
  reason: Type.String(),
  key: Type.Optional(Uuid),
  user: Type.Optional(Named),
  community: Type.Optional(Named),
  permission: Type.Optional(Uuid),
  end_date: Type.Optional(Instant),
  only_oauth: Type.Optional(Type.Boolean()),
});
export type Reader = Static<typeof Reader>;

/**
 * A table, level of tiles, image or archive as a service shows it. `attributes`: whose values are told by name;
 * `identifiers`: told by the ids of features only.
 */
const Shown = Type.Object({
  service: Type.String(),
  name: Type.String(),
  stored_data: Type.Optional(Uuid),
  relation: Type.Optional(Type.String()),
  attributes: Type.Array(Type.String()),
  identifiers: Type.Array(Type.String()),
  geometry: Type.Optional(Type.String()),
  files: Type.Optional(Type.Integer()),
  comment: Type.Optional(Type.String()),
});
export type Shown = Static<typeof Shown>;

/** `datastore`: another one publishes data of this one. `absence`: why no service shows it. */
const ExposedOffering = Type.Object({
  _id: Uuid,
  layer_name: Type.String(),
  type: Type.String(),
  status: Type.String(),
  open: Type.Boolean(),
  configuration: Named,
  datastore: Named,
  endpoint: Type.Object({ _id: Uuid, technical_name: Type.String(), open: Type.Boolean() }),
  urls: Type.Array(Type.String()),
  absence: Type.Optional(Type.String()),
  shared_with: Type.Array(Named),
  shows: Type.Array(Shown),
  readers: Type.Array(Reader),
});
export type ExposedOffering = Static<typeof ExposedOffering>;

const Exposure = Type.Object({
  offering: Uuid,
  service: Type.String(),
  as: Type.Enum(['attribute', 'identifier', 'geometry']),
});
export type Exposure = Static<typeof Exposure>;

/** What services show of a data, by relation and attribute; no `exposures`: nobody reads it by a service. */
const ExposedData = Type.Object({
  _id: Uuid,
  name: Type.String(),
  type: Type.String(),
  status: Type.String(),
  open: Type.Boolean(),
  offerings: Type.Array(Uuid),
  relations: Type.Array(
    Type.Object({
      name: Type.String(),
      attributes: Type.Array(
        Type.Object({ name: Type.String(), type: Type.Optional(Type.String()), exposures: Type.Array(Exposure) }),
      ),
    }),
  ),
  shared_with: Type.Array(Named),
  visible_to: Type.Array(Named),
  shown_by: Type.Array(Named),
});
export type ExposedData = Static<typeof ExposedData>;

/** What is read without any offering: by everybody (`published`, metadata), else by members. */
const OtherFiles = Type.Object({
  members: Type.Array(Type.Object({ user: Named, supervisor: Type.Boolean(), rights: Type.Array(Type.String()) })),
  uploads: Type.Array(
    Type.Object({
      _id: Uuid,
      name: Type.String(),
      files: Type.Integer(),
      open: Type.Boolean(),
      shared_with: Type.Array(Named),
    }),
  ),
  annexes: Type.Array(Type.Object({ _id: Uuid, published: Type.Boolean(), urls: Type.Array(Type.String()) })),
  metadata: Type.Array(
    Type.Object({ _id: Uuid, file_identifier: Type.String(), endpoints: Type.Array(Type.String()) }),
  ),
  statics: Type.Array(Type.Object({ _id: Uuid, name: Type.String(), type: Type.String() })),
});
export type OtherFiles = Static<typeof OtherFiles>;

export const ExposureDocument = Type.Object({
  datastore: Type.Object({ _id: Uuid, name: Type.String(), technical_name: Type.String(), active: Type.Boolean() }),
  date: Instant,
  keys: Type.Array(ExposureKey),
  offerings: Type.Array(ExposedOffering),
  stored_data: Type.Array(ExposedData),
  files: OtherFiles,
});
export type ExposureDocument = Static<typeof ExposureDocument>;
