import { createHash } from 'node:crypto';
import type { Config } from '../config.js';
import { loadSeed, seedDatabase } from '../seed/load.js';
import { migrate, readMigrations } from './migrate.js';
import type { ClusterContents } from './postgres.js';

/** What a new database of this configuration holds: the schema and the seed. */
export async function clusterContents(
  config: Config,
): Promise<ClusterContents & { seed(databaseUrl: string): Promise<void> }> {
  const migrations = await readMigrations();
  const hash = createHash('sha256');
  for (const migration of migrations) hash.update(`${migration.name} ${migration.checksum}\n`);
  const loaded = await loadSeed(config);
  hash.update(loaded.hash);
  const seed = async (databaseUrl: string) => void (await seedDatabase(databaseUrl, loaded));
  return {
    fingerprint: hash.digest('hex'),
    fill: async (databaseUrl) => {
      await migrate(databaseUrl, migrations);
      await seed(databaseUrl);
    },
    seed,
  };
}
