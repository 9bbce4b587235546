import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import gdal from 'gdal-async';
import t from 'tap';
import { child, readXml } from '../../../src/ogc/xml.js';
import { logIn, until } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { OPEN_WMTS_TMS, publish, tmsConfiguration, waitForAbsence, waitForStatus } from '../../helpers/diffusion.js';
import { decodeTile } from '../../helpers/mvt.js';
import { buildPyramid, pointTile, replacePyramid, type TestPyramid } from '../../helpers/pyramid.js';
import { DATASTORE } from '../../helpers/seed.js';

const TOWNS = {
  name: 'towns',
  geometry: 'POINT',
  attributes: [
    { name: 'name', type: 'text', count: 2, values: ['low', 'high'] },
    { name: 'population', type: 'integer', count: 2, min: 10, max: 20 },
  ],
};
const ROADS = { name: 'roads', geometry: 'LINESTRING', attributes: [] };

await t.test('TMS', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const base = `${origin}/tms/1.0.0`;
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(path.startsWith('http') ? path : `${base}${path}`, init);
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body, text: body.toString() };
  };
  const refusal = (message: string) =>
    `<?xml version="1.0" ?><TileMapServerError><Message>${message}</Message></TileMapServerError>`;

  const upper: TestPyramid = {
    levels: [
      { id: '4', tiles: [{ col: 8, row: 5, bytes: await pointTile(deps, 'towns', 'low') }], tables: [TOWNS] },
      { id: '5', tiles: [{ col: 16, row: 11, bytes: await pointTile(deps, 'towns', 'five') }], tables: [TOWNS] },
    ],
  };
  const lowerTiles = [
    { col: 32, row: 22, bytes: await pointTile(deps, 'towns', 'high') },
    { col: 34, row: 23, bytes: await pointTile(deps, 'roads', 'A') },
  ];
  const coarse = await buildPyramid(deps, upper);
  const fine = await buildPyramid(deps, { levels: [{ id: '6', tiles: lowerTiles, tables: [TOWNS, ROADS] }] });
  const metadata = [{ format: 'application/json', url: 'https://example.org/style.json', type: 'Other' }];
  const attribution = {
    title: 'Survey',
    url: 'https://example.org',
    logo: { format: 'image/png', url: 'https://example.org/logo.png', width: 10, height: 20 },
  };
  const configuration = {
    ...tmsConfiguration('towns', [
      { stored_data: fine, bottom_level: '6', top_level: '6' },
      { stored_data: coarse, bottom_level: '5', top_level: '4' },
    ]),
    metadata,
    attribution,
  };
  const published = await publish(producer, DATASTORE, configuration, OPEN_WMTS_TMS);

  await t.test('the service document lists the layers, at every address of the service', async (t) => {
    for (const path of ['/tms', '/tms/', '/tms/1.0.0', '/tms/1.0.0/']) {
      const { status, headers, text } = await get(`${origin}${path}`);
      t.equal(status, 200, path);
      t.match(headers.get('content-type'), /^text\/xml/);
      t.equal(headers.get('access-control-allow-origin'), '*');
      const root = readXml(text);
      t.equal(root.name, 'TileMapService');
      t.match(root.attributes, { version: '1.0.0', services: `${origin}/tms` });
      t.same(
        child(root, 'TileMaps')?.children.map(({ attributes }) => ({ ...attributes })),
        [{ title: 'Tiles', srs: 'EPSG:3857', profile: 'none', extension: 'pbf', href: `${base}/towns` }],
      );
    }
  });

  await t.test('the document of a layer tells its levels, links and attribution', async (t) => {
    const { status, text } = await get('/towns/');
    t.equal(status, 200);
    const root = readXml(text);
    t.match(root.attributes, { version: '1.0.0', tilemapservice: base });
    const attributesOf = (name: string) => ({ ...child(root, name)?.attributes });
    t.same(attributesOf('Metadata'), {
      type: 'Other',
      'mime-type': 'application/json',
      href: 'https://example.org/style.json',
    });
    t.match(child(root, 'Attribution')?.children, [
      { name: 'Title', text: 'Survey' },
      { name: 'Logo', attributes: { width: '10', height: '20', href: 'https://example.org/logo.png' } },
    ]);
    t.same(attributesOf('TileFormat'), {
      width: '256',
      height: '256',
      'mime-type': 'application/x-protobuf',
      extension: 'pbf',
    });
    t.match(attributesOf('Origin'), { x: /^-20037508\.34/, y: /^-20037508\.34/ }, 'lower left corner');
    const { CRS, ...box } = attributesOf('BoundingBox');
    t.equal(CRS, 'EPSG:3857');
    t.same(
      Object.entries(box).map(([side, value]) => [side, Math.round(Number(value))]),
      [
        ['minx', 0],
        ['miny', 5009377],
        ['maxx', 1878516],
        ['maxy', 6261721],
      ],
      'around the tiles of the finest level',
    );
    const sets = child(root, 'TileSets')?.children.map(({ attributes }) => attributes) ?? [];
    t.same(
      sets.map(({ href, order }) => [href, order]),
      ['4', '5', '6'].map((level, order) => [`${base}/towns/${level}`, String(order)]),
      'coarsest first, whatever the order of the pyramids',
    );
    t.match(sets[2], { mincol: '32', maxcol: '34', minrow: '22', maxrow: '23', 'units-per-pixel': /^2445\.98/ });
  });

  await t.test('metadata.json is what map libraries and clients read', async (t) => {
    const { status, headers, text } = await get('/towns/metadata.json');
    t.equal(status, 200);
    t.match(headers.get('content-type'), /^application\/json/);
    t.same(JSON.parse(text), {
      name: 'towns',
      description: 'Of a pyramid.',
      minzoom: 4,
      maxzoom: 6,
      crs: 'EPSG:3857',
      center: [2.5, 48.5],
      bounds: [2, 48, 3, 49],
      format: 'pbf',
      tiles: [`${base}/towns/{z}/{x}/{y}.pbf`],
      vector_layers: [
        {
          id: 'towns',
          geometry: 'POINT',
          minzoom: 4,
          maxzoom: 6,
          fieldsCount: 2,
          fields: {
            name: { attribute: 'name', type: 'text', count: 2, values: ['low', 'high'] },
            population: { attribute: 'population', type: 'integer', count: 2, min: 10, max: 20 },
          },
        },
        { id: 'roads', geometry: 'LINESTRING', minzoom: 6, maxzoom: 6, fieldsCount: 0, fields: {} },
      ],
    });
  });

  await t.test('tiles are served as stored, by the pyramid of their level', async (t) => {
    const high = await get('/towns/6/32/22.pbf');
    t.equal(high.status, 200);
    t.match(Object.fromEntries(high.headers), {
      'content-type': 'application/x-protobuf',
      'content-disposition': 'filename="image.pbf"',
      'cache-control': 'max-age=86400',
      'content-length': String(high.body.length),
      'access-control-allow-origin': '*',
    });
    t.equal(high.headers.get('content-encoding'), null, 'vector tiles are not compressed');
    t.match(decodeTile(high.body), { towns: [{ type: 1, properties: { name: 'high' } }] });
    t.match(decodeTile((await get('/towns/4/8/5.pbf')).body), { towns: [{ properties: { name: 'low' } }] });
    const head = await get('/towns/6/32/22.pbf', { method: 'HEAD' });
    t.equal(head.status, 200);
    t.equal(head.headers.get('content-length'), String(high.body.length));
    t.equal(head.body.length, 0);
  });

  await t.test('a client that has the tile is told so', async (t) => {
    const etag = (await get('/towns/6/32/22.pbf')).headers.get('etag') ?? '';
    const again = await get('/towns/6/32/22.pbf', { headers: { 'If-None-Match': etag } });
    t.equal(again.status, 304);
    t.equal(again.body.length, 0);
    t.equal((await get('/towns/4/8/5.pbf', { headers: { 'If-None-Match': etag } })).status, 200, 'of another tile');
  });

  await t.test('GDAL reads a tile', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'geopf-mvt-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const path = join(folder, 'tile.pbf');
    await writeFile(path, (await get('/towns/6/32/22.pbf')).body);
    const dataset = await gdal.openAsync(path);
    t.same(
      dataset.layers.map(({ name }) => name),
      ['towns'],
    );
    t.equal(dataset.layers.get(0).features.first().fields.get('name'), 'high');
    dataset.close();
  });

  await t.test('refusals are those of the platform', async (t) => {
    const cases: [string, number, string][] = [
      ['/towns/6/33/22.pbf', 404, 'No data found'],
      ['/towns/6/99/22.pbf', 404, 'No data found'],
      ['/towns/6/-1/22.pbf', 404, 'No data found'],
      ['/towns/7/64/44.pbf', 404, 'No data found'],
      ['/towns/99/0/0.pbf', 400, 'Level 99 unknown'],
      ['/towns/%3Cb%3E/0/0.pbf', 400, 'Level unknown'],
      ['/towns/6/x/22.pbf', 400, 'Invalid column value'],
      ['/towns/6/32/y.pbf', 400, 'Invalid row value'],
      ['/towns/6/32/22.png', 400, 'Invalid extension png'],
      ['/towns/6/32/22.%3Cb%3E', 400, 'Invalid extension'],
      ['/towns/6/32/22.', 400, 'Empty extension'],
      ['/towns/6/32/22', 400, 'Unknown tms request path'],
      ['/towns/6/32', 400, 'Unknown tms request path'],
      ['/towns/6/32/22.pbf/more', 400, 'Unknown tms request path'],
      ['/rivers/6/32/22.pbf', 400, 'Layer rivers unknown'],
      ['/rivers', 400, 'Layer rivers unknown'],
      ['/a%26b', 400, 'Layer a&amp;b unknown'],
      ['/%3Cscript%3E/metadata.json', 400, 'Layer unknown'],
      ['/..%2F..%2Ftowns', 400, 'Layer ../../towns unknown'],
      ['/to%00wns', 400, 'Layer towns unknown'],
      ['/towns/gdal.xml', 400, 'Layer towns is vector data: cannot describe it with this format'],
      [`${origin}/tms/2.0.0`, 400, 'Invalid version (only 1.0.0 available)'],
      [`${origin}/tms/2.0.0/towns/6/32/22.pbf`, 400, 'Invalid version (only 1.0.0 available)'],
    ];
    for (const [path, status, message] of cases) {
      const answer = await get(path);
      t.equal(answer.status, status, path);
      t.match(answer.headers.get('content-type'), /^text\/xml/, path);
      t.equal(answer.text, refusal(message), path);
    }
    t.equal((await get('/towns', { method: 'POST' })).text, refusal('Unknown tms request path'));
  });

  await t.test('what is served is counted', async (t) => {
    const { body } = await producer.call<{ urls: unknown }>('GET', published.offering);
    t.same(body.urls, [
      {
        type: 'WMTS',
        url: `${origin}/wmts?service=WMTS&version=1.0.0&request=GetTile&layer=towns&tilematrixset={tilematrixset}&tilematrix={tilematrix}&tilerow={tilerow}&tilecol={tilecol}&style={style}&format={format}`,
      },
      { type: 'TMS', url: `${base}/towns` },
    ]);
    const total = async () => {
      const answer = await producer.call<{ total: { hits: number; data_transfer: number } }>(
        'GET',
        `${published.offering}/stats`,
      );
      return answer.body.total;
    };
    await deps.traffic.flush();
    const before = await total();
    const tile = await get('/towns/6/32/22.pbf');
    await get('/towns/metadata.json');
    await get('/towns/6/33/22.pbf');
    await deps.traffic.flush();
    const after = await until(total, ({ hits }) => hits > before.hits);
    t.equal(after.hits, before.hits + 1, 'a tile, neither documents nor refusals');
    t.equal(after.data_transfer, before.data_transfer + tile.body.length);
  });

  await t.test('an update in place is seen at once, the documents at the synchronisation', async (t) => {
    const etag = (await get('/towns/6/32/22.pbf')).headers.get('etag') ?? '';
    const tiles = [
      { col: 32, row: 22, bytes: await pointTile(deps, 'towns', 'new') },
      { col: 40, row: 23, bytes: await pointTile(deps, 'towns', 'far') },
    ];
    await replacePyramid(deps, fine, { levels: [{ id: '6', tiles, tables: [TOWNS] }] });
    const changed = await get('/towns/6/32/22.pbf', { headers: { 'If-None-Match': etag } });
    t.equal(changed.status, 200);
    t.match(decodeTile(changed.body), { towns: [{ properties: { name: 'new' } }] });
    t.equal((await get('/towns/6/34/23.pbf')).status, 404, 'a tile that is no more');
    t.equal((await get('/towns/6/40/23.pbf')).status, 200, 'beyond the limits that were published');
    t.match((await get('/towns')).text, /maxcol="34"/);
    t.match((await get('/towns/metadata.json')).text, /roads/);
    await producer.call('PUT', published.offering);
    await waitForStatus(producer, published.offering, 'PUBLISHED');
    t.match((await get('/towns')).text, /maxcol="40"/);
    t.notMatch((await get('/towns/metadata.json')).text, /roads/);
  });

  await t.test('a replacement between the reading of the publications and of the files is not seen', async (t) => {
    const name = async (answer: Promise<{ status: number; body: Buffer }>) => {
      const { status, body } = await answer;
      return status === 200 ? decodeTile(body).towns?.[0]?.properties.name : status;
    };
    for (const word of ['one', 'two', 'three']) {
      const tiles = [{ col: 32, row: 22, bytes: await pointTile(deps, 'towns', word) }];
      const reading = Array.from({ length: 20 }, () => name(get('/towns/6/32/22.pbf')));
      await replacePyramid(deps, fine, { levels: [{ id: '6', tiles, tables: [TOWNS] }] });
      for (const found of await Promise.all(reading)) t.type(found, 'string', 'an old tile or a new one');
      t.equal(await name(get('/towns/6/32/22.pbf')), word);
    }
  });

  await t.test('a pyramid that is published cannot be deleted; once it is not, nothing is left', async (t) => {
    const refused = await producer.call('DELETE', `/datastores/${DATASTORE}/stored_data/${coarse}`);
    t.equal(refused.status, 409);
    const only = tmsConfiguration('towns', [{ stored_data: fine, bottom_level: '6', top_level: '6' }]);
    const { layer_name: _, ...replacement } = only;
    t.equal((await producer.call('PUT', published.configuration, replacement)).status, 200);
    t.equal(
      (await producer.call('DELETE', `/datastores/${DATASTORE}/stored_data/${coarse}`)).status,
      409,
      'the service still shows it',
    );
    await producer.call('PUT', published.offering);
    await waitForStatus(producer, published.offering, 'PUBLISHED');
    t.equal((await get('/towns/4/8/5.pbf')).status, 404);
    t.equal((await producer.call('DELETE', `/datastores/${DATASTORE}/stored_data/${coarse}`)).status, 204);
    await producer.call('DELETE', published.offering);
    await waitForAbsence(producer, published.offering);
    t.equal((await get('/towns/6/32/22.pbf')).text, refusal('Layer towns unknown'));
    t.equal((await producer.call('DELETE', published.configuration)).status, 204);
    t.equal((await producer.call('DELETE', `/datastores/${DATASTORE}/stored_data/${fine}`)).status, 204);
  });
});
