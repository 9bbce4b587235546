import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { connectTo, migrate, type Migration, readMigrations } from './migrate.js';
import { defaultSeedFile } from './paths.js';

/** What a database of the emulator holds before anybody uses it. */
export interface DatabaseContents {
  /** Changes whenever `fill` would write something else. */
  readonly fingerprint: string;
  /** Migrates and seeds; does nothing on a database that is up to date. Returns what it did, in sentences. */
  fill(databaseUrl: string): Promise<string[]>;
}

/** The contents that a configuration asks for. */
export async function databaseContents(config: Config): Promise<DatabaseContents> {
  const migrations = await readMigrations();
  const seedText = await readFile(config.seedFile ?? defaultSeedFile());
  const hash = createHash('sha256').update(seedText).update(String(config.production));
  for (const migration of migrations) hash.update(`${migration.name} ${migration.checksum}\n`);
  // The same seed gives other rows when the code that writes them has changed.
  for (const room of ['seed', 'catalogue']) await hashFolder(hash, join(import.meta.dirname, '..', room));
  const fingerprint = hash.digest('hex');
  return {
    fingerprint,
    fill: async (databaseUrl) =>
      (await readFingerprint(databaseUrl)) === fingerprint
        ? []
        : fill(databaseUrl, { config, migrations, fingerprint }),
  };
}

/** @throws MigrationError, or SeedError when the seed file has faults */
async function fill(
  databaseUrl: string,
  { config, migrations, fingerprint }: { config: Config; migrations: readonly Migration[]; fingerprint: string },
): Promise<string[]> {
  // Loaded when there is something to seed: half of the time of a start otherwise.
  const { loadSeed, seedDatabase } = await import('../seed/load.js');
  const seed = await loadSeed(config);
  const applied = await migrate(databaseUrl, migrations);
  const seeded = await seedDatabase(databaseUrl, seed);
  await query(databaseUrl, 'INSERT INTO geopf.setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2', [
    SETTING,
    fingerprint,
  ]);
  return [...applied.map((name) => `migration ${name} appliquée`), ...(seeded ? ['jeu de départ appliqué'] : [])];
}

const SETTING = 'contents_fingerprint';

/** What the database was last filled with; `undefined` when it has no registry yet. */
async function readFingerprint(databaseUrl: string): Promise<string | undefined> {
  const exists = await query<{ found: boolean }>(
    databaseUrl,
    `SELECT to_regclass('geopf.setting') IS NOT NULL AS found`,
  );
  if (exists[0]?.found !== true) return undefined;
  const rows = await query<{ value: string }>(databaseUrl, 'SELECT value FROM geopf.setting WHERE name = $1', [
    SETTING,
  ]);
  return rows[0]?.value;
}

async function query<Row extends object>(databaseUrl: string, sql: string, values: string[] = []): Promise<Row[]> {
  const client = await connectTo(databaseUrl);
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function hashFolder(hash: ReturnType<typeof createHash>, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(await readFile(file));
}
