import t from 'tap';
import { logIn, until } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { OPEN_VECTOR_TMS, publish, waitForAbsence, waitForStatus } from '../../helpers/diffusion.js';
import { decodeTile } from '../../helpers/mvt.js';
import { DATASTORE } from '../../helpers/seed.js';
import { buildStoredData, runInSchema } from '../../helpers/stored-data.js';

/** Around (2.5, 48.5): tile 8/129/88 holds it. */
const TABLES = `
  CREATE TABLE towns (fid serial PRIMARY KEY, name varchar(50) NOT NULL, population bigint, rate numeric(5,2), open boolean,
    seen timestamptz, born date, tags jsonb, codes int[], geom geometry(Point, 4326));
  INSERT INTO towns (name, population, rate, open, seen, born, tags, codes, geom) VALUES
    ('Low', 10, 1.25, true, '2020-01-01T10:00:00Z', '2020-01-31', '{"a": 1}', '{1,2}', 'SRID=4326;POINT(2.5 48.5)'),
    ('High', 2000, NULL, false, NULL, NULL, NULL, NULL, 'SRID=4326;POINT(2.51 48.5)'),
    ('L''Île', 30, 2.5, NULL, NULL, NULL, NULL, NULL, 'SRID=4326;POINT(2.52 48.5)'),
    ('Far', 1, NULL, NULL, NULL, NULL, NULL, NULL, 'SRID=4326;POINT(60 -20)'),
    ('Pole', 1, NULL, NULL, NULL, NULL, NULL, NULL, 'SRID=4326;POINT(2.5 90)');
  CREATE INDEX ON towns USING gist (geom);
  CREATE TABLE fields (code text PRIMARY KEY, geom geometry(Polygon, 2154));
  INSERT INTO fields VALUES
    ('square', ST_MakeEnvelope(660000, 6820000, 664000, 6824000, 2154)),
    ('bowtie', 'SRID=2154;POLYGON((660000 6826000, 664000 6830000, 664000 6826000, 660000 6830000, 660000 6826000))'),
    ('speck', ST_MakeEnvelope(666000, 6820000, 666001, 6820001, 2154)), ('none', NULL), ('empty', 'SRID=2154;POLYGON EMPTY');
  CREATE INDEX ON fields USING gist (geom);
  CREATE TABLE odd (fid serial PRIMARY KEY, geom geometry(Geometry, 4326));
  INSERT INTO odd (geom) VALUES
    ('SRID=4326;POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))'),
    ('SRID=4326;CURVEPOLYGON(CIRCULARSTRING(2 48, 3 48, 3 49, 2 49, 2 48))'),
    ('SRID=4326;TIN(((2 48, 3 48, 2 49, 2 48)))'),
    ('SRID=4326;GEOMETRYCOLLECTION(POINT(2.5 48.5), LINESTRING(2 48, 3 49))'),
    (ST_SetSRID(ST_MakePoint('NaN', 1), 4326)), (ST_SetSRID(ST_MakePoint('Infinity', 1), 4326));
  CREATE TABLE peaks (fid serial PRIMARY KEY, geom geometry(PointZ, 4326));
  INSERT INTO peaks (geom) VALUES ('SRID=4326;POINTZ(2.5 48.5 7)');
  CREATE TABLE island (fid serial PRIMARY KEY, geom geometry(Point, 5490));
  INSERT INTO island (geom) VALUES (ST_Transform('SRID=4326;POINT(-61 14.6)'::geometry, 5490));
  CREATE INDEX ON island USING gist (geom);
  CREATE VIEW seen AS SELECT name, geom FROM towns WHERE population > 5;`;

const PARIS = '8/129/88';

