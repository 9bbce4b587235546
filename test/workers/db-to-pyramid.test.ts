import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { geopackage } from '../../fixtures/generate/vector.js';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { sentences } from '../helpers/diffusion.js';
import { deliver, integrate, into } from '../helpers/integration.js';
import { openPyramid, runExecution, tilesRequest } from '../helpers/pyramids.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData, runInSchema } from '../helpers/stored-data.js';

const ROOT = `/datastores/${DATASTORE}`;
const TOWNS = { table: 'towns', bottom_level: '8', top_level: '4', attributes: ['*'] };

void t.test('db_to_pyramid', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const user = await logIn(emulator);

  void t.test('tables become layers of tiles', async (t) => {
    const database = await buildStoredData(deps);
    const composition = [
      TOWNS,
      { table: 'roads', layer: 'routes', bottom_level: 6, top_level: 5, attributes: 'class' },
    ];
    const { status, log, data } = await runExecution(user, tilesRequest([database], { composition }));
    t.equal(status, 'SUCCESS', log);
    t.match(data, {
      status: 'GENERATED',
      type: 'ROK4-PYRAMID-VECTOR',
      srs: 'EPSG:3857',
      type_infos: { tms: 'PM', levels: ['4', '5', '6', '7', '8'] },
    });
    t.same(data.extent?.coordinates, [
      [
        [3, 45],
        [3, 46],
        [1, 46],
        [1, 45],
        [3, 45],
      ],
    ]);
    const { descriptor, tile, root, name } = await openPyramid(deps, data._id);
    t.match(descriptor, { tile_matrix_set: 'PM', format: 'TIFF_PBF_MVT' });
    t.same(
      descriptor.levels.map(({ id }) => id),
      ['4', '5', '6', '7', '8'],
    );
    t.same(
      descriptor.levels.map(({ tables }) => tables?.map((table) => table.name)),
      [['towns'], ['towns', 'routes'], ['towns', 'routes'], ['towns'], ['towns']],
    );
    t.same(descriptor.levels[1]?.tables, [
      {
        name: 'towns',
        geometry: 'POINT',
        attributes: [
          { name: 'fid', type: 'integer', count: 3, min: 1, max: 3 },
          { name: 'name', type: 'character varying(50)', count: 3, values: ['town 1', 'town 2', 'town 3'] },
          { name: 'population', type: 'integer', count: 3, min: 1000, max: 3000 },
        ],
      },
      {
        name: 'routes',
        geometry: 'MULTILINESTRING',
        attributes: [{ name: 'class', type: 'text', count: 1, values: ['A'] }],
      },
    ]);
    t.same(descriptor.levels[4]?.tile_limits, { min_col: 128, max_col: 130, min_row: 91, max_row: 92 });

    const five = await tile('5', 16, 11);
    t.same(Object.keys(five?.layers ?? {}), ['towns', 'routes'], 'in the order of the composition');
    const towns = five?.layers.towns;
    t.equal(towns?.extent, 4096);
    const second = towns?.feature(1);
    t.equal(second?.id, 2, 'the key is the identifier');
    t.same(second?.properties, { fid: 2, name: 'town 2', population: 2000 });
    const point = second?.toGeoJSON(16, 11, 5).geometry;
    t.match(point, { type: 'Point' });
    const [x = 0, y = 0] = point?.type === 'Point' ? point.coordinates : [];
    t.ok(Math.hypot(x - 2, y - 45) < 0.003);
    t.same(five?.layers.routes?.feature(0).properties, { class: 'A' });
    t.notOk((await tile('8', 128, 92))?.layers.routes, 'only at its levels');
    t.equal(await tile('3', 4, 2), null);

    const list = readFileSync(join(root, `${name}.list`), 'utf8')
      .trim()
      .split('\n');
    t.equal(list[0], `0=${root}/${name}`);
    t.equal(list[1], '#');
    const slabs = readdirSync(join(root, name), { recursive: true }).filter((path) => String(path).endsWith('.tif'));
    t.same(list.slice(2).sort(), slabs.map((path) => `0/${String(path)}`).sort(), 'every slab is listed, no other');
    const size = [...slabs.map((path) => join(name, String(path))), `${name}.json`, `${name}.list`]
      .map((path) => statSync(join(root, path)).size)
      .reduce((sum, each) => sum + each);
    t.equal(data.size, size);
    t.match(log, /INFO\|\|gpf-processing-db-to-pyramid\|\|\d+\|\|3 objets lus dans la table towns/);
    t.match(log, /\|\|Niveau 5 : \d+ tuiles, \d+ objets, 1 dalles, \d+ octets, plus grande tuile \d+ octets/);
    t.equal(await temporaryObjects(), '0');
  });

  void t.test('a delivery becomes a pyramid, read with the rights of its data alone', async (t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const integrated = await integrate(user, upload.id);
    const composition = ['sites', 'zones_protegees'].map((table) => ({ ...TOWNS, table }));
    const { status, log, data } = await runExecution(user, tilesRequest([integrated.storedData], { composition }));
    t.equal(status, 'SUCCESS', log);
    t.match(log, /4 objets lus dans la table sites/);
    const { descriptor, tile } = await openPyramid(deps, data._id);
    t.same(
      descriptor.levels[0]?.tables?.map(({ name }) => name),
      ['sites', 'zones_protegees'],
    );
    const layer = (await tile('8', 129, 88))?.layers.zones_protegees;
    t.match(layer?.feature(0).properties, { nom: 'Forêt de l’Étoile', surface: 12.5, releve: '2024-05-01' });
  });

  void t.test('the same data give the same bytes', async (t) => {
    const database = await buildStoredData(deps);
    const made = await Promise.all(
      [1, 2].map(() => runExecution(user, tilesRequest([database], { composition: [TOWNS] }))),
    );
    const bytes = await Promise.all(
      made.map(async ({ data }) => {
        const { root, name } = await openPyramid(deps, data._id);
        const paths = readdirSync(join(root, name), { recursive: true }).map(String).sort();
        return paths.filter((path) => path.endsWith('.tif')).map((path) => readFileSync(join(root, name, path)));
      }),
    );
    t.ok((bytes[0]?.length ?? 0) > 0);
    t.same(bytes[0], bytes[1]);
  });

  void t.test('what is known to be wrong is refused at the creation', async (t) => {
    const database = await buildStoredData(deps);
    const bare = await buildStoredData(deps, { extent: null });
    const area = 'POLYGON((0 44,4 44,4 46,0 46,0 44))';
    const cases: [object, RegExp, (readonly string[])?][] = [
      [{ composition: [{ ...TOWNS, table: 'villes' }] }, /table "villes" n.existe pas/],
      [{ composition: [{ ...TOWNS, attributes: ['nom'] }] }, /attribut "nom" n.existe pas dans la table "towns"/],
      [{ composition: [{ ...TOWNS, attributes: 'name, nom' }] }, /attribut "nom"/],
      [{ composition: [{ ...TOWNS, bottom_level: '22' }] }, /niveau "22"/],
      [{ composition: [{ ...TOWNS, bottom_level: 'bas' }] }, /niveau "bas"/],
      [{ composition: [{ ...TOWNS, top_level: '9' }] }, /niveau du haut \(9\)/],
      [{ composition: [{ table: 'towns', top_level: '4' }] }, /"bottom_level" est obligatoire/],
      [{ composition: [{ ...TOWNS, filter: 'population > ' }] }, /filtre de la table "towns" est invalide/],
      [{ composition: [{ ...TOWNS, filter: 'pg_sleep(9) IS NULL' }] }, /filtre de la table "towns" est invalide/],
      [{ composition: [{ ...TOWNS, filter: 'habitants > 3' }] }, /colonne qu'elle n'a pas : habitants/],
      [{ composition: [TOWNS], area: 'POLYGON((0 44' }, /"area" n'est pas un WKT/],
      [{ composition: [TOWNS], area: 'POINT(0 44)' }, /"area" doit être un WKT/],
      [{ composition: [TOWNS], area: 'POLYGON((0 44,4 44,4 460,0 46,0 44))' }, /"area" sort des limites/],
      [{ composition: [] }, /composition/],
      [{ composition: [TOWNS], width: 4 }, /width/],
      [{}, /composition/],
      [{ composition: [TOWNS] }, /"area" est obligatoire/, [bare]],
      [{ composition: [TOWNS] }, /exactement une donnée/, [database, bare]],
    ];
    for (const [parameters, message, inputs = [database]] of cases) {
      const answer = await user.call('POST', `${ROOT}/processings/executions`, tilesRequest(inputs, parameters));
      t.equal(answer.status, 400, JSON.stringify(parameters));
      t.match(sentences(answer), message);
    }
    const several = await user.call(
      'POST',
      `${ROOT}/processings/executions`,
      tilesRequest([database], { composition: [{ ...TOWNS, table: 'villes', top_level: '30' }], area: '?' }),
    );
    t.match(sentences(several), /niveau "30".*"area" n'est pas/, 'all at once');
    const { status } = await runExecution(user, tilesRequest([bare], { composition: [TOWNS], area }));
    t.equal(status, 'SUCCESS', 'an area makes up for the extent');
  });

  void t.test('global levels, names of layers and options', async (t) => {
    const database = await buildStoredData(deps);
    const { status, log, data } = await runExecution(
      user,
      tilesRequest([database], {
        composition: [{ table: 'towns', layer: 'villes', attributes: ['name', 'population'] }],
        bottom_level: 5,
        top_level: '5',
        tippecanoe_options: '-D8 -d9 -x population -aL',
        width: 8,
        height: 8,
      }),
    );
    t.equal(status, 'SUCCESS', log);
    t.match(log, /WARNING\|\|.*Option -aL de tippecanoe sans effet/);
    const { tile, descriptor } = await openPyramid(deps, data._id);
    t.match(descriptor.levels[0], { tiles_per_width: 8, tiles_per_height: 8 });
    const layer = (await tile('5', 16, 11))?.layers.villes;
    t.equal(layer?.extent, 512);
    t.same(layer?.feature(0).properties, { name: 'town 1' });
  });

  void t.test('filters', async (t) => {
    const database = await buildStoredData(deps);
    const { status, log, data } = await runExecution(
      user,
      tilesRequest([database], {
        composition: [
          { ...TOWNS, filter: `population >= 2000 AND name <> 'town ''3' -- the large ones` },
          { ...TOWNS, layer: 'third', filter: `name LIKE '%3'` },
        ],
      }),
    );
    t.equal(status, 'SUCCESS', log);
    const { tile, descriptor } = await openPyramid(deps, data._id);
    const found = await tile('4', 8, 5);
    t.equal(found?.layers.towns?.length, 2);
    t.same(found?.layers.third?.feature(0).properties, { fid: 3, name: 'town 3', population: 3000 });
    t.equal(descriptor.levels[0]?.tables?.[0]?.attributes[0]?.count, 2, 'what is described is what is there');
    const failed = await runExecution(
      user,
      tilesRequest([database], { composition: [{ ...TOWNS, filter: '1 / (population - 2000) > 0' }] }),
    );
    t.equal(failed.status, 'FAILURE');
    t.match(failed.log, /ERROR\|\|.*division by zero/);
  });

  void t.test('unreadable options are a failure that says so', async (t) => {
    const database = await buildStoredData(deps);
    const { status, log, data } = await runExecution(
      user,
      tilesRequest([database], { composition: [TOWNS], tippecanoe_options: '--simplifier 3' }),
    );
    t.equal(status, 'FAILURE');
    t.equal(data.status, 'UNSTABLE');
    t.match(log, /ERROR\|\|.*Option de tippecanoe inconnue : --simplifier/);
    t.notOk(existsSync(deps.storage.localPath(`stored-data/${data._id}`)), 'nothing stays');
  });

  void t.test('the area clips', async (t) => {
    const database = await buildStoredData(deps);
    const { data, log, status } = await runExecution(
      user,
      tilesRequest([database], {
        composition: [TOWNS, { ...TOWNS, table: 'roads' }],
        area: 'POLYGON((1.5 44.5,2.5 44.5,2.5 45.5,1.5 45.5,1.5 44.5))',
      }),
    );
    t.equal(status, 'SUCCESS', log);
    const { tile } = await openPyramid(deps, data._id);
    const found = await tile('4', 8, 5);
    t.same(found?.layers.towns?.length, 1);
    const line = found?.layers.roads?.feature(0).toGeoJSON(8, 5, 4).geometry as unknown as {
      coordinates: [number, number][];
    };
    const xs = line.coordinates.map(([x]) => x);
    t.ok(Math.abs(Math.min(...xs) - 1.5) < 0.01 && Math.abs(Math.max(...xs) - 2.5) < 0.01, String(xs));
    t.same(data.extent?.coordinates[0]?.[0], [2.5, 44.5]);
  });

  void t.test('geometries of every kind', async (t) => {
    const database = await buildStoredData(deps, {
      sql: `
        CREATE TABLE mixed (id bigint PRIMARY KEY, kind text, big bigint, flag boolean, day date, list text[], geom geometry);
        INSERT INTO mixed VALUES
          (1, 'point z', 9007199254740993, true, '2024-05-01', '{a,b}', ST_GeomFromText('POINT Z (2 45 100)', 4326)),
          (2, 'collection', -5, false, NULL, NULL,
            ST_GeomFromText('GEOMETRYCOLLECTION(POINT(2 45),LINESTRING(1 45,3 46),POLYGON((1 45,2 45,2 46,1 46,1 45)))', 4326)),
          (3, 'null', NULL, NULL, NULL, NULL, NULL),
          (4, 'empty', NULL, NULL, NULL, NULL, ST_GeomFromText('POLYGON EMPTY', 4326)),
          (5, 'bow tie', NULL, NULL, NULL, NULL, ST_GeomFromText('POLYGON((1 45,2 46,2 45,1 46,1 45))', 4326)),
          (6, 'curve', NULL, NULL, NULL, NULL, ST_GeomFromText('CIRCULARSTRING(1 45,2 46,3 45)', 4326)),
          (7, 'pole', NULL, NULL, NULL, NULL, ST_GeomFromText('POLYGON((0 80,4 80,4 90,0 90,0 80))', 4326)),
          (8, 'antimeridian', NULL, NULL, NULL, NULL, ST_GeomFromText('POLYGON((179 45,181 45,181 46,179 46,179 45))', 4326)),
          (-9, 'multipoint', NULL, NULL, NULL, NULL, ST_GeomFromText('MULTIPOINT((1 45),(2 45),(3 46))', 4326));
        CREATE VIEW points AS SELECT id, kind, geom FROM mixed WHERE kind LIKE 'point%';
        CREATE TABLE lambert (id serial PRIMARY KEY, geom geometry(PolygonZ, 2154));
        INSERT INTO lambert (geom) VALUES
          (ST_GeomFromText('POLYGON Z ((600000 6400000 1,700000 6400000 1,700000 6500000 1,600000 6400000 1))', 2154));`,
      extent: {
        type: 'Polygon',
        coordinates: [
          [
            [180, -90],
            [180, 90],
            [-180, 90],
            [-180, -90],
            [180, -90],
          ],
        ],
      },
    });
    const levels = { bottom_level: '5', top_level: '0' };
    const { status, log, data } = await runExecution(
      user,
      tilesRequest([database], {
        composition: [
          { table: 'mixed', ...levels },
          { table: 'points', ...levels },
          { table: 'lambert', ...levels },
        ],
      }),
    );
    t.equal(status, 'SUCCESS', log);
    const { tile } = await openPyramid(deps, data._id);
    const layer = (await tile('5', 16, 11))?.layers.mixed;
    const features = Array.from({ length: layer?.length ?? 0 }, (_, at) => layer?.feature(at));
    const kinds = features.map((feature) => `${feature?.properties.kind} ${feature?.type}`).sort();
    t.same(kinds, [
      'bow tie 3',
      'collection 1',
      'collection 2',
      'collection 3',
      'curve 2',
      'multipoint 1',
      'point z 1',
    ]);
    const point = features.find((feature) => feature?.properties.kind === 'point z');
    t.match(point?.properties, { flag: true, day: '2024-05-01', list: '{a,b}' });
    t.equal(features.find((feature) => feature?.properties.kind === 'collection')?.properties.big, -5);
    t.equal(features.find((feature) => feature?.properties.kind === 'multipoint')?.id, undefined, 'no negative id');
    t.equal((await tile('5', 16, 11))?.layers.points?.length, 1);
    t.ok((await tile('5', 16, 11))?.layers.lambert);
    t.match((await tile('5', 31, 11))?.layers.mixed?.feature(0).properties, { kind: 'antimeridian' });
    t.match((await tile('5', 0, 11))?.layers.mixed?.feature(0).properties, { kind: 'antimeridian' });
    const north = (await tile('5', 16, 0))?.layers.mixed?.feature(0);
    t.equal(north?.properties.kind, 'pole');
    t.ok((await tile('0', 0, 0))?.layers.mixed, 'nothing vanishes at the top');
  });

  void t.test('geometries that cannot be projected are left out', async (t) => {
    const database = await buildStoredData(deps, {
      sql: `CREATE TABLE far (id serial PRIMARY KEY, geom geometry(Point, 32631));
        INSERT INTO far (geom) VALUES (ST_SetSRID(ST_MakePoint(500000, 5000000), 32631)),
          (ST_SetSRID(ST_MakePoint(1e30, 1e30), 32631)), (ST_SetSRID(ST_MakePoint('NaN', 5000000), 32631));`,
    });
    const { status, log, data } = await runExecution(
      user,
      tilesRequest([database], {
        composition: [{ ...TOWNS, table: 'far' }],
        area: 'POLYGON((-10 40,10 40,10 50,-10 50,-10 40))',
      }),
    );
    t.equal(status, 'SUCCESS', log);
    const { tile } = await openPyramid(deps, data._id);
    t.equal((await tile('4', 8, 5))?.layers.far?.length, 1);
    t.match(log, /WARNING\|\|.*objets de la table far/);
  });

  void t.test('an update by reference keeps the tiles that it does not make', async (t) => {
    const database = await buildStoredData(deps);
    const levels = { bottom_level: '10', top_level: '4' };
    const first = await runExecution(user, tilesRequest([database], { composition: [{ ...TOWNS, ...levels }] }));
    const before = await openPyramid(deps, first.data._id);
    await runInSchema(deps, database, `UPDATE towns SET name = 'changed'`);
    const second = await runExecution(
      user,
      tilesRequest([database, first.storedData], {
        composition: [{ ...TOWNS, ...levels, top_level: '5' }],
        area: 'POLYGON((2.9 44.9,3.1 44.9,3.1 45.1,2.9 45.1,2.9 44.9))',
        width: 8,
      }),
    );
    t.equal(second.status, 'SUCCESS', second.log);
    t.match(second.log, /1 dalles reprises/);
    const after = await openPyramid(deps, second.data._id);
    const names = async (level: string, col: number, row: number) => {
      const layer = (await after.tile(level, col, row))?.layers.towns;
      return Array.from({ length: layer?.length ?? 0 }, (_, at) => layer?.feature(at).properties.name);
    };
    t.same(await names('10', 520, 368), ['changed'], 'made again');
    t.same(await names('10', 514, 368), ['town 1'], 'kept');
    t.same(await names('5', 16, 11), ['changed', 'changed', 'changed'], 'a tile made again shows all it holds');
    t.same(await names('4', 8, 5), ['town 1', 'town 2', 'town 3'], 'a level that is not made again');
    t.same(second.data.type_infos, first.data.type_infos, 'levels of both');
    t.match(after.descriptor.levels.at(-1), { tiles_per_width: 16 }, 'slabs keep their size');
    const dependencies = await user.call(`GET`, `${ROOT}/stored_data/${second.storedData}/dependencies`);
    t.match(dependencies.body, { use: [{ _id: first.storedData }] }, JSON.stringify(dependencies));
    t.equal((await user.call('DELETE', `${ROOT}/stored_data/${first.storedData}`)).status, 409);
    t.same(await before.bytes('10', 520, 368), await (await openPyramid(deps, first.storedData)).bytes('10', 520, 368));

    const third = await runExecution(
      user,
      tilesRequest([database], { composition: [{ ...TOWNS, ...levels }] }, into(first.storedData)),
    );
    t.equal(third.status, 'SUCCESS', third.log);
    t.equal(third.data._id, first.storedData);
    await until(
      async () => existsSync(before.root),
      (isThere) => !isThere,
    );
    t.pass('the former version of the one referred to goes');
    t.same(await names('10', 514, 368), ['town 1'], 'its tiles stay where they are referred to');
    t.same(await names('4', 8, 5), ['town 1', 'town 2', 'town 3']);
  });

  void t.test('an update in place', async (t) => {
    const database = await buildStoredData(deps);
    const first = await runExecution(user, tilesRequest([database], { composition: [TOWNS] }));
    await runInSchema(
      deps,
      database,
      `DELETE FROM towns WHERE fid = 3; INSERT INTO roads VALUES (9, 'B', 'SRID=4326;MULTILINESTRING((1 45,1.1 45.1))')`,
    );
    const second = await runExecution(
      user,
      tilesRequest(
        [database, first.storedData],
        {
          composition: [{ ...TOWNS, attributes: ['name'] }],
          area: 'POLYGON((2.9 44.9,3.1 44.9,3.1 45.1,2.9 45.1,2.9 44.9))',
        },
        into(first.storedData),
      ),
    );
    t.equal(second.status, 'SUCCESS', second.log);
    const { tile, descriptor } = await openPyramid(deps, first.storedData);
    t.equal((await tile('8', 130, 92)) ?? null, null, 'a tile that is empty now');
    t.same((await tile('8', 128, 92))?.layers.towns?.feature(0).properties, {
      fid: 1,
      name: 'town 1',
      population: 1000,
    });
    t.same((await tile('4', 8, 5))?.layers.towns?.feature(1).properties, { name: 'town 2' });
    t.same(
      descriptor.levels[0]?.tables?.[0]?.attributes.map(({ name }) => name),
      ['name'],
    );
    const dependencies = await user.call(`GET`, `${ROOT}/stored_data/${first.storedData}/dependencies`);
    t.match(dependencies.body, { use: [] });
    const versions = readdirSync(deps.storage.localPath(`stored-data/${first.storedData}`));
    t.same(versions, [second.id], 'one version stays');
    const other = await runExecution(user, tilesRequest([database], { composition: [TOWNS] }));
    const refused = await user.call(
      'POST',
      `${ROOT}/processings/executions`,
      tilesRequest([database, other.storedData], { composition: [TOWNS] }, into(first.storedData)),
    );
    t.equal(refused.status, 400);
  });

  /** Objects in temporary schemas, and connections of jobs. */
  async function temporaryObjects(): Promise<string> {
    const { rows } = await deps.pool.query<{ count: string }>(
      `SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname LIKE 'pg\\_temp%')
        + (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'geopf-job-%') AS count`,
    );
    return rows[0]?.count ?? '';
  }
});
