import type { ProcessingDefinition } from '../catalogue/processings.js';
import { badRequest, notFound } from '../errors.js';
import type { Db } from './database.js';
import { distinctIds } from './ids.js';

/** Static files that an execution reads, named by parameters that have a `static_type` (lifecycle §4.4). */

interface StaticRow {
  readonly id: string;
  readonly type: string;
}

/**
 * Checks those files, and keeps them from being deleted until the transaction ends; then the execution itself does,
 * as long as it is unfinished (see {@link executionsReadingStatic}).
 * @throws ApiError not_found for one that the datastore does not have, bad_request for one of another type
 */
export async function holdStatics(
  tx: Db,
  datastoreId: string,
  definition: ProcessingDefinition,
  parameters: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const { name, static_type: type } of definition.parameters) {
    if (type === undefined || parameters[name] === undefined) continue;
    const ids = distinctIds([parameters[name]].flat() as string[]);
    const rows = await tx.$queryRaw<StaticRow[]>`
      SELECT id, type FROM geopf.static
      WHERE id = ANY (${ids}::uuid[]) AND datastore_id = ${datastoreId}::uuid ORDER BY id FOR SHARE`;
    const missing = ids.filter((id) => !rows.some((row) => row.id === id));
    if (missing.length > 0) throw notFound(...missing.map((id) => `Le fichier statique ${id} n'existe pas.`));
    const wrong = rows.filter((row) => row.type !== type);
    if (wrong.length > 0) {
      throw badRequest(
        ...wrong.map(
          (row) => `Le fichier statique ${row.id} est de type ${row.type}, le paramètre "${name}" attend ${type}.`,
        ),
      );
    }
  }
}

/** Ids of the unfinished executions that read a static file. */
export async function executionsReadingStatic(tx: Db, staticId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT execution.id FROM geopf.static AS file
    JOIN geopf.processing_execution AS execution ON execution.datastore_id = file.datastore_id
    WHERE file.id = ${staticId}::uuid AND execution.status IN ('CREATED', 'WAITING', 'PROGRESS')
      AND lower((execution.parameters -> 'derivations')::text)::jsonb ? ${staticId}
    ORDER BY execution.creation`;
  return rows.map(({ id }) => id);
}