await t.test('VECTOR-TMS', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const base = `${origin}/vector-tms/1.0.0`;
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(path.startsWith('http') ? path : `${base}/${path}`, init);
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body, text: body.toString() };
  };
  const tile = async (path: string) => {
    const answer = await get(path);
    t.equal(answer.status, 200, `${path}: ${answer.status === 200 ? '' : answer.text}`);
    return decodeTile(answer.body);
  };
  const names = async (query: string) =>
    ((await tile(`demo.towns/${PARIS}.pbf${query}`))['demo.towns'] ?? []).map(({ properties }) => properties.name);

  const storedData = await buildStoredData(deps, { sql: TABLES });
  const relations = [
    { native_name: 'towns', abstract: 'Small ones.' },
    { native_name: 'fields', public_name: 'parcels', abstract: 'Green ones.' },
    ...['odd', 'island', 'peaks', 'seen'].map((native_name) => ({ native_name, abstract: native_name })),
  ];
  const configuration = {
    type: 'VECTOR-TMS',
    name: 'demo',
    layer_name: 'demo',
    type_infos: { used_data: [{ stored_data: storedData, relations }] },
  };
  const published = await publish(producer, DATASTORE, configuration, OPEN_VECTOR_TMS);

  await t.test('the index and the detail of a table', async (t) => {
    const offering = await producer.call<{ urls: { type: string; url: string }[] }>('GET', published.offering);
    t.same(offering.body.urls.slice(0, 2), [
      { type: 'TMS', url: `${base}/demo.towns.json` },
      { type: 'TMS', url: `${base}/demo.parcels.json` },
    ]);
    for (const path of ['', '/', '/1.0.0', '/1.0.0/', '/1.0.0/index.json']) {
      const { status, headers, text } = await get(`${origin}/vector-tms${path}`);
      t.equal(status, 200, path);
      t.match(headers.get('content-type'), /^application\/json/);
      t.equal(headers.get('access-control-allow-origin'), '*');
      const index = JSON.parse(text) as Record<string, object>;
      t.same(Object.keys(index).sort(), [
        'demo.island',
        'demo.odd',
        'demo.parcels',
        'demo.peaks',
        'demo.seen',
        'demo.towns',
      ]);
      t.same(index['demo.parcels'], {
        type: 'table',
        id: 'demo.parcels',
        name: 'parcels',
        schema: 'demo',
        description: 'Green ones.',
        detailurl: `${base}/demo.parcels.json`,
      });
    }
    const detail = await get(offering.body.urls[0]?.url ?? '');
    t.same(JSON.parse(detail.text), {
      id: 'demo.towns',
      schema: 'demo',
      name: 'towns',
      description: 'Small ones.',
      properties: [
        ['fid', 'int4'],
        ['name', 'varchar'],
        ['population', 'int8'],
        ['rate', 'numeric'],
        ['open', 'bool'],
        ['seen', 'timestamptz'],
        ['born', 'date'],
        ['tags', 'jsonb'],
        ['codes', '_int4'],
      ].map(([name, type]) => ({ name, type, description: '' })),
      geometrytype: 'Point',
      center: [2, 45.5],
      bounds: [1, 45, 3, 46],
      minzoom: 0,
      maxzoom: 22,
      tileurl: `${base}/demo.towns/{z}/{x}/{y}.pbf`,
    });
  });

  await t.test('a tile has the features that are there, in the order of the key, with typed attributes', async (t) => {
    const answer = await get(`demo.towns/${PARIS}.pbf`);
    t.equal(answer.status, 200);
    t.equal(answer.headers.get('content-type'), 'application/vnd.mapbox-vector-tile');
    t.equal(answer.headers.get('access-control-allow-origin'), '*');
    const { 'demo.towns': towns = [] } = decodeTile(answer.body);
    t.same(towns[0]?.properties, {
      name: 'Low',
      population: 10,
      rate: 1.25,
      open: true,
      seen: '2020-01-01 10:00:00+00',
      born: '2020-01-31',
      tags: '{"a": 1}',
      codes: '{1,2}',
    });
    t.same(
      towns.map(({ id, type }) => [id, type]),
      [
        [1, 1],
        [2, 1],
        [3, 1],
      ],
      'the key is the id of the feature',
    );
    const world = 2 ** 8 * 4096;
    t.equal(towns[0]?.geometry[0]?.[0]?.x, Math.round(((2.5 + 180) / 360) * world) - 129 * 4096);
    t.same((await get(`demo.towns/${PARIS}.pbf`)).body, answer.body, 'the same bytes again');
    const head = await get(`demo.towns/${PARIS}.pbf`, { method: 'HEAD' });
    t.same([head.status, head.body.length], [200, 0]);
  });

  await t.test('an empty tile is an empty answer', async (t) => {
    const answer = await get('demo.towns/8/0/0.pbf');
    t.same([answer.status, answer.body.length], [200, 0]);
    t.equal(answer.headers.get('content-type'), 'application/vnd.mapbox-vector-tile');
  });

  await t.test('filters, properties, limit, resolution and buffer', async (t) => {
    const filter = (cql: string, more = '') => names(`?filter=${encodeURIComponent(cql)}${more}`);
    t.same(await filter("name = 'L''Île'"), ["L'Île"]);
    t.same(await filter('population > 20 AND open IS NULL'), ["L'Île"]);
    t.same(await filter("name LIKE 'L%'"), ['Low', "L'Île"]);
    t.same(await filter('BBOX(geom, 2.505, 48, 3, 49)'), ['High', "L'Île"], 'degrees unless said otherwise');
    const metres = 'BBOX(geom, 278800, 6100000, 279600, 6300000)';
    t.same(await filter(metres, '&filter-crs=3857'), ['High']);
    t.same(await names('?limit=2'), ['Low', 'High']);
    t.same(await names('?limit=none'), ['Low', 'High', "L'Île"], 'no number: ignored');
    const one = async (query: string) => (await tile(`demo.towns/${PARIS}.pbf?limit=1&${query}`))['demo.towns']?.[0];
    t.same((await one('properties=name,unknown'))?.properties, { name: 'Low' });
    t.equal((await one('properties=name'))?.id, 1, 'the id is always there');
    t.same(Object.keys((await one('PROPERTIES=unknown'))?.properties ?? {}).length, 8, 'none valid: all');
    t.ok(Number((await one('resolution=512'))?.geometry[0]?.[0]?.x) < 512);
    t.same(await tile(`demo.towns/8/128/88.pbf?buffer=0`), {}, 'no neighbour without buffer');
  });

  await t.test('several tables make several layers', async (t) => {
    const layers = await tile(`demo.towns,demo.parcels,demo.towns/${PARIS}.pbf`);
    t.same(Object.keys(layers), ['demo.towns', 'demo.parcels']);
    t.equal(layers['demo.towns']?.length, 3, 'each once');
    t.same(
      layers['demo.parcels']?.map(({ id, properties }) => [id, properties.code]),
      [
        [undefined, 'bowtie'],
        [undefined, 'square'],
      ],
      'a key that is no number stays a property; what is smaller than a unit is left out',
    );
    t.same(
      (await tile(`demo.parcels/14/8307/5655.pbf`))['demo.parcels']?.map(({ type }) => type) ?? [],
      [],
      'nothing there',
    );
  });

  await t.test('no geometry and no place on earth makes a tile fail', async (t) => {
    for (const table of ['towns', 'parcels', 'odd', 'island', 'peaks', 'seen']) {
      for (const address of [
        '0/0/0',
        '1/1/0',
        '2/0/1',
        '3/0/0',
        '3/0/4',
        '3/7/7',
        '4/15/15',
        '8/0/255',
        '22/0/0',
        '32/0/0',
      ])
        await tile(`demo.${table}/${address}.pbf`);
    }
    const odd = (await tile(`demo.odd/${PARIS}.pbf`))['demo.odd'] ?? [];
    t.same(
      odd.map(({ id, type }) => [id, type]),
      [
        [1, 3],
        [2, 3],
        [3, 3],
        [4, 2],
      ],
    );
    const square = odd[0]?.geometry[0] ?? [];
    t.same(
      [Math.min(...square.map(({ x }) => x)), Math.max(...square.map(({ y }) => y))],
      [-256, 4096 + 256],
      'a polygon around the world fills the tile',
    );
    t.equal((await tile('demo.odd/0/0/0.pbf'))['demo.odd']?.length, 4);
    t.equal((await tile('demo.island/5/10/14.pbf'))['demo.island']?.length, 1);
    t.equal((await tile('demo.island/0/0/0.pbf'))['demo.island']?.length, 1);
    t.same(
      (await tile(`demo.seen/${PARIS}.pbf`))['demo.seen']?.map(({ id }) => id),
      [undefined, undefined, undefined],
    );
  });

  await t.test('refusals are plain text', async (t) => {
    const cases: [string, number, string | RegExp][] = [
      [`demo.rivers/${PARIS}.pbf`, 404, "Unable to get layer 'demo.rivers'\n"],
      [`demo.towns,demo.rivers/${PARIS}.pbf`, 404, "Unable to get layer 'demo.rivers'\n"],
      ['demo.rivers.json', 404, "Unable to get layer 'demo.rivers'\n"],
      ['towns.json', 404, "Unable to get layer 'towns'\n"],
      ['demo.towns/3/8/0.pbf', 400, 'invalid tile address 3/8/0.pbf\n'],
      ['demo.towns/33/0/0.pbf', 400, 'invalid tile address 33/0/0.pbf\n'],
      ['demo.towns/a/0/0.pbf', 404, '404 page not found\n'],
      ['demo.towns/0/0/0', 404, '404 page not found\n'],
      ['demo.towns/0/-1/0.pbf', 404, '404 page not found\n'],
      ['demo.towns', 404, '404 page not found\n'],
      [`${origin}/vector-tms/2.0.0/index.json`, 404, '404 page not found\n'],
      [`demo.towns/${PARIS}.pbf?filter=name%20%3D`, 400, /^Unable to read the filter: .*position/],
      [`demo.towns/${PARIS}.pbf?filter=height%3E1`, 400, 'Unable to read the filter: Illegal property name: height\n'],
      [`demo.towns/${PARIS}.pbf?filter=population%3D%27x%27`, 400, /^Unable to read the filter: /],
      [`demo.towns/${PARIS}.pbf?filter=name%3D%27%00%27`, 400, /^Unable to read the filter: /],
      [`demo.towns/${PARIS}.pbf?filter=open%3Dtrue&filter-crs=1`, 400, 'Unknown CRS: 1\n'],
      [`demo.towns/${PARIS}.pbf?filter=BBOX(geom,1,2,3)`, 400, /^Unable to read the filter: /],
    ];
    for (const [path, status, message] of cases) {
      const answer = await get(path);
      t.equal(answer.status, status, path);
      t.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
      t.match(answer.text, message, path);
    }
    t.equal((await get('index.json', { method: 'POST' })).status, 404);
  });

  await t.test('a tile that takes too long is stopped, and so is one that nobody waits for', async (t) => {
    const lock = await deps.pool.connect();
    t.teardown(() => lock.release());
    const running = async () => {
      const { rows } = await deps.pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE application_name = 'geopf-local features' AND state = 'active' AND datname = current_database()`,
      );
      return rows[0]?.count ?? 0;
    };
    await lock.query('BEGIN');
    await lock.query(`LOCK TABLE "sd_${storedData.replaceAll('-', '')}".towns IN ACCESS EXCLUSIVE MODE`);
    const controller = new AbortController();
    const left = fetch(`${base}/demo.towns/${PARIS}.pbf`, { signal: controller.signal }).catch(() => 'left');
    await until(running, (count) => count === 1);
    controller.abort();
    t.equal(await left, 'left');
    await until(running, (count) => count === 0);
    await lock.query('ROLLBACK');
    t.same(await names('?limit=1'), ['Low'], 'its connection was replaced');
  });

  await t.test('rows show at once, columns and tables at the synchronisation', async (t) => {
    await runInSchema(deps, storedData, `ALTER TABLE towns ADD COLUMN mayor text DEFAULT 'Ann'`);
    await runInSchema(deps, storedData, `UPDATE towns SET name = 'Lower' WHERE fid = 1`);
    const first = async () => (await tile(`demo.towns/${PARIS}.pbf?limit=1`))['demo.towns']?.[0]?.properties;
    t.match(await first(), { name: 'Lower', mayor: undefined });
    await producer.call('PUT', published.offering);
    await waitForStatus(producer, published.offering, 'PUBLISHED');
    t.match(await first(), { name: 'Lower', mayor: 'Ann' });
    await runInSchema(deps, storedData, 'ALTER TABLE towns DROP COLUMN mayor');
    const broken = await get(`demo.towns/${PARIS}.pbf`);
    t.equal(broken.status, 500, 'a column that is gone breaks the reading');
    t.equal(broken.text, 'The structure of the data has changed: the layer must be synchronised\n');
    t.same(await names('?limit=1&properties=name'), ['Lower']);
  });

  await t.test('what is served is counted; once unpublished, nothing is', async (t) => {
    const hits = async () => {
      const answer = await producer.call<{ total: { hits: number } }>('GET', `${published.offering}/stats`);
      return answer.body.total.hits;
    };
    await deps.traffic.flush();
    const before = await hits();
    await tile(`demo.odd,demo.seen/${PARIS}.pbf`);
    await get('demo.odd.json');
    await get(`demo.rivers/${PARIS}.pbf`);
    await deps.traffic.flush();
    t.equal(await until(hits, (count) => count > before), before + 1);
    t.equal((await producer.call('DELETE', `/datastores/${DATASTORE}/stored_data/${storedData}`)).status, 409);
    await producer.call('DELETE', published.offering);
    await waitForAbsence(producer, published.offering);
    t.equal((await get(`demo.odd/${PARIS}.pbf`)).status, 404);
    t.equal((await producer.call('DELETE', published.configuration)).status, 204);
    t.equal((await producer.call('DELETE', `/datastores/${DATASTORE}/stored_data/${storedData}`)).status, 204);
  });

  await t.test('geometries without reference system cannot be published', async (t) => {
    const nowhere = await buildStoredData(deps, { sql: 'CREATE TABLE towns (fid serial PRIMARY KEY, geom geometry)' });
    await deps.prisma.storedData.update({ where: { id: nowhere }, data: { srs: null } });
    const used = [{ stored_data: nowhere, relations: [{ native_name: 'towns', abstract: 'a' }] }];
    await t.rejects(
      publish(
        producer,
        DATASTORE,
        { type: 'VECTOR-TMS', name: 'nowhere', layer_name: 'nowhere', type_infos: { used_data: used } },
        OPEN_VECTOR_TMS,
      ),
      /is UNSTABLE/,
    );
  });
});

await t.test('a tile has a limited time', async (t) => {
  const emulator = await startTestEmulator(t, { STATEMENT_TIMEOUT: '300' });
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const storedData = await buildStoredData(deps);
  const used = [{ stored_data: storedData, relations: [{ native_name: 'towns', abstract: 'a' }] }];
  await publish(
    producer,
    DATASTORE,
    { type: 'VECTOR-TMS', name: 'slow', layer_name: 'slow', type_infos: { used_data: used } },
    OPEN_VECTOR_TMS,
  );
  const lock = await deps.pool.connect();
  t.teardown(() => lock.release());
  await lock.query('BEGIN');
  await lock.query(`LOCK TABLE "sd_${storedData.replaceAll('-', '')}".towns IN ACCESS EXCLUSIVE MODE`);
  const answer = await fetch(`${origin}/vector-tms/1.0.0/slow.towns/0/0/0.pbf`);
  t.same([answer.status, await answer.text()], [500, 'The tile took too long and was stopped\n']);
  await lock.query('ROLLBACK');
});
