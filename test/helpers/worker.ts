import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { childEnvironment } from '../../src/config.js';
import type { Overrides, TestEmulator } from './app.js';

const WORKER = fileURLToPath(new URL('../../src/worker.js', import.meta.url));

/**
 * A worker process of the emulator, ready, killed when the test ends.
 * @param limits `fileLimitKb`: largest file that it and its processes may write, as on a disk that is full;
 *   `isLogFull`: whether what they log goes to such a disk
 */
export async function forkWorker(
  t: Test,
  { config }: TestEmulator,
  overrides: Overrides = {},
  limits: { fileLimitKb?: number; isLogFull?: boolean } = {},
): Promise<ChildProcess> {
  const limit = `ulimit -f ${limits.fileLimitKb ?? 'unlimited'}`;
  const output = limits.isLogFull === true ? '> /dev/full 2>&1' : '';
  const worker = spawn('/bin/bash', ['-c', `${limit}; exec "$0" "$1" ${output}`, process.execPath, WORKER], {
    env: childEnvironment({
      DATABASE_URL: config.databaseUrl ?? '',
      REDIS_URL: config.redisUrl ?? '',
      DATA_DIR: config.dataDir,
      TIMING: config.timing,
      LOG_LEVEL: 'silent',
      WORKER_SPARE: config.worker.spare ? '1' : '0',
      HARVEST_ALLOWED_HOSTS: config.harvest.allowedHosts.join(','),
      ...overrides,
    }),
    // A pipe: the limit holds for the file, maybe a long one, that the output of tests goes to as well.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  worker.stderr?.pipe(process.stderr, { end: false });
  t.teardown(async () => {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  });
  await once(worker, 'message');
  return worker;
}
