import { readFileSync } from 'node:fs';
import t from 'tap';
import {
  DELIVERY_FORMATS,
  DELIVERY_STATES,
  type DeliveryFormat,
  type DeliveryState,
  delivery,
  geoparquet,
} from '../../fixtures/generate/deliveries.js';
import { geojson, geopackage, shapefile } from '../../fixtures/generate/vector.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { type Delivered, deliver, integrate } from '../helpers/integration.js';

const VECTOR = 'Vérification vecteur';

/** Lines that the log must have; none for a delivery that passes. */
type Expectations = Record<DeliveryFormat, Record<Exclude<DeliveryState, 'good'>, readonly string[]>>;

function otherSystem(layer: string): string[] {
  return [
    `ERROR||checks_ogr||342||Le SRS du layer ${layer} est différent de celui déclaré`,
    `ERROR||checks_ogr||342||SRS de ${layer} : EPSG:2154`,
    'ERROR||checks_ogr||342||SRS déclaré : EPSG:4326',
  ];
}

function unreadable(file: string, format: string): string[] {
  return [
    `ERROR||core||179||Le fichier ${file} n'est pas un fichier ${format} lisible`,
    "WARNING||core||179||Fichier vecteur invalide. Les noms de tables et de colonnes n'ont pas pu être vérifiés.",
  ];
}

const empty = (file: string) => [`ERROR||core||179||Le fichier ${file} est vide (0 octet)`];

const EXPECTED: Expectations = {
  GeoPackage: {
    'wrong-srs': otherSystem('geopackage_wrong_srs'),
    corrupt: [
      'ERROR||checks_ogr||342||Objet illisible dans le layer geopackage_corrupt : ',
      'objets lus sur 600 dans le layer geopackage_corrupt',
    ],
    truncated: ['ERROR||core||179||Le fichier geopackage_truncated.gpkg est tronqué : '],
    empty: empty('geopackage_empty.gpkg'),
    hostile: unreadable('geopackage_hostile.gpkg', 'GeoPackage'),
  },
  GeoJSON: {
    'wrong-srs': otherSystem('geojson_wrong_srs'),
    corrupt: [
      "ERROR||checks_ogr||342||Objet illisible dans le layer geojson_corrupt : Invalid 'x' coordinate",
      'WARNING||checks_ogr||342||1 objets sans géométrie dans le layer geojson_corrupt : 3',
    ],
    truncated: unreadable('geojson_truncated.geojson', 'GeoJSON'),
    empty: empty('geojson_empty.geojson'),
    hostile: unreadable('geojson_hostile.geojson', 'GeoJSON'),
  },
  Shapefile: {
    'wrong-srs': otherSystem('shapefile_wrong_srs'),
    corrupt: ['ERROR||core||179||Forme de type 77 au lieu de 1 dans shapefile_corrupt.shp, objet 2'],
    truncated: [
      'ERROR||core||179||Le fichier shapefile_truncated.shp est tronqué : 15207 octets au lieu de 16900',
      'ERROR||checks_ogr||342||Objet illisible dans le layer shapefile_truncated, objet 539 : ',
      'ERROR||checks_ogr||342||… et 51 autres objets illisibles dans le layer shapefile_truncated',
    ],
    empty: empty('shapefile_empty.shp'),
    hostile: ['ERROR||checks_ogr||342||Objet illisible dans le layer shapefile_hostile, objet 0 : Corrupted .shp file'],
  },
  CSV: {
    'wrong-srs': otherSystem('csv_wrong_srs'),
    corrupt: [
      'ERROR||core||179||Ligne 5 de csv_corrupt.csv : géométrie illisible dans la colonne WKT : POINT (2.003 N48)',
      'ERROR||core||179||Ligne 9 de csv_corrupt.csv : 4 cellules au lieu de 3',
    ],
    truncated: ["ERROR||core||179||Ligne 601 de csv_truncated.csv : un guillemet n'est pas fermé"],
    empty: empty('csv_empty.csv'),
    hostile: ['ERROR||checks_ogr||342||Nom de colonne invalide dans csv_hostile : <OGRVRTDataSource>'],
  },
  FlatGeobuf: {
    'wrong-srs': otherSystem('flatgeobuf_wrong_srs'),
    corrupt: ['objets lus sur 600 dans le layer flatgeobuf_corrupt'],
    truncated: ['ERROR||checks_ogr||342||510 objets lus sur 600 dans le layer flatgeobuf_truncated'],
    empty: empty('flatgeobuf_empty.fgb'),
    hostile: unreadable('flatgeobuf_hostile.fgb', 'FlatGeobuf'),
  },
  GeoParquet: {
    'wrong-srs': otherSystem('geoparquet_wrong_srs'),
    corrupt: ['ERROR||core||179||Le pied du fichier geoparquet_corrupt.parquet est illisible : '],
    truncated: ["ERROR||core||179||Le fichier geoparquet_truncated.parquet est tronqué : il n'a pas de pied"],
    empty: empty('geoparquet_empty.parquet'),
    hostile: ['ERROR||core||179||Le pied du fichier geoparquet_hostile.parquet annonce 4294967288 octets'],
  },
  SQL: {
    'wrong-srs': [],
    corrupt: ['ERROR||core||179||Ligne 3 de sql_corrupt.sql : '],
    truncated: ['ERROR||core||179||Ligne 4 de sql_truncated.sql : '],
    empty: empty('sql_empty.sql'),
    hostile: [
      'ERROR||core||179||Ligne 5 de sql_hostile.sql : ',
      'ERROR||core||179||Ligne 6 de sql_hostile.sql : ',
      'ERROR||core||179||Ligne 7 de sql_hostile.sql : ',
    ],
  },
};

