import { quoteIdentifier } from '../../domain/relations.js';
import { featureRole } from '../../domain/stored-data.js';
import type { ClearDeps, EntityModule } from '../module.js';

/** Processing executions, stored data with their sharings and visibility, their feature schemas and their files. */
export const storedDataModule: EntityModule = {
  name: 'stored data',
  tables: [
    'stored_data_sharing',
    'stored_data_visibility',
    'stored_data_dependency',
    'stored_data_file',
    'execution_input_upload',
    'execution_input_stored_data',
    'processing_execution',
    'stored_data',
  ],
  async clear(deps) {
    await dropFeatureSchemas(deps);
    await dropFeatureRoles(deps);
    await deps.storage.removeTree('stored-data');
  },
};

/** Every `sd_…` schema: features live nowhere else, and nothing else has such a name. */
async function dropFeatureSchemas({ pool }: ClearDeps): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_catalog.pg_namespace WHERE nspname ~ '^sd_[0-9a-f]{32}$'`,
  );
  if (rows.length === 0) return;
  await pool.query(`DROP SCHEMA ${rows.map((row) => quoteIdentifier(row.name)).join(', ')} CASCADE`);
}

/** Roles that owned them, whatever the stored data; roles of other instances share the cluster. */
async function dropFeatureRoles({ pool, instanceId }: ClearDeps): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_catalog.pg_roles WHERE starts_with(rolname, $1)`,
    [featureRole(instanceId, '')],
  );
  for (const { name } of rows) {
    const role = quoteIdentifier(name);
    await pool.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  }
}
