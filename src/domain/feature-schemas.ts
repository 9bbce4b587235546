import type pg from 'pg';
import { quoteIdentifier } from './relations.js';

/**
 * The PostgreSQL schema of a VECTOR-DB stored data, and the role that owns it (architecture §2, features): that role
 * holds nothing but its schema, and only logs in while a derivation runs (feature-access.ts).
 */

/** A schema and the role that owns it. */
export interface FeatureSchema {
  readonly schema: string;
  readonly role: string;
}

type Client = Pick<pg.ClientBase, 'query'>;

/** Creates the schema and its role inside the caller's transaction; neither may exist twice. */
export async function createFeatureSchema(client: Client, { schema, role }: FeatureSchema): Promise<void> {
  await ensureRole(client, role);
  await client.query(`CREATE SCHEMA ${quoteIdentifier(schema)} AUTHORIZATION ${quoteIdentifier(role)}`);
}

/**
 * Opens an existing schema to its role, and gives it the tables; the role is made when missing: the data of a seed have
 * none. Not inside the transaction of a longer work: a table that changes hands is closed to its readers.
 */
export async function adoptFeatureSchema(client: Client, target: FeatureSchema): Promise<void> {
  const { schema, role } = target;
  await ensureRole(client, role);
  // To own it would ask the role for a right on the whole database.
  await client.query(`GRANT ALL ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(role)}`);
  const { rows } = await client.query<{ table: string }>(
    `SELECT relation.relname AS "table" FROM pg_catalog.pg_class AS relation
     WHERE relation.relnamespace = $1::regnamespace AND relation.relkind IN ('r', 'v')
       AND relation.relowner <> $2::regrole`,
    [quoteIdentifier(schema), quoteIdentifier(role)],
  );
  for (const { table } of rows) await giveTable(client, target, table);
}

async function ensureRole(client: Client, role: string): Promise<void> {
  const name = quoteIdentifier(role);
  const { rows } = await client.query('SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1', [role]);
  if (rows.length === 0) {
    await client.query(`CREATE ROLE ${name} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`);
  }
  // Only a member may give things to a role; a superuser already is one of all.
  await client.query(`GRANT ${name} TO CURRENT_USER`);
}

/** Whether the schema exists. */
export async function featureSchemaExists(client: Client, schema: string): Promise<boolean> {
  const { rows } = await client.query('SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', [schema]);
  return rows.length > 0;
}

/** Drops the schema with all it holds; it need not exist. Its role stays, to own the next one. */
export async function dropFeatureSchema(client: Client, schema: string): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`);
}

/**
 * From now on, until the transaction ends or {@link actAsEmulator}, statements have the rights of the role of the
 * schema and no more: what producers attached to their tables (defaults, constraints, triggers, functions of views)
 * runs with them.
 */
export async function actAsOwner(client: Client, { role }: FeatureSchema): Promise<void> {
  await client.query(`SET LOCAL ROLE ${quoteIdentifier(role)}`);
}

/** Takes the emulator's own rights back. */
export async function actAsEmulator(client: Client): Promise<void> {
  await client.query('RESET ROLE');
}

/**
 * Gives back the room of what changes that were not kept wrote into the tables: it would count as that of the next one.
 * Not inside a transaction; readers are not kept waiting.
 */
export async function reclaimRoom(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ table: string }>(
    `SELECT relname AS "table" FROM pg_catalog.pg_stat_all_tables WHERE schemaname = $1 AND n_dead_tup > 0`,
    [schema],
  );
  for (const { table } of rows) await client.query(`VACUUM ${quoteIdentifier(schema)}.${quoteIdentifier(table)}`);
}

/** Gives a table, with the sequence of its key, to the role of its schema. */
export async function giveTable(client: Client, { schema, role }: FeatureSchema, table: string): Promise<void> {
  await client.query(
    `ALTER TABLE ${quoteIdentifier(schema)}.${quoteIdentifier(table)} OWNER TO ${quoteIdentifier(role)}`,
  );
}

/**
 * Writes on the schema which execution changed it last: a job that runs again after its process died just behind the
 * commit sees that its work is done. In the transaction of that change, or before the commit of another session's.
 * @param transaction id (xid8) of the transaction of that other session
 */
export async function markExecution(
  client: Client,
  schema: string,
  executionId: string,
  transaction?: string,
): Promise<void> {
  const mark = transaction === undefined ? executionId : `${executionId} ${transaction}`;
  // COMMENT takes no parameter.
  if (!/^[0-9a-f-]{36}(?: \d+)?$/.test(mark)) throw new Error(`not a mark: ${mark}`);
  await client.query(`COMMENT ON SCHEMA ${quoteIdentifier(schema)} IS '${mark}'`);
}

/** The execution of {@link markExecution}, or `null`; one whose transaction was not committed does not count. */
export async function markedExecution(client: Client, schema: string): Promise<string | null> {
  const { rows } = await client.query<{ execution: string | null }>(
    `SELECT split_part(mark, ' ', 1) AS execution
     FROM (SELECT obj_description(oid, 'pg_namespace') AS mark FROM pg_catalog.pg_namespace WHERE nspname = $1) AS marks
     WHERE CASE WHEN mark LIKE '% %' THEN pg_xact_status(split_part(mark, ' ', 2)::xid8) = 'committed' ELSE true END`,
    [schema],
  );
  return rows[0]?.execution ?? null;
}
