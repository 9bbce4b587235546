import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { childEnvironment } from '../../src/config.js';
import { projectRoot } from '../../src/supervisor/paths.js';
import { COVERAGE_SUMMARY, forgetCoverage, reportCoverage } from './coverage.js';
import { groupTests } from './groups.js';
import { tellRun } from './run-report.js';
import { SERVICES_VARIABLE, startTestServices } from './services.js';

/**
 * Runs test files around one PostgreSQL and one Redis for all of them, then tells what failed; exits 0 when nothing
 * did. Without the names of files, everything runs, a line is printed for each file (`.tap/run.tap` has the rest), and
 * the sources must be covered as `.c8rc.json` says.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '3' }, 'disable-coverage': { type: 'boolean', default: false } },
});
const isWhole = positionals.length === 0;
const isCovered = isWhole && !values['disable-coverage'];
/** A file, alone or in a group, or the totals. */
const IS_SUMMARY = /^(( {4})?(not )?ok \d+ - dist\/|Bail out!|# \{)/;
const folder = join(projectRoot(), '.tap');
const output = join(folder, 'run.tap');
await mkdir(folder, { recursive: true });
await forgetCoverage();
const files = isWhole ? await groupTests(projectRoot()) : positionals;
const services = await startTestServices();
const { databaseUrl, redisUrl } = services;
const options = ['--jobs', values.jobs, ...(isCovered ? ['--coverage'] : [])];
const run = spawn(process.execPath, [join(import.meta.dirname, 'run-files.js'), ...options, '--', ...files], {
  env: childEnvironment({ [SERVICES_VARIABLE]: JSON.stringify({ databaseUrl, redisUrl }) }),
  stdio: ['inherit', 'pipe', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => run.kill(signal));
const ended = new Promise<number>((resolve) => run.once('exit', (status) => resolve(status ?? 1)));
const record = createWriteStream(output);
for await (const line of createInterface({ input: run.stdout })) {
  record.write(`${line}\n`);
  if (!isWhole || IS_SUMMARY.test(line)) process.stdout.write(`${line}\n`);
}
const status = await ended;
await finished(record.end());
await services.stop();
const isCoveredWell = !isCovered || (await reportCoverage());
for (const line of await tellRun({ output, summary: COVERAGE_SUMMARY })) process.stdout.write(`${line}\n`);
process.exitCode = status === 0 && isCoveredWell ? 0 : 1;
