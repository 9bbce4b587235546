import t from 'tap';
import { WmsException } from '../../../src/ogc/wms/exceptions.js';
import { readWmsRequest } from '../../../src/ogc/wms/request.js';
import { scaleDenominator } from '../../../src/ogc/wms/view.js';

const MAP = {
  service: 'WMS',
  version: '1.3.0',
  request: 'GetMap',
  layers: 'a',
  styles: '',
  crs: 'EPSG:2154',
  bbox: '700000,6600000,710000,6605000',
  width: '200',
  height: '100',
  format: 'image/png',
};

const INFO = { ...MAP, request: 'GetFeatureInfo', query_layers: 'a', i: '10', j: '20' };

type Parameters = Record<string, string | undefined>;

function read(parameters: Parameters, maxPixels = 1_000_000) {
  return readWmsRequest((name) => parameters[name], { maxPixels });
}

function readMap(changes: Parameters = {}) {
  const request = read({ ...MAP, ...changes });
  if (request.operation !== 'GetMap') throw new Error(request.operation);
  return request;
}

function readInfo(changes: Parameters = {}) {
  const request = read({ ...INFO, ...changes });
  if (request.operation !== 'GetFeatureInfo') throw new Error(request.operation);
  return request;
}

function refusal(parameters: Parameters): { code: string; locator: string | undefined; message: string } {
  try {
    read(parameters);
  } catch (error) {
    if (error instanceof WmsException) return { code: error.code, locator: error.locator, message: error.message };
    throw error;
  }
  throw new Error('accepted');
}

void t.test('a map request is read with its defaults', async (t) => {
  t.match(readMap(), {
    layers: ['a'],
    styles: [''],
    filters: [null],
    format: 'png',
    background: '#ffffff',
    symbolScale: 1,
    view: { bbox: { minX: 700_000, minY: 6_600_000, maxX: 710_000, maxY: 6_605_000 }, width: 200, height: 100 },
  });
});

void t.test('the axis order follows version and CRS, and either key names the CRS', async (t) => {
  const bboxOf = (changes: Parameters) => Object.values(readMap(changes).view.bbox);
  t.strictSame(bboxOf({ crs: 'EPSG:4326', bbox: '46,2,47,4' }), [2, 46, 4, 47]);
  t.strictSame(bboxOf({ crs: 'CRS:84', bbox: '2,46,4,47' }), [2, 46, 4, 47]);
  t.strictSame(bboxOf({ crs: undefined, srs: 'EPSG:4326', bbox: '46,2,47,4' }), [2, 46, 4, 47]);
  t.strictSame(bboxOf({ version: '1.1.1', srs: 'EPSG:4326', crs: undefined, bbox: '2,46,4,47' }), [2, 46, 4, 47]);
  t.strictSame(bboxOf({ crs: 'EPSG:3857', bbox: '1,2,3,4' }), [1, 2, 3, 4]);
});

void t.test('background and transparency', async (t) => {
  t.equal(readMap({ transparent: 'TRUE' }).background, null);
  t.equal(readMap({ transparent: 'TRUE', format: 'image/jpeg' }).background, '#ffffff', 'JPEG has no transparency');
  t.equal(readMap({ bgcolor: '0xFFAA00' }).background, '#ffaa00');
  t.equal(refusal({ ...MAP, bgcolor: 'red' }).locator, 'bgcolor');
});

void t.test('dpi makes symbols larger and the scale denominator too', async (t) => {
  const plain = readMap();
  t.equal(Math.round(scaleDenominator(plain.view, plain.symbolScale)), Math.round(50 / 0.00028));
  const fine = readMap({ format_options: 'antialias:on;dpi:181.4286' });
  t.ok(Math.abs(fine.symbolScale - 2) < 1e-6);
  t.equal(Math.round(scaleDenominator(fine.view, fine.symbolScale)), Math.round(100 / 0.00028));
});

void t.test('degrees are counted on the equator for scales', async (t) => {
  const { view } = readMap({ crs: 'CRS:84', bbox: '0,0,2,1' });
  t.equal(Math.round(scaleDenominator(view, 1)), Math.round((0.01 * 6378137 * Math.PI) / 180 / 0.00028));
});

