import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Config } from '../config.js';
import { REGISTRY_SCHEMA } from '../deps.js';
import { PrismaClient } from '../generated/prisma/client.js';
import { ensureSigningKey } from '../identity/keys.js';
import { catalogueText } from './modules/catalogue.js';
import { defaultSeedFile } from '../supervisor/paths.js';
import { applySeed } from './apply.js';
import { parseSeed } from './parse.js';
import type { Seed } from './schema.js';
import type { SeedDeps } from './transaction.js';

/** A seed file that was read and checked. */
export interface LoadedSeed {
  readonly seed: Seed;
  /** SHA-256 of the file and of the platform's catalogue, hexadecimal: changes when the seeded content does. */
  readonly hash: string;
}

/**
 * Reads `SEED_FILE`, or the default seed.
 * @throws SeedError with every fault of the file; the file system's error when it cannot be read
 */
export async function loadSeed(config: Pick<Config, 'seedFile' | 'production'>): Promise<LoadedSeed> {
  const text = await readFile(config.seedFile ?? defaultSeedFile(), 'utf8');
  return {
    seed: parseSeed(text, { production: config.production }),
    hash: createHash('sha256').update(text).update(catalogueText()).digest('hex'),
  };
}

/**
 * Seeds a migrated database and makes its signing key, unless this very seed was applied to it before:
 * a restart keeps what users did meanwhile.
 * @returns whether the seed was applied
 */
export async function seedDatabase(databaseUrl: string, { seed, hash }: LoadedSeed): Promise<boolean> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 4,
    application_name: 'geopf-local-seed',
    options: '-c TimeZone=UTC', // see createDeps
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema: REGISTRY_SCHEMA }) });
  try {
    if ((await appliedSeed({ pool, prisma })) === hash) return false;
    await ensureSigningKey(prisma);
    await applySeed({ pool, prisma }, seed);
    await prisma.setting.upsert({
      where: { name: SEED_SETTING },
      create: { name: SEED_SETTING, value: hash },
      update: { value: hash },
    });
    return true;
  } finally {
    await prisma.$disconnect();
    await pool.end();
  }
}

const SEED_SETTING = 'seed_hash';

async function appliedSeed({ prisma }: SeedDeps): Promise<string | undefined> {
  return (await prisma.setting.findUnique({ where: { name: SEED_SETTING } }))?.value;
}
