import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { loadSeed, seedDatabase } from '../seed/load.js';
import { migrate, readMigrations } from './migrate.js';

/** What a database of the emulator holds before anybody uses it. */
export interface DatabaseContents {
  /** Changes whenever `fill` would write something else. */
  readonly fingerprint: string;
  /** Migrates and seeds; does nothing on a database that is up to date. Returns what it did, in sentences. */
  fill(databaseUrl: string): Promise<string[]>;
}

/**
 * The contents that a configuration asks for.
 * @throws SeedError when the seed file has faults
 */
export async function databaseContents(config: Config): Promise<DatabaseContents> {
  const [migrations, seed] = await Promise.all([readMigrations(), loadSeed(config)]);
  const hash = createHash('sha256').update(seed.hash);
  for (const migration of migrations) hash.update(`${migration.name} ${migration.checksum}\n`);
  await hashFolder(hash, join(import.meta.dirname, '..', 'seed'));
  return {
    fingerprint: hash.digest('hex'),
    fill: async (databaseUrl) => {
      const applied = await migrate(databaseUrl, migrations);
      const seeded = await seedDatabase(databaseUrl, seed);
      return [...applied.map((name) => `migration ${name} appliquée`), ...(seeded ? ['jeu de départ appliqué'] : [])];
    },
  };
}

/** The same seed file gives other rows when the code that writes them has changed. */
async function hashFolder(hash: ReturnType<typeof createHash>, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(await readFile(file));
}
