import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { deliver, type Delivered, integrate, into, rowsOf } from '../helpers/integration.js';
import { runVectorTask } from '../helpers/vector-task.js';

/** Files `<table>.update` and `<table>.delete` (lifecycle §4.3). */

const CSV = `WKT,id,nom,commune,altitude,ouvert,releve
POINT (1 45),1,Alpha,Tulle,12,true,2024-01-31
POINT (2 45),2,Béta,Tulle,,false,
POINT (3 46),3,Gamma,Guéret,30.5,true,2024-03-01
POINT (4 46),4,Delta,,40,,
`;
const CSVT = 'WKT,Integer,String(20),String(20),Real,Integer(Boolean),Date\n';
const BOTH = { update: true, delete: true };

void t.test('.update and .delete files', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);

  /** A stored data with the table `sites`, key `ogc_fid` from 1 to 4. */
  async function sites(): Promise<{ storedData: string; schema: string }> {
    const upload = await deliver(user, [
      { path: 'sites.csv', content: CSV },
      { path: 'sites.csvt', content: CSVT },
    ]);
    const { storedData, schema, status, log } = await integrate(user, upload.id);
    if (status !== 'SUCCESS') throw new Error(log);
    return { storedData, schema };
  }
  async function change(storedData: string, files: readonly Delivered[], parameters: object = BOTH) {
    const upload = await deliver(user, files);
    if (upload.status !== 'CLOSED') throw new Error(JSON.stringify(upload.logs));
    return integrate(user, upload.id, { ...into(storedData), parameters });
  }
  const rows = (schema: string, columns: string) =>
    rowsOf(emulator, `SELECT ${columns} FROM ${schema}.sites ORDER BY ogc_fid`);

  void t.test('deletions, then updates, then new rows, whatever the folders', async (t) => {
    const { storedData, schema } = await sites();
    const { status, log, data } = await change(storedData, [
      { path: 'a/Sites.UPDATE', content: 'ogc_fid;commune;altitude\n1;Égletons;13\n3;Limoges;\n4;"";44\n' },
      { path: 'z/sites.update', content: 'ogc_fid,WKT\n1,POINT (10 50)\n' },
      { path: 'DEP/sites.delete', content: 'commune,altitude\nTulle,12\nGuéret,30.5\n' },
      { path: 'sites.csv', content: 'WKT,id,nom,commune,altitude,ouvert,releve\nPOINT (9 9),9,Neuf,Tulle,12,,\n' },
    ]);
    t.equal(status, 'SUCCESS', log);
    t.match(log, /Suppression par le fichier DEP\/sites\.delete[^]*Mise à jour par le fichier a\/Sites\.UPDATE/);
    t.match(log, /2 objets supprimés dans la table sites/);
    t.match(log, /WARNING.*Fichier a\/Sites\.UPDATE : 2 lignes ne correspondent à aucun objet \(lignes 2, 3\)/);
    t.same(await rows(schema, 'ogc_fid, nom, commune, altitude, ST_AsText(geom) AS geom'), [
      { ogc_fid: 2, nom: 'Béta', commune: 'Tulle', altitude: null, geom: 'POINT(2 45)' },
      { ogc_fid: 4, nom: 'Delta', commune: '', altitude: 44, geom: 'POINT(4 46)' },
      { ogc_fid: 5, nom: 'Neuf', commune: 'Tulle', altitude: 12, geom: 'POINT(9 9)' },
    ]);
    t.equal(data.status, 'GENERATED');
    t.same(data.extent?.coordinates[0]?.[0], [9, 9], 'the extent is measured again');
  });

  void t.test('cells without value, several lines of one key, values of each type', async (t) => {
    const { storedData, schema } = await sites();
    const first = await change(storedData, [
      {
        path: 'sites.update',
        content: [
          'ogc_fid,nom,altitude,ouvert,releve',
          '1,avant,1,true,2020-01-01',
          '1,,"",,31/12/2024',
          '2,"a ""b"", c',
          'd\\n\t",1e3,no,2024-12-31',
          '',
        ].join('\n'),
      },
    ]);
    t.equal(first.status, 'SUCCESS', first.log);
    t.same((await rows(schema, 'nom, altitude, ouvert, releve::text')).slice(0, 2), [
      { nom: null, altitude: null, ouvert: null, releve: '2024-12-31' },
      { nom: 'a "b", c\nd\\n\t', altitude: 1000, ouvert: false, releve: '2024-12-31' },
    ]);
    const second = await change(storedData, [{ path: 'sites.delete', content: 'nom,altitude\n,\nAutre,\n' }]);
    t.equal(second.status, 'SUCCESS', second.log);
    t.match(second.log, /1 objets supprimés/);
    t.match(second.log, /1 ligne ne correspond à aucun objet \(ligne 3\)/);
    t.same(await rows(schema, 'ogc_fid'), [{ ogc_fid: 2 }, { ogc_fid: 3 }, { ogc_fid: 4 }]);
  });

  void t.test('geometries are written as WKT, WKB or GeoJSON, in the system of the delivery', async (t) => {
    const upload = await deliver(user, [
      {
        path: 'zones.csv',
        content: 'WKT,n\n"MULTIPOLYGON (((0 0,1 0,1 1,0 0)))",1\n"MULTIPOLYGON (((0 0,1 0,1 1,0 0)))",2\n',
      },
    ]);
    const { storedData, schema } = await integrate(user, upload.id, { parameters: { srs: 'EPSG:3857' } });
    const polygon = {
      type: 'Polygon',
      coordinates: [
        [
          [2, 0],
          [3, 0],
          [3, 1],
          [2, 0],
        ],
      ],
    };
    const wkb = '0101000000000000000000084000000000000008400'.slice(0, 42);
    const changed = await change(storedData, [
      {
        path: 'zones.update',
        content: `ogc_fid,geom\n1,"${JSON.stringify(polygon).replaceAll('"', '""')}"\n2,${wkb}\n`,
      },
    ]);
    t.equal(changed.status, 'SUCCESS', changed.log);
    const sql = `SELECT ST_AsText(ST_Transform(geom, 4326), 6) AS geom, ST_SRID(geom) AS srid FROM ${schema}.zones ORDER BY ogc_fid`;
    t.same(await rowsOf(emulator, sql), [
      { geom: 'POLYGON((2 0,3 0,3 1,2 0))', srid: 3857 },
      { geom: 'POINT(3 3)', srid: 3857 },
    ]);
  });

  void t.test('without the parameters the files are passed over', async (t) => {
    const { storedData, schema } = await sites();
    const files = [
      { path: 'sites.update', content: 'inconnue\n1\n' },
      { path: 'sites.delete', content: 'commune\nTulle\n' },
    ];
    const { status, log } = await change(storedData, files, {});
    t.equal(status, 'SUCCESS', log);
    t.notMatch(log, /sites\.(update|delete)/);
    t.equal((await rows(schema, '1')).length, 4);
  });

  void t.test('what cannot be applied fails, names its place and changes nothing', async (t) => {
    const { storedData, schema } = await sites();
    await emulator.deps.pool.query(`ALTER TABLE ${schema}.sites ADD CHECK (altitude < 1000), ALTER nom SET NOT NULL`);
    const cases: [string, string, RegExp][] = [
      ['sites.update', 'nom\nx\n', /ligne 1, table sites : colonnes de la clé primaire absentes : ogc_fid/],
      ['sites.update', 'ogc_fid\n1\n', /aucune colonne à modifier/],
      ['sites.update', 'ogc_fid,x,y,nom,nom\n', /colonnes inconnues : x, y ; colonnes en double : nom/],
      ['sites.update', 'ogc_fid,nom\n1,a\n2\n', /ligne 3 : 1 colonnes au lieu de 2/],
      ['sites.update', 'ogc_fid,nom\n1,a\n,b\n', /ligne 3, colonne ogc_fid : la clé primaire n'a pas de valeur/],
      [
        'sites.update',
        'ogc_fid,altitude\n1,2\n"2",haut\n',
        /ligne 3, colonne altitude \(double precision\) : valeur illisible/,
      ],
      [
        'sites.update',
        'ogc_fid,nom\n1,"a\nb"\n2,un nom de plus de vingt lettres\n',
        /ligne 4, colonne nom .*trop longue/,
      ],
      [
        'sites.update',
        'ogc_fid,altitude\n1,2\n2,2000\n3,3000\n',
        /ligne 3, table sites : contrainte non respectée sites_altitude_check/,
      ],
      ['sites.update', 'ogc_fid,nom\n1,a\n2,\n', /ligne 3, table sites, colonne nom : valeur obligatoire absente/],
      ['sites.update', 'ogc_fid,WKT\n1,POINT (1 1)\n2,POLYGONE\n', /ligne 3, colonne geom .*géométrie illisible/],
      ['sites.update', 'ogc_fid,nom\n1,"a\n', /ligne 2 : un guillemet est ouvert/],
      ['sites.update', '', /il n'a pas d'en-tête/],
      ['sites.delete', 'ouvert\npeut-être\n', /ligne 2, colonne ouvert \(boolean\) : valeur illisible/],
      ['sites.delete', "nom'); DROP TABLE sites\nx\n", /colonnes inconnues : nom'\), DROP TABLE sites/],
      ['autre.update', 'ogc_fid,nom\n1,a\n', /la table autre n'existe pas/],
    ];
    for (const [path, content, expected] of cases) {
      // What would succeed goes with the rest.
      const files = { 'a/sites.delete': 'ogc_fid\n4\n', [path]: content };
      const { status, log } = await runVectorTask(emulator, user, files, { schema, changes: ['delete', 'update'] });
      t.equal(status, 'FAILURE');
      t.match(log.at(-2), new RegExp(`^Fichier ${path}`));
      t.match(log.at(-2), expected);
    }
    const { status, data } = await change(storedData, [{ path: 'sites.update', content: 'ogc_fid,x\n1,2\n' }]);
    t.equal(status, 'FAILURE');
    t.equal(data.status, 'UNSTABLE');
    t.same((await rows(schema, 'ogc_fid, nom')).length, 4);
  });

  void t.test('a view and a table without key are refused', async (t) => {
    const { storedData, schema } = await sites();
    await emulator.deps.pool.query(
      `CREATE VIEW ${schema}.vue AS SELECT * FROM ${schema}.sites; CREATE TABLE ${schema}.libre (nom text)`,
    );
    const view = await change(storedData, [{ path: 'vue.delete', content: 'nom\nAlpha\n' }]);
    t.match(view.log, /vue est une vue, pas une table/);
    const free = await change(storedData, [{ path: 'libre.delete', content: 'nom\nAlpha\n' }]);
    t.match(free.log, /la table libre n'a pas de clé primaire/);
  });

  void t.test('thousands of lines are one statement', async (t) => {
    const count = 20_000;
    const upload = await deliver(user, [
      {
        path: 'points.csv',
        content: `id,nom\n${Array.from({ length: count }, (_, at) => `${at},n${at}`).join('\n')}\n`,
      },
    ]);
    const { storedData, schema } = await integrate(user, upload.id);
    const lines = (from: number, line: (at: number) => string) =>
      Array.from({ length: count / 2 }, (_, at) => line(from + at)).join('\n');
    const { status, log } = await change(storedData, [
      { path: 'points.update', content: `ogc_fid,nom\n${lines(1, (at) => `${at},m${at}`)}\n` },
      { path: 'points.delete', content: `id\n${lines(count / 2, String)}\n` },
    ]);
    t.equal(status, 'SUCCESS', log);
    t.same(
      await rowsOf(
        emulator,
        `SELECT count(*)::int AS n, bool_and(nom = 'm' || ogc_fid) AS changed FROM ${schema}.points`,
      ),
      [{ n: count / 2, changed: true }],
    );
  });
});
