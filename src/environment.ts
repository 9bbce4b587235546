import { type Static, Type } from 'typebox';

const Port = (description: string, fallback: number) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: fallback, description });

/** Every environment variable with its meaning, default and rule: the source of `.env.example` and of the start-up check. */
export const EnvironmentSchema = Type.Object({
  NODE_ENV: Type.String({
    default: 'development',
    description: '"production" refuses default passwords and logins without password, and requires EMULATOR_TOKEN.',
  }),
  PORT: Port('Port of the one HTTP server (API, identity, services, control). 0 picks a free one.', 8080),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
  DATA_DIR: Type.String({
    default: '.data',
    description: 'Folder of everything the emulator keeps: files, private database, queue.',
  }),
  XDG_CACHE_HOME: Type.Optional(
    Type.String({
      description:
        'Folder of what is worth keeping between checkouts: native binding, prebuilt database. Default ~/.cache.',
    }),
  ),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+$',
      description:
        'Origin that clients see (no trailing slash). The OIDC issuer is built on it. Default http://localhost:PORT; other URLs follow the Host header only when it is unset.',
    }),
  ),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'Comma list of addresses or CIDR ranges whose X-Forwarded-* headers are believed.',
  }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'Use this PostgreSQL + PostGIS database instead of the private one (needs CREATEROLE).',
    }),
  ),
  REDIS_URL: Type.Optional(
    Type.String({ pattern: '^(rediss?|unix)://', description: 'Use this Redis instead of the private one.' }),
  ),
  SEED_FILE: Type.Optional(Type.String({ description: 'Seed (YAML or JSON) instead of the default one.' })),
  STRICT: Type.Boolean({
    default: false,
    description: '1: refuse what the platform refuses even where the default is lenient (SLD 1.1…).',
  }),
  EMULATOR_TOKEN: Type.Optional(Type.String({ minLength: 8, description: 'Bearer token that protects /_emulator.' })),
  TIMING: Type.Union([Type.Literal('immediate'), Type.Literal('realistic')], {
    default: 'realistic',
    description: 'realistic: WAITING, PROGRESS and PUBLISHING each last at least 1.5 s. immediate: no delay.',
  }),
  LOG_LEVEL: Type.Union(
    [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error'), Type.Literal('silent')],
    { default: 'info', description: 'Least level of the logs.' },
  ),
  TOKEN_LIFETIME: Type.Integer({
    minimum: 10,
    default: 43200,
    description: 'Life of access and refresh tokens, seconds.',
  }),
  RENDER_PROCESSES: Type.Integer({
    minimum: 0,
    maximum: 64,
    default: 0,
    description: 'Map rendering processes. 0: one per core.',
  }),
  RENDER_TIMEOUT: Type.Integer({ minimum: 100, default: 60_000, description: 'Longest map rendering, milliseconds.' }),
  RENDER_MEMORY: Type.Integer({ minimum: 128, default: 2048, description: 'Memory of one rendering process, MiB.' }),
  PNG_COMPRESSION: Type.Integer({
    minimum: 0,
    maximum: 9,
    default: 1,
    description: 'zlib level of rendered PNG images: 1 halves the time of 6 for about a tenth more bytes.',
  }),
  JPEG_QUALITY: Type.Integer({
    minimum: 1,
    maximum: 100,
    default: 85,
    description: 'Quality of rendered JPEG images.',
  }),
  WMS_MAX_PIXELS: Type.Integer({ minimum: 1, default: 8192 * 8192, description: 'Largest map, pixels.' }),
  WFS_MAX_FEATURES: Type.Integer({
    minimum: 1,
    default: 5000,
    description: 'Largest page of WFS GetFeature (CountDefault).',
  }),
  CSW_INDEXING_DELAY: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      description:
        'Time before the catalogue (/csw, /catalogue) shows a publication, unpublication or new file, milliseconds. Default: 1500 when TIMING=realistic, else 0.',
    }),
  ),
  STATEMENT_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 60_000,
    description: 'Longest SQL statement of a service request, milliseconds.',
  }),
  READER_PATIENCE: Type.Integer({
    minimum: 1,
    default: 30_000,
    description:
      'How long WFS and CSW wait for a client that takes nothing of its answer, and have others wait for their turn, milliseconds.',
  }),
  SQL_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 3_600_000,
    description: "Longest statement of a producer's SQL (delivered file, derivation), milliseconds.",
  }),
  WORKER_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 2,
    description: 'Checks and processings run at once by one worker.',
  }),
  WORKER_SPARE: Type.Boolean({
    default: true,
    description:
      '1: a worker keeps one process started ahead, GDAL loaded, so that checks and processings start at once. 0 spares its memory.',
  }),
  JOB_MEMORY: Type.Integer({
    minimum: 64,
    default: 1024,
    description: 'JavaScript heap of a check or processing process, MiB; the whole process may take twice as much.',
  }),
  JOB_TIMEOUT: Type.Integer({
    minimum: 1000,
    default: 6 * 3600 * 1000,
    description: 'Longest check or processing, milliseconds.',
  }),
  RATE_LIMITS: Type.Boolean({
    default: false,
    description:
      "1: the platform's limits of requests per second, service and client address; beyond, 429 for five seconds. Counted by each server process.",
  }),
  UPLOAD_MAX_FILE: Type.Integer({
    minimum: 1,
    default: 50 * 1024 ** 3,
    description: 'Largest file of an upload, bytes.',
  }),
  SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://[^/]+/?$',
      description:
        'Server that takes the e-mails, smtp[s]://[user:password@]host[:port]. Without it they only stay in the local mailbox (/_emulator/mails, DATA_DIR/mails).',
    }),
  ),
  MAIL_FROM: Type.String({
    pattern: '^[^\\s@]+@[^\\s@]+$',
    default: 'no-reply@localhost',
    description: 'Sender of the e-mails.',
  }),
  CALLBACK_ALLOWED_HOSTS: Type.String({
    default: '',
    description:
      'Comma list of addresses, CIDR ranges or host names that API callbacks may reach although they are on this machine or a private network. Public addresses need no entry.',
  }),
  CALLBACK_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 10_000,
    description: 'Longest API callback, answer included, milliseconds.',
  }),
  CALLBACK_RETRY_DELAY: Type.Integer({
    minimum: 1,
    default: 10_000,
    description: 'Pause after the first callback that failed, milliseconds; each of the next ones is twice as long.',
  }),
  HARVEST_ALLOWED_HOSTS: Type.String({
    default: '',
    description:
      'Comma list of addresses, CIDR ranges or host names whose WMS may be harvested, beside data.geopf.fr and the emulator itself. Layers may send GetFeatureInfo there too.',
  }),
  HARVEST_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 60_000,
    description: 'Longest answer of a harvested WMS, milliseconds.',
  }),
  HARVEST_RETRY_DELAY: Type.Integer({
    minimum: 1,
    default: 1000,
    description:
      'Pause after the first failure of a request to a harvested WMS, milliseconds; each of the next three is twice as long.',
  }),
});

export type Environment = Static<typeof EnvironmentSchema>;
