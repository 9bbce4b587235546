import t from 'tap';
import { badRequest } from '../../src/errors.js';
import { completeParameters } from '../../src/domain/execution-parameters.js';

const definitions = [
  { name: 'srs', description: '', mandatory: true, constraints: { type: 'string', minLength: 3 } },
  { name: 'update', description: '', mandatory: false, default_value: false, constraints: { type: 'boolean' } },
];

await t.test('defaults are added, unknown names kept', async (t) => {
  t.same(completeParameters(definitions, { srs: 'EPSG:4326', own: { a: 1 } }), {
    srs: 'EPSG:4326',
    update: false,
    own: { a: 1 },
  });
  t.same(completeParameters(definitions, { srs: 'EPSG:4326', update: true }).update, true);
});

await t.test('every faulty parameter has its sentence', async (t) => {
  t.throws(
    () => completeParameters(definitions, { update: 1 }),
    badRequest(
      'Le paramètre "srs" est obligatoire.',
      'Le paramètre "update" ne respecte pas les contraintes du traitement : {"type":"boolean"}.',
    ),
  );
  t.throws(() => completeParameters(definitions, { srs: 'E' }), /"srs".*minLength/);
});
