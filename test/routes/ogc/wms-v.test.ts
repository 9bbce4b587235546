import t from 'tap';
import { child, childrenNamed, readXml } from '../../../src/ogc/xml.js';
import { buildTestApp } from '../../helpers/app.js';
import { readPng } from '../../helpers/png.js';
import { publishWmsLayer } from '../../helpers/publish.js';
import { createShapes, equals, filled, holdTable, shapeRelation } from '../../helpers/shapes.js';

const RED = '#ff0000';
const GREEN = '#00ff00';
const WHITE = '#ffffff';

const { app, deps, config } = await buildTestApp(t);
await createShapes(config.databaseUrl ?? '');
await publishWmsLayer(deps, {
  name: 'carres',
  title: 'Carrés',
  relations: [
    shapeRelation(
      'squares',
      `<Rule>${equals('kind', 'a')}${filled(RED)}</Rule>
       <Rule><MaxScaleDenominator>1000000</MaxScaleDenominator>${equals('kind', '')}${filled(GREEN)}</Rule>`,
    ),
  ],
});
await publishWmsLayer(deps, {
  name: 'points',
  relations: [
    shapeRelation(
      'points',
      '<Rule><PointSymbolizer><Graphic><Mark><Fill/></Mark><Size>20</Size></Graphic></PointSymbolizer></Rule>',
    ),
  ],
});
await deps.render.ready();

/** 200 m to the pixel: square 1 covers x 25–75, square 2 x 125–175, square 3 x 225–275, all y 25–75. */
const MAP: Record<string, string> = {
  SERVICE: 'WMS',
  VERSION: '1.3.0',
  REQUEST: 'GetMap',
  LAYERS: 'carres',
  STYLES: '',
  CRS: 'EPSG:2154',
  BBOX: '695000,6595000,755000,6615000',
  WIDTH: '300',
  HEIGHT: '100',
  FORMAT: 'image/png',
};

const INFO = {
  ...MAP,
  REQUEST: 'GetFeatureInfo',
  QUERY_LAYERS: 'carres',
  INFO_FORMAT: 'application/json',
  I: '50',
  J: '50',
};

async function get(parameters: Record<string, string>, path = '/wms-v') {
  const response = await app.inject({
    method: 'GET',
    url: `${path}${path.includes('?') ? '' : '?'}${new URLSearchParams(parameters).toString()}`,
  });
  return { status: response.statusCode, type: String(response.headers['content-type']), body: response.rawPayload };
}

async function exceptionOf(parameters: Record<string, string>) {
  const { status, type, body } = await get(parameters);
  t.equal(status, 200);
  t.match(type, 'text/xml');
  const report = readXml(body.toString());
  t.equal(report.name, 'ServiceExceptionReport');
  const exception = child(report, 'ServiceException');
  return { code: exception?.attributes['code'], text: exception?.text ?? '' };
}

async function idsAt(changes: Record<string, string>): Promise<string[]> {
  const { body } = await get({ ...INFO, ...changes });
  const { features } = JSON.parse(body.toString()) as { features: { id: string }[] };
  return features.map(({ id }) => id);
}

void t.test('GET /wms-v GetCapabilities lists the published layers under every address', async (t) => {
  for (const path of ['/wms-v', '/wms-v/', '/wms-v/ows', '/wms-v/wms', '/wms-v/geoserver/ows']) {
    const { type, body } = await get({ service: 'wms', request: 'getcapabilities' }, path);
    t.match(type, 'text/xml');
    const capability = child(readXml(body.toString()), 'Capability');
    const root = capability && child(capability, 'Layer');
    t.strictSame(
      root && childrenNamed(root, 'Layer').map((layer) => child(layer, 'Name')?.text),
      ['carres', 'points'],
      path,
    );
  }
});

void t.test('a layer published later is there at the next request', async (t) => {
  t.equal((await exceptionOf({ ...MAP, LAYERS: 'tardive' })).code, 'LayerNotDefined');
  await publishWmsLayer(deps, { name: 'tardive', relations: [shapeRelation('lines')] });
  t.match((await get({ ...MAP, LAYERS: 'tardive' })).type, 'image/png');
});

void t.test('GetMap draws the layer in its style, by any of its names', async (t) => {
  for (const style of ['', 'default', 'default-style-carres']) {
    const { type, body } = await get({ ...MAP, STYLES: style });
    t.equal(type, 'image/png');
    const map = readPng(body);
    t.strictSame([map.color(50, 50), map.color(150, 50), map.color(250, 50)], [RED, GREEN, WHITE]);
  }
});

