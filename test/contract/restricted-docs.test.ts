import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { childEnvironment } from '../../src/config.js';
import { projectRoot } from '../../src/supervisor/paths.js';
import { startTestEmulator } from '../helpers/app.js';

/** The commands of docs/acces-restreint.md, as somebody pastes them. */

const execute = promisify(execFile);
const missing = await execute('bash', ['-c', 'command -v curl jq ogr2ogr']).then(
  () => false,
  () => 'no curl, jq or ogr2ogr here',
);

void t.test('from an offering to its readers', { skip: missing }, async (t) => {
  const { origin } = await startTestEmulator(t);
  const folder = await mkdtemp(join(tmpdir(), 'geopf-pasted-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const text = await readFile(join(projectRoot(), 'docs/acces-restreint.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, commands]) => commands ?? '');
  t.ok(blocks.length >= 7);
  const pasted = blocks
    .join('')
    .split('\n')
    // Examples of offerings that they do not publish.
    .filter((line) => !line.includes('/plan/'))
    .join('\n')
    .replaceAll('http://localhost:8080', origin);
  const { stdout } = await execute('bash', ['-euo', 'pipefail', '-c', pasted], {
    cwd: folder,
    env: childEnvironment({}),
  });
  t.notMatch(stdout, '"error"');
  t.match(stdout, '"type":"FeatureCollection"');
  t.match(stdout, '<Name>reserve:chefs_lieux</Name>');
  t.same((await readdir(folder)).toSorted(), ['basic.gpkg', 'cle.gpkg', 'entete.gpkg', 'jeton.gpkg']);
});
