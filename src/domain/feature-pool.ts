import { availableParallelism } from 'node:os';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { type Reader, type ServicePart, slotsOf } from './service-snapshot.js';

/** Answers made at once for one client: more would only take turns on the processors, with this process among them. */
export const FEATURE_CONNECTIONS = 2 * availableParallelism();

/** Others have connections left by a client that asks for what takes long. */
const ANSWERS: ServicePart = {
  places: FEATURE_CONNECTIONS + availableParallelism(),
  part: FEATURE_CONNECTIONS,
  room: Number.POSITIVE_INFINITY,
};

/** Seconds; statements are prepared per connection, and those of layers that are gone go with it. */
const CONNECTION_LIFETIME = 600;

/**
 * Connections for answers of one piece made of features: vector tiles, features under a point. What other readers set in
 * each transaction is set once per connection, so that an answer costs a single round trip: read only, bounded in time,
 * the same bytes at each request, one core each.
 */
export function openFeaturePool(
  { databaseUrl, statementTimeoutMs }: Pick<Config, 'databaseUrl' | 'statementTimeoutMs'>,
  log: Logger,
): pg.Pool {
  const settings = {
    default_transaction_read_only: 'on',
    statement_timeout: Math.trunc(statementTimeoutMs),
    client_connection_check_interval: '1s',
    TimeZone: 'UTC',
    DateStyle: 'ISO,YMD',
    extra_float_digits: 1,
    synchronize_seqscans: 'off',
    max_parallel_workers_per_gather: 0,
    jit: 'off',
  };
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: ANSWERS.places,
    maxLifetimeSeconds: CONNECTION_LIFETIME,
    application_name: 'geopf-local features',
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  pool.on('error', (error) => log.warn({ err: error }, 'Database:IdleConnectionLost'));
  return pool;
}

/** Runs a query. When the reader leaves its connection is dropped, which PostgreSQL notices, and stops. */
export async function queryFeatures<Row extends object>(
  pool: pg.Pool,
  query: pg.QueryConfig,
  { network, signal }: Reader,
): Promise<Row[]> {
  const leavePlace = await slotsOf(pool, ANSWERS).take(network, { signal });
  try {
    return await run<Row>(pool, query, signal);
  } finally {
    leavePlace();
  }
}

async function run<Row extends object>(pool: pg.Pool, query: pg.QueryConfig, signal: AbortSignal): Promise<Row[]> {
  const client = await pool.connect();
  const leave = () => client.release(true);
  if (signal.aborted) client.release();
  else signal.addEventListener('abort', leave, { once: true });
  signal.throwIfAborted();
  client.on('error', tolerate);
  try {
    return (await client.query<Row>(query)).rows;
  } finally {
    signal.removeEventListener('abort', leave);
    if (!signal.aborted) client.release();
    // The pool listens again.
    client.removeListener('error', tolerate);
  }
}

/** A connection that is lost tells its query, and whoever listens: a process where nobody does ends. */
function tolerate(): void {}