void t.test('GetMap follows the axis order of EPSG:4326 and CRS:84, and reads SRS as CRS', async (t) => {
  const { CRS: _, ...rest } = MAP;
  const latitudeFirst = await get({ ...MAP, CRS: 'EPSG:4326', BBOX: '46.3,2.9,46.8,3.9', WIDTH: '200' });
  const longitudeFirst = await get({ ...MAP, CRS: 'CRS:84', BBOX: '2.9,46.3,3.9,46.8', WIDTH: '200' });
  const otherKey = await get({ ...rest, SRS: 'EPSG:4326', BBOX: '46.3,2.9,46.8,3.9', WIDTH: '200' });
  // Square 1 is centred on 3.065° E, 46.545° N.
  t.equal(readPng(latitudeFirst.body).color(33, 51), RED);
  t.ok(latitudeFirst.body.equals(longitudeFirst.body));
  t.ok(latitudeFirst.body.equals(otherKey.body));
});

void t.test('GetMap draws several layers, the last on top, with a filter for each', async (t) => {
  const { body } = await get({
    ...MAP,
    LAYERS: 'points,carres',
    BBOX: '695000,6595000,755000,6655000',
    HEIGHT: '300',
    CQL_FILTER: `name = 'sud';INCLUDE`,
  });
  const map = readPng(body);
  t.equal(map.color(50, 250), RED);
  t.equal(map.color(250, 75), '#808080');
  t.equal(map.color(50, 75), WHITE);
});

void t.test('GetMap makes transparent images and JPEG', async (t) => {
  const transparent = await get({ ...MAP, TRANSPARENT: 'TRUE' });
  t.equal(readPng(transparent.body).color(0, 0), '#00000000');
  t.equal((await get({ ...MAP, FORMAT: 'image/jpeg' })).type, 'image/jpeg');
});

void t.test('refusals are service exceptions with their code, and leave the service alive', async (t) => {
  const cases: [Record<string, string>, string | undefined][] = [
    [{ ...MAP, LAYERS: 'absente' }, 'LayerNotDefined'],
    [{ ...MAP, STYLES: 'autre' }, 'StyleNotDefined'],
    [{ ...MAP, CRS: 'EPSG:0' }, 'InvalidCRS'],
    [{ ...MAP, FORMAT: 'image/bmp' }, 'InvalidFormat'],
    [{ ...MAP, BBOX: 'NaN,NaN,NaN,NaN' }, 'InvalidBBox'],
    [{ ...MAP, WIDTH: '100000', HEIGHT: '100000' }, undefined],
    [{ ...MAP, CQL_FILTER: 'absent = 1' }, 'InvalidParameterValue'],
    [{ ...MAP, CQL_FILTER: `kind = 'a'); DROP TABLE shapes.squares; --` }, 'InvalidParameterValue'],
    [{ ...INFO, I: '300' }, 'InvalidPoint'],
    [{ ...INFO, QUERY_LAYERS: 'points' }, 'LayerNotDefined'],
    [{ SERVICE: 'WMS', VERSION: '1.3.0', REQUEST: 'GetLegendGraphic', LAYER: 'carres' }, 'OperationNotSupported'],
  ];
  for (const [parameters, code] of cases) t.equal((await exceptionOf(parameters)).code, code, JSON.stringify(code));
  t.equal(readPng((await get(MAP)).body).color(50, 50), RED);
});

void t.test('a map that cannot be drawn tells nothing of the database', async (t) => {
  const relation = shapeRelation('squares');
  await publishWmsLayer(deps, {
    name: 'cassee',
    relations: [{ ...relation, source: { ...relation.source, table: 'x' } }],
  });
  const { code, text } = await exceptionOf({ ...MAP, LAYERS: 'cassee' });
  t.equal(code, undefined);
  t.equal(text, 'Rendering process failed');
});

void t.test('a style that crashes the renderer gives an exception, and the next map is drawn', async (t) => {
  const held = await holdTable(config.databaseUrl ?? '', 'squares');
  const inHand = exceptionOf(MAP);
  await held.rendererWaits();
  for (const pid of deps.render.pids()) process.kill(pid, 'SIGSEGV');
  await held.release();
  t.equal((await inHand).text, 'Rendering process failed');
  t.equal(readPng((await get(MAP)).body).color(50, 50), RED);
});

