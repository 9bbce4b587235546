import { randomUUID } from 'node:crypto';
import t from 'tap';
import { featureSchemaOf } from '../../src/domain/execution-output.js';
import { logIn, until } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { derivation, derive, launchDerivation, storeSql } from '../helpers/derivation.js';
import { OPEN_WFS, OPEN_WMS_VECTOR, publish, sentences } from '../helpers/diffusion.js';
import { ended, rowsOf } from '../helpers/integration.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData } from '../helpers/stored-data.js';
import { forkWorker } from '../helpers/worker.js';

const ROOT = `/datastores/${DATASTORE}`;
const EXECUTIONS = `${ROOT}/processings/executions`;

void t.test('derivations', async (t) => {
  const emulator = await startApi(t, { SQL_TIMEOUT: '1500' });
  const user = await logIn(emulator);
  await forkWorker(t, emulator, { SQL_TIMEOUT: '1500' });
  const rightsLeft = () =>
    rowsOf(
      emulator,
      `SELECT rolname FROM pg_roles WHERE rolname LIKE 'geopf\\_${emulator.deps.instanceId}\\_%' AND rolcanlogin`,
    );
  const spaces = (schema: string) => rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`);

  await t.test('make a new stored data out of others, files in order, variables filled in', async (t) => {
    const input = await buildStoredData(emulator.deps);
    const files = [
      await storeSql(
        user,
        'tables',
        `CREATE TABLE big AS SELECT fid, name, population * {{ params.times }} AS people, geom
           FROM {{ inputs.1 }}.towns WHERE name <> '{{ params.not }}';
         ALTER TABLE big ADD PRIMARY KEY (fid);`,
      ),
      await storeSql(
        user,
        'functions',
        `CREATE FUNCTION label(big) RETURNS text LANGUAGE sql AS $$ SELECT $1.name || ' !' $$;
         CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
             IF new.people > 5000 THEN new.people := 5000; END IF;
             RETURN new;
           END $$;
         CREATE TRIGGER stamp BEFORE INSERT ON big FOR EACH ROW EXECUTE FUNCTION stamp();
         INSERT INTO big VALUES (10, 'new', 9999, st_setsrid(st_makepoint(5, 45), 4326));
         CREATE VIEW labels AS SELECT fid, label(b) AS label FROM big b;`,
      ),
    ];
    const launched = await launchDerivation(user, derivation([input], files, { params: { times: 2, not: 'town 2' } }));
    const held = await user.call('DELETE', `${ROOT}/statics/${files[0]}`);
    const end = await ended(user, launched);
    t.equal(end.status, 'SUCCESS', end.log);
    t.ok([409, 204].includes(held.status));
    t.match(end.log, /Exécution de la dérivation : tables.*\n.*2 instructions exécutées/);
    t.match(end.data, { srs: 'EPSG:4326', status: 'GENERATED' });
    t.strictSame(end.data.type_infos?.relations, [
      {
        name: 'big',
        type: 'TABLE',
        attributes: {
          fid: 'integer',
          name: 'character varying(50)',
          people: 'integer',
          geom: 'geometry(Point,4326)',
        },
        primary_key: ['fid'],
      },
      { name: 'labels', type: 'VIEW', attributes: { fid: 'integer', label: 'text' }, primary_key: [] },
    ]);
    t.same(await rowsOf(emulator, `SELECT name, people FROM ${end.schema}.big ORDER BY fid`), [
      { name: 'town 1', people: 2000 },
      { name: 'town 3', people: 6000 },
      { name: 'new', people: 5000 },
    ]);
    t.same(await rowsOf(emulator, `SELECT label FROM ${end.schema}.labels WHERE fid = 10`), [{ label: 'new !' }]);
    t.same(
      await rowsOf(
        emulator,
        `SELECT bool_and(prosecdef) AS sealed FROM pg_proc WHERE pronamespace = '${end.schema}'::regnamespace`,
      ),
      [{ sealed: true }],
      'functions have the rights of the role wherever they are called from',
    );
    t.same(await rightsLeft(), []);
    t.same((await user.call('GET', `${ROOT}/stored_data/${end.storedData}/dependencies`)).body, {
      used_by: [],
      use: [],
    });
    t.equal((await user.call('DELETE', `${ROOT}/stored_data/${input}`)).status, 204, 'what was copied needs no source');
  });

  await t.test('views over filtered attributes are published as layers, and hold their source', async (t) => {
    const input = await buildStoredData(emulator.deps);
    const end = await derive(
      user,
      [input],
      `CREATE VIEW petites AS SELECT fid, name, geom FROM {{ inputs.1 }}.towns WHERE population < 3000;
       CREATE VIEW grandes AS SELECT fid, name, geom FROM {{ inputs.1 }}.towns WHERE population >= 3000;`,
    );
    t.equal(end.status, 'SUCCESS', end.log);
    t.ok(end.data.extent);
    const relation = (name: string) => ({
      title: name,
      abstract: 'x',
      [name === 'petites' ? 'native_name' : 'name']: name,
    });
    const wfs = {
      type: 'WFS',
      name: 'vues',
      layer_name: 'vues',
      type_infos: { used_data: [{ stored_data: end.storedData, relations: [relation('petites')] }] },
    };
    await publish(user, DATASTORE, wfs, OPEN_WFS);
    const query = 'SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=vues:petites&OUTPUTFORMAT=application/json';
    const features = await fetch(`${emulator.origin}/wfs/ows?${query}`);
    const { features: found } = (await features.json()) as { features: { properties: { name: string } }[] };
    t.strictSame(found.map(({ properties }) => properties.name).sort(), ['town 1', 'town 2']);
    const wms = {
      type: 'WMS-VECTOR',
      name: 'vues',
      layer_name: 'vues_wms',
      type_infos: {
        title: 'Vues',
        abstract: 'x',
        used_data: [{ stored_data: end.storedData, relations: [{ name: 'grandes' }] }],
      },
    };
    await publish(user, DATASTORE, wms, OPEN_WMS_VECTOR);

    const { body } = await user.call<{ use: { _id: string }[] }>(
      'GET',
      `${ROOT}/stored_data/${end.storedData}/dependencies`,
    );
    t.match(body.use, [{ _id: input }]);
    t.equal((await user.call('DELETE', `${ROOT}/stored_data/${input}`)).status, 409);
    const changed = await derive(user, [input], 'DROP TABLE towns CASCADE', { output: input });
    t.equal(changed.status, 'FAILURE');
    t.match(changed.log, /supprimerait des vues que d’autres données stockées ont sur celle-ci/);
  });

  await t.test('in place, the former state stays until the end, and after a failure', async (t) => {
    const data = await buildStoredData(emulator.deps);
    const schema = featureSchemaOf(data);
    const wfs = {
      type: 'WFS',
      name: 'place',
      layer_name: 'place',
      type_infos: {
        used_data: [{ stored_data: data, relations: [{ native_name: 'towns', title: 'a', abstract: 'b' }] }],
      },
    };
    await publish(user, DATASTORE, wfs, OPEN_WFS);
    const failed = await derive(user, [data], "UPDATE towns SET name = 'x'; INSERT INTO towns (name) VALUES (NULL)", {
      output: data,
    });
    t.equal(failed.status, 'FAILURE');
    t.match(failed.log, /Erreur SQL dans « script », instruction de la ligne 1 : null value in column "name"/);
    t.match(failed.data, { status: 'UNSTABLE' });
    t.same(await rowsOf(emulator, `SELECT DISTINCT name FROM ${schema}.towns ORDER BY 1 LIMIT 1`), [
      { name: 'town 1' },
    ]);
    await rowsOf(emulator, `UPDATE geopf.stored_data SET status = 'GENERATED' WHERE id = '${data}'`);

    const done = await derive(
      user,
      [data],
      'ALTER TABLE towns ADD code text; ALTER TABLE towns DROP population; UPDATE towns SET code = name',
      {
        output: data,
      },
    );
    t.equal(done.status, 'SUCCESS', done.log);
    t.match(done.data.type_infos?.relations[1]?.attributes, { code: 'text' });
    const answer = await fetch(
      `${emulator.origin}/wfs/ows?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=place:towns`,
    );
    const text = await answer.text();
    t.equal(answer.status, 400, 'a column that is gone is an exception of the service');
    t.match(text, /ExceptionReport/);
    t.notMatch(text, /code/);
  });

  await t.test('a parameter that is SQL is held to the rules', async (t) => {
    const input = await buildStoredData(emulator.deps);
    const other = featureSchemaOf(await buildStoredData(emulator.deps));
    const sql = "CREATE TABLE n AS SELECT '{{ params.x }}' AS x FROM {{ inputs.1 }}.towns";
    const end = await derive(user, [input], sql, { params: { x: `', * FROM ${other}.towns; RESET ROLE; SELECT '` } });
    t.equal(end.status, 'FAILURE');
    t.match(end.log, new RegExp(`« script », ligne 1 : le schéma ${other} n'est pas autorisé`));
    t.match(end.log, /l'instruction SET n'est pas autorisée/);
    t.same(await spaces(end.schema), []);
  });

  await t.test('what misses or fails is told with its file and line, and leaves nothing', async (t) => {
    const input = await buildStoredData(emulator.deps);
    const missing = await derive(user, [input], 'CREATE TABLE a AS\nSELECT {{ params.n }} FROM {{ inputs.2 }}.towns');
    t.match(missing.log, /ERROR\|\|.*« script », ligne 2 : la variable {{ params\.n }} n'a pas de valeur/);
    t.match(missing.log, /ligne 2 : la variable {{ inputs\.2 }}/);
    const wrong = await derive(
      user,
      [input],
      '-- é\nCREATE TABLE a AS SELECT 1 AS x;\nSELECT {{ params.long }} + y\n  FROM a, {{ inputs.1 }}.towns;',
      { params: { long: '123456789123456789123456789' } },
    );
    t.match(wrong.log, /Erreur SQL dans « script », ligne 3, colonne 28 : column "y" does not exist \(42703\)/);
    t.match(wrong.log, /Ligne 3 : SELECT {{ params\.long }} \+ y/);
    const slow = await derive(
      user,
      [input],
      'CREATE TABLE a AS SELECT 1 AS x;\nSELECT count(*) FROM generate_series(1, 4000000000)',
    );
    t.match(slow.log, /« script », instruction de la ligne 2 : arrêtée, elle dure plus de 1\.5 s/);
    for (const end of [missing, wrong, slow]) {
      t.equal(end.status, 'FAILURE');
      t.match(end.data, { status: 'UNSTABLE' });
      t.same(await spaces(end.schema), []);
    }
    t.same(await rightsLeft(), []);
  });

  await t.test('what it is created with is checked', async (t) => {
    const input = await buildStoredData(emulator.deps);
    const file = await storeSql(user, 'x', 'CREATE TABLE a (b int)');
    const style = await user.call<{ _id: string }>(
      'POST',
      `${ROOT}/statics`,
      (() => {
        const form = new FormData();
        form.set('type', 'ROK4-STYLE');
        form.set('name', 'style');
        form.set('file', new Blob(['{"identifier": "normal"}']), 'style.json');
        return form;
      })(),
    );
    const unknown = randomUUID();
    const absent = await user.call('POST', EXECUTIONS, derivation([input], [unknown, file]));
    t.equal(absent.status, 404);
    t.match(sentences(absent), new RegExp(`fichier statique ${unknown} n'existe pas`));
    const wrong = await user.call('POST', EXECUTIONS, derivation([input], [style.body._id]));
    t.equal(wrong.status, 400);
    t.match(sentences(wrong), /est de type ROK4-STYLE, le paramètre "derivations" attend DERIVATION-SQL/);
    for (const params of [{ a: { b: 1 } }, { a: null }, [1], 'x']) {
      t.equal(
        (await user.call('POST', EXECUTIONS, derivation([input], [file], { params: params as object }))).status,
        400,
      );
    }
    const created = await user.call<{ _id: string }>('POST', EXECUTIONS, derivation([input], [file]));
    t.equal(created.status, 201);
    const held = await user.call('DELETE', `${ROOT}/statics/${file}`);
    t.equal(held.status, 409);
    t.match(sentences(held), new RegExp(`utilisé par l'exécution de traitement ${created.body._id}`));
    t.equal((await user.call('POST', `${EXECUTIONS}/${created.body._id}/abort`)).status, 204);
    t.equal((await user.call('DELETE', `${ROOT}/statics/${file}`)).status, 204);
  });
});

void t.test('an abort leaves nothing, at once', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  await forkWorker(t, emulator);
  const input = await buildStoredData(emulator.deps);
  const file = await storeSql(user, 'x', 'CREATE TABLE a AS SELECT count(*) FROM generate_series(1, 40000000000)');
  const launched = await launchDerivation(user, derivation([input], [file]));
  const role = `geopf_${emulator.deps.instanceId}_${launched.storedData.replaceAll('-', '')}`;
  const sessions = () =>
    rowsOf(emulator, `SELECT 1 FROM pg_stat_activity WHERE usename = '${role}' AND state = 'active'`);
  await until(sessions, (rows) => rows.length > 0);
  // The statement would run for hours.
  t.equal((await user.call('POST', `${launched.path}/abort`)).status, 204);
  t.same(await sessions(), []);
  t.same(await rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${launched.schema}'`), []);
  t.same(await rowsOf(emulator, `SELECT 1 FROM pg_roles WHERE rolname = '${role}'`), []);
  t.equal((await user.call('DELETE', `${ROOT}/stored_data/${launched.storedData}`)).status, 204);
});
