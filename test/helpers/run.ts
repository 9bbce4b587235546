import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { childEnvironment } from '../../src/config.js';
import { projectRoot } from '../../src/supervisor/paths.js';
import { groupTests } from './groups.js';
import { tellRun } from './run-report.js';
import { SERVICES_VARIABLE, startTestServices } from './services.js';

/**
 * Runs tap with its arguments around one PostgreSQL and one Redis for all the test files, then tells what failed;
 * exits with tap's own code. Without arguments, everything runs and a line is printed for each file: `.tap/run.tap`
 * has the rest.
 */
/** A file, alone or in a group, the totals, or what coverage lacks. */
const IS_SUMMARY = /^(( {4})?(not )?ok \d+ - dist\/|Bail out!|# (\{|ERROR)|[A-Z][a-z]+ +:)/;
const args = process.argv.slice(2);
const run = args.length > 0 ? args : await groupTests(projectRoot());
const folder = join(projectRoot(), '.tap');
const output = join(folder, 'run.tap');
const summary = join(folder, 'report', 'coverage-summary.json');
await mkdir(folder, { recursive: true });
await rm(summary, { force: true });
const services = await startTestServices();
const { databaseUrl, redisUrl } = services;
const tap = spawn(join(projectRoot(), 'node_modules', '.bin', 'tap'), ['run', '--reporter=tap', ...run], {
  cwd: projectRoot(),
  env: childEnvironment({ [SERVICES_VARIABLE]: JSON.stringify({ databaseUrl, redisUrl }) }),
  stdio: ['inherit', 'pipe', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tap.kill(signal));
const ended = new Promise<number>((resolve) => tap.once('exit', (status) => resolve(status ?? 1)));
const record = createWriteStream(output);
for await (const line of createInterface({ input: tap.stdout })) {
  record.write(`${line}\n`);
  if (args.length > 0 || IS_SUMMARY.test(line)) process.stdout.write(`${line}\n`);
}
const code = await ended;
await finished(record.end());
await services.stop();
for (const line of await tellRun({ output, summary })) process.stdout.write(`${line}\n`);
process.exitCode = code;
