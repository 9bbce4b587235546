import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import gdal from 'gdal-async';
import t, { type Test } from 'tap';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { rowsOf } from '../helpers/integration.js';
import { runVectorTask, type TaskFiles } from '../helpers/vector-task.js';

/** What layers become in the database (lifecycle §4.3): types, keys, geometries, reference systems. */

const feature = (properties: object, geometry: object | null, id?: number) => ({
  type: 'Feature',
  ...(id === undefined ? {} : { id }),
  properties,
  geometry,
});
const collection = (...features: object[]) => JSON.stringify({ type: 'FeatureCollection', features });
const point = (...coordinates: number[]) => ({ type: 'Point', coordinates });
const RING = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 0],
];
const polygon = { type: 'Polygon', coordinates: [RING] };
const multiPolygon = { type: 'MultiPolygon', coordinates: [[RING]] };

/** Writes a GeoJSON with another driver of GDAL. @returns files of the delivery */
function converted(t: Test, geojson: string, driver: string, name: string, options: string[] = []): TaskFiles {
  const folder = t.testdir();
  writeFileSync(join(folder, 'source.geojson'), geojson);
  const source = gdal.open(join(folder, 'source.geojson'));
  gdal.vectorTranslate(join(folder, name), source, ['-f', driver, ...options]).close();
  source.close();
  const names = readdirSync(folder).filter((file) => file !== 'source.geojson');
  return Object.fromEntries(names.map((file) => [file, { at: join(folder, file) }]));
}

const VALUES = collection(
  feature(
    {
      petit: 1,
      grand: 9_007_199_254_740_991,
      réel: 1.5,
      texte: 'Œuf\n"à\\la" coque',
      vrai: true,
      jour: '2024-01-31',
      heure: '10:11:12',
      instant: '2024-01-31T10:11:12+02:00',
      entiers: [1, 2],
      mots: ['a', 'b,"c"'],
      objet: { clé: [1, null] },
      vide: '',
      nul: null,
    },
    point(2, 45),
  ),
  feature({ petit: null, vide: null, texte: null }, null),
);

