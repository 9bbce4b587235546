import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t from 'tap';
import {
  ambiguousGeopackage,
  csvLonLat,
  csvWkt,
  emptyGeopackage,
  fakeGeopackage,
  geojson,
  geopackage,
  lambertGeopackage,
  shapefile,
  truncatedShapefile,
} from '../../fixtures/generate/vector.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { type Delivered, deliver } from '../helpers/integration.js';

const STANDARD = 'Vérification standard';
const VECTOR = 'Vérification vecteur';
const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}(INFO|WARNING|ERROR)\|\|[\w-]+\|\|\d+\|\|/;

void t.test('checks of deliveries', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);

  void t.test('every format that is sound passes and gives its extent', async (t) => {
    const folder = t.testdir();
    for (const files of [geopackage, geojson, shapefile, csvWkt, csvLonLat]) {
      const { status, extent, logs } = await deliver(user, files(folder));
      t.equal(status, 'CLOSED', `${files.name}: ${logs[VECTOR]}`);
      t.ok(extent, files.name);
      for (const line of (logs[VECTOR] ?? '').split('\n')) t.match(line, LINE);
    }
    const { extent } = await deliver(user, csvLonLat(folder));
    t.same(extent?.coordinates, [
      [
        [4.83, 45.76],
        [4.83, 48.85],
        [2.35, 48.85],
        [2.35, 45.76],
        [4.83, 45.76],
      ],
    ]);
  });

  void t.test('the log of the vector check reads as the platform writes it', async (t) => {
    const { id, logs } = await deliver(user, geojson(t.testdir()));
    const messages = (logs[VECTOR] ?? '').split('\n').map((line) => line.slice('2026-01-01 00:00:00,000'.length));
    t.same(messages, [
      'INFO||gpf-vector-checker||7||Récupération des fichiers de la livraison',
      `INFO||cli||255||Vérification VectorChecker (2.14.0) pour la livraison     ${id}`,
      'INFO||core||134||1 fichiers à analyser dans la livraison',
      'INFO||core||179||Analyse du fichier : sites.geojson',
      'INFO||checks_ogr||342||Nombre de layers : 1',
      'INFO||checks_ogr||342||Nom du layer : sites',
      "INFO||checks_ogr||342||Nombre d'objets : 4",
      'INFO||cli||255||Résultat de la vérification du fichier : sites.geojson : SUCCESS',
    ]);
  });

  void t.test('a truncated shapefile fails with the lengths', async (t) => {
    const { status, logs } = await deliver(user, truncatedShapefile(t.testdir()));
    t.equal(status, 'UNSTABLE');
    t.match(logs[VECTOR], /ERROR\|\|core\|\|179\|\|Le fichier coupe\.shp est tronqué : 130 octets au lieu de \d+/);
    t.match(logs[VECTOR], /Résultat de la vérification du fichier : coupe\.shp : FAILURE/);
    t.match(logs[STANDARD], /SUCCESS/);
  });

  void t.test('a shapefile without its companions fails naming them', async (t) => {
    const [shp] = shapefile(t.testdir());
    const { status, logs } = await deliver(user, [shp ?? '']);
    t.equal(status, 'UNSTABLE');
    t.match(logs[VECTOR], /Le fichier sites\.shx est absent/);
    t.match(logs[VECTOR], /Le fichier sites\.dbf est absent/);
  });

  void t.test('GeoPackages that are none fail, and the other files are looked at all the same', async (t) => {
    const folder = t.testdir();
    const files = [...fakeGeopackage(folder), ...emptyGeopackage(folder), ...geojson(folder)];
    const { status, logs, extent } = await deliver(user, files);
    t.equal(status, 'UNSTABLE');
    t.match(logs[VECTOR], /Le fichier faux\.gpkg n'est pas un fichier GeoPackage lisible/);
    t.match(logs[VECTOR], /vide\.gpkg : FAILURE/);
    t.match(logs[VECTOR], /WARNING\|\|core\|\|179\|\|Fichier vecteur invalide\. Les noms de tables et de colonnes/);
    t.match(logs[VECTOR], /sites\.geojson : SUCCESS/);
    t.equal(extent, undefined);
  });

  void t.test('a reference system other than the declared one fails with both names', async (t) => {
    const { status, logs } = await deliver(user, lambertGeopackage(t.testdir()), { srs: 'EPSG:4326' });
    t.equal(status, 'UNSTABLE');
    t.match(logs[VECTOR], /Le SRS du layer \w+ est différent de celui déclaré/);
    t.match(logs[VECTOR], /SRS de \w+ : EPSG:2154/);
    t.match(logs[VECTOR], /SRS déclaré : EPSG:4326/);
    t.equal((await deliver(user, lambertGeopackage(t.testdir()), { srs: 'IGNF:LAMB93' })).status, 'CLOSED');
  });

  void t.test('layers that would share a table fail', async (t) => {
    const { status, logs } = await deliver(user, ambiguousGeopackage(t.testdir()));
    t.equal(status, 'UNSTABLE');
    t.match(logs[VECTOR], /Plusieurs layers donnent la table ete/);
  });

  void t.test('names of tables and columns that no database takes fail', async (t) => {
    const content = 'lon,lat,2024_pop,nom usuel\n1,45,a,b\n';
    const { status, logs } = await deliver(user, [{ path: "data/1'; drop table x.csv", content }]);
    t.equal(status, 'UNSTABLE');
    t.match(logs[VECTOR], /Nom de table invalide : 1'; drop table x/);
    t.match(logs[VECTOR], /Nom de colonne invalide dans .* : 2024_pop/);
    t.match(logs[VECTOR], /Nom de colonne invalide dans .* : nom usuel/);
  });

  void t.test('a CSV in Latin-1 passes with a warning, a GeoJSON fails', async (t) => {
    const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
    const { status, logs } = await deliver(user, [{ path: 'x.csv', content: latin1('lon,lat,nom\n1,45,été\n') }]);
    t.equal(status, 'CLOSED', logs[VECTOR] ?? '');
    t.match(
      logs[VECTOR],
      /WARNING\|\|core\|\|179\|\|Le fichier x\.csv n'est pas encodé en UTF-8 \(ligne 2\) : il est lu en Windows-1252/,
    );
    const content = latin1('{"type":"FeatureCollection",\n"features":[],"name":"été"}');
    const refused = await deliver(user, [{ path: 'x.geojson', content }]);
    t.equal(refused.status, 'UNSTABLE');
    t.match(refused.logs[VECTOR], /Le fichier x\.geojson n'est pas encodé en UTF-8 \(ligne 2\)/);
  });

  void t.test('a virtual dataset in disguise is not followed', async (t) => {
    const content =
      '<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>CSV:/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>';
    for (const name of ['x.csv', 'x.geojson', 'x.gpkg']) {
      const { status, logs } = await deliver(user, [{ path: name, content }]);
      t.equal(status, 'UNSTABLE', `${name}: ${logs[VECTOR]}`);
      t.notMatch(logs[VECTOR], /root/);
    }
  });

  void t.test('a delivery without vector file fails', async (t) => {
    const { status, logs } = await deliver(user, [{ path: 'lisez-moi.txt', content: 'rien' }]);
    t.equal(status, 'UNSTABLE');
    t.match(logs[VECTOR], /Aucun fichier vecteur dans la livraison/);
    t.match(logs[VECTOR], /Fichier ignoré : lisez-moi\.txt/);
  });

  void t.test('digests are compared with the files; files without digest are accepted', async (t) => {
    const folder = t.testdir();
    const [path] = geojson(folder);
    const sum = createHash('md5')
      .update(readFileSync(path ?? ''))
      .digest('hex');
    const list = (content: string): Delivered => ({ path: 'sommes.md5', content, kind: 'md5' });
    const good = await deliver(user, [path ?? '', ...csvLonLat(folder), list(`${sum}  data/sites.geojson\n`)]);
    t.equal(good.status, 'CLOSED', good.logs[STANDARD] ?? '');

    const wrong = await deliver(user, [path ?? '', list(`${'0'.repeat(32)}  data/sites.geojson\n`)]);
    t.equal(wrong.status, 'UNSTABLE');
    t.match(wrong.logs[STANDARD], new RegExp(`data/sites\\.geojson \\(${sum}\\) ne correspond pas`));

    const absent = await deliver(user, [
      path ?? '',
      list(`${sum}  data/autre.geojson\n${sum}  ../../x\npas une somme\n`),
    ]);
    t.equal(absent.status, 'UNSTABLE');
    t.match(absent.logs[STANDARD], /le fichier data\/autre\.geojson est absent/);
    t.match(absent.logs[STANDARD], /Ligne 2 de sommes\.md5 : le chemin sort de la livraison/);
    t.match(absent.logs[STANDARD], /Ligne 3 de sommes\.md5/);
  });

  void t.test('files whose name starts with __ are ignored', async (t) => {
    const [path] = geojson(t.testdir());
    const { status } = await deliver(user, [path ?? '', { path: 'data/__cache.gpkg', content: 'pas un GeoPackage' }]);
    t.equal(status, 'CLOSED');
  });

  void t.test('a check that is not built fails and says so', async (t) => {
    const index = { type: 'INDEX' };
    const points = { type: 'PYRAMID-3D', type_infos: { pyramid_type: 'EPT', data_type: 'laszip', span: 128 } };
    for (const [check, type] of Object.entries({ checkindex: index, 'check-pyramid-3d-ept': points })) {
      const { status, logs } = await deliver(user, [{ path: 'x.csv', content: 'x' }], { ...type, srs: 'EPSG:2154' });
      t.equal(status, 'UNSTABLE', check);
      t.match(logs[check], /n'est pas encore prise en charge par l'émulateur/);
    }
  });
});
