import { randomBytes } from 'node:crypto';
import type { ClientBase } from 'pg';
import { REGISTRY_SCHEMA } from '../deps.js';
import { publishFeatureTypes } from './feature-types.js';
import { ENTITY_MODULES } from './modules.js';
import type { Seed } from './schema.js';
import { type SeedDeps, exclusively, inTransaction } from './transaction.js';

/**
 * Writes a seed into the registry: what it names is created or updated, the rest is left alone, so that
 * it may be applied again. Features and publications of its feature types are made once.
 */
export async function applySeed(deps: SeedDeps, seed: Seed): Promise<void> {
  await exclusively(deps, async () => {
    await inTransaction(deps, (client) => writeSeed(client, seed));
    await publishFeatureTypes(deps, seed);
  });
}

/** The registry part of a seed, in the caller's transaction. */
export async function writeSeed(client: ClientBase, seed: Seed): Promise<void> {
  await client.query(
    `INSERT INTO ${REGISTRY_SCHEMA}.setting (name, value) VALUES ('instance_id', $1) ON CONFLICT DO NOTHING`,
    [randomBytes(4).toString('hex')],
  );
  for (const module of ENTITY_MODULES) await module.seed?.({ client, seed });
  await raiseEpochs(client);
}

/** Makes every replica forget what it cached of publications and rights. */
async function raiseEpochs(client: ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO ${REGISTRY_SCHEMA}.epoch AS known (name, value) VALUES ('publication', 1), ('rights', 1)
     ON CONFLICT (name) DO UPDATE SET value = known.value + 1`,
  );
}
