import { ConfigError, loadConfig } from './config.js';
import { closeDeps, createDeps } from './deps.js';
import { closeOnSignals } from './graceful.js';
import { createLogger } from './log.js';
import { ignoreOutputFaults } from './output-faults.js';
import { startWorker } from './workers/runner.js';

/** The job process: configuration, queues, graceful close. */
async function main(): Promise<void> {
  ignoreOutputFaults(process.stderr);
  const config = loadConfig();
  const log = createLogger(config, 'worker');
  const deps = await createDeps(config, log);
  const worker = await startWorker(deps);

  closeOnSignals(log, async () => {
    await worker.close();
    await closeDeps(deps);
  });

  await worker.ready;
  log.info('Worker:Ready');
  process.send?.({ type: 'ready' });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
