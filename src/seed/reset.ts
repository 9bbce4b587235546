import pg from 'pg';
import { type Deps, REGISTRY_SCHEMA } from '../deps.js';
import { quoteIdentifier } from '../domain/relations.js';
import { writeSeed } from './apply.js';
import { publishFeatureTypes } from './feature-types.js';
import { ENTITY_MODULES } from './modules.js';
import type { Seed } from './schema.js';
import { exclusively, inTransaction } from './transaction.js';

/**
 * Brings the emulator back to its seed: jobs are stopped first, then files, feature schemas and every
 * entity go. Nothing of the seed is ever half there: it is written in one transaction, its published
 * datasets excepted, which follow one by one.
 */
export async function resetToSeed(deps: Deps, seed: Seed): Promise<void> {
  await exclusively(deps, () => reset(deps, seed));
}

/**
 * Lets jobs start again when a server that was killed in the middle of a reset has left them stopped; waits for a
 * reset that still runs. To be called when a server starts.
 */
export async function resumeInterruptedReset(deps: Pick<Deps, 'pool' | 'jobs'>): Promise<void> {
  await exclusively(deps, () => deps.jobs.resume());
}

async function reset(deps: Deps, seed: Seed): Promise<void> {
  await deps.jobs.pauseAndDrain();
  try {
    await rewriteRegistry(deps, seed);
    for (const module of [...ENTITY_MODULES].reverse()) await module.clear?.(deps);
    await publishFeatureTypes(deps, seed);
  } finally {
    await deps.jobs.resume();
  }
}

/** PostgreSQL ended one of two transactions that waited for each other. */
const DEADLOCK = '40P01';
const ATTEMPTS = 5;

/** Replaces the content of the registry by the seed, while requests go on: what they write meanwhile waits. */
async function rewriteRegistry(deps: Deps, seed: Seed): Promise<void> {
  // Those that refer to others first.
  const tables = [...ENTITY_MODULES]
    .reverse()
    .flatMap((module) => module.tables)
    .map((table) => `${REGISTRY_SCHEMA}.${quoteIdentifier(table)}`);
  const locks = `LOCK TABLE ${tables.toReversed().join(', ')} IN SHARE ROW EXCLUSIVE MODE`;
  const deletions = tables.map((table) => `DELETE FROM ${table}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await inTransaction(deps, async (client) => {
        await client.query([locks, ...deletions].join(';'));
        await writeSeed(client, seed);
      });
      return;
    } catch (error) {
      // A request that had begun holds one of the tables and waits for another: it ends first.
      if (!(error instanceof pg.DatabaseError) || error.code !== DEADLOCK || attempt === ATTEMPTS) throw error;
      deps.log.info({ attempt }, 'Reset:Again');
    }
  }
}
