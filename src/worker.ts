import { ConfigError, loadConfig } from './config.js';
import { closeDeps, createDeps } from './deps.js';
import { createLogger } from './log.js';
import { startWorker } from './workers/runner.js';

/** The job process: configuration, queues, graceful close. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config, 'worker');
  const deps = await createDeps(config, log);
  const worker = await startWorker(deps);

  let closing: Promise<void> | undefined;
  const close = (signal: string): Promise<void> => {
    closing ??= (async () => {
      log.info({ signal }, 'Worker:Closing');
      await worker.close();
      await closeDeps(deps);
      if (process.connected) process.disconnect(); // the channel to the supervisor keeps us alive
    })();
    return closing;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close(signal));
  process.once('disconnect', () => void close('disconnect'));

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
