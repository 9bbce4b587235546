import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { restrictFunctions } from './function-rights.js';
import { projectRoot } from './paths.js';

/** Schema of the registry: the migrations run with `search_path` set to it. */
const SCHEMA = 'geopf';
/** The advisory lock that Prisma's own command takes: the two never run together. */
const PRISMA_LOCK = 72_707_369;

/** Raised with a sentence that says what the database or the migrations lack. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

/** One folder of `prisma/migrations`. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in hexadecimal, as Prisma records it. */
  readonly checksum: string;
}

/** The migrations of the checkout, oldest first. */
export async function readMigrations(folder = join(projectRoot(), 'prisma', 'migrations')): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings a database to the current schema and returns the names of the migrations applied. State is
 * kept in Prisma's own table, one transaction per migration; several processes may call it at once.
 * @throws MigrationError when a privilege is missing, an applied migration has changed, or one fails
 */
export async function migrate(databaseUrl: string, migrations?: readonly Migration[]): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  const client = await connectTo(databaseUrl);
  try {
    const rights = await checkRights(client);
    await client.query(`SELECT pg_advisory_lock(${PRISMA_LOCK})`);
    await prepareDatabase(client, rights);
    const done = await readHistory(client);
    const applied: string[] = [];
    for (const migration of wanted) {
      const checksum = done.get(migration.name);
      if (checksum === undefined) {
        await apply(client, migration);
        applied.push(migration.name);
      } else if (checksum !== migration.checksum) {
        throw new MigrationError(`la migration ${migration.name} a changé depuis qu'elle a été appliquée à cette base`);
      }
    }
    const unknown = [...done.keys()].filter((name) => !wanted.some((migration) => migration.name === name));
    if (unknown.length > 0) {
      throw new MigrationError(`cette base vient d'une version plus récente (migration ${unknown.join(', ')})`);
    }
    return applied;
  } finally {
    await client.end();
  }
}

/** @throws MigrationError when the database does not answer */
export async function connectTo(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'geopf-local-migrate' });
  try {
    await client.connect();
    return client;
  } catch (cause) {
    throw new MigrationError(`la base de DATABASE_URL ne répond pas : ${(cause as Error).message}`, { cause });
  }
}

/** What the role of the emulator is. */
interface Rights {
  readonly name: string;
  readonly superuser: boolean;
}

/** Checks the privileges that the emulator needs. @throws MigrationError */
async function checkRights(client: pg.Client): Promise<Rights> {
  const { rows } = await client.query<Rights & Record<'role' | 'schema' | 'locks' | 'postgis', boolean>>(`
    SELECT rolname AS name, rolsuper AS superuser, rolsuper OR rolcreaterole AS role,
           has_database_privilege(current_database(), 'CREATE') AS schema,
           has_function_privilege('pg_advisory_lock(bigint)', 'EXECUTE') AS locks,
           EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis')
             OR EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis') AS postgis
    FROM pg_roles WHERE rolname = current_user`);
  const [rights] = rows;
  const faults: string[] = [];
  if (rights?.role !== true) faults.push('le rôle doit avoir CREATEROLE');
  if (rights?.schema !== true) faults.push('le rôle doit avoir le droit CREATE sur la base');
  if (rights?.locks !== true) faults.push('le rôle doit pouvoir exécuter pg_advisory_lock');
  if (rights?.postgis !== true) faults.push("PostGIS n'est pas installé sur ce serveur");
  if (rights === undefined || faults.length > 0) {
    throw new MigrationError(`la base de DATABASE_URL ne convient pas : ${faults.join(' ; ')}`);
  }
  return rights;
}

/** Creates PostGIS, the schema and the history, and takes from everybody what producers' SQL must not have. */
async function prepareDatabase(client: pg.Client, { name, superuser }: Rights): Promise<void> {
  const { rows } = await client.query(`SELECT FROM pg_extension WHERE extname = 'postgis'`);
  if (rows.length === 0) {
    try {
      await client.query('CREATE EXTENSION IF NOT EXISTS postgis');
    } catch (cause) {
      throw new MigrationError(
        'la base de DATABASE_URL ne convient pas : un administrateur doit y exécuter « CREATE EXTENSION postgis »',
        { cause },
      );
    }
  }
  // Who may not has an administrator who can: docs/vector.md tells what it protects.
  if (superuser) await restrictFunctions(client, name);
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
    CREATE TABLE IF NOT EXISTS ${SCHEMA}._prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum VARCHAR(64) NOT NULL,
      finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL,
      logs TEXT,
      rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0
    )`);
}

async function readHistory(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>(`
    SELECT migration_name AS name, checksum FROM ${SCHEMA}._prisma_migrations
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`);
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL search_path TO ${SCHEMA}, public`);
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO ${SCHEMA}._prisma_migrations
         (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new MigrationError(`la migration ${migration.name} a échoué : ${(cause as Error).message}`, { cause });
  }
}
