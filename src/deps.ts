import { PrismaPg } from '@prisma/adapter-pg';
import type { Redis } from 'ioredis';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { PrismaClient } from './generated/prisma/client.js';
import type { Identity } from './identity/identity.js';
import type { RenderPool } from './render/pool.js';
import type { TrafficRecorder } from './domain/traffic.js';
import { createFileStorage, type FileStorage } from './storage/storage.js';
import { createJobQueue, type JobQueue } from './workers/queue.js';
import { openRedis, REQUEST_TIMEOUT_MS } from './workers/redis.js';

/** PostgreSQL schema of the registry; features live in one `sd_…` schema per stored data. */
export const REGISTRY_SCHEMA = 'geopf';

/** Milliseconds. Many clients at once wait for one another's rows and connections rather than being refused. */
const TRANSACTIONS = { maxWait: 20_000, timeout: 30_000 };

/** What domain functions, routes and job handlers work with, passed as an argument. */
export interface Deps {
  readonly config: Config;
  readonly log: Logger;
  /** The registry, through Prisma. */
  readonly prisma: PrismaClient;
  /** The same database for features, COPY streams and SQL that Prisma cannot write. */
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly jobs: JobQueue;
  readonly storage: FileStorage;
  /** Id of this emulator: prefix of its Redis keys and database roles. */
  readonly instanceId: string;
}

/** What the HTTP process has beside. */
export interface ServerDeps extends Deps {
  readonly render: RenderPool;
  readonly identity: Identity;
  readonly traffic: TrafficRecorder;
  /** Connections of answers of one piece made of features (domain/feature-pool.ts). */
  readonly featurePool: pg.Pool;
}

/** Connects to the services. The database must be migrated. */
export async function createDeps(config: Config, log: Logger): Promise<Deps> {
  if (config.databaseUrl === undefined || config.redisUrl === undefined) {
    throw new Error('DATABASE_URL and REDIS_URL are needed: script/server sets them for its private services');
  }
  const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 20, application_name: 'geopf-local' });
  pool.on('error', (error) => log.warn({ err: error }, 'Database:IdleConnectionLost'));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(
      // The adapter drops the offset of the dates it reads: the session must be in UTC, whatever the cluster's zone.
      { connectionString: config.databaseUrl, max: 20, options: '-c TimeZone=UTC' },
      { schema: REGISTRY_SCHEMA, statementNameGenerator: createStatementNames() },
    ),
    transactionOptions: TRANSACTIONS,
  });
  const { rows } = await pool.query<{ value: string }>(
    `SELECT value FROM ${REGISTRY_SCHEMA}.setting WHERE name = 'instance_id'`,
  );
  const instanceId = rows[0]?.value;
  if (instanceId === undefined)
    throw new Error('the database holds no instance id: run the migrations and the seed first');
  const redis = openRedis(config.redisUrl, log, { lazyConnect: true, commandTimeout: REQUEST_TIMEOUT_MS });
  await redis.connect();
  const jobs = createJobQueue({ redisUrl: config.redisUrl, prefix: `geopf:${instanceId}`, log });
  const storage = createFileStorage(config.dataDir);
  return { config, log, prisma, pool, redis, jobs, storage, instanceId };
}

/** Statements that stay prepared on each connection; those met later are planned at every call. */
const MAX_PREPARED = 500;

/** Names statements, so that a connection parses and plans each of them once; the empty name prepares nothing. */
function createStatementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= MAX_PREPARED) return '';
    const name = `prisma-${names.size}`;
    names.set(sql, name);
    return name;
  };
}

/** Closes every connection that {@link createDeps} opened. */
export async function closeDeps(deps: Deps): Promise<void> {
  await deps.jobs.close();
  deps.redis.disconnect();
  await deps.prisma.$disconnect();
  await deps.pool.end();
}
