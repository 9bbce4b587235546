import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import t from 'tap';
import { childEnvironment } from '../../src/config.js';
import { projectRoot } from '../../src/supervisor/paths.js';

/**
 * Entry: runs test files, each in a process of its own, and writes one TAP stream. `tap run` would do it as well, but
 * puts its loaders into every process that tests start, which took more than half of the CPU of a run.
 */
const { positionals: files, values } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '3' }, coverage: { type: 'boolean', default: false } },
});
/** Of a file or of a group: enough for the longest on a machine that is slow or busy. */
const TIMEOUT_SECONDS = 600;
const root = projectRoot();
const recorder = values.coverage
  ? `--import=${pathToFileURL(join(import.meta.dirname, 'record-coverage.js')).href}`
  : '';
/** Tests of whole emulators, whose processes end by themselves: what these cover counts too. */
const COVERS_PROCESSES = /^dist\/test\/supervisor\//;
const env = childEnvironment({ TAP_TIMEOUT: String(TIMEOUT_SECONDS) });

t.jobs = Number(values.jobs);
t.setTimeout(0); // each file has its own
t.plan(files.length);
const tests = files.map((name) => {
  // Tap adds its loader to NODE_OPTIONS when it spawns: `env` puts what we want there.
  const inherited = [env['NODE_OPTIONS'] ?? '', COVERS_PROCESSES.test(name) ? recorder : ''];
  const own = ['--enable-source-maps', COVERS_PROCESSES.test(name) ? '' : recorder];
  const given = [`NODE_OPTIONS=${inherited.join(' ').trim()}`, process.execPath, ...own.filter(Boolean), name];
  const options = { name, env, cwd: root, buffered: t.jobs > 1, timeout: TIMEOUT_SECONDS * 1000, at: null, stack: '' };
  return t.spawn('env', given, options).subtest;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const test of tests) test?.proc?.kill(signal);
    process.exit(1);
  });
}
