import type { Deps } from '../deps.js';
import { isBeingRead } from '../domain/execution-inputs.js';
import { FILES_ROOT } from '../domain/execution-output.js';
import { dropFeatures, featureRole } from '../domain/stored-data.js';

type OrphanDeps = Pick<Deps, 'prisma' | 'storage' | 'instanceId' | 'log'>;

/**
 * Removes what no stored data is made of, left by a process that died between the files or the tables and the registry:
 * versions of files, schemas and roles of data that are deleted or gone.
 * @param ageMs files younger than that stay, whatever the registry says
 * @returns what was removed: storage prefixes and names of schemas
 */
export async function sweepOrphans(deps: OrphanDeps, ageMs: number): Promise<string[]> {
  const removed = [...(await sweepFiles(deps, ageMs)), ...(await sweepSchemas(deps))];
  for (const orphan of removed) deps.log.warn({ orphan }, 'Orphan:Removed');
  return removed;
}

async function sweepFiles({ prisma, storage }: OrphanDeps, ageMs: number): Promise<string[]> {
  const removed: string[] = [];
  const oldest = Date.now() - ageMs;
  for (const { key: root } of await storage.list(FILES_ROOT)) {
    // The folders first: what appears after this look is not judged by it.
    const versions = (await storage.list(root)).filter(({ changed }) => changed.getTime() < oldest);
    if (versions.length === 0) continue;
    const id = root.slice(root.lastIndexOf('/') + 1);
    if (await isBeingRead(prisma, id)) continue;
    const kept = await keptVersions(prisma, root, id);
    for (const { key } of versions) {
      if (kept.has(key)) continue;
      await storage.removeTree(key);
      removed.push(key);
    }
  }
  return removed;
}

/** The version that a stored data is made of, and those that an execution may be about to make it of. */
async function keptVersions(prisma: Deps['prisma'], root: string, id: string): Promise<Set<string>> {
  // A name that is no id is not of our making, and nothing refers to it.
  const rows = await prisma.$queryRaw<{ key: string }[]>`
    SELECT files_key AS key FROM geopf.stored_data WHERE id::text = ${id} AND files_key IS NOT NULL
    UNION ALL
    SELECT ${`${root}/`} || id FROM geopf.processing_execution
    WHERE output_stored_data_id::text = ${id} AND status IN ('WAITING', 'PROGRESS')`;
  return new Set(rows.map(({ key }) => key));
}

/** A schema is committed after the row of its data, and dropped with it: one without a row is of nobody. */
async function sweepSchemas({ prisma, instanceId }: OrphanDeps): Promise<string[]> {
  const prefix = featureRole(instanceId, '');
  const orphans = await prisma.$queryRaw<{ hex: string }[]>`
    SELECT hex FROM (
      SELECT substr(nspname, 4) AS hex FROM pg_catalog.pg_namespace WHERE nspname ~ '^sd_[0-9a-f]{32}$'
      UNION
      SELECT substr(rolname, length(${prefix}) + 1) FROM pg_catalog.pg_roles WHERE starts_with(rolname, ${prefix})) AS made
    WHERE hex ~ '^[0-9a-f]{32}$' AND NOT EXISTS (
      SELECT 1 FROM geopf.stored_data WHERE replace(id::text, '-', '') = hex AND status <> 'DELETED')
      AND NOT EXISTS (
      SELECT 1 FROM geopf.stored_data WHERE schema_name = 'sd_' || hex AND status <> 'DELETED')`;
  for (const { hex } of orphans) {
    await prisma.$transaction((tx) => dropFeatures(tx, `sd_${hex}`, `${prefix}${hex}`));
  }
  return orphans.map(({ hex }) => `sd_${hex}`);
}
