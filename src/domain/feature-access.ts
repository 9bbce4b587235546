import type pg from 'pg';
import { createFeatureSchema, dropFeatureSchema, type FeatureSchema } from './feature-schemas.js';
import { usedStoredData } from './feature-dependencies.js';
import { quoteIdentifier } from './relations.js';

/**
 * The role of a stored data as the owner of a session of its own: while a derivation runs, it may log in and read the
 * inputs. A session of the emulator's that became this role could become the emulator again; that one cannot.
 */

type Client = Pick<pg.ClientBase, 'query'>;

/** Rights on one thing are given by one transaction at a time: PostgreSQL refuses two that meet. */
const GRANTS_LOCK = 72_707_370;

export interface FeatureAccess {
  /** Schemas that the role may read meanwhile. */
  readonly readable: readonly string[];
  /** Letters and digits. */
  readonly password: string;
  /** After that nobody logs in, whatever happens to the job. */
  readonly until: Date;
}

/** Lets the role of a schema log in and read others. @param create the schema is made too: it does not exist */
export async function openAccess(
  client: Client,
  target: FeatureSchema,
  { readable, password, until }: FeatureAccess,
  { create }: { create: boolean },
): Promise<void> {
  if (!/^[A-Za-z0-9]+$/.test(password)) throw new Error('not a password of ours');
  const role = quoteIdentifier(target.role);
  await inTransaction(client, async () => {
    if (create) {
      await dropFeatureSchema(client, target.schema);
      await createFeatureSchema(client, target);
    }
    for (const schema of readable.filter((name) => name !== target.schema).map(quoteIdentifier)) {
      await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
      await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
    }
    await client.query(`ALTER ROLE ${role} LOGIN PASSWORD '${password}' VALID UNTIL '${until.toISOString()}'`);
  });
}

/**
 * Ends the sessions of the role and takes back what {@link openAccess} gave, but for the schemas that its own relations
 * read. Nothing need have been given.
 * @param drop the schema and the role go too
 */
export async function closeAccess(client: Client, target: FeatureSchema, { drop }: { drop: boolean }): Promise<void> {
  const { rows: roles } = await client.query('SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1', [target.role]);
  if (roles.length === 0) return;
  const role = quoteIdentifier(target.role);
  await client.query(`ALTER ROLE ${role} NOLOGIN PASSWORD NULL`);
  // A session may leave settings to the next ones of its role.
  await client.query(`ALTER ROLE ${role} RESET ALL`);
  await endSessions(client, target.role);
  await inTransaction(client, async () => {
    if (drop) {
      await dropFeatureSchema(client, target.schema);
      await client.query(`DROP OWNED BY ${role} CASCADE`);
      await client.query(`DROP ROLE ${role}`);
      return;
    }
    const { rows } = await client.query<{ schema: string }>(UNUSED_SCHEMAS, [
      target.role,
      target.schema,
      await usedStoredData(client, target.schema),
    ]);
    for (const schema of rows.map((row) => quoteIdentifier(row.schema))) {
      await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`);
      await client.query(`REVOKE ALL ON SCHEMA ${schema} FROM ${role}`);
    }
  });
}

/** Schemas that the role may read and that nothing of its own takes anything from. */
const UNUSED_SCHEMAS = `
  SELECT space.nspname AS schema
  FROM pg_catalog.pg_namespace AS space, aclexplode(space.nspacl) AS given
  WHERE given.grantee = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1) AND space.nspname <> $2
    AND NOT EXISTS (
      SELECT 1 FROM geopf.stored_data AS used
      WHERE used.schema_name = space.nspname AND used.id = ANY ($3::uuid[]))
  GROUP BY 1`;

async function endSessions(client: Client, role: string): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      'SELECT pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE usename = $1',
      [role],
    );
    if (rowCount === 0) return;
  }
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [GRANTS_LOCK]);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
