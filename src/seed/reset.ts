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
    const modules = [...ENTITY_MODULES].reverse();
    const tables = modules.flatMap((module) => module.tables);
    await inTransaction(deps, async (client) => {
      await client.query(tables.map((table) => `DELETE FROM ${REGISTRY_SCHEMA}.${quoteIdentifier(table)}`).join(';'));
      await writeSeed(client, seed);
    });
    for (const module of modules) await module.clear?.(deps);
    await publishFeatureTypes(deps, seed);
  } finally {
    await deps.jobs.resume();
  }
}
