import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import {
  csvLonLat,
  csvWkt,
  geojson,
  geopackage,
  lambertGeopackage,
  shapefile,
} from '../../fixtures/generate/vector.js';
import type { VectorToDbInput } from '../../src/workers/tasks/task.js';
import { vectorToDb } from '../../src/workers/tasks/vector-to-db.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { deliver, integrate, into, rowsOf } from '../helpers/integration.js';

void t.test('vector_to_db', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);

  void t.test('each format gives its tables, columns and types', async (t) => {
    const folder = t.testdir();
    const files = [...geopackage(folder), ...csvWkt(folder), ...csvLonLat(folder)];
    const upload = await deliver(user, files);
    const { status, log, data, schema } = await integrate(user, upload.id);
    t.equal(status, 'SUCCESS', log);
    t.equal(data.status, 'GENERATED');
    t.equal(data.srs, 'EPSG:4326');
    t.same(data.type_infos?.relations, [
      {
        name: 'arrets',
        type: 'TABLE',
        attributes: {
          ogc_fid: 'integer',
          lon: 'double precision',
          lat: 'double precision',
          nom: 'character varying',
          quai: 'character varying',
          geom: 'geometry(Point,4326)',
        },
        primary_key: ['ogc_fid'],
      },
      {
        name: 'parcelles',
        type: 'TABLE',
        attributes: {
          ogc_fid: 'integer',
          nom: 'character varying',
          surface: 'character varying',
          geom: 'geometry(Geometry,4326)',
        },
        primary_key: ['ogc_fid'],
      },
      {
        name: 'sites',
        type: 'TABLE',
        attributes: {
          fid: 'integer',
          nom: 'character varying',
          altitude: 'bigint',
          geom: 'geometry(Point,4326)',
        },
        primary_key: ['fid'],
      },
      {
        name: 'zones_protegees',
        type: 'TABLE',
        attributes: {
          fid: 'integer',
          nom: 'character varying',
          categorie: 'character varying',
          surface: 'double precision',
          releve: 'date',
          geom: 'geometry(Polygon,4326)',
        },
        primary_key: ['fid'],
      },
    ]);
    t.same(
      await rowsOf(emulator, `SELECT fid, nom, surface, releve::text FROM ${schema}.zones_protegees ORDER BY fid`),
      [
        { fid: 1, nom: 'Forêt de l’Étoile', surface: 12.5, releve: '2024-05-01' },
        { fid: 2, nom: 'Marais d’Œuf', surface: null, releve: '2024-06-15' },
        { fid: 3, nom: 'Lande "sèche" & <pierreuse>', surface: 40.25, releve: null },
      ],
    );
    t.same(await rowsOf(emulator, `SELECT ST_AsText(geom) AS point FROM ${schema}.arrets ORDER BY 1`), [
      { point: 'POINT(2.35 48.85)' },
      { point: 'POINT(4.83 45.76)' },
    ]);
    t.ok((data.size ?? 0) > 0 && (data.size ?? 0) % 8192 === 0, 'the size is that of the relations');
    const indexes = await rowsOf<{ method: string }>(
      emulator,
      `SELECT am.amname AS method FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
       WHERE i.indrelid = '${schema}.sites'::regclass ORDER BY 1`,
    );
    t.same(
      indexes.map(({ method }) => method),
      ['btree', 'gist'],
    );
    const owners = await rowsOf<{ owner: string; login: boolean }>(
      emulator,
      `SELECT rolname AS owner, rolcanlogin AS login FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
       WHERE c.oid = '${schema}.sites'::regclass`,
    );
    t.match(owners, [{ owner: new RegExp(`^geopf_.*_${schema.slice(3)}$`), login: false }]);
  });

  void t.test('a shapefile and a GeoJSON are integrated with ogc_fid and multiple polygons', async (t) => {
    const folder = t.testdir();
    const upload = await deliver(user, [...shapefile(folder, 'bornes'), ...geojson(folder)]);
    const { data, schema, log } = await integrate(user, upload.id);
    t.equal(data.status, 'GENERATED', log);
    const types = data.type_infos?.relations.map(({ name, attributes }) => [name, attributes.geom]);
    t.same(types, [
      ['bornes', 'geometry(Point,4326)'],
      ['sites', 'geometry(Point,4326)'],
    ]);
    t.same(await rowsOf(emulator, `SELECT ogc_fid, nom FROM ${schema}.bornes WHERE nom LIKE 'Belv%'`), [
      { ogc_fid: 1, nom: 'Belvédère' },
    ]);
  });

  void t.test('srs reprojects, multigeom_layers promotes, and the extent stays in degrees', async (t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const parameters = { srs: 'EPSG:2154', multigeom_layers: ['', 'Zones-protégées'] };
    const { data, schema, log } = await integrate(user, upload.id, { parameters });
    t.equal(data.status, 'GENERATED', log);
    t.equal(data.srs, 'EPSG:2154');
    const zones = data.type_infos?.relations.find(({ name }) => name === 'zones_protegees');
    t.equal(zones?.attributes.geom, 'geometry(MultiPolygon,2154)');
    const [row] = await rowsOf<{ x: number; y: number }>(
      emulator,
      `SELECT ST_X(geom) AS x, ST_Y(geom) AS y FROM ${schema}.sites WHERE nom = 'Belvédère'`,
    );
    t.ok(
      row !== undefined && Math.abs(row.x - 652_300) < 500 && Math.abs(row.y - 6_861_000) < 1000,
      JSON.stringify(row),
    );
    // The extent is that of the rectangle in Lambert 93, which leans in degrees: a little more than 7.26 and 43.7.
    const [east = 0, south = 0] = data.extent?.coordinates[0]?.[0] ?? [];
    t.ok(east >= 7.26 && east < 8 && south <= 43.7 && south > 43, JSON.stringify(data.extent));
  });

  void t.test('lines of several types, with and without altitude, find a common type', async (t) => {
    const csv = 'id;WKT\n1;LINESTRING(0 45,1 45)\n2;MULTILINESTRING((0 46,1 46),(2 46,3 46))\n3;POINT Z(1 47 12)\n';
    const upload = await deliver(user, [{ path: 'melange.csv', content: csv }]);
    const { data, schema, log } = await integrate(user, upload.id);
    t.equal(data.status, 'GENERATED', log);
    t.match(data.type_infos?.relations[0]?.attributes.geom, /^geometry\(Geometry/);
    t.same(await rowsOf(emulator, `SELECT count(*)::int AS n FROM ${schema}.melange`), [{ n: 3 }]);
  });

  void t.test('a table without geometry has neither extent nor index', async (t) => {
    const upload = await deliver(user, [{ path: 'codes.csv', content: 'code,libelle\n01,"Ain, 01"\n02,\n' }]);
    const { data, schema, log } = await integrate(user, upload.id);
    t.equal(data.status, 'GENERATED', log);
    t.equal(data.extent, undefined);
    t.same(await rowsOf(emulator, `SELECT code, libelle FROM ${schema}.codes ORDER BY ogc_fid`), [
      { code: '01', libelle: 'Ain, 01' },
      { code: '02', libelle: '' },
    ]);
  });

  void t.test('injection appends to the tables of a stored data, and measures it again', async (t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const first = await integrate(user, upload.id);
    const second = await integrate(user, upload.id, into(first.storedData));
    t.equal(second.status, 'SUCCESS', second.log);
    t.equal(second.data.status, 'GENERATED');
    t.same(
      await rowsOf(emulator, `SELECT count(*)::int AS n, count(DISTINCT fid)::int AS keys FROM ${first.schema}.sites`),
      [{ n: 8, keys: 8 }],
    );
    const elsewhere = await deliver(user, [{ path: 'sites.csv', content: 'lon,lat,nom,altitude\n1,50,Ailleurs,5\n' }]);
    const refused = await integrate(user, elsewhere.id, into(first.storedData));
    t.equal(refused.status, 'FAILURE');
    t.equal(refused.data.status, 'UNSTABLE');
    t.match(refused.log, /Les colonnes ne sont pas celles de la table sites \(colonnes inconnues : lon, lat\)/);
    t.same(await rowsOf(emulator, `SELECT count(*)::int AS n FROM ${first.schema}.sites`), [{ n: 8 }]);
    const again = await integrate(user, upload.id, into(first.storedData));
    t.equal(again.data.status, 'GENERATED', 'an unstable data can be modified again');
  });

  void t.test('the data of the seed take tables and rows like any other', async (t) => {
    const upload = await deliver(user, [
      { path: 'villes.csv', content: 'lon,lat,nom\n1,45,Guéret\n' },
      {
        path: 'chefs_lieux.geojson',
        content: JSON.stringify({
          type: 'Feature',
          properties: { code: '00', nom: 'Guéret', region: 'Marche' },
          geometry: { type: 'Point', coordinates: [1.87, 46.17] },
        }),
      },
    ]);
    const seeded = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a3001';
    const { data, log } = await integrate(user, upload.id, into(seeded));
    t.equal(data.status, 'GENERATED', log);
    t.same(data.type_infos?.relations.map(({ name }) => name).toSorted(), ['chefs_lieux', 'villes']);
  });

  void t.test('a run behind its own commit, or behind an abort, changes nothing', async (t) => {
    const [path] = geojson(t.testdir());
    const upload = await deliver(user, [path ?? '']);
    const done = await integrate(user, upload.id);
    const runAgain = async (executionId: string) => {
      const input: VectorToDbInput = {
        executionId,
        databaseUrl: emulator.config.databaseUrl ?? '',
        applicationName: 'test',
        uploads: [
          {
            id: upload.id,
            srs: 'EPSG:4326',
            files: [{ path: 'data/sites.geojson', kind: 'DATA', localPath: path ?? '', size: 1 }],
          },
        ],
        schema: done.schema,
        role: `geopf_${emulator.deps.instanceId}_${done.schema.slice(3)}`,
        isNew: false,
        srs: 'EPSG:4326',
        multigeomTables: [],
        changes: [],
        folder: await emulator.deps.storage.tempDir('test'),
        sqlTimeoutMs: 60_000,
        notBefore: 0,
      };
      return (await vectorToDb(input, () => undefined, wait)).status;
    };
    const count = () => rowsOf(emulator, `SELECT count(*)::int AS n FROM ${done.schema}.sites`);
    t.equal(await runAgain(done.id), 'SUCCESS');
    t.same(await count(), [{ n: 4 }], 'what its earlier run committed is there once');
    t.equal(await runAgain(randomUUID()), 'FAILURE', 'no such execution is in PROGRESS');
    t.same(await count(), [{ n: 4 }]);
  });

  void t.test('two files of one name and the same columns fill one table', async (t) => {
    const csv = (town: string) => `lon,lat,nom\n1,45,${town}\n`;
    const upload = await deliver(user, [
      { path: 'a/villes.csv', content: csv('Guéret') },
      { path: 'b/villes.csv', content: csv('Tulle') },
    ]);
    const { data, schema, log } = await integrate(user, upload.id);
    t.equal(data.status, 'GENERATED', log);
    t.same(await rowsOf(emulator, `SELECT ogc_fid, nom FROM ${schema}.villes ORDER BY 1`), [
      { ogc_fid: 1, nom: 'Guéret' },
      { ogc_fid: 2, nom: 'Tulle' },
    ]);
  });

  void t.test('a refused value leaves nothing of the integration', async (t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const { storedData, schema } = await integrate(user, upload.id);
    const injected = await deliver(user, [
      { path: 'nouvelle.csv', content: 'lon,lat,nom\n1,45,Guéret\n' },
      { path: 'sites.csv', content: 'WKT,nom,altitude\nPOINT(1 45),Bas,12\nPOINT(1 45),Haut,très haut\n' },
    ]);
    const { status, data, log } = await integrate(user, injected.id, into(storedData));
    t.equal(status, 'FAILURE');
    t.equal(data.status, 'UNSTABLE');
    t.match(
      log,
      /ERROR.*Données refusées dans le layer sites \(table sites, objet n° 2, colonne altitude\) : valeur illisible \(invalid input syntax for type bigint/,
    );
    t.same(await rowsOf(emulator, `SELECT count(*)::int AS n FROM ${schema}.sites`), [{ n: 4 }]);
    t.same(await rowsOf(emulator, `SELECT to_regclass('${schema}.nouvelle') AS found`), [{ found: null }]);
  });

  void t.test('an unknown target system fails and says which', async (t) => {
    const upload = await deliver(user, csvLonLat(t.testdir()));
    const { status, data, log, schema } = await integrate(user, upload.id, { parameters: { srs: 'EPSG:999999' } });
    t.equal(status, 'FAILURE');
    t.equal(data.status, 'UNSTABLE');
    t.match(log, /ERROR.*Le SRS demandé est inconnu : EPSG:999999/);
    t.same(await rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`), []);
  });

  void t.test('departments in Lambert 93 keep their system', async (t) => {
    const upload = await deliver(user, lambertGeopackage(t.testdir()), { srs: 'EPSG:2154' });
    const { data, log } = await integrate(user, upload.id);
    t.equal(data.srs, 'EPSG:2154', log);
    for (const { attributes } of data.type_infos?.relations ?? []) t.match(attributes.geom, /,2154\)$/);
  });
});
