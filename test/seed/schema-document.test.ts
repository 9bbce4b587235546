import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { seedSchemaDocument } from '../../src/seed/schema-document.js';
import { projectRoot } from '../../src/supervisor/paths.js';

void t.test(
  'docs/seed.schema.json is the schema of the code (script/generate-seed-schema.mjs writes it)',
  async (t) => {
    t.equal(await readFile(join(projectRoot(), 'docs', 'seed.schema.json'), 'utf8'), seedSchemaDocument());
  },
);

void t.test('what has a default need not be written', async (t) => {
  const { required, properties } = JSON.parse(seedSchemaDocument());
  t.strictSame(required, []);
  t.strictSame(properties.clients.items.required, ['id', 'grants']);
});
