import type { Deps } from '../deps.js';
import { closeAccess } from '../domain/feature-access.js';
import { featureRole } from '../domain/stored-data.js';

/**
 * Takes back what derivations were given and whose worker died, when nothing will run them again: they were aborted
 * since. A data that was never made loses its schema.
 */
export async function closeStaleAccesses({ pool, instanceId }: Pick<Deps, 'pool' | 'instanceId'>): Promise<void> {
  const { rows } = await pool.query<{ role: string; schema: string; neverMade: boolean }>(
    `SELECT role.rolname AS role, data.schema_name AS schema, data.type_infos IS NULL AS "neverMade"
     FROM pg_catalog.pg_roles AS role
     JOIN geopf.stored_data AS data ON role.rolname = $1 || replace(data.id::text, '-', '')
     WHERE role.rolcanlogin AND NOT EXISTS (
       SELECT 1 FROM geopf.processing_execution AS execution
       WHERE execution.output_stored_data_id = data.id AND execution.status IN ('WAITING', 'PROGRESS'))`,
    [featureRole(instanceId, '')],
  );
  if (rows.length === 0) return;
  const client = await pool.connect();
  try {
    for (const { role, schema, neverMade } of rows) await closeAccess(client, { role, schema }, { drop: neverMade });
  } finally {
    client.release();
  }
}