void t.test('GetFeatureInfo finds what is drawn at the point, and only that', async (t) => {
  t.strictSame(await idsAt({}), ['squares.1']);
  t.strictSame(await idsAt({ I: '150' }), ['squares.2']);
  t.strictSame(await idsAt({ I: '250' }), [], 'no rule draws square 3');
  t.strictSame(await idsAt({ I: '100' }), [], 'nothing between the squares');
  t.strictSame(await idsAt({ I: '150', CQL_FILTER: 'size > 100' }), []);
  // Twice as far out, at 1 / 1,428,571, the rule of square 2 shows no more.
  t.strictSame(await idsAt({ I: '75', J: '25', WIDTH: '150', HEIGHT: '50' }), []);
  t.strictSame(await idsAt({ I: '25', J: '25', WIDTH: '150', HEIGHT: '50' }), ['squares.1']);
});

void t.test('GetFeatureInfo reaches as far as symbols do, or as the buffer says', async (t) => {
  const points = { LAYERS: 'points', QUERY_LAYERS: 'points', BBOX: '695000,6635000,755000,6655000' };
  t.strictSame(await idsAt({ ...points, I: '50', J: '75' }), ['points.1']);
  t.strictSame(
    await idsAt({ ...points, I: '59', J: '75' }),
    ['points.1'],
    '9 pixels beside the centre of a mark of 20',
  );
  t.strictSame(await idsAt({ ...points, I: '65', J: '75' }), []);
  t.strictSame(await idsAt({ ...points, I: '65', J: '75', BUFFER: '20' }), ['points.1']);
});

void t.test('GetFeatureInfo answers attributes and geometry in the CRS of the map', async (t) => {
  const { type, body } = await get({
    ...INFO,
    CRS: 'EPSG:4326',
    BBOX: '46.3,2.9,46.8,3.9',
    WIDTH: '200',
    I: '33',
    J: '51',
  });
  t.match(type, 'application/json');
  const answer = JSON.parse(body.toString()) as {
    features: { geometry: { type: string; coordinates: number[][][] }; properties: unknown }[];
  };
  t.match(answer, {
    type: 'FeatureCollection',
    numberReturned: 1,
    crs: { properties: { name: 'urn:ogc:def:crs:EPSG::4326' } },
  });
  const [feature] = answer.features;
  t.equal(feature?.geometry.type, 'Polygon');
  const [longitude = 0, latitude = 0] = feature?.geometry.coordinates[0]?.[0] ?? [];
  t.ok(longitude > 2.9 && longitude < 3.2 && latitude > 46.4 && latitude < 46.7, 'longitude first');
  t.strictSame(feature?.properties, { kind: 'a', size: 1.5, [`odd !bbox! "name'`]: 'x' }, 'the key is in the id');
});

void t.test('GetFeatureInfo keeps to the attributes and the number asked for', async (t) => {
  const wide = { I: '100', BUFFER: '50', CQL_FILTER: 'INCLUDE' };
  t.strictSame(await idsAt(wide), ['squares.1'], 'one feature unless told otherwise');
  t.strictSame(await idsAt({ ...wide, FEATURE_COUNT: '10' }), ['squares.1', 'squares.2']);
  const { body } = await get({ ...INFO, PROPERTYNAME: 'size' });
  t.match(JSON.parse(body.toString()), { features: [{ geometry: null, properties: { size: 1.5 } }] });
  t.notMatch(body.toString(), 'kind');
});

void t.test('GetFeatureInfo finds nothing where the projection of the table does not reach', async (t) => {
  const world = { CRS: 'CRS:84', BBOX: '-180,-90,180,90', WIDTH: '360', HEIGHT: '180' };
  t.strictSame(await idsAt({ ...world, I: '0', J: '179' }), []);
});

void t.test('a parameter given twice with different values is refused', async (t) => {
  const { body } = await get(MAP, '/wms-v?LAYERS=points&x=1&x=2&');
  t.match(body.toString(), 'InvalidParameterValue');
});

void t.test('requests in POST are refused as an exception', async (t) => {
  for (const type of ['text/xml', 'application/x-www-form-urlencoded']) {
    const answer = await app.inject({ method: 'POST', url: '/wms-v', payload: 'x', headers: { 'content-type': type } });
    t.match(answer.headers['content-type'], 'text/xml', type);
    t.match(answer.body, /<ServiceException code="OperationNotSupported">/, type);
  }
});

void t.test('GetFeatureInfo writes text and HTML', async (t) => {
  const text = await get({ ...INFO, INFO_FORMAT: 'text/plain' });
  t.match(text.type, 'text/plain');
  t.match(text.body.toString(), /^Results for FeatureType 'http:\/\/carres:squares':\n-+\nkind = a\nsize = 1.5\n/);
  t.match(text.body.toString(), 'geom = [GEOMETRY (Polygon) with 5 points]');
  const html = await get({ ...INFO, INFO_FORMAT: 'text/html' });
  t.match(html.type, 'text/html');
  t.match(html.body.toString(), '<td>squares.1</td>');
});
