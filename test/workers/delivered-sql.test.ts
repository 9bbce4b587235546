import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { deliver, integrate, into, rowsOf } from '../helpers/integration.js';
import { forkWorker } from '../helpers/worker.js';

/** SQL files of an upload: they run before the data, as the role of the stored data. */

const INIT = `-- tables de départ
CREATE TABLE installation (
  ogc_fid serial PRIMARY KEY,
  nom character varying(50),
  ouverte boolean DEFAULT true,
  geom geometry(Point, 4326)
);
CREATE INDEX ON installation USING gist (geom);
CREATE VIEW ouvertes AS SELECT ogc_fid, nom, geom FROM installation WHERE ouverte;
`;

const CSV = 'nom;ouverte;WKT\nA;true;POINT (1 44)\nB;false;POINT (2 45)\n';

void t.test('delivered SQL', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  await forkWorker(t, emulator);

  await t.test('makes empty tables and views, then takes data', async (t) => {
    const upload = await deliver(user, [{ path: 'data/installation-init.sql', content: INIT }]);
    const first = await integrate(user, upload.id);
    t.equal(first.status, 'SUCCESS', first.log);
    t.match(first.data, { status: 'GENERATED', size: 24576 });
    t.notOk(first.data.extent);
    t.strictSame(first.data.type_infos?.relations, [
      {
        name: 'installation',
        type: 'TABLE',
        attributes: {
          ogc_fid: 'integer',
          nom: 'character varying(50)',
          ouverte: 'boolean',
          geom: 'geometry(Point,4326)',
        },
        primary_key: ['ogc_fid'],
      },
      {
        name: 'ouvertes',
        type: 'VIEW',
        attributes: { ogc_fid: 'integer', nom: 'character varying(50)', geom: 'geometry(Point,4326)' },
        primary_key: [],
      },
    ]);
    const owners = await rowsOf<{ owner: string }>(
      emulator,
      `SELECT DISTINCT relowner::regrole::text AS owner FROM pg_class
       WHERE relnamespace = '${first.schema}'::regnamespace AND relkind IN ('r', 'v', 'S')`,
    );
    t.match(owners, [{ owner: first.storedData.replaceAll('-', '') }], 'they are of its role');
    t.equal(owners.length, 1);

    const more = await deliver(user, [
      { path: 'data/installation.csv', content: CSV },
      { path: 'data/vue.sql', content: 'CREATE VIEW fermees AS SELECT * FROM installation WHERE NOT ouverte' },
    ]);
    const second = await integrate(user, more.id, into(first.storedData));
    t.equal(second.status, 'SUCCESS', second.log);
    t.ok(second.data.extent);
    const counts = `SELECT (SELECT count(*)::int FROM ${first.schema}.ouvertes) AS open,
                           (SELECT count(*)::int FROM ${first.schema}.fermees) AS closed`;
    t.same(await rowsOf(emulator, counts), [{ open: 1, closed: 1 }]);
  });

  await t.test('may make constraints that are looked at in the end: what they refuse is told', async (t) => {
    const upload = await deliver(user, [
      {
        path: 'data/init.sql',
        content: `CREATE TABLE parent (a text PRIMARY KEY);
          CREATE TABLE child (id serial PRIMARY KEY, a text REFERENCES parent (a) DEFERRABLE INITIALLY DEFERRED, b text);`,
      },
      { path: 'data/child.csv', content: 'a;b\nx;y\n' },
    ]);
    const end = await integrate(user, upload.id);
    t.equal(end.status, 'FAILURE');
    t.match(end.log, /ERROR\|\|.*Contrainte non respectée à la fin du traitement : .*child_a_fkey/);
    t.notMatch(end.log, /Nouvelle tentative/);
  });

  await t.test('may make views that fail on the data', async (t) => {
    const upload = await deliver(user, [
      {
        path: 'data/init.sql',
        content: `CREATE TABLE t (id serial PRIMARY KEY, a integer, geom geometry(Point, 4326));
          CREATE VIEW v AS SELECT id, st_setsrid(st_makepoint(1 / a, 0), 4326)::geometry(Point, 4326) AS geom FROM t;`,
      },
      { path: 'data/t.csv', content: 'a;WKT\n0;POINT (1 1)\n' },
    ]);
    const end = await integrate(user, upload.id);
    t.equal(end.status, 'FAILURE');
    t.match(end.log, /ERROR\|\|.*Les tables et vues produites ne peuvent être lues : division by zero/);
  });

  await t.test('runs as it was read, whatever ends its lines', async (t) => {
    const hidden = (name: string, sql: string) => `--\rCREATE VIEW ${name} AS SELECT $$\n${sql} --$$ AS a;\n`;
    const content = hidden('v', 'RESET ROLE') + hidden('w', 'DROP SCHEMA geopf CASCADE');
    const end = await integrate(user, (await deliver(user, [{ path: 'data/init.sql', content }])).id);
    t.equal(end.status, 'SUCCESS', end.log);
    t.same(await rowsOf(emulator, `SELECT v.a AS v, w.a AS w FROM ${end.schema}.v, ${end.schema}.w`), [
      { v: '\nRESET ROLE --', w: '\nDROP SCHEMA geopf CASCADE --' },
    ]);
  });

  await t.test('that PostgreSQL refuses is told with its line, and leaves nothing', async (t) => {
    const sql = 'CREATE TABLE a (b integer);\nCREATE VIEW v AS\n  SELECT c FROM a;\n';
    const upload = await deliver(user, [{ path: 'data/init.sql', content: sql }]);
    const end = await integrate(user, upload.id);
    t.equal(end.status, 'FAILURE');
    t.match(end.log, /ERROR\|\|.*Erreur SQL dans data\/init\.sql, ligne 3, colonne 10 : column "c" does not exist/);
    t.match(end.log, /ERROR\|\|.*Ligne 3 : SELECT c FROM a;/);
    t.same(await rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${end.schema}'`), []);
  });
});
