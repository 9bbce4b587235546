import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { fidelityDocument } from '../../src/catalogue/fidelity-document.js';
import { projectRoot } from '../../src/supervisor/paths.js';

void t.test('docs/fidelity.md is the lists of the code (script/generate-fidelity.mjs writes it)', async (t) => {
  t.equal(await readFile(join(projectRoot(), 'docs', 'fidelity.md'), 'utf8'), fidelityDocument());
});
