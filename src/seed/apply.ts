import { randomBytes } from 'node:crypto';
import pg, { type ClientBase } from 'pg';
import { REGISTRY_SCHEMA } from '../deps.js';
import { publishFeatureTypes } from './feature-types.js';
import { ENTITY_MODULES } from './modules.js';
import { SeedError } from './parse.js';
import type { Seed } from './schema.js';
import { type SeedDeps, exclusively, inTransaction } from './transaction.js';

/**
 * Writes a seed into the registry: what it names is created or updated, the rest is left alone, so that
 * it may be applied again. Features and publications of its feature types are made once.
 * @throws SeedError when the database refuses it: a name taken by another id, a malformed geometry
 */
export async function applySeed(deps: SeedDeps, seed: Seed): Promise<void> {
  try {
    await exclusively(deps, async () => {
      await inTransaction(deps, (client) => writeSeed(client, seed));
      await publishFeatureTypes(deps, seed);
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && CONTENT_FAULT.test(error.code ?? '')) {
      throw new SeedError([error.detail === undefined ? error.message : `${error.message} (${error.detail})`]);
    }
    throw error;
  }
}

/** SQLSTATE of what the content of a seed can cause: data exceptions, constraints, PostGIS's own errors. */
const CONTENT_FAULT = /^(22|23|XX000)/;

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
