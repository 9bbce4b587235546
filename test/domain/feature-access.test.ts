import pg from 'pg';
import t from 'tap';
import { closeAccess, openAccess } from '../../src/domain/feature-access.js';
import { createTestDatabase } from '../helpers/database.js';
import { FORBIDDEN } from '../processing/sql/forbidden.js';

/** The second lock on producers' SQL: what their role may do when nothing was read of it. */

/** What an order without the first lock could change outside the schema of the role. */
const OUTSIDE = `
  SELECT json_build_object(
    'rows', (SELECT json_agg(rows) FROM (SELECT 'in', a FROM "in".t UNION ALL SELECT 'other', a FROM other.secret) AS rows),
    'sequence', (SELECT last_value FROM other.seq),
    'relations', (SELECT json_agg(c.oid::regclass::text || c.relowner || coalesce(c.relacl::text, '') ORDER BY c.oid)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname <> 'own' AND n.nspname !~ '^pg_(toast|temp)'),
    'columns', (SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace IN ('in'::regnamespace, 'other'::regnamespace) AND NOT a.attisdropped),
    'triggers', (SELECT count(*) FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
      WHERE c.relnamespace <> 'own'::regnamespace),
    'functions', (SELECT count(*) FROM pg_proc WHERE pronamespace <> 'own'::regnamespace),
    'types', (SELECT count(*) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE n.nspname <> 'own' AND n.nspname !~ '^pg_(toast|temp)'),
    'schemas', (SELECT json_agg(nspname || nspowner ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
    'objects', (SELECT json_build_array((SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_extension),
      (SELECT count(*) FROM pg_language), (SELECT count(*) FROM pg_publication), (SELECT count(*) FROM pg_foreign_server),
      (SELECT count(*) FROM pg_cast), (SELECT count(*) FROM pg_event_trigger), (SELECT count(*) FROM pg_rewrite w
        JOIN pg_class c ON c.oid = w.ev_class WHERE c.relnamespace <> 'own'::regnamespace))),
    'references', (SELECT count(*) FROM spatial_ref_sys),
    'executions', (SELECT count(*) FROM geopf.processing_execution),
    'settings', (SELECT json_agg(s) FROM pg_db_role_setting s WHERE setrole <> $1::regrole)) AS state`;

/** What must be refused, and not only be without effect elsewhere. */
const REFUSED =
  /other\.(secret|seq|s\b|n\b|v\b)|"in"\.n|(INTO|UPDATE|DELETE FROM|DROP TABLE|ALTER TABLE) "in"\.t|pg_read|lo_(imp|exp|cre|from|unl)|advisory|pg_sleep|set_config\(|pg_notify\(|_to_xml\(|FROM pg_(catalog\.pg_)?authid|PROGRAM|(COPY|pg_\w+|lo_\w+)[^$]*\/etc\/passwd|^(CREATE (ROLE|USER|SCHEMA|EXTENSION|DATABASE|TABLESPACE|SERVER|EVENT)|ALTER (SYSTEM|DATABASE)|DROP (ROLE|SCHEMA|DATABASE|EXTENSION)|SET ROLE|GRANT postgres)|SUPERUSER/;

/** What these name is only looked at when it is used. */
const DEFINES =
  /^CREATE (FUNCTION|TRIGGER|VIEW n AS (SELECT|WITH c AS \(SELECT) pg_|TABLE n \(a \w+ (DEFAULT|CHECK|GENERATED)[^:]*pg_)/;

void t.test(
  'the role of a stored data reads its inputs, writes its schema, and nothing else',
  { timeout: 300_000 },
  async (t) => {
    const databaseUrl = await createTestDatabase(t);
    const admin = new pg.Client({ connectionString: databaseUrl });
    await admin.connect();
    t.teardown(() => admin.end());
    const role = `geopf_lock_${new URL(databaseUrl).pathname.slice(1)}`;
    const target = { schema: 'own', role };
    await admin.query(`
    CREATE SCHEMA "in"; CREATE TABLE "in".t (a int); INSERT INTO "in".t VALUES (1);
    CREATE SCHEMA other; CREATE TABLE other.secret (a int, geom geometry(Point, 4326)); INSERT INTO other.secret VALUES (7);
    CREATE SEQUENCE other.seq; CREATE FUNCTION other.f() RETURNS int LANGUAGE sql AS 'SELECT a FROM other.secret'`);
    const password = 'x1';
    await openAccess(
      admin,
      target,
      { readable: ['in'], password, until: new Date(Date.now() + 600_000) },
      { create: true },
    );
    t.teardown(() => closeAccess(admin, target, { drop: true }));
    const before = (await admin.query<{ state: object }>(OUTSIDE, [role])).rows[0]?.state;

    const url = new URL(databaseUrl);
    url.username = role;
    url.password = password;
    const open = async () => {
      const session = new pg.Client({ connectionString: url.href, statement_timeout: 1000 });
      session.on('error', () => undefined);
      await session.connect();
      await session.query('SET search_path TO own, public');
      return session;
    };
    const prepare = await open();
    await prepare.query('CREATE TABLE t (a int); CREATE TABLE u (a int); INSERT INTO t VALUES (1)');
    t.same((await prepare.query('SELECT a FROM "in".t')).rows, [{ a: 1 }], 'it reads its input');
    await prepare.end();

    for (const sql of FORBIDDEN) {
      // It would drop what the others need.
      if (sql.startsWith('DROP OWNED')) continue;
      const session = await open();
      const run = await session.query(sql).then(
        () => null,
        (error: unknown) => error,
      );
      if (REFUSED.test(sql) && !DEFINES.test(sql)) t.ok(run, `refused: ${sql.slice(0, 80)}`);
      // A function that could be made is called: what it holds is refused then, or stays inside.
      if (run === null && sql.startsWith('CREATE FUNCTION f()')) {
        const called = await session.query('SELECT own.f()').then(
          () => null,
          (error: unknown) => error,
        );
        if (REFUSED.test(sql)) t.ok(called, `called: ${sql.slice(0, 80)}`);
      }
      await session.query('ROLLBACK').catch(() => undefined);
      await session.query('DROP FUNCTION IF EXISTS own.f() CASCADE').catch(() => undefined);
      await session.end();
    }
    const after = (await admin.query<{ state: object }>(OUTSIDE, [role])).rows[0]?.state;
    t.strictSame(after, before, 'nothing changed outside its schema');

    await t.test('and once it is closed, not even that', async (t) => {
      await closeAccess(admin, target, { drop: false });
      await t.rejects(open(), { code: '28000' });
      const rights = await admin.query(
        `SELECT has_schema_privilege($1, 'in', 'USAGE') AS space, has_table_privilege($1, '"in".t', 'SELECT') AS rows`,
        [role],
      );
      t.same(rights.rows, [{ space: false, rows: false }]);
    });
  },
);
