import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { type Environment, EnvironmentSchema } from './environment.js';
import { allowedHostFaults } from './outbound/addresses.js';

/** The environment, read once: only this module does, everything else receives a {@link Config}. */

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
  /** `indexingDelayMs`: `undefined` when it follows {@link timing}. */
  readonly csw: { readonly indexingDelayMs: number | undefined };
  /** Milliseconds. */
  readonly statementTimeoutMs: number;
  /** Milliseconds. */
  readonly readerPatienceMs: number;
  /** Milliseconds. */
  readonly sqlTimeoutMs: number;
  readonly worker: {
    readonly concurrency: number;
    /** Whether a process is started ahead. */
    readonly spare: boolean;
    readonly jobMemoryMb: number;
    readonly jobTimeoutMs: number;
  };
  /** Whether services refuse clients that ask too much a second. */
  readonly rateLimits: boolean;
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
  readonly harvest: {
    /** Addresses, CIDR ranges and host names whose WMS may be harvested. */
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

/** The services of the real platform. */
const PLATFORM_HOST = 'data.geopf.fr';

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
  for (const name of ['CALLBACK_ALLOWED_HOSTS', 'HARVEST_ALLOWED_HOSTS'] as const) {
    for (const fault of allowedHostFaults(listOf(values[name]))) faults.push(`${name}: ${fault}`);
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
    csw: { indexingDelayMs: values.CSW_INDEXING_DELAY },
    statementTimeoutMs: values.STATEMENT_TIMEOUT,
    readerPatienceMs: values.READER_PATIENCE,
    sqlTimeoutMs: values.SQL_TIMEOUT,
    worker: {
      concurrency: values.WORKER_CONCURRENCY,
      spare: values.WORKER_SPARE,
      jobMemoryMb: values.JOB_MEMORY,
      jobTimeoutMs: values.JOB_TIMEOUT,
    },
    rateLimits: values.RATE_LIMITS,
    uploadMaxFile: values.UPLOAD_MAX_FILE,
    mail: { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM },
    callback: {
      allowedHosts: listOf(values.CALLBACK_ALLOWED_HOSTS),
      timeoutMs: values.CALLBACK_TIMEOUT,
      retryDelayMs: values.CALLBACK_RETRY_DELAY,
    },
    harvest: {
      allowedHosts: [PLATFORM_HOST, ...listOf(values.HARVEST_ALLOWED_HOSTS)],
      timeoutMs: values.HARVEST_TIMEOUT,
      retryDelayMs: values.HARVEST_RETRY_DELAY,
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
