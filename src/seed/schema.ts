import { type Static, Type } from 'typebox';
import { GRANT_TYPES } from '../identity/clients.js';

/**
 * The seed file: what the emulator holds after a start on an empty database and after a reset.
 * This schema is the source of the validation, of the types and of docs/seed.schema.json.
 */

const Strict = { additionalProperties: false };

const Uuid = (description: string) =>
  Type.String({
    pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    description,
  });
const TechnicalName = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_.-]+$', maxLength: 30, description });
const SqlName = (description: string) => Type.String({ pattern: '^[a-z_][a-z0-9_]{0,62}$', description });
const Bytes = (description: string, fallback: number) =>
  Type.Integer({ minimum: 0, default: fallback, description: `${description}, bytes.` });
const List = <Item extends Parameters<typeof Type.Array>[0]>(item: Item, description: string) =>
  Type.Array(item, { default: [], description });

export const RIGHTS = ['COMMUNITY', 'UPLOAD', 'PROCESSING', 'BROADCAST', 'ANNEX'] as const;

const SeedUserSchema = Type.Object(
  {
    id: Uuid('Subject of the tokens and `_id` of the API user.'),
    username: Type.String({ pattern: '^[a-z0-9@_.-]+$', description: 'What the user logs in with, lower case.' }),
    email: Type.String({ pattern: '^[^@\\sA-Z]+@[^@\\sA-Z]+$', description: 'Also accepted at login, lower case.' }),
    first_name: Type.String({ pattern: '^[A-Za-z0-9_.-]+$', description: 'SDK workflows put it in layer names.' }),
    last_name: Type.String({ pattern: '^[A-Za-z0-9_.-]+$', description: 'SDK workflows put it in layer names.' }),
    password: Type.String({ minLength: 1, description: 'In clear; only its argon2id hash is kept.' }),
    totp_secret: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z2-7 ]+=*$',
        description: 'Base 32. When set, a 6-digit one-time password is asked too.',
      }),
    ),
    enabled: Type.Boolean({ default: true, description: 'A disabled user cannot log in.' }),
    administrator: Type.Boolean({ default: false, description: 'May use /administrator.' }),
    technical: Type.Boolean({ default: false, description: 'Shown by /users/me; no effect.' }),
    documents_quota: Bytes('Quota of personal documents', 500_000_000),
    keys_quota: Type.Integer({ minimum: 0, default: 10, description: 'Largest number of access keys.' }),
  },
  { ...Strict, description: 'A person: an account of the identity provider and its API user.' },
);

/** A URL, or a path. */
const RETURN_ADDRESS = '^(https?://|/(?!/))';

const SeedClientSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9_.-]+$', description: '`client_id`.' }),
    enabled: Type.Boolean({ default: true }),
    public: Type.Boolean({ default: false, description: 'No secret; PKCE is required instead.' }),
    secret: Type.Optional(
      Type.String({ minLength: 1, description: 'Without it a confidential client may send any secret.' }),
    ),
    grants: Type.Array(Type.Enum([...GRANT_TYPES]), {
      minItems: 1,
      uniqueItems: true,
      description: 'Grant types the client may use.',
    }),
    redirect_uris: List(
      Type.String({
        pattern: RETURN_ADDRESS,
        description: 'Exact, except for the port of loopback ones. A path alone is on the emulator itself.',
      }),
      'Where a browser may be sent back after a login.',
    ),
    post_logout_redirect_uris: List(
      Type.String({ pattern: RETURN_ADDRESS }),
      'Where a browser may be sent back after a logout.',
    ),
    web_origins: List(
      Type.String({ pattern: '^(\\*|https?://[^/]+)$' }),
      'Browser origins that may call the token endpoint; * for all.',
    ),
    service_account: Type.Optional(Uuid('Subject of the tokens of `client_credentials`, which needs it.')),
  },
  { ...Strict, description: 'A client application of the identity provider.' },
);

const SeedDatastoreSchema = Type.Object(
  {
    id: Uuid('`_id` of the datastore.'),
    active: Type.Boolean({ default: true }),
    sharings: Type.Boolean({ default: true }),
    metadata_prefix: Type.Optional(Type.String({ description: 'Prefix imposed on metadata identifiers.' })),
    layer_name_prefix: Type.Optional(Type.String({ description: 'Prefix imposed on layer names.' })),
    data_quota: Bytes('Quota of each data storage', 500_000_000_000),
    uploads_quota: Bytes('Quota of uploads', 500_000_000_000),
    annexes_quota: Type.Integer({ minimum: 0, default: 10_000, description: 'Largest number of annexes.' }),
    endpoint_quota: Type.Integer({ minimum: 0, default: 10, description: 'Offerings on each endpoint.' }),
    endpoints: Type.Union([Type.Literal('all'), Type.Array(Type.String())], {
      default: 'all',
      description: 'Technical names of its endpoints; all is every one but those of the sandbox.',
    }),
  },
  { ...Strict, description: 'A datastore; it gets every storage, check and processing of the platform.' },
);

