import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Static, type TSchema, Type } from 'typebox';
import Value from 'typebox/value';
import { allowedHostFaults } from './outbound/addresses.js';

/**
 * The environment, once: every variable with its meaning, default and rule. Only this module reads
 * the environment; everything else receives a {@link Config}.
 */

const Port = (description: string, fallback: number) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: fallback, description });

/** Schema of the environment variables: the source of `.env.example` and of the start-up check. */
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
  STATEMENT_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 60_000,
    description: 'Longest SQL statement of a service request, milliseconds.',
  }),
  WORKER_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 2,
    description: 'Checks and processings run at once by one worker.',
  }),
  JOB_MEMORY: Type.Integer({
    minimum: 64,
    default: 1024,
    description: 'JavaScript heap of a check or processing process, MiB.',
  }),
  JOB_TIMEOUT: Type.Integer({
    minimum: 1000,
    default: 6 * 3600 * 1000,
    description: 'Longest check or processing, milliseconds.',
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
});

type Environment = Static<typeof EnvironmentSchema>;

/** What the processes run with; see {@link EnvironmentSchema} for the meaning of each value. */
export interface Config {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** Absolute path. */
  readonly dataDir: string;
  /** Absolute path of what is worth keeping between checkouts. */
  readonly cacheDir: string;
  /** Origin without trailing slash; `undefined` when URLs follow the request's Host. */
  readonly publicUrl: string | undefined;
  /** `{origin}/realms/geoplateforme`. */
  readonly issuer: string;
  readonly trustedProxies: readonly string[];
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly seedFile: string | undefined;
  readonly strict: boolean;
  readonly emulatorToken: string | undefined;
  readonly timing: Environment['TIMING'];
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Seconds. */
  readonly tokenLifetime: number;
  readonly render: {
    readonly processes: number;
    readonly timeoutMs: number;
    readonly memoryMb: number;
    readonly maxPixels: number;
    readonly pngCompression: number;
    readonly jpegQuality: number;
  };
  readonly wfs: { readonly maxFeatures: number };
  /** Milliseconds. */
  readonly statementTimeoutMs: number;
  readonly worker: { readonly concurrency: number; readonly jobMemoryMb: number; readonly jobTimeoutMs: number };
  /** Bytes. */
  readonly uploadMaxFile: number;
  /** `smtpUrl`: `undefined` when e-mails only stay in the local mailbox. */
  readonly mail: { readonly smtpUrl: string | undefined; readonly from: string };
  readonly callback: {
    /** Addresses, CIDR ranges and host names that callbacks may reach although they are not public. */
    readonly allowedHosts: readonly string[];
    readonly timeoutMs: number;
    readonly retryDelayMs: number;
  };
}

/** Raised with every fault of the environment, one sentence each. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`invalid environment:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const TRUE = new Set(['1', 'true', 'yes', 'on']);
const FALSE = new Set(['0', 'false', 'no', 'off']);

/**
 * Reads the configuration from an environment; an empty value counts as absent.
 * @throws ConfigError listing all the faults together
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const faults: string[] = [];
  const raw: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(EnvironmentSchema.properties) as [
    string,
    TSchema & { default?: unknown; type?: string },
  ][]) {
    const text = env[name]?.trim();
    raw[name] = text === undefined || text === '' ? schema.default : convert(name, text, schema.type, faults);
    if (raw[name] === undefined) delete raw[name];
  }
  if (faults.length === 0) {
    for (const error of Value.Errors(EnvironmentSchema, raw))
      faults.push(`${error.instancePath.slice(1) || 'environment'}: ${error.message}`);
  }
  const values = raw as Environment;
  if (values.NODE_ENV === 'production' && values.EMULATOR_TOKEN === undefined) {
    faults.push('EMULATOR_TOKEN: mandatory when NODE_ENV=production');
  }
  if (values.PUBLIC_URL !== undefined && /^https?:\/\/(sso|data)\.geopf\.fr(:|$)/.test(values.PUBLIC_URL)) {
    faults.push('PUBLIC_URL: an emulator must not pretend to be the production host');
  }
  for (const fault of allowedHostFaults(listOf(values.CALLBACK_ALLOWED_HOSTS))) {
    faults.push(`CALLBACK_ALLOWED_HOSTS: ${fault}`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return toConfig(values);
}

function convert(name: string, text: string, type: string | undefined, faults: string[]): unknown {
  if (type === 'integer') {
    if (/^-?\d+$/.test(text)) return Number(text);
    faults.push(`${name}: "${text}" is not a whole number`);
  } else if (type === 'boolean') {
    const word = text.toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
    faults.push(`${name}: "${text}" is not a boolean (1 or 0)`);
  }
  return text;
}

function toConfig(values: Environment): Config {
  const origin = values.PUBLIC_URL ?? `http://localhost:${values.PORT}`;
  return {
    production: values.NODE_ENV === 'production',
    port: values.PORT,
    host: values.HOST,
    dataDir: resolve(values.DATA_DIR),
    cacheDir: resolve(values.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'geopf-local'),
    publicUrl: values.PUBLIC_URL,
    issuer: `${origin}/realms/geoplateforme`,
    trustedProxies: listOf(values.TRUSTED_PROXIES),
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    seedFile: values.SEED_FILE,
    strict: values.STRICT,
    emulatorToken: values.EMULATOR_TOKEN,
    timing: values.TIMING,
    logLevel: values.LOG_LEVEL,
    tokenLifetime: values.TOKEN_LIFETIME,
    render: {
      processes: values.RENDER_PROCESSES,
      timeoutMs: values.RENDER_TIMEOUT,
      memoryMb: values.RENDER_MEMORY,
      maxPixels: values.WMS_MAX_PIXELS,
      pngCompression: values.PNG_COMPRESSION,
      jpegQuality: values.JPEG_QUALITY,
    },
    wfs: { maxFeatures: values.WFS_MAX_FEATURES },
    statementTimeoutMs: values.STATEMENT_TIMEOUT,
    worker: {
      concurrency: values.WORKER_CONCURRENCY,
      jobMemoryMb: values.JOB_MEMORY,
      jobTimeoutMs: values.JOB_TIMEOUT,
    },
    uploadMaxFile: values.UPLOAD_MAX_FILE,
    mail: { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM },
    callback: {
      allowedHosts: listOf(values.CALLBACK_ALLOWED_HOSTS),
      timeoutMs: values.CALLBACK_TIMEOUT,
      retryDelayMs: values.CALLBACK_RETRY_DELAY,
    },
  };
}

/** The parts of a comma list. `undefined` when the variable itself is faulty, which is said elsewhere. */
function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Our own environment with some variables replaced: what a process that we start receives. */
export function childEnvironment(overrides: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...overrides };
}

/** Sets variables of our own environment, before {@link loadConfig} reads it. */
export function addToEnvironment(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}
