import Fastify, { type FastifyInstance } from 'fastify';
import pg from 'pg';
import type { ServerDeps } from '../../src/deps.js';
import { openVisit } from '../../src/domain/guard/visit.js';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import type { FeatureType } from '../../src/ogc/wfs/model.js';
import { originPlugin } from '../../src/plugins/origin.js';
import { depsPlugin } from '../../src/plugins/deps.js';
import { wfsRoutes } from '../../src/routes/ogc/wfs.js';
import { createTestDatabase, type Teardown } from './database.js';
import { SCHEMA } from './feature-type.js';
import { publishFeatureType } from './publish-wfs.js';

/** The WFS alone, on a database of the test's own, with feature types that the test makes. */

export interface TestWfs {
  readonly app: FastifyInstance;
  readonly pool: pg.Pool;
  /** Answers `/wfs?{query}`. */
  get(query: string): Promise<{ status: number; type: string; text: string }>;
}

/** Builds the service; `sql` makes the tables in {@link SCHEMA}. */
export async function buildTestWfs(
  t: Teardown,
  sql: string,
  types: readonly FeatureType[],
  overrides: Readonly<Record<string, string>> = {},
): Promise<TestWfs> {
  const databaseUrl = await createTestDatabase(t);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5 });
  t.teardown(() => pool.end());
  await pool.query(`CREATE SCHEMA ${SCHEMA}; ${sql}`);
  await pool.query('DELETE FROM geopf.offering');
  for (const type of types) await publishFeatureType(pool, type);
  const config = loadConfig({ LOG_LEVEL: 'silent', PUBLIC_URL: 'http://emulator.test', ...overrides });
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true } });
  t.teardown(() => app.close());
  const deps = { config, pool, log: createLogger(config, 'test') };
  // The service reads no other dependency.
  await app.register(depsPlugin, { deps: deps as unknown as ServerDeps });
  await app.register(originPlugin);
  const visit = openVisit('/wfs');
  await app.register(wfsRoutes, { prefix: '/wfs', visitOf: () => visit });
  await app.ready();
  return {
    app,
    pool,
    get: async (query) => {
      const answer = await app.inject({ url: `/wfs?${query}` });
      return { status: answer.statusCode, type: String(answer.headers['content-type']), text: answer.body };
    },
  };
}
