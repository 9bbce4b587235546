import { INPUT_FREE_JOBS, type ProcessingDefinition } from '../catalogue/processings.js';
import { badRequest, conflict, notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { type ReachableEntity, reachableFrom } from './reach.js';
import { assertAllowed } from './transitions.js';

/** Ids of what an execution reads, as the registry writes them, in the order given. */
export interface ExecutionInputs {
  readonly uploads: readonly string[];
  readonly storedData: readonly string[];
}

interface InputRow {
  id: string;
  name: string;
  type: string;
  status: string;
}

/**
 * Checks what an execution reads, and keeps the rows from being deleted until the transaction ends: uploads CLOSED
 * with the required checks passed, stored data GENERATED, that the datastore reaches and of types the processing takes.
 * @throws ApiError not_found for an unknown input, bad_request for a wrong number or type, conflict for a wrong status
 */
export async function holdInputs(
  tx: Db,
  datastoreId: string,
  { jobName, definition }: { jobName: string; definition: ProcessingDefinition },
  inputs: ExecutionInputs,
): Promise<void> {
  const { upload, stored_data } = definition.input_types;
  const isFree = INPUT_FREE_JOBS.has(jobName);
  assertNumber('upload', upload, inputs.uploads, isFree || stored_data.length > 0);
  assertNumber('stored_data', stored_data, inputs.storedData, isFree || upload.length > 0);

  const uploads = await hold(tx, 'upload', datastoreId, inputs.uploads);
  assertFound('La livraison', inputs.uploads, uploads);
  assertTypes('La livraison', upload, uploads);

  const storedData = await hold(tx, 'stored_data', datastoreId, inputs.storedData);
  assertFound('La donnée stockée', inputs.storedData, storedData);
  assertTypes('La donnée stockée', stored_data, storedData);

  for (const row of uploads) assertAllowed('upload', 'use', row.status);
  for (const row of storedData) assertAllowed('stored_data', 'use', row.status);
  await assertChecksPassed(tx, definition, inputs.uploads);
}

/** The inputs that the datastore reaches. Locked first and read then: a share withdrawn meanwhile is seen. */
async function hold(tx: Db, entity: ReachableEntity, datastoreId: string, ids: readonly string[]): Promise<InputRow[]> {
  const table = Prisma.raw(`geopf.${entity}`);
  await tx.$queryRaw`SELECT 1 FROM ${table} WHERE id = ANY (${[...ids]}::uuid[]) ORDER BY id FOR SHARE`;
  return tx.$queryRaw<InputRow[]>`
    SELECT id, name, type, status FROM ${table} AS entity
    WHERE id = ANY (${[...ids]}::uuid[]) AND ${reachableFrom(entity, datastoreId)} ORDER BY id`;
}

function assertNumber(
  field: 'upload' | 'stored_data',
  types: readonly string[],
  given: readonly string[],
  mayBeNone: boolean,
): void {
  if (types.length === 0 && given.length > 0) {
    throw badRequest(`Le traitement n'accepte pas d'entrée dans "inputs.${field}".`);
  }
  if (types.length > 0 && given.length === 0 && !mayBeNone) {
    throw badRequest(`Le champ "inputs.${field}" doit contenir au moins un identifiant.`);
  }
}

function assertFound(label: string, ids: readonly string[], rows: readonly InputRow[]): void {
  const missing = ids.filter((id) => !rows.some((row) => row.id === id));
  if (missing.length > 0) throw notFound(...missing.map((id) => `${label} ${id} n'existe pas.`));
}

function assertTypes(label: string, types: readonly string[], rows: readonly InputRow[]): void {
  const wrong = rows.filter((row) => !types.includes(row.type));
  if (wrong.length > 0) {
    throw badRequest(
      ...wrong.map(
        (row) =>
          `${label} ${row.id} est de type ${row.type}, le traitement n'accepte que le type ${types.join(' ou ')}.`,
      ),
    );
  }
}

/** The latest run counts: an upload that was reopened must have passed its checks again. */
async function assertChecksPassed(tx: Db, definition: ProcessingDefinition, uploads: readonly string[]): Promise<void> {
  const required = [...definition.required_checks];
  const lacking = await tx.$queryRaw<{ upload: string; check: string }[]>`
    SELECT wanted.upload, (SELECT name FROM geopf."check" WHERE id = wanted."check") AS "check"
    FROM (SELECT upload, "check" FROM unnest(${[...uploads]}::uuid[]) AS upload
          CROSS JOIN unnest(${required}::uuid[]) AS "check") AS wanted
    WHERE NOT EXISTS (
      SELECT 1 FROM geopf.check_execution AS execution
      WHERE execution.upload_id = wanted.upload AND execution.check_id = wanted."check" AND execution.status = 'SUCCESS'
        AND execution.run = (SELECT max(run) FROM geopf.check_execution WHERE upload_id = wanted.upload))`;
  if (lacking.length > 0) {
    throw conflict(
      ...lacking.map(
        ({ upload, check }) => `La livraison ${upload} n'a pas passé la vérification requise « ${check} ».`,
      ),
    );
  }
}

/**
 * Whether an execution under way reads a stored data. It goes on with the files that it found when it began, which
 * another one may replace meanwhile.
 */
export async function isBeingRead(db: Db, storedDataId: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.execution_input_stored_data AS input
    JOIN geopf.processing_execution AS execution ON execution.id = input.execution_id
    WHERE input.stored_data_id::text = ${storedDataId} AND execution.status = 'PROGRESS' LIMIT 1`;
  return rows.length > 0;
}