void t.test('content of integrations', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  const run = (files: TaskFiles, changed = {}) => runVectorTask(emulator, user, files, changed);
  const rows = (sql: string) => rowsOf(emulator, sql);
  const texts = async (table: string) =>
    (await rows(`SELECT to_jsonb(row) - 'geom' AS row FROM (SELECT * FROM ${table} ORDER BY 1) AS row`)).map(
      ({ row }: { row?: unknown }) => row,
    );

  void t.test('types and values of GeoJSON, and of GeoPackage and FlatGeobuf where they have them', async (t) => {
    const { status, log, schema, attributes } = await run({
      'valeurs.geojson': VALUES,
      ...converted(t, VALUES, 'GPKG', 'paquet.gpkg', ['-nln', 'Paquet']),
    });
    t.equal(status, 'SUCCESS', log.join('\n'));
    t.strictSame(attributes.valeurs, {
      ogc_fid: 'integer',
      petit: 'integer',
      grand: 'bigint',
      reel: 'double precision',
      texte: 'character varying',
      vrai: 'boolean',
      jour: 'date',
      heure: 'time without time zone',
      instant: 'timestamp with time zone',
      entiers: 'integer[]',
      mots: 'character varying[]',
      objet: 'json',
      vide: 'character varying',
      nul: 'character varying',
      geom: 'geometry(Point,4326)',
    });
    t.strictSame(await texts(`${schema}.valeurs`), [
      {
        ogc_fid: 1,
        petit: 1,
        grand: 9_007_199_254_740_991,
        reel: 1.5,
        texte: 'Œuf\n"à\\la" coque',
        vrai: true,
        jour: '2024-01-31',
        heure: '10:11:12',
        instant: '2024-01-31T08:11:12+00:00',
        entiers: [1, 2],
        mots: ['a', 'b,"c"'],
        objet: { clé: [1, null] },
        vide: '',
        nul: null,
      },
      Object.fromEntries([
        ...['petit', 'grand', 'reel', 'texte', 'vrai', 'jour', 'heure', 'instant', 'entiers', 'mots', 'objet'].map(
          (name) => [name, null],
        ),
        ['ogc_fid', 2],
        ['vide', null],
        ['nul', null],
      ]),
    ]);
    t.match(attributes.paquet, { fid: 'integer', grand: 'bigint', vrai: 'boolean', jour: 'date', objet: 'json' });
    t.match((await texts(`${schema}.paquet`))[0], {
      fid: 1,
      instant: '2024-01-31T08:11:12+00:00',
      vide: '',
      nul: null,
    });
  });

  void t.test('a CSVT types a CSV; widths are kept, and a longer text is refused', async (t) => {
    const csvt = 'WKT,Integer(10),String(5),Real(8.2),Date,Time,DateTime,Integer(Boolean)\n';
    const header = 'WKT,n,mot,r,jour,heure,instant,vrai\n';
    const line = '"POINT (1 2)",12,Érié,1.25,2024/01/31,10:11:12,2024/01/31 10:11:12,1\n';
    const good = await run({ 'a.csv': `${header}${line},,,,,,,\n`, 'a.csvt': csvt });
    t.equal(good.status, 'SUCCESS', good.log.join('\n'));
    t.strictSame(good.attributes.a, {
      ogc_fid: 'integer',
      n: 'integer',
      mot: 'character varying(5)',
      r: 'double precision',
      jour: 'date',
      heure: 'time without time zone',
      instant: 'timestamp with time zone',
      vrai: 'boolean',
      geom: 'geometry(Geometry,4326)',
    });
    t.match((await texts(`${good.schema}.a`))[1], { n: null, mot: '', jour: null, vrai: null });
    const bad = await run({ 'a.csv': `${header}${line}${line.replace('Érié', 'Ontario')}`, 'a.csvt': csvt });
    t.equal(bad.status, 'FAILURE');
    t.match(bad.log.at(-2), /table a, objet n° 2, colonne mot\) : valeur trop longue/);
  });

  void t.test('encodings: Shapefile in Latin-1, CSV in Latin-1', async (t) => {
    const { status, log, schema, attributes } = await run({
      ...converted(t, collection(feature({ nom: 'Étoile', n: 3 }, polygon)), 'ESRI Shapefile', 'formes.shp', [
        ...['-lco', 'ENCODING=ISO-8859-1'],
      ]),
      'villes.csv': Buffer.from('lon,lat,nom\n1,2,Égletons\n', 'latin1'),
    });
    t.equal(status, 'SUCCESS', log.join('\n'));
    t.strictSame(await rows(`SELECT nom, n FROM ${schema}.formes`), [{ nom: 'Étoile', n: 3 }]);
    t.strictSame(await rows(`SELECT nom FROM ${schema}.villes`), [{ nom: 'Égletons' }]);
    t.equal(attributes.formes?.geom, 'geometry(MultiPolygon,4326)', 'a shapefile hides its multiple polygons');
    t.match(attributes.formes, { nom: 'character varying(80)', n: 'integer' });
  });

  void t.test('altitudes, measures, curves, collections, mixed and multiple geometries', async (t) => {
    const { status, log, schema, attributes } = await run(
      {
        'z.csv': 'WKT,n\nPOINT Z (1 2 3),1\nPOINT (1 2),2\n',
        'm.csv': 'WKT,n\nPOINT M (1 2 3),1\n',
        'zm.csv': 'WKT,n\nPOINT M (1 2 3),1\n"LINESTRING Z (1 2 3,4 5 6)",2\n',
        'courbes.csv': 'WKT,n\n"CURVEPOLYGON (CIRCULARSTRING (0 0,1 1,2 0,1 -1,0 0))",1\n',
        'collections.csv': 'WKT,n\n"GEOMETRYCOLLECTION (POINT (1 1),LINESTRING (0 0,1 1))",1\n',
        'haut.geojson': collection(feature({ n: 1 }, point(1, 2, 3)), feature({ n: 2 }, point(1, 2, 4))),
        'promus.geojson': collection(feature({ n: 1 }, polygon)),
        'meles.geojson': collection(feature({ n: 1 }, polygon), feature({ n: 2 }, point(1, 1))),
        'a/morceaux.geojson': collection(feature({ n: 1 }, polygon)),
        'b/morceaux.geojson': collection(feature({ n: 2 }, multiPolygon)),
        'c/morceaux.geojson': collection(feature({ n: 3 }, polygon)),
        'd/divers.geojson': collection(feature({ n: 1 }, polygon)),
        'e/divers.geojson': collection(feature({ n: 2 }, point(7, 8))),
      },
      { multigeomTables: ['promus'] },
    );
    t.equal(status, 'SUCCESS', log.join('\n'));
    t.strictSame(Object.fromEntries(Object.entries(attributes).map(([name, { geom }]) => [name, geom])), {
      z: 'geometry(GeometryZ,4326)',
      m: 'geometry(GeometryM,4326)',
      zm: 'geometry(GeometryZM,4326)',
      courbes: 'geometry(Geometry,4326)',
      collections: 'geometry(Geometry,4326)',
      haut: 'geometry(PointZ,4326)',
      promus: 'geometry(MultiPolygon,4326)',
      meles: 'geometry(Geometry,4326)',
      morceaux: 'geometry(MultiPolygon,4326)',
      divers: 'geometry(Geometry,4326)',
    });
    const asText = async (table: string) =>
      (await rows(`SELECT ST_AsText(geom) AS g FROM ${schema}.${table} ORDER BY ogc_fid`)).map(
        ({ g }: { g?: string }) => g,
      );
    t.strictSame(await asText('z'), ['POINT Z (1 2 3)', 'POINT Z (1 2 0)']);
    t.strictSame(await asText('m'), ['POINT M (1 2 3)']);
    t.strictSame(await asText('zm'), ['POINT ZM (1 2 0 3)', 'LINESTRING ZM (1 2 3 0,4 5 6 0)']);
    t.match((await asText('courbes'))[0], /^POLYGON\(\(0 0,/);
    t.strictSame(await asText('collections'), ['GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))']);
    t.strictSame(await asText('divers'), ['MULTIPOLYGON(((0 0,1 0,1 1,0 0)))', 'POINT(7 8)']);
    t.equal((await asText('morceaux')).length, 3);
    const surfaces = await run({ 'tin.csv': 'WKT,n\n"TIN (((0 0 1,0 1 2,1 0 3,0 0 1)))",1\n' });
    t.match(surfaces.log.at(-2), /Le layer tin a des géométries TIN/);
  });

  void t.test('reprojection keeps longitude first', async (t) => {
    const csv = { 'p.csv': 'WKT,n\nPOINT (652300 6861300),1\n' };
    for (const [uploadSrs, srs] of [
      ['EPSG:2154', 'EPSG:4326'],
      ['IGNF:LAMB93', 'IGNF:WGS84G'],
      ['EPSG:2154', 'EPSG:4171'],
    ] as const) {
      const { status, log, schema, result } = await run(csv, { uploadSrs, srs });
      t.equal(status, 'SUCCESS', log.join('\n'));
      t.equal(result?.srs, srs);
      t.strictSame(await rows(`SELECT ST_AsText(geom, 2) AS g FROM ${schema}.p`), [{ g: 'POINT(2.35 48.85)' }], srs);
      t.match(
        result?.extent?.coordinates[0]?.[0]?.map((value) => Math.round(value)),
        [2, 49],
      );
    }
    const back = await run({ 'p.csv': 'lon,lat\n2.35,48.85\n' }, { srs: 'EPSG:3857' });
    t.strictSame(await rows(`SELECT ST_AsText(geom, 0) AS g FROM ${back.schema}.p`), [{ g: 'POINT(261601 6249448)' }]);
    const polar = await run({ 'p.csv': 'WKT,n\nPOINT (0 91),1\n' }, { srs: 'EPSG:2154' });
    t.equal(polar.status, 'FAILURE', 'what cannot be projected is refused');
  });

  void t.test('empty layers, layers without geometry, names', async (t) => {
    const { status, log, result, attributes } = await run({
      'Été-2024.csv': 'WKT,Nom d’usage,ogc_fid,geom,NOM D’USAGE\n',
      'seule.csv': 'code,libelle\n01,Ain\n',
      ...converted(t, collection(feature({ a: 1 }, point(0, 0))), 'GPKG', 'vide.gpkg', [
        ...['-nln', 'Vide', '-where', 'a > 1'],
      ]),
    });
    t.equal(status, 'SUCCESS', log.join('\n'));
    t.equal(result?.extent, undefined);
    t.ok((result?.size ?? 0) > 0 && (result?.size ?? 0) % 8192 === 0);
    t.strictSame(attributes, {
      ete_2024: {
        ogc_fid: 'integer',
        nom_d_usage: 'character varying',
        ogc_fid_1: 'character varying',
        geom_1: 'character varying',
        nom_d_usage_1: 'character varying',
        geom: 'geometry(Geometry,4326)',
      },
      seule: { ogc_fid: 'integer', code: 'character varying', libelle: 'character varying' },
      vide: { fid: 'integer', a: 'integer', geom: 'geometry(Point,4326)' },
    });
  });

  void t.test('tables that SQL made take rows as they were declared', async (t) => {
    const { schema } = await run({ 'x.csv': 'a,b\n1,2\n' });
    await emulator.deps.pool.query(`
      CREATE TABLE ${schema}.installation (id integer PRIMARY KEY, "Nom" varchar(20) NOT NULL, commune text,
        altitude real CHECK (altitude < 5000), vu date DEFAULT '2020-01-01', double real GENERATED ALWAYS AS (altitude * 2) STORED,
        emprise geometry(MultiPolygon,2154), autre geometry(Point,2154));
      CREATE TABLE ${schema}.compteur (num bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, nom text UNIQUE, note text);
      CREATE VIEW ${schema}.vue AS SELECT * FROM ${schema}.installation`);
    const into = (files: TaskFiles, changed = {}) => run(files, { schema, srs: 'EPSG:2154', ...changed });
    const square = 'POLYGON ((0 45,1 45,1 46,0 45))';
    const csv = (...lines: string[]) => ['WKT,altitude,commune,id,nom', ...lines, ''].join('\n');

    const first = await into({ 'Installation.csv': csv(`"${square}",12,Tulle,5,Un`, ',,,6,Deux') });
    t.equal(first.status, 'SUCCESS', first.log.join('\n'));
    t.strictSame(
      await rows(
        `SELECT id, "Nom", commune, altitude, vu::text, double, GeometryType(emprise) AS type, ST_SRID(emprise) AS srid FROM ${schema}.installation ORDER BY id`,
      ),
      [
        {
          id: 5,
          Nom: 'Un',
          commune: 'Tulle',
          altitude: 12,
          vu: '2020-01-01',
          double: 24,
          type: 'MULTIPOLYGON',
          srid: 2154,
        },
        { id: 6, Nom: 'Deux', commune: null, altitude: null, vu: '2020-01-01', double: null, type: null, srid: null },
      ],
    );
    t.strictSame(first.attributes.vue?.commune, 'text', 'views stay among the relations');

    const keys = await into({
      ...converted(
        t,
        collection(feature({ nom: 'Trois', commune: 'Brive', altitude: 1 }, polygon, 31)),
        'GPKG',
        'cles.gpkg',
        ['-nln', 'installation', '-preserve_fid', '-lco', 'FID=id'],
      ),
      'compteur.csv': 'nom,note\na,\nb,\n',
    });
    t.equal(keys.status, 'SUCCESS', keys.log.join('\n'));
    t.strictSame(await rows(`SELECT id FROM ${schema}.installation WHERE "Nom" = 'Trois'`), [{ id: 31 }]);
    t.strictSame((await into({ 'compteur.csv': 'num,nom,note\n7,c,\n' })).status, 'SUCCESS');
    t.strictSame((await into({ 'compteur.csv': 'nom,note\nd,\n' })).status, 'SUCCESS');
    t.strictSame(await rows(`SELECT num::int, nom FROM ${schema}.compteur ORDER BY num`), [
      { num: 1, nom: 'a' },
      { num: 2, nom: 'b' },
      { num: 7, nom: 'c' },
      { num: 8, nom: 'd' },
    ]);

    const refusals: [TaskFiles, RegExp][] = [
      [
        { 'installation.csv': csv(`"${square}",1,x,8,Ok`, `"${square}",9000,x,9,Haut`) },
        /objet n° 2\) : contrainte non respectée installation_altitude_check/,
      ],
      [{ 'installation.csv': csv(`"${square}",1,x,10,`) }, /objet n° 1, colonne Nom\) : valeur obligatoire absente/],
      [
        { 'installation.csv': csv(`"${square}",1,x,5,Encore`) },
        /objet n° 1\) : valeur déjà présente installation_pkey/,
      ],
      [{ 'installation.csv': csv(`"${square}",haut,x,11,Un`) }, /objet n° 1, colonne altitude\) : valeur illisible/],
      [
        { 'installation.csv': csv('POINT (1 45),1,x,12,Un') },
        /objet n° 1, colonne emprise\) : géométrie qui ne convient pas/,
      ],
      [{ 'installation.csv': 'WKT,commune,Nom,x,y\n' }, /colonnes inconnues : x, y ; colonnes absentes : id, altitude/],
      [{ 'installation.csv': 'commune,id,nom,altitude\nx,1,y,2\n' }, /géométrie absente/],
      [{ 'compteur.csv': 'WKT,nom,note\nPOINT (0 0),z,\n' }, /géométrie en trop/],
      [
        { 'compteur.csv': 'nom,note\nz,\na,\n' },
        /objet n° 2\) : valeur déjà présente compteur_nom_key .*\(nom\)=\(a\)/,
      ],
      [{ 'vue.csv': 'nom,n\nz,1\n' }, /vue est une vue/],
    ];
    for (const [files, expected] of refusals) {
      const { status, log } = await into(files);
      t.equal(status, 'FAILURE');
      t.match(log.at(-2), expected);
    }
    t.strictSame(await rows(`SELECT count(*)::int AS n FROM ${schema}.installation`), [{ n: 3 }]);
  });

  void t.test('a CSV that GDAL does not open is refused', async (t) => {
    const { status, log } = await run({ 'seule.csv': 'nom\nx\n' });
    t.equal(status, 'FAILURE');
    t.match(log.at(-2), /Fichier illisible : seule.csv/);
  });

  void t.test('rows are written with the rights of the data alone', async (t) => {
    const { schema } = await run({ 'a.csv': 'nom,n\nx,1\n' });
    await emulator.deps.pool.query(`
      CREATE FUNCTION ${schema}.peek() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM count(*) FROM geopf.datastore; RETURN NEW; END $$;
      CREATE TRIGGER peek BEFORE INSERT ON ${schema}.a FOR EACH ROW EXECUTE FUNCTION ${schema}.peek()`);
    const { status, log } = await run({ 'a.csv': 'nom,n\ny,1\n' }, { schema });
    t.equal(status, 'FAILURE');
    t.match(log.at(-2), /accès interdit .*permission denied/);
  });
});
