import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../src/supervisor/paths.js';
import { COVERAGE_FOLDER } from './coverage.js';

/**
 * Imported ahead of a test file: what this process covers of the sources is written when it exits, in the format of
 * NODE_V8_COVERAGE. That variable would do the same in every process that a test starts, most of which are killed and
 * write nothing but would run slower, and would write the packages too.
 */
const sources = pathToFileURL(join(projectRoot(), 'dist', 'src')).href;
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (_error, taken?: Profiler.TakePreciseCoverageReturnType) => {
    const result = taken?.result.filter(({ url }) => url.startsWith(`${sources}/`));
    mkdirSync(COVERAGE_FOLDER, { recursive: true });
    writeFileSync(join(COVERAGE_FOLDER, `coverage-${randomUUID()}.json`), JSON.stringify({ result }));
  });
});
