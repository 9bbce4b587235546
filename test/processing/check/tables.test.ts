import t from 'tap';
import { CappedLines, type DeliveredTable } from '../../../src/processing/check/report.js';
import { lookAtNames } from '../../../src/processing/check/names.js';
import { checkTables } from '../../../src/processing/check/tables.js';

void t.test('tables of several files', (t) => {
  const table = (path: string, more: Partial<DeliveredTable> = {}): DeliveredTable => ({
    name: 't',
    columns: ['a', 'b'],
    hasGeometry: true,
    path,
    ...more,
  });
  const check = (...tables: DeliveredTable[]) => {
    const lines: string[] = [];
    const passed = checkTables(tables, ({ level, message }) => lines.push(`${level} ${message}`));
    return { passed, lines };
  };
  t.same(check(table('x'), table('y', { name: 'u' })), { passed: true, lines: [] });
  t.match(check(table('x'), table('y', { columns: ['b', 'a'] })), { passed: true, lines: [/^INFO .* x et y/] });
  t.match(check(table('x'), table('y', { hasGeometry: false }), table('z', { columns: ['a'] })), {
    passed: false,
    lines: [/^ERROR .* x et y .* : géométrie$/, /^ERROR .* x et z .* : b$/],
  });
  t.same(check(table('x'), table('x')), { passed: true, lines: [] });
  t.end();
});

void t.test('names of tables and columns', (t) => {
  const long = 'c'.repeat(64);
  t.same(lookAtNames('Zone-A', ['Nom', 'nom', 'geom', 'CTID', '1a', long], ['fid', 'geom']), {
    faults: [
      'Nom de colonne invalide dans Zone-A : CTID (ce nom est réservé par PostgreSQL)',
      'Nom de colonne invalide dans Zone-A : 1a (le nom doit commencer par une lettre ou par « _ »)',
      `Nom de colonne invalide dans Zone-A : ${long} (le nom dépasse 63 caractères)`,
    ],
    warnings: [
      'Nom de colonne déjà pris dans Zone-A : nom deviendra nom_1',
      'Nom de colonne déjà pris dans Zone-A : geom deviendra geom_1',
    ],
  });
  t.end();
});

void t.test('lines of one kind are told up to ten', (t) => {
  const lines: string[] = [];
  const capped = new CappedLines((line) => lines.push(line), 'fautes');
  for (let index = 1; index <= 12; index += 1) capped.add(String(index));
  capped.end();
  t.same(lines, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '… et 2 autres fautes']);
  t.equal(capped.count, 12);
  t.end();
});