const SeedOrganizationSchema = Type.Object(
  {
    id: Uuid('`_id` of the organization.'),
    name: Type.String({ minLength: 1, maxLength: 99, description: 'Unique name.' }),
    siren: Type.Optional(Type.String({ pattern: '^[0-9]{9}$' })),
    siret: Type.Optional(Type.String({ pattern: '^[0-9]{14}$' })),
    tva_intracom: Type.Optional(Type.String({ minLength: 1, maxLength: 14, description: 'VAT number.' })),
    economical_model: Type.Optional(
      Type.String({ description: 'Term of the nomenclature ECONOMICAL_MODEL: FREE, PARTNERSHIP or PAID.' }),
    ),
    uploads_quota: Bytes('Quota of uploads, over all the datastores of its communities', 1_000_000_000_000),
    extra: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Shown by the public catalogue.' })),
    members: List(
      Type.String({ description: '`username`, or `id` of a client for its service account.' }),
      'Who may read all the entities of its communities.',
    ),
  },
  { ...Strict, description: 'A body that communities belong to.' },
);

const SeedCommunitySchema = Type.Object(
  {
    id: Uuid('`_id` of the community.'),
    name: Type.String({ minLength: 1 }),
    technical_name: TechnicalName('Unique name.'),
    description: Type.Optional(Type.String()),
    contact: Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$', description: 'E-mail address.' }),
    public: Type.Boolean({ default: true }),
    organization: Type.Optional(Type.String({ description: '`name` of the organization it belongs to.' })),
    supervisor: Type.String({ description: '`username` of the user who has every right and cannot be removed.' }),
    members: List(
      Type.Object(
        {
          user: Type.String({ description: '`username`, or `id` of a client for its service account.' }),
          rights: List(Type.Enum([...RIGHTS]), 'None: may only read.'),
        },
        Strict,
      ),
      'Members beside the supervisor.',
    ),
    datastore: Type.Optional(SeedDatastoreSchema),
  },
  { ...Strict, description: 'A community, with its datastore if it produces data.' },
);

export const COLUMN_TYPES = ['text', 'integer', 'double precision', 'boolean', 'date'] as const;

export const GEOMETRY_TYPES = [
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
] as const;

const SeedFeatureTypeSchema = Type.Object(
  {
    community: Type.String({ description: '`technical_name` of the community whose datastore holds it.' }),
    stored_data: Uuid('`_id` of the VECTOR-DB stored data.'),
    configuration: Uuid('`_id` of the WFS configuration.'),
    offering: Uuid('`_id` of the offering on the open WFS endpoint.'),
    layer_name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$', description: 'Prefix of the feature type.' }),
    table: SqlName('Table, and local name of the feature type.'),
    title: Type.String({ minLength: 1 }),
    abstract: Type.String(),
    keywords: List(Type.String(), 'Shown in the capabilities.'),
    geometry: Type.Enum([...GEOMETRY_TYPES], { description: 'PostGIS type of the column `geom`.' }),
    columns: Type.Record(Type.String({ pattern: '^[a-z_][a-z0-9_]{0,62}$' }), Type.Enum([...COLUMN_TYPES]), {
      description: 'Attributes and their SQL types, in order. A primary key `id` is added before them.',
    }),
    features: Type.Array(
      Type.Object(
        {
          geometry: Type.String({ description: 'Well-known text, longitude then latitude (EPSG:4326).' }),
          properties: Type.Record(
            Type.String(),
            Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
          ),
        },
        Strict,
      ),
      { minItems: 1 },
    ),
  },
  { ...Strict, description: 'A small dataset, stored and published on the open WFS from the start.' },
);

export const SeedSchema = Type.Object(
  {
    users: List(SeedUserSchema, 'People.'),
    clients: List(SeedClientSchema, 'Client applications.'),
    organizations: List(SeedOrganizationSchema, 'Organizations.'),
    communities: List(SeedCommunitySchema, 'Communities and datastores.'),
    feature_types: List(SeedFeatureTypeSchema, 'Datasets published from the start.'),
  },
  {
    ...Strict,
    $id: 'https://geopf-local.invalid/seed.schema.json',
    title: 'geopf-local seed file',
    description: 'What the emulator holds after a start on an empty database and after a reset. YAML or JSON.',
  },
);

/** A validated seed, defaults filled in. */
export type Seed = Static<typeof SeedSchema>;
export type SeedUser = Static<typeof SeedUserSchema>;
export type SeedClient = Static<typeof SeedClientSchema>;
export type SeedOrganization = Static<typeof SeedOrganizationSchema>;
export type SeedCommunity = Static<typeof SeedCommunitySchema>;
export type SeedDatastore = Static<typeof SeedDatastoreSchema>;
export type SeedFeatureType = Static<typeof SeedFeatureTypeSchema>;
