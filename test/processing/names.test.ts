import t from 'tap';
import { columnNames, databaseName, nameFault, standardiseName } from '../../src/processing/names.js';

void t.test('names lose their case, accents and dashes', async (t) => {
  t.equal(standardiseName('Zones-Protégées'), 'zones_protegees');
  t.equal(standardiseName('Œuvre_Ægir'), 'oeuvre_aegir');
  t.equal(databaseName("Nom de l'été (2)"), 'nom_de_l_ete__2_');
  t.equal(databaseName('x'.repeat(80)).length, 63);
});

void t.test('names that no table can have are refused with a reason', async (t) => {
  t.equal(nameFault('Zones-protégées'), null);
  t.equal(nameFault('_privé'), null);
  t.match(nameFault('2024_zones'), /commencer par une lettre/);
  t.match(nameFault('-sql'), /commencer par une lettre/);
  t.match(nameFault('zones protégées'), /seuls les lettres/);
  t.match(nameFault('x"; drop table y; --'), /seuls les lettres/);
  t.match(nameFault(''), /vide/);
  t.match(nameFault('a'.repeat(64)), /63 caractères/);
});

void t.test('columns never share a name, nor take that of the key or the geometry', async (t) => {
  t.same(columnNames(['Nom', 'nom', 'NOM', 'geom', 'fid', 'autre'], ['fid', 'geom']), [
    'nom',
    'nom_1',
    'nom_2',
    'geom_1',
    'fid_1',
    'autre',
  ]);
  const long = columnNames(['a'.repeat(70), 'a'.repeat(70)], []);
  t.same(
    long.map((name) => name.length),
    [63, 63],
  );
  t.not(long[0], long[1]);
});