void t.test('the vector check', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);

  for (const state of DELIVERY_STATES) {
    void t.test(`every format, ${state}`, async (t) => {
      const folder = t.testdir();
      const files = DELIVERY_FORMATS.flatMap((format) => delivery(folder, format, state));
      const { status, extent, logs } = await deliver(user, files);
      const log = logs[VECTOR] ?? '';
      t.equal(status, state === 'good' ? 'CLOSED' : 'UNSTABLE', log);
      t.equal(extent !== undefined, state === 'good');
      const results = log.match(/Résultat de la vérification du fichier : .*/g) ?? [];
      t.equal(results.length, DELIVERY_FORMATS.length - (state === 'wrong-srs' ? 1 : 0));
      for (const result of results) t.match(result, state === 'good' ? /: SUCCESS$/ : /: FAILURE$/);
      if (state === 'good') return;
      for (const format of DELIVERY_FORMATS) {
        for (const line of EXPECTED[format][state]) t.ok(log.includes(line), `${line}\n${log}`);
      }
    });
  }

  async function check(files: readonly Delivered[], srs = 'EPSG:4326') {
    const { status, logs, extent } = await deliver(user, files, { srs });
    const log = logs[VECTOR] ?? '';
    /** Messages that are not the frame of every log. */
    const said = log
      .split('\n')
      .filter((line) => /(WARNING|ERROR)\|\|/.test(line))
      .map((line) => line.slice(line.lastIndexOf('||') + 2));
    return { passed: status === 'CLOSED', log, said, extent };
  }

  const csv = (content: string, path = 'data/t.csv'): Delivered => ({ path, content });

  void t.test('every fault of every file is reported, the sound ones pass', async (t) => {
    const folder = t.testdir();
    const { passed, log } = await check([
      ...geojson(folder),
      ...delivery(folder, 'CSV', 'corrupt'),
      ...delivery(folder, 'Shapefile', 'truncated'),
      { path: 'data/2024.csv', content: 'lon,lat,xmin\n1,45,a\n' },
      { path: 'data/zones.dbf', content: 'x' },
      { path: 'data/__notes.gpkg', content: 'x' },
    ]);
    t.notOk(passed);
    for (const line of [
      'sites.geojson : SUCCESS',
      'Ligne 5 de csv_corrupt.csv',
      'Ligne 9 de csv_corrupt.csv',
      'shapefile_truncated.shp est tronqué',
      'Nom de table invalide : 2024',
      'Nom de colonne invalide dans 2024 : xmin (ce nom est réservé par PostgreSQL)',
      "Fichier ignoré, car le fichier qu'il accompagne est absent : data/zones.dbf",
      'Fichier ignoré : data/__notes.gpkg',
    ]) {
      t.ok(log.includes(line), `${line}\n${log}`);
    }
  });

  void t.test('names of files with capitals, blanks, accents and folders', async (t) => {
    const folder = t.testdir();
    const renamed = shapefile(folder).map((path) => ({
      path: `Été 2024/${path.replace(/^.*\//, '').toUpperCase()}`,
      content: new Uint8Array(readFileSync(path)),
    }));
    const upper = await check(renamed);
    t.ok(upper.passed, upper.log);
    t.same(upper.said, []);
    const spaced = await check([{ path: 'a b/Zones été.CSV', content: 'WKT,nom\nPOINT(1 45),a\n' }]);
    t.match(spaced.said, [/Nom de table invalide : Zones été \(seuls les lettres/]);
  });

  void t.test('geometry columns of a CSV, whatever their name and writing', async (t) => {
    const contents = [
      'WKT,nom\nPOINT(1 45),a\n',
      'the_geom;nom\nPOINT(1 45);a\n',
      'Geom\tnom\n0101000000000000000000F03F0000000000804640\ta\n',
      'wkb|nom\n0101000020E6100000000000000000F03F0000000000804640|a\n',
      'json|nom\n"{""type"":""Point"",""coordinates"":[1,45]}"|a\n',
      'longitude,LATITUDE,nom\n1,45,a\n',
      '\uFEFFx;y;nom\r\n1,0;45,0;a\r\n',
    ];
    const { passed, log, said, extent } = await check(contents.map((content, index) => csv(content, `t${index}.csv`)));
    t.ok(passed, log);
    t.same(said, []);
    t.same(extent?.coordinates.flat().map(String), Array(5).fill('1,45'), 'all of them are there');
    t.equal(log.match(/Nombre d'objets : 1$/gm)?.length, contents.length);
    const none = await check([csv('nom,age\na,3\n')]);
    t.ok(none.passed, none.log);
    t.same(none.said, ['Aucune colonne de géométrie dans t.csv : la table n’en aura pas']);
  });

  void t.test('what GDAL turns into nothing is named with its line', async (t) => {
    const wkt = await check([csv('wkt,nom\n"POINT(1 45)","a\nb"\n\nPOINT(1 x),b\n,c\nSRID=4326;POINT(1 2),d\n')]);
    t.same(wkt.said, [
      'Valeur mal lue dans le layer t, objet 4 : Unsupported WKB type 218378848',
      '3 objets sans géométrie dans le layer t : 2, 3, 4',
      'Ligne 5 de t.csv : géométrie illisible dans la colonne wkt : POINT(1 x)',
      'Ligne 7 de t.csv : géométrie illisible dans la colonne wkt : SRID=4326;POINT(1 2)',
    ]);
    const point = await check([csv('lon,lat,nom\n1,45,a\n1a,45,b\n,,c\n1,,d\n')]);
    t.same(point.said, [
      'Valeur mal lue dans le layer t, objet 2 : Invalid value type found in record 2 for field lon. This warning will no longer be emitted.',
      '3 objets sans géométrie dans le layer t : 2, 3, 4',
      'Ligne 3 de t.csv : coordonnée lon illisible : 1a',
      'Ligne 5 de t.csv : coordonnée lat absente',
    ]);
  });

  void t.test('a .csvt is compared with the header', async (t) => {
    const csvt = (content: string): Delivered => ({ path: 'data/T.CSVT', content });
    t.ok((await check([csv('lon,lat,nom\n1,45,a\n'), csvt('Real,Real,String(20)\n')])).passed);
    const wrong = await check([csv('lon,lat,nom\n1,45,a\n'), csvt('Real,Texte\n')]);
    t.notOk(wrong.passed);
    t.match(wrong.log, /\.CSVT, Ligne 1 : type inconnu « Texte »/i);
    t.match(wrong.log, /\.CSVT, Ligne 1 : 2 types pour 3 colonnes/i);
  });

  void t.test('reference systems: EPSG and IGNF names of one system, files without any, unknown ones', async (t) => {
    const collection = (crs: string) =>
      `{"type":"FeatureCollection",${crs}"features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[650000,6860000]}}]}`;
    const named = (name: string): Delivered => ({
      path: 'x.geojson',
      content: collection(`"crs":{"type":"name","properties":{"name":"${name}"}},`),
    });
    for (const [file, declared] of [
      ['urn:ogc:def:crs:EPSG::2154', 'IGNF:LAMB93'],
      ['IGNF:LAMB93', 'EPSG:2154'],
      ['IGNF:RGR92UTM40S', 'EPSG:2975'],
    ] as const) {
      const { passed, log } = await check([named(file)], declared);
      t.ok(passed, `${file} declared ${declared}\n${log}`);
    }
    t.match((await check([named('EPSG:4258')], 'EPSG:4171')).said, [
      /différent/,
      /SRS de x : EPSG:4258/,
      /SRS déclaré : EPSG:4171/,
    ]);
    t.match((await check([{ path: 'x.geojson', content: collection('') }], 'EPSG:2154')).said, [
      /différent/,
      /SRS de x : EPSG:4326/,
      /SRS déclaré : EPSG:2154/,
    ]);
    const unknown = await check([named('EPSG:99999')]);
    t.notOk(unknown.passed);
    t.match(unknown.log, /Le SRS du fichier x\.geojson est inconnu : EPSG:99999/);

    const withoutPrj = shapefile(t.testdir()).filter((path) => !path.endsWith('.prj'));
    const none = await check(withoutPrj);
    t.ok(none.passed, none.log);
    t.match(none.said, [/Le layer sites ne déclare pas de SRS : celui de la livraison est retenu/]);
  });

  void t.test('doubtful geometries only warn, with the ids of the features', async (t) => {
    const bow = 'POLYGON((0 45,1 46,1 45,0 46,0 45))';
    const rows = Array.from({ length: 12 }, (_, index) => `"${bow}",${index}`);
    const { passed, log } = await check([
      csv(`wkt,n\n${rows.join('\n')}\nPOINT Z(1 45 3),12\nPOINT EMPTY,13\nPOINT(700000 6600000),14\n`),
    ]);
    t.ok(passed, log);
    for (const line of [
      'WARNING||checks_ogr||342||Géométrie invalide dans le layer t, objet 1 : Self-intersection at or near point',
      'WARNING||checks_ogr||342||… et 2 autres géométries invalides dans le layer t',
      'WARNING||checks_ogr||342||1 géométries vides dans le layer t',
      'WARNING||checks_ogr||342||Plusieurs types de géométrie dans le layer t : Polygon (12), Point (3)',
      'INFO||checks_ogr||342||1 géométries portent une altitude (Z) dans le layer t',
      'Coordonnées hors du domaine de validité de EPSG:4326 dans le layer t, objet 15 : 700000 6600000',
    ]) {
      t.ok(log.includes(line), `${line}\n${log}`);
    }
  });

  void t.test('columns that share a name are told the one they will have', async (t) => {
    const { passed, said } = await check([csv('lon,lat,Été,ete,geom_,ogc_fid\n1,45,a,b,c,d\n')]);
    t.ok(passed);
    t.same(said, [
      'Nom de colonne déjà pris dans t : ete deviendra ete_1',
      'Nom de colonne déjà pris dans t : ogc_fid deviendra ogc_fid_1',
    ]);
  });

  void t.test('two files of one table: same columns, or a failure that names both', async (t) => {
    const one = csv('lon,lat,nom\n1,45,a\n', 'a/t.csv');
    const same = await check([one, csv('lon;lat;NOM\n2;46;b\n', 'b/T.csv')]);
    t.ok(same.passed, same.log);
    t.match(same.log, /Les fichiers a\/t\.csv et b\/T\.csv remplissent tous deux la table t/);
    const other = await check([one, csv('lon,lat,titre\n2,46,b\n', 'b/t.csv')]);
    t.notOk(other.passed);
    t.match(other.said, [
      'Les fichiers a/t.csv et b/t.csv donnent la table t avec des colonnes différentes : nom, titre',
    ]);
  });

  void t.test('files of changes are CSV', async (t) => {
    const change = (content: string, path: string): Delivered => ({ path, content });
    const good = await check([change('ogc_fid;nom\n1;a\n', 'data/t.update'), change('ogc_fid\n2\n', 'data/t.delete')]);
    t.ok(good.passed, good.log);
    const bad = await check([change('ogc_fid;nom\n1\n2;a;b\n', 'data/t.update'), change('\n', 'data/t.delete')]);
    t.notOk(bad.passed);
    t.same(bad.said, [
      "Le fichier t.delete n'a pas d'en-tête",
      'Ligne 2 de t.update : 1 cellules au lieu de 2',
      'Ligne 3 de t.update : 3 cellules au lieu de 2',
    ]);
  });

  void t.test('GeoParquet: metadata are looked at; integration refuses it by name', async (t) => {
    const without = await check([geoparquet('sans.parquet', { geo: null })]);
    t.match(without.said, ['Métadonnées GeoParquet invalides dans sans : la clé « geo » est absente']);
    const broken = await check([geoparquet('b.parquet', { geo: '{"version":1,"primary_column":"x","columns":{}}' })]);
    t.match(broken.said, [/: la version est absente/, /: la colonne principale n’est pas décrite/]);

    // No crs: longitude and latitude.
    const { id, status } = await deliver(user, [geoparquet('Points.GeoParquet'), ...geopackage(t.testdir())]);
    t.equal(status, 'CLOSED');
    const integrated = await integrate(user, id);
    t.equal(integrated.status, 'FAILURE');
    t.match(
      integrated.log,
      /Le format GeoParquet passe la vérification mais n'est pas intégrable : data\/Points\.GeoParquet/,
    );
  });
});