void t.test('CQL filters go with their layers', async (t) => {
  const request = readMap({ layers: 'a,b', cql_filter: `name = 'x;y';n > 2` });
  t.match(request.filters, [
    { kind: 'comparison', operator: '=' },
    { kind: 'comparison', operator: '>' },
  ]);
  t.equal(refusal({ ...MAP, cql_filter: 'n = ' }).locator, 'cql_filter');
  t.equal(refusal({ ...MAP, cql_filter: 'n = 1;n = 2' }).locator, 'cql_filter');
});

void t.test('a feature information request is read', async (t) => {
  t.match(readInfo({ info_format: 'application/json', feature_count: '5', buffer: '7', propertyname: 'x,y' }), {
    queryLayers: ['a'],
    infoFormat: 'application/json',
    i: 10,
    j: 20,
    featureCount: 5,
    buffer: 7,
    propertyNames: [['x', 'y']],
  });
  t.match(readInfo({ i: undefined, j: undefined, x: '1', y: '2' }), {
    i: 1,
    j: 2,
    infoFormat: 'text/plain',
    buffer: null,
  });
  t.strictSame(readInfo({ layers: 'a,b', query_layers: 'a,b', propertyname: '(x)(y,z)' }).propertyNames, [
    ['x'],
    ['y', 'z'],
  ]);
});

void t.test('capabilities need no version', async (t) => {
  t.strictSame(read({ request: 'GetCapabilities' }), { operation: 'GetCapabilities', version: '1.3.0' });
});

const refusals: [string, Parameters, string][] = [
  ['another service', { ...MAP, service: 'WFS' }, 'InvalidParameterValue'],
  ['no operation', { service: 'WMS' }, 'MissingParameterValue'],
  ['an operation that is not offered', { request: 'GetLegendGraphic' }, 'OperationNotSupported'],
  ['no layer', { ...MAP, layers: '' }, 'LayerNotDefined'],
  ['styles that do not match the layers', { ...MAP, layers: 'a,b', styles: 'x' }, 'StyleNotDefined'],
  ['a style in the request', { ...MAP, sld_body: '<a/>' }, 'OperationNotSupported'],
  ['no CRS', { ...MAP, crs: undefined }, 'MissingParameterValue'],
  ['an unknown CRS', { ...MAP, crs: 'EPSG:999999' }, 'InvalidCRS'],
  ['no bbox', { ...MAP, bbox: undefined }, 'MissingBBox'],
  ['a bbox of NaN', { ...MAP, bbox: 'NaN,NaN,NaN,NaN' }, 'InvalidBBox'],
  ['an infinite bbox', { ...MAP, bbox: '0,0,Infinity,1' }, 'InvalidBBox'],
  ['a bbox of three numbers', { ...MAP, bbox: '0,0,1' }, 'InvalidBBox'],
  ['a bbox without area', { ...MAP, bbox: '1,1,1,2' }, 'InvalidBBox'],
  ['an inverted bbox', { ...MAP, bbox: '2,2,1,1' }, 'InvalidBBox'],
  ['no width', { ...MAP, width: undefined }, 'missingorinvalidparameter'],
  ['a negative height', { ...MAP, height: '-1' }, 'missingorinvalidparameter'],
  ['100,000 pixels a side', { ...MAP, width: '100000', height: '100000' }, 'NoApplicableCode'],
  ['more pixels than allowed', { ...MAP, width: '2000', height: '2000' }, 'NoApplicableCode'],
  ['no format', { ...MAP, format: undefined }, 'InvalidFormat'],
  ['a format that is not made', { ...MAP, format: 'image/x-foo' }, 'InvalidFormat'],
  ['no layer to query', { ...INFO, query_layers: undefined }, 'LayerNotQueryable'],
  ['an information format that is not made', { ...INFO, info_format: 'text/foo' }, 'InvalidFormat'],
  ['a point outside the image', { ...INFO, i: '200' }, 'InvalidPoint'],
  ['a point before the image', { ...INFO, j: '-1' }, 'InvalidPoint'],
  ['a point that is no number', { ...INFO, i: 'x' }, 'InvalidPoint'],
  ['a feature count of 0', { ...INFO, feature_count: '0' }, 'InvalidParameterValue'],
];

for (const [title, parameters, code] of refusals) {
  void t.test(`${title}: ${code}`, async (t) => {
    t.equal(refusal(parameters).code, code);
  });
}
