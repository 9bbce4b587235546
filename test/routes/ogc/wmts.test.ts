import gdal from 'gdal-async';
import t from 'tap';
import { child, childrenNamed, readXml, type ReadElement } from '../../../src/ogc/xml.js';
import { logIn, until } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { create, fileForm, OPEN_WMTS_TMS, publish, tmsConfiguration } from '../../helpers/diffusion.js';
import { buildPyramid, pointTile, rasterTile, replacePyramid, type TestPyramid } from '../../helpers/pyramid.js';
import { startReceiver } from '../../helpers/receiver.js';
import { DATASTORE } from '../../helpers/seed.js';

const RGB = { channels: 3, nodata: '255,255,255', photometric: 'rgb', interpolation: 'nn' } as const;
const GREY = { channels: 1, nodata: '0', photometric: 'gray', interpolation: 'nn' } as const;
const RELIEF = { channels: 1, nodata: '-99999', photometric: 'gray', interpolation: 'nn' } as const;

await t.test('WMTS', async (t) => {
  const emulator = await startTestEmulator(t, { HARVEST_ALLOWED_HOSTS: '127.0.0.1' });
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const get = async (query: string, init?: RequestInit) => {
    const response = await fetch(`${origin}/wmts${query}`, init);
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body, text: body.toString() };
  };
  const request = (parameters: Readonly<Record<string, string>>) =>
    get(`?${new URLSearchParams({ SERVICE: 'WMTS', VERSION: '1.0.0', ...parameters }).toString()}`);
  const tile = (parameters: Readonly<Record<string, string>>) => request({ REQUEST: 'GetTile', ...parameters });
  const report = (code: string, text: string) =>
    `<ExceptionReport xmlns="http://www.opengis.net/ows/1.1"><Exception exceptionCode="${code}">${text}</Exception></ExceptionReport>`;
  const layer = (name: string, storedData: string, [top, bottom]: readonly [string, string], more: object = {}) => ({
    ...tmsConfiguration(name, [{ stored_data: storedData, bottom_level: bottom, top_level: top }], more),
    metadata: [{ format: 'text/xml', url: 'https://example.org/record.xml', type: 'ISO19115:2003' }],
  });
  const style = async (content: object) => {
    const form = fileForm(JSON.stringify(content), { type: 'ROK4-STYLE', name: 'style' });
    return (await create(producer, `/datastores/${DATASTORE}/statics`, form))._id;
  };

  // Red, green, blue and grey quarters of the level below a tile.
  const photo: TestPyramid = { levels: [], format: 'TIFF_PNG_UINT8', pixels: RGB };
  const quarters = [
    [200, 0, 0],
    [0, 200, 0],
    [0, 0, 200],
    [90, 90, 90],
  ];
  const photoLevels = [
    {
      id: '4',
      tiles: [
        { col: 8, row: 5, bytes: await rasterTile(photo, (x, y, c) => quarters[(x >> 7) + 2 * (y >> 7)]?.[c] ?? 0) },
      ],
    },
    {
      id: '5',
      tiles: await Promise.all(
        quarters.map(async (colour, at) => ({
          col: 16 + (at % 2),
          row: 10 + Math.floor(at / 2),
          bytes: await rasterTile(photo, colour),
        })),
      ),
    },
  ];
  const photoId = await buildPyramid(deps, { ...photo, levels: photoLevels });
  const published = await publish(
    producer,
    DATASTORE,
    layer('photo', photoId, ['4', '5'], { keywords: ['sky'], bbox: { west: 0, south: 41, east: 22, north: 55 } }),
    OPEN_WMTS_TMS,
  );

  const land: TestPyramid = { levels: [], format: 'TIFF_PNG_UINT8', pixels: GREY };
  const ramp = await rasterTile(land, (x) => x);
  const landId = await buildPyramid(deps, { ...land, levels: [{ id: '3', tiles: [{ col: 4, row: 2, bytes: ramp }] }] });
  const palette = {
    identifier: 'use',
    title: 'Land use',
    abstract: 'In colours',
    keywords: ['use'],
    legend: {
      format: 'image/png',
      url: 'https://example.org/legend.png',
      width: 20,
      height: 30,
      min_scale_denominator: 10,
      max_scale_denominator: 1000,
    },
    palette: {
      rgb_continuous: false,
      alpha_continuous: false,
      no_alpha: false,
      colours: [
        { value: 0, red: 255, green: 0, blue: 0, alpha: 255 },
        { value: 128, red: 0, green: 0, blue: 255, alpha: 100 },
      ],
    },
  };
  const styles = [
    await style(palette),
    await style({ identifier: 'plain' }),
    await style({ identifier: 'slope', pente: {} }),
  ];
  await publish(producer, DATASTORE, layer('land', landId, ['3', '3'], { styles }), OPEN_WMTS_TMS);

  const relief: TestPyramid = { tms: '4326', levels: [], format: 'TIFF_ZIP_FLOAT32', pixels: RELIEF };
  const heights = await rasterTile(relief, (x, y) => 1234.56789 + x + y / 100);
  const reliefId = await buildPyramid(deps, {
    ...relief,
    levels: [{ id: '6', tiles: [{ col: 64, row: 14, bytes: heights }] }],
  });
  await publish(producer, DATASTORE, layer('relief', reliefId, ['6', '6']), OPEN_WMTS_TMS);

  const towns = await buildPyramid(deps, {
    levels: [{ id: '6', tiles: [{ col: 32, row: 22, bytes: await pointTile(deps, 'towns', 'a') }] }],
  });
  await publish(producer, DATASTORE, layer('towns', towns, ['6', '6']), OPEN_WMTS_TMS);

  const photoTile = {
    LAYER: 'photo',
    STYLE: 'normal',
    FORMAT: 'image/png',
    TILEMATRIXSET: 'PM',
    TILEMATRIX: '5',
    TILECOL: '16',
    TILEROW: '10',
  };

  await t.test('capabilities describe layers and sets', async (t) => {
    const { status, headers, text } = await request({ REQUEST: 'GetCapabilities' });
    t.equal(status, 200);
    t.match(Object.fromEntries(headers), {
      'content-type': /^text\/xml/,
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
    });
    const root = readXml(text);
    t.match(root, {
      name: 'Capabilities',
      namespace: 'http://www.opengis.net/wmts/1.0',
      attributes: { version: '1.0.0' },
    });
    const contents = child(root, 'Contents') as ReadElement;
    const layers = childrenNamed(contents, 'Layer');
    const identifier = (element: ReadElement) => child(element, 'Identifier')?.text;
    t.same(layers.map(identifier), ['land', 'photo', 'relief', 'towns']);
    const photoLayer = layers[1] as ReadElement;
    t.same(
      photoLayer.children.map(({ name }) => name),
      [
        'Title',
        'Abstract',
        'Keywords',
        'WGS84BoundingBox',
        'Identifier',
        'Metadata',
        'Style',
        'Format',
        'InfoFormat',
        'InfoFormat',
        'InfoFormat',
        'InfoFormat',
        'TileMatrixSetLink',
      ],
    );
    t.match(child(photoLayer, 'WGS84BoundingBox')?.children, [{ text: '0 41' }, { text: '22 55' }]);
    t.match(child(photoLayer, 'Metadata')?.attributes, { href: 'https://example.org/record.xml' });
    t.match(child(photoLayer, 'Style'), {
      attributes: { isDefault: 'true' },
      children: [
        {},
        {},
        {},
        { name: 'Identifier', text: 'normal' },
        { name: 'LegendURL', attributes: { href: `${origin}/annexes/ressources/legendes/LEGEND.jpg` } },
      ],
    });
    const link = child(photoLayer, 'TileMatrixSetLink') as ReadElement;
    t.equal(child(link, 'TileMatrixSet')?.text, 'PM_4_5');
    t.match(
      child(link, 'TileMatrixSetLimits')?.children.map((limits) =>
        limits.children.map(({ name, text: value }) => [name, value]),
      ),
      [
        [
          ['TileMatrix', '4'],
          ['MinTileRow', '5'],
          ['MaxTileRow', '5'],
          ['MinTileCol', '8'],
          ['MaxTileCol', '8'],
        ],
        [
          ['TileMatrix', '5'],
          ['MinTileRow', '10'],
          ['MaxTileRow', '11'],
          ['MinTileCol', '16'],
          ['MaxTileCol', '17'],
        ],
      ],
    );
    const landStyles = childrenNamed(layers[0] as ReadElement, 'Style');
    t.same(landStyles.map(identifier), ['use', 'plain'], 'those that tiles are served in');
    t.same(
      landStyles.map(({ attributes }) => attributes.isDefault),
      ['true', undefined],
    );
    t.match(child(landStyles[0] as ReadElement, 'LegendURL')?.attributes, {
      format: 'image/png',
      href: 'https://example.org/legend.png',
      width: '20',
      height: '30',
      minScaleDenominator: '10',
      maxScaleDenominator: '1000',
    });
    const [, , reliefLayer, townsLayer] = layers;
    t.equal(child(reliefLayer as ReadElement, 'Format')?.text, 'image/x-bil;bits=32');
    t.equal(child(townsLayer as ReadElement, 'Format')?.text, 'application/x-protobuf');
    t.equal(childrenNamed(townsLayer as ReadElement, 'InfoFormat').length, 0, 'vector tiles have no pixels');
    t.equal(childrenNamed(townsLayer as ReadElement, 'Style').length, 1);

    const sets = childrenNamed(contents, 'TileMatrixSet');
    t.same(sets.map(identifier), ['4326', '4326_6_6', 'PM', 'PM_3_3', 'PM_4_5', 'PM_6_6']);
    const matrices = (at: number) => childrenNamed(sets[at] as ReadElement, 'TileMatrix');
    t.same(matrices(4).map(identifier), ['4', '5']);
    t.equal(matrices(2).length, 22, 'the whole set');
    t.match(matrices(1)[0]?.children, [
      { name: 'Identifier', text: '6' },
      { name: 'ScaleDenominator', text: /^4367830\.2/ },
      { name: 'TopLeftCorner', text: '90 -180' },
      { name: 'TileWidth', text: '256' },
      { name: 'TileHeight', text: '256' },
      { name: 'MatrixWidth', text: '128' },
      { name: 'MatrixHeight', text: '64' },
    ]);
    t.match(child(matrices(4)[0] as ReadElement, 'TopLeftCorner')?.text, /^-20037508\.34\d* 20037508\.34\d*$/);
  });

  await t.test('tiles are those of the pyramid, by the set or the part of it', async (t) => {
    const found = await tile(photoTile);
    t.equal(found.status, 200);
    t.match(Object.fromEntries(found.headers), {
      'content-type': 'image/png',
      'content-disposition': 'filename="image.png"',
      'cache-control': 'max-age=86400',
      'content-length': String(found.body.length),
      'access-control-allow-origin': '*',
    });
    t.ok(found.body.equals(photoLevels[1]?.tiles[0]?.bytes as Buffer));
    t.ok((await tile({ ...photoTile, TILEMATRIXSET: 'PM_4_5' })).body.equals(found.body));
    const names = Object.fromEntries(Object.entries(photoTile).map(([name, value]) => [name.toLowerCase(), value]));
    const lower = new URLSearchParams({ service: 'wmts', request: 'gettile', ...names }).toString();
    t.ok((await get(`/?${lower}`)).body.equals(found.body), 'whatever the case, without version');
    t.ok((await get(`?${lower}&version=&LAYER=photo`)).body.equals(found.body), 'the same value twice is one');
    const named = await tile({ ...photoTile, filename: 'a"b\r\n.png' });
    t.equal(named.headers.get('content-disposition'), 'attachment; filename="a_b__.png"');
    const head = await fetch(`${origin}/wmts?${lower}`, { method: 'HEAD' });
    t.equal(head.status, 200);
    t.equal(head.headers.get('content-length'), String(found.body.length));
    const etag = found.headers.get('etag') ?? '';
    const again = await get(`?${lower}`, { headers: { 'If-None-Match': etag } });
    t.equal(again.status, 304);
    t.equal(again.body.length, 0);
  });

  await t.test('formats that hold a semicolon, encodings, vector tiles', async (t) => {
    const heightsTile = {
      LAYER: 'relief',
      STYLE: 'normal',
      TILEMATRIXSET: '4326',
      TILEMATRIX: '6',
      TILECOL: '64',
      TILEROW: '14',
    };
    const query = new URLSearchParams(heightsTile).toString();
    const bil = await get(`?SERVICE=WMTS&REQUEST=GetTile&${query}&FORMAT=image/x-bil;bits=32`);
    t.equal(bil.status, 200);
    t.equal(bil.headers.get('content-type'), 'image/x-bil;bits=32');
    t.equal(bil.headers.get('content-encoding'), 'deflate');
    t.equal(bil.body.length, 256 * 256 * 4, 'inflated by the client');
    t.equal(bil.body.readFloatLE(4 * (256 * 10 + 3)), Math.fround(1234.56789 + 3 + 0.1));
    const vector = {
      LAYER: 'towns',
      STYLE: 'any',
      FORMAT: 'application/x-protobuf',
      TILEMATRIXSET: 'PM',
      TILEMATRIX: '6',
      TILECOL: '32',
      TILEROW: '22',
    };
    t.equal((await tile(vector)).status, 200);
  });

  await t.test('a palette colours tiles, which keep their pixels', async (t) => {
    const landTile = {
      LAYER: 'land',
      FORMAT: 'image/png',
      TILEMATRIXSET: 'PM',
      TILEMATRIX: '3',
      TILECOL: '4',
      TILEROW: '2',
    };
    const plain = await tile({ ...landTile, STYLE: 'plain' });
    t.ok(plain.body.equals(ramp));
    const coloured = await tile({ ...landTile, STYLE: 'use' });
    t.equal(coloured.status, 200);
    t.not(coloured.headers.get('etag'), plain.headers.get('etag'));
    const [x0, x1] = await colours(coloured.body, [
      [10, 3],
      [200, 3],
    ]);
    t.same(x0, [255, 0, 0, 255]);
    t.same(x1, [0, 0, 255, 100]);
    t.equal((await tile({ ...landTile, STYLE: 'slope' })).status, 200, 'one that tiles are not drawn in');
    const tms = await fetch(`${origin}/tms/1.0.0/land/3/4/2.png`);
    t.ok(Buffer.from(await tms.arrayBuffer()).equals(coloured.body), 'the default style applies');
  });

  await t.test('values of pixels', async (t) => {
    const info = (parameters: Readonly<Record<string, string>>) =>
      request({
        REQUEST: 'GetFeatureInfo',
        ...photoTile,
        TILEMATRIX: '4',
        TILECOL: '8',
        TILEROW: '5',
        I: '130',
        J: '20',
        ...parameters,
      });
    const plain = await info({ INFOFORMAT: 'text/plain' });
    t.equal(plain.status, 200);
    t.match(plain.headers.get('content-type'), /^text\/plain/);
    t.equal(plain.text, '0,200,0');
    t.equal((await info({ INFOFORMAT: 'text/plain', I: '3', J: '255' })).text, '0,0,200');
    t.match(readXml((await info({ INFOFORMAT: 'text/xml' })).text), {
      name: 'Pixel',
      children: [{ name: 'Band', text: '0' }, { text: '200' }, { text: '0' }],
    });
    t.match((await info({ INFOFORMAT: 'text/html' })).text, /<li>0<\/li><li>200<\/li><li>0<\/li>/);
    t.same(JSON.parse((await info({ INFOFORMAT: 'application/json' })).text), {
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: { pixel: ['0', '200', '0'] } }],
    });
    const ofRelief = {
      LAYER: 'relief',
      TILEMATRIXSET: '4326',
      TILEMATRIX: '6',
      TILECOL: '64',
      TILEROW: '14',
      INFOFORMAT: 'text/plain',
    };
    t.equal((await info({ ...ofRelief, I: '3', J: '10' })).text, '1237.67', 'six digits');

    const cases: [Record<string, string>, number, string, string][] = [
      [{ LAYER: 'towns' }, 400, 'InvalidParameterValue', 'Layer towns not queryable'],
      [{}, 400, 'MissingParameterValue', 'INFOFORMAT query parameter missing'],
      [{ INFOFORMAT: 'image/png' }, 400, 'InvalidParameterValue', 'InfoFormat image/png unknown'],
      [{ INFOFORMAT: 'text/plain', I: '' }, 400, 'MissingParameterValue', 'I query parameter missing'],
      [
        { INFOFORMAT: 'text/plain', J: '1.5' },
        400,
        'InvalidParameterValue',
        'J query parameter have to be a positive integer',
      ],
      [
        { INFOFORMAT: 'text/plain', I: '256' },
        400,
        'PointIJOutOfRange',
        'I query parameter have to be smaller than the tile width',
      ],
      [{ INFOFORMAT: 'text/plain', TILECOL: '9' }, 404, 'TileOutOfRange', 'No data found'],
      [{ INFOFORMAT: 'text/plain', TILEMATRIX: '9' }, 404, 'TileOutOfRange', 'No data found'],
    ];
    for (const [parameters, status, code, text] of cases) {
      const answer = await info(parameters);
      t.equal(answer.status, status, text);
      t.equal(answer.text, report(code, text));
    }
  });

  await t.test('values of another server are asked for and relayed', async (t) => {
    let status = 200;
    const server = await startReceiver(t, (_asked, response) => {
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end('<p>told</p>');
    });
    const ask = async (name: string, serverUrl: string) => {
      const more = { getfeatureinfo: { server_url: serverUrl } };
      await publish(producer, DATASTORE, layer(name, reliefId, ['6', '6'], more), OPEN_WMTS_TMS);
    };
    await ask('told', `${server.origin}/ows?map=a&LAYERS=one&QUERY_LAYERS=one&styles=old`);
    const info = (
      parameters: Readonly<Record<string, string>> = {},
      headers: Readonly<Record<string, string>> = {},
    ) => {
      const point = { TILEMATRIXSET: '4326', TILEMATRIX: '6', TILECOL: '64', TILEROW: '14', I: '3', J: '10' };
      const all = {
        SERVICE: 'WMTS',
        REQUEST: 'GetFeatureInfo',
        LAYER: 'told',
        INFOFORMAT: 'text/html',
        apikey: 'secret',
      };
      return get(`?${new URLSearchParams({ ...all, ...point, ...parameters }).toString()}`, { headers });
    };
    const told = await info();
    t.equal(told.status, 200);
    t.equal(told.text, '<p>told</p>');
    t.match(Object.fromEntries(told.headers), {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    });
    const asked = new URL(server.received[0]?.url ?? '', server.origin);
    t.equal(asked.pathname, '/ows');
    t.same(Object.fromEntries(asked.searchParams), {
      ...{ map: 'a', LAYERS: 'one', QUERY_LAYERS: 'one' },
      ...{ SERVICE: 'WMS', VERSION: '1.3.0', REQUEST: 'GetFeatureInfo', STYLES: '', FORMAT: 'image/tiff' },
      ...{
        INFO_FORMAT: 'text/html',
        FEATURE_COUNT: '1',
        CRS: 'EPSG:4326',
        WIDTH: '256',
        HEIGHT: '256',
        I: '3',
        J: '10',
      },
      BBOX: '47.8125,0,50.625,2.8125',
    });
    t.equal(server.received[0]?.headers.apikey, undefined);

    const absent = report('TileOutOfRange', 'No data found');
    t.equal((await info({}, { 'x-geopf-forwarded': '1' })).text, absent, 'two layers do not ask each other forever');
    t.equal((await info({ TILECOL: '65' })).text, absent, 'outside of the layer');
    status = 500;
    t.equal((await info()).text, absent);
    t.equal(server.received.length, 2);
    await ask('inside', 'http://10.0.0.1/ows');
    const forbidden = await info({ LAYER: 'inside' });
    t.equal(forbidden.status, 404);
    t.equal(forbidden.text, absent);
  });

  await t.test('refusals are those of the platform, in its order', async (t) => {
    const cases: [string, number, string, string][] = [
      ['REQUEST=GetTile', 400, 'MissingParameterValue', 'SERVICE query parameter missing'],
      ['SERVICE=WMS&REQUEST=GetTile', 400, 'InvalidParameterValue', 'SERVICE query parameter have to be WMTS'],
      [
        'SERVICE=WMTS&VERSION=1.1.0&REQUEST=GetTile',
        400,
        'VersionNegotiationFailed',
        'VERSION query parameter have to be 1.0.0 or empty',
      ],
      ['SERVICE=WMTS', 400, 'OperationNotSupported', 'REQUEST query parameter unknown'],
      ['SERVICE=WMTS&REQUEST=GetMap', 400, 'OperationNotSupported', 'REQUEST query parameter unknown'],
      [
        'SERVICE=WMTS&REQUEST=GetTile&LAYER=a&layer=b',
        400,
        'InvalidParameterValue',
        'LAYER query parameter given several times with different values',
      ],
      [
        'SERVICE=WMTS&REQUEST=GetTile&<b>=a&<b>=b',
        400,
        'InvalidParameterValue',
        'Query parameter given several times with different values',
      ],
    ];
    for (const [query, status, code, text] of cases) {
      const answer = await get(`?${query}`);
      t.equal(answer.status, status, query);
      t.match(answer.headers.get('content-type'), /^text\/xml/);
      t.equal(answer.text, report(code, text));
    }
    const tiles: [Partial<typeof photoTile>, number, string, string][] = [
      [{ LAYER: '', FORMAT: '' }, 400, 'MissingParameterValue', 'LAYER query parameter missing'],
      [{ LAYER: 'rivers' }, 400, 'InvalidParameterValue', 'Layer rivers unknown'],
      [{ LAYER: '<b>' }, 400, 'InvalidParameterValue', 'Layer unknown'],
      [{ LAYER: 'pho\0to' }, 400, 'InvalidParameterValue', 'Layer photo unknown'],
      [{ TILEMATRIXSET: 'PM_0_18' }, 400, 'InvalidParameterValue', 'Tile matrix set PM_0_18 unknown'],
      [{ TILEMATRIXSET: '4326' }, 400, 'InvalidParameterValue', 'Tile matrix set 4326 unknown'],
      [{ TILEMATRIX: '99' }, 400, 'InvalidParameterValue', 'Tile matrix 99 unknown'],
      [{ TILECOL: 'x', TILEROW: 'y' }, 400, 'InvalidParameterValue', 'Invalid column value'],
      [{ TILEROW: '' }, 400, 'MissingParameterValue', 'TILEROW query parameter missing'],
      [{ TILEMATRIX: '9', FORMAT: 'image/jpeg' }, 404, 'Not Found', 'No data found'],
      [{ TILECOL: '18' }, 404, 'Not Found', 'No data found'],
      [{ TILECOL: '-1', FORMAT: 'image/jpeg' }, 404, 'Not Found', 'No data found'],
      [{ FORMAT: 'image/jpeg', STYLE: '' }, 400, 'InvalidParameterValue', 'Format image/jpeg unknown'],
      [{ FORMAT: '<b>' }, 400, 'InvalidParameterValue', 'Format unknown'],
      [{ STYLE: '' }, 400, 'MissingParameterValue', 'STYLE query parameter missing'],
      [{ STYLE: 'use' }, 400, 'InvalidParameterValue', 'Style use unknown'],
    ];
    for (const [parameters, status, code, text] of tiles) {
      const answer = await tile({ ...photoTile, ...parameters });
      t.equal(answer.status, status, JSON.stringify(parameters));
      t.equal(answer.text, report(code, text));
      t.equal(answer.headers.get('access-control-allow-origin'), '*');
    }
    t.equal((await get('?SERVICE=WMTS', { method: 'POST', body: '<GetTile/>' })).status, 400);
    const path = await get('/1.0.0/photo/normal/PM/5/10/16.png');
    t.equal(path.status, 400, 'no REST');
    t.same(JSON.parse(path.text), { error: 'Bad Request', error_description: 'Unknown request path' });
  });

  await t.test('GDAL opens the layers and reads the same pixels', async (t) => {
    const pixel = async (source: string, at: readonly [number, number]) => {
      const dataset = await gdal.openAsync(source);
      try {
        const [originX = 0, dx = 1, , originY = 0, , dy = 1] = dataset.geoTransform ?? [];
        const [column, row] = [Math.floor((at[0] - originX) / dx), Math.floor((at[1] - originY) / dy)];
        const values: number[] = [];
        for (let band = 1; band <= Math.min(3, dataset.bands.count()); band += 1) {
          values.push(await dataset.bands.get(band).pixels.getAsync(column, row));
        }
        return values;
      } finally {
        dataset.close();
      }
    };
    const side = (2 * 20037508.3427892) / 32;
    const centre = (col: number, row: number): [number, number] => [
      -20037508.3427892 + (col + 0.5) * side,
      20037508.3427892 - (row + 0.5) * side,
    ];
    const wmts = `WMTS:${origin}/wmts?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetCapabilities,layer=photo`;
    for (const [source, name] of [
      [wmts, 'WMTS'],
      [`${origin}/tms/1.0.0/photo/gdal.xml`, 'TMS'],
    ] as const) {
      const document = name === 'TMS' ? await (await fetch(source)).text() : source;
      t.same(await pixel(document, centre(16, 10)), [200, 0, 0], name);
      t.same(await pixel(document, centre(17, 10)), [0, 200, 0], name);
      t.same(await pixel(document, centre(16, 11)), [0, 0, 200], name);
    }
    t.match(
      await pixel(await (await fetch(`${origin}/tms/1.0.0/land/gdal.xml`)).text(), [100_000, 7_000_000]),
      [255, 0, 0],
    );
  });

  await t.test('what is served is counted; an update in place is seen at once', async (t) => {
    const hits = async () => {
      const answer = await producer.call<{ total: { hits: number; data_transfer: number } }>(
        'GET',
        `${published.offering}/stats`,
      );
      return answer.body.total;
    };
    await deps.traffic.flush();
    const before = await hits();
    const found = await tile(photoTile);
    await request({ REQUEST: 'GetCapabilities' });
    await tile({ ...photoTile, TILECOL: '99' });
    await deps.traffic.flush();
    const after = await until(hits, (total) => total.hits > before.hits);
    t.same(after, { ...after, hits: before.hits + 1, data_transfer: before.data_transfer + found.body.length });

    const fresh = await rasterTile(photo, [1, 2, 3]);
    await replacePyramid(deps, photoId, {
      ...photo,
      levels: [
        { id: '4', tiles: [{ col: 8, row: 5, bytes: fresh }] },
        { id: '5', tiles: [{ col: 16, row: 10, bytes: fresh }] },
      ],
    });
    const changed = await get(
      `?${new URLSearchParams({ SERVICE: 'WMTS', REQUEST: 'GetTile', ...photoTile }).toString()}`,
      {
        headers: { 'If-None-Match': found.headers.get('etag') ?? '' },
      },
    );
    t.equal(changed.status, 200);
    t.ok(changed.body.equals(fresh));
  });
});

/** Red, green, blue and alpha of some pixels of a PNG, as its reader sees them. */
async function colours(png: Buffer, at: readonly (readonly [number, number])[]): Promise<number[][]> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return at.map(([x, y]) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)]);
}
