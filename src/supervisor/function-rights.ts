import type pg from 'pg';

/**
 * What every role of a PostgreSQL database may do by default and no producer's SQL needs (architecture §2, features):
 * large objects, advisory locks, waits, notifications, settings, queries given as text.
 */

/** Functions that are taken from everybody. The emulator itself needs the first ones. */
const OWN_NEEDS = ['pg_(try_)?advisory_.*', 'pg_sleep.*', 'pg_notify', 'set_config'];
const NOBODY_NEEDS = [
  'lo_.*',
  'loread',
  'lowrite',
  '(query|table|schema|database|cursor)_to_xml.*',
  'pg_export_snapshot',
  'pg_logical_.*',
  'pg_replication_origin.*',
  'pg_create_.*_slot',
  'pg_import_system_collations',
  'currtid2?',
];

interface FunctionRow {
  readonly name: string;
  readonly own: boolean;
}

/**
 * Takes those functions from PUBLIC, and gives the role of the emulator the ones it needs. Runs again without effect.
 * @param client a superuser's connection to the database
 */
export async function restrictFunctions(client: pg.Client, emulatorRole: string): Promise<void> {
  const { rows } = await client.query<FunctionRow>(
    `SELECT p.oid::regprocedure::text AS name, p.proname ~ ('^(' || $1 || ')$') AS own
     FROM pg_catalog.pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
       AND p.proname ~ ('^(' || $1 || '|' || $2 || ')$')
       AND has_function_privilege('public', p.oid, 'EXECUTE')`,
    [OWN_NEEDS.join('|'), NOBODY_NEEDS.join('|')],
  );
  if (rows.length === 0) return;
  const own = rows.filter((row) => row.own).map(({ name }) => name);
  await client.query(`REVOKE EXECUTE ON FUNCTION ${rows.map(({ name }) => name).join(', ')} FROM PUBLIC`);
  if (own.length > 0) {
    await client.query(`GRANT EXECUTE ON FUNCTION ${own.join(', ')} TO "${emulatorRole.replaceAll('"', '""')}"`);
  }
}
