import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment, loadConfig } from '../../src/config.js';
import { databaseContents } from '../../src/supervisor/contents.js';
import { startServices } from '../../src/supervisor/services.js';

/** Variable by which the runner tells every test file where the services of the run are (JSON). */
export const SERVICES_VARIABLE = 'GEOPF_TEST_SERVICES';

/** One PostgreSQL and one Redis for a whole run of tests; the database is the seeded template. */
export interface TestServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** Starts the services of a run in a folder of their own; `stop` leaves nothing behind. */
export async function startTestServices(): Promise<TestServices & { stop(): Promise<void> }> {
  const config = loadConfig({ XDG_CACHE_HOME: childEnvironment({}).XDG_CACHE_HOME });
  const dataDir = await mkdtemp(join(tmpdir(), 'geopf-test-'));
  await chmod(dataDir, 0o711); // the account of the services enters it
  const services = await startServices({
    dataDir,
    databaseUrl: undefined,
    redisUrl: undefined,
    durable: false,
    cacheDir: config.cacheDir,
    contents: await databaseContents(config),
  });
  return {
    databaseUrl: services.databaseUrl,
    redisUrl: services.redisUrl,
    stop: async () => {
      await services.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

let current: Promise<TestServices> | undefined;

/** The services of this run; a test file run alone starts its own and stops them when it ends. */
export function testServices(): Promise<TestServices> {
  current ??= findServices();
  return current;
}

async function findServices(): Promise<TestServices> {
  const given = childEnvironment({})[SERVICES_VARIABLE];
  if (given !== undefined) return JSON.parse(given) as TestServices;
  // Not in the runner: importing tap makes a process a test.
  const { default: t } = await import('tap');
  const services = await startTestServices();
  t.teardown(() => services.stop());
  return services;
}
