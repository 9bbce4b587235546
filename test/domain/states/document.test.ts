import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { statesDocument } from '../../../src/domain/states/document.js';
import { STATE_TABLES } from '../../../src/domain/transitions.js';
import { projectRoot } from '../../../src/supervisor/paths.js';

void t.test('docs/states.md is the tables of the code (script/generate-states.mjs writes it)', async (t) => {
  t.equal(await readFile(join(projectRoot(), 'docs', 'states.md'), 'utf8'), statesDocument(STATE_TABLES));
});

void t.test('a table becomes a row per action', async (t) => {
  const document = statesDocument({
    thing: {
      entity: 'upload',
      label: 'La chose',
      statuses: ['A', 'B'],
      initial: ['A'],
      final: [],
      actions: {
        go: { actor: 'UPLOAD', from: ['A', 'B'], to: 'B', title: 'Départ', refusal: 'Non.' },
        see: { actor: 'platform', from: ['B'], to: null, refusal: 'Non plus.' },
      },
    },
  });
  t.match(document, '## thing\n\nBorn A. No final status.\n');
  t.match(document, '| go | UPLOAD | A, B | B | Départ | Non. |\n| see | platform | B |  |  | Non plus. |\n');
});
