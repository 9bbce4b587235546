import { buildApp } from './app.js';
import { ConfigError, loadConfig } from './config.js';
import { closeDeps, createDeps, type ServerDeps } from './deps.js';
import { closeOnSignals } from './graceful.js';
import { indexMissingRecords } from './domain/record-backfill.js';
import { openFeaturePool } from './domain/feature-pool.js';
import { createTrafficRecorder } from './domain/traffic.js';
import { createIdentity } from './identity/identity.js';
import { createLogger, gatheredOutput } from './log.js';
import { ignoreOutputFaults } from './output-faults.js';
import { createRenderPool } from './render/pool.js';
import { resumeInterruptedReset } from './seed/reset.js';

/** The HTTP process: configuration, listen, graceful close. */
async function main(): Promise<void> {
  ignoreOutputFaults(process.stderr);
  const config = loadConfig();
  const log = createLogger(config, 'server', gatheredOutput());
  const base = await createDeps(config, log);
  await resumeInterruptedReset(base);
  const deps: ServerDeps = {
    ...base,
    identity: await createIdentity(base),
    render: createRenderPool({ config, log }),
    traffic: createTrafficRecorder(base),
    featurePool: openFeaturePool(config, log),
  };
  const app = await buildApp(deps);
  const closing = new AbortController();
  const indexing = completeCatalogue(deps, closing.signal);

  closeOnSignals(log, async () => {
    closing.abort();
    await app.close();
    await indexing;
    await deps.traffic.close();
    await deps.render.close();
    await deps.featurePool.end();
    await closeDeps(base);
  });

  const address = await app.listen({ port: config.port, host: config.host });
  log.info({ address }, 'Server:Listening');
  process.send?.({ type: 'ready' });
}

/** Others are served meanwhile. */
async function completeCatalogue(deps: ServerDeps, signal: AbortSignal): Promise<void> {
  try {
    const records = await indexMissingRecords(deps, signal);
    if (records > 0) deps.log.info({ records }, 'Catalogue:Completed');
  } catch (error) {
    deps.log.error({ err: error }, 'Catalogue:NotCompleted');
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
