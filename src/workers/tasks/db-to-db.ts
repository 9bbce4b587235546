import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openAccess } from '../../domain/feature-access.js';
import { dependentsOf, usedStoredData } from '../../domain/feature-dependencies.js';
import {
  actAsOwner,
  adoptFeatureSchema,
  featureSchemaExists,
  markedExecution,
  markExecution,
  reclaimRoom,
} from '../../domain/feature-schemas.js';
import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import { quoteIdentifier } from '../../domain/relations.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { DataFault } from '../../processing/data-fault.js';
import { type DerivationScript, readScripts } from './derivation-scripts.js';
import { checkConstraints, measureTables } from './produced-tables.js';
import { asStatementFault, runStatement } from './sql-execution.js';
import { stillRunning } from './still-running.js';
import { takeRoom } from './taken-room.js';
import type { DbToDbInput } from './task.js';
import { withDatabase } from './task-database.js';
import { toldWork } from './told-work.js';

const MODULE = 'gpf-processing-db-to-db';

/** Longest wait for a lock: a reader of the output that does not end would hold the job for ever. */
const LOCK_TIMEOUT_MS = 60_000;

/**
 * "Génération ou mise à jour d'une donnée vecteur à partir d'une donnée vecteur" (lifecycle §4.4): the SQL of the
 * producer in one transaction of a session that logged in as the role of the output. A fault of the SQL is told in the
 * log and makes a FAILURE; anything else is thrown, to be tried again. What {@link openAccess} gave is taken back by
 * the caller, who outlives this process.
 * @param wait pauses for milliseconds
 */
export async function dbToDb(
  input: DbToDbInput,
  log: TaskLog,
  wait: (ms: number) => Promise<unknown>,
): Promise<ExecutionOutcome> {
  const lines = logFrom(log, MODULE, 64);
  return toldWork(lines, 'Démarrage du traitement de dérivation', () =>
    withDatabase(input, async (client) => {
      const measured = await derive(client, input, log, wait);
      return measured && { ...measured, uses: await usedStoredData(client, input.schema) };
    }),
  );
}

/** @returns `null` when the execution was stopped meanwhile: nothing is kept */
async function derive(
  client: pg.Client,
  input: DbToDbInput,
  log: TaskLog,
  wait: (ms: number) => Promise<unknown>,
): Promise<StoredDataResult | null> {
  const { executionId, schema, role } = input;
  if ((await markedExecution(client, schema)) === executionId) {
    logFrom(log, MODULE, 71).info('La dérivation a déjà été faite : reprise de la fin du traitement');
    await client.query('BEGIN');
    await actAsOwner(client, input);
    const measured = await measureTables(client, input);
    await client.query('COMMIT');
    return measured;
  }
  const scripts = await readScripts(input, await functionsOf(client, schema));
  const exists = !input.isNew && (await featureSchemaExists(client, schema));
  if (exists) {
    await adoptFeatureSchema(client, { schema, role });
    await reclaimRoom(client, schema);
  }
  const password = randomBytes(24).toString('hex');
  const access = { readable: input.inputs.map((each) => each.schema), password, until: new Date(input.deadline) };
  await openAccess(client, input, access, { create: !exists });
  const session = await logInAs(input, password);
  try {
    await session.query('BEGIN');
    const dependents = await dependentsOf(session, schema);
    for (const script of scripts) await runScript(session, script, input, logFrom(log, MODULE, 93));
    await checkConstraints(session);
    await assertKept(session, schema, dependents);
    await sealFunctions(session, schema);
    const measured = await measureTables(session, input);
    return (await commit({ client, session, input, wait, size: measured.size })) ? measured : null;
  } finally {
    await session.end();
  }
}

async function functionsOf(client: pg.Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT p.proname AS name FROM pg_catalog.pg_proc AS p
     JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = $1`,
    [schema],
  );
  return rows.map(({ name }) => name);
}

/** The session of the producer: no statement of it gives it the rights of the emulator. */
async function logInAs(input: DbToDbInput, password: string): Promise<pg.Client> {
  const url = new URL(input.databaseUrl);
  url.username = input.role;
  url.password = password;
  const session = new pg.Client({
    connectionString: url.href,
    application_name: input.applicationName,
    statement_timeout: input.sqlTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
  });
  // Its end is heard of by the statement that was running.
  session.on('error', () => undefined);
  try {
    await session.connect();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !error.code?.startsWith('28')) throw error;
    throw new DataFault(
      `La base de données n'accepte pas la connexion du rôle de la donnée, que pg_hba.conf doit permettre : ${error.message}`,
    );
  }
  await session.query(`SET search_path TO ${quoteIdentifier(input.schema)}, public`);
  return session;
}

async function runScript(
  session: pg.Client,
  script: DerivationScript,
  { sqlTimeoutMs: timeoutMs }: DbToDbInput,
  lines: ReturnType<typeof logFrom>,
): Promise<void> {
  lines.info(`Exécution de la dérivation : ${script.name}`);
  for (const statement of script.statements) {
    try {
      await runStatement(session, statement.text);
    } catch (error) {
      const placeOf = (position: number) => script.placeOf(statement, position);
      throw asStatementFault(error, { file: `« ${script.name} »`, placeOf, lineAt: script.lineAt, timeoutMs });
    }
  }
  lines.info(`${script.statements.length} instructions exécutées`);
}

/** CASCADE reaches what other stored data made of the output, whoever they are of. */
async function assertKept(session: pg.Client, schema: string, before: readonly string[]): Promise<void> {
  const after = new Set(await dependentsOf(session, schema));
  if (before.some((oid) => !after.has(oid))) {
    throw new DataFault('La dérivation supprimerait des vues que d’autres données stockées ont sur celle-ci');
  }
}

/**
 * Functions keep the rights of the role, and names resolve as they did here, wherever they are called from: a view is
 * read by the services, a trigger fires during an integration.
 */
async function sealFunctions(session: pg.Client, schema: string): Promise<void> {
  const { rows } = await session.query<{ name: string }>(
    `SELECT p.oid::pg_catalog.regprocedure::text AS name FROM pg_catalog.pg_proc AS p
     JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
     WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND p.prokind OPERATOR(pg_catalog.=) 'f'`,
    [schema],
  );
  const path = `${quoteIdentifier(schema)}, public, pg_temp`;
  for (const { name } of rows) {
    await session.query(`ALTER FUNCTION ${name} SECURITY DEFINER SET search_path TO ${path}`);
  }
}

/**
 * Commits the producer's session, once, when its storage has room for it. Which transaction it is gets written first:
 * whoever takes over after this process died asks PostgreSQL whether it went through.
 */
async function commit(context: {
  client: pg.Client;
  session: pg.Client;
  input: DbToDbInput;
  wait: (ms: number) => Promise<unknown>;
  size: number;
}): Promise<boolean> {
  const { client, session, input, wait, size } = context;
  const { rows } = await session.query<{ id: string }>('SELECT pg_catalog.pg_current_xact_id()::text AS id');
  await markExecution(client, input.schema, input.executionId, rows[0]?.id ?? '');
  await wait(Math.max(0, input.notBefore - Date.now()));
  await client.query('BEGIN');
  const goesOn = await stillRunning(client, input.executionId);
  if (goesOn) await takeRoom(client, input.executionId, size);
  await session.query(goesOn ? 'COMMIT' : 'ROLLBACK');
  await client.query('COMMIT');
  return goesOn;
}
