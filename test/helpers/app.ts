import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.js';
import { type Config, loadConfig } from '../../src/config.js';
import { closeDeps, createDeps, type ServerDeps } from '../../src/deps.js';
import { openFeaturePool } from '../../src/domain/feature-pool.js';
import { createTrafficRecorder } from '../../src/domain/traffic.js';
import { createIdentity } from '../../src/identity/identity.js';
import { createLogger } from '../../src/log.js';
import { createRenderPool } from '../../src/render/pool.js';
import { startWorker } from '../../src/workers/runner.js';
import { contractObserver } from './contract.js';
import { createTestDatabase, type Teardown } from './database.js';
import { testServices } from './services.js';

/** Environment variables that a test sets differently. */
export type Overrides = Readonly<Record<string, string>>;

/** The whole application on a database, a storage folder and Redis keys of its own. */
export interface TestApp {
  readonly app: FastifyInstance;
  readonly deps: ServerDeps;
  readonly config: Config;
}

/** A {@link TestApp} that listens, with a worker beside it. */
export interface TestEmulator extends TestApp {
  /** `http://localhost:<port>`, also the origin of the OIDC issuer. */
  readonly origin: string;
}

/** The configuration of a test: seeded database, folder and port of its own, no delay, no log. */
export async function testConfig(t: Teardown, overrides: Overrides = {}): Promise<Config> {
  const { redisUrl } = await testServices();
  const dataDir = await mkdtemp(join(tmpdir(), 'geopf-data-'));
  t.teardown(() => rm(dataDir, { recursive: true, force: true }));
  return loadConfig({
    DATA_DIR: dataDir,
    DATABASE_URL: await createTestDatabase(t),
    REDIS_URL: redisUrl,
    PORT: String(await freePort()),
    TIMING: 'immediate',
    LOG_LEVEL: 'silent',
    // Most tests give their worker one task or none: what it loads ahead would be for nobody.
    WORKER_SPARE: '0',
    RENDER_PROCESSES: '1',
    HARVEST_ALLOWED_HOSTS: '127.0.0.1',
    HARVEST_RETRY_DELAY: '5',
    ...overrides,
  });
}

/** The application, ready for `app.inject`, closed with everything it opened when the test ends. */
export async function buildTestApp(t: Teardown, overrides: Overrides = {}): Promise<TestApp> {
  return buildReplica(t, await testConfig(t, overrides));
}

/** Another server process as it were: the same database, storage and Redis keys, nothing else in common. */
export async function buildReplica(t: Teardown, config: Config): Promise<TestApp> {
  const log = createLogger(config, 'test');
  const base = await createDeps(config, log);
  t.teardown(() => closeDeps(base));
  const render = createRenderPool({ config, log });
  t.teardown(() => render.close());
  const traffic = createTrafficRecorder(base);
  t.teardown(() => traffic.close());
  const featurePool = openFeaturePool(config, log);
  t.teardown(() => featurePool.end());
  const deps: ServerDeps = { ...base, render, traffic, featurePool, identity: await createIdentity(base) };
  const app = await buildApp(deps, [contractObserver]);
  t.teardown(() => app.close());
  await app.ready();
  return { app, deps, config };
}

/** A running emulator: HTTP server on a free port and a worker, in this process. */
export async function startTestEmulator(t: Teardown, overrides: Overrides = {}): Promise<TestEmulator> {
  const built = await buildTestApp(t, overrides);
  const workerDeps = await createDeps(built.config, createLogger(built.config, 'worker'));
  t.teardown(() => closeDeps(workerDeps));
  const worker = await startWorker(workerDeps);
  t.teardown(() => worker.close());
  await worker.ready;
  await built.app.listen({ port: built.config.port, host: built.config.host });
  return { ...built, origin: `http://localhost:${built.config.port}` };
}

/** A port that was free a moment ago: the issuer of tokens must be known before the server listens. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
