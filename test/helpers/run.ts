import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment } from '../../src/config.js';
import { projectRoot } from '../../src/supervisor/paths.js';
import { SERVICES_VARIABLE, startTestServices } from './services.js';

/**
 * Runs tap with its arguments around one PostgreSQL and one Redis for all the test files; exits with
 * tap's own code.
 */
const services = await startTestServices();
const { databaseUrl, redisUrl } = services;
const tap = spawn(join(projectRoot(), 'node_modules', '.bin', 'tap'), ['run', ...process.argv.slice(2)], {
  cwd: projectRoot(),
  env: childEnvironment({ [SERVICES_VARIABLE]: JSON.stringify({ databaseUrl, redisUrl }) }),
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tap.kill(signal));
const code = await new Promise<number>((resolve) => tap.once('exit', (status) => resolve(status ?? 1)));
await services.stop();
process.exitCode = code;
