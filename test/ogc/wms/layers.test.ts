import t from 'tap';
import { findLayers, findQueriedLayers } from '../../../src/ogc/wms/layers.js';
import type { WmsLayer } from '../../../src/ogc/wms/model.js';
import { readWmsRequest } from '../../../src/ogc/wms/request.js';

function layer(name: string): [string, WmsLayer] {
  return [
    name,
    { offering: name, revision: '1', name, title: name, abstract: '', keywords: [], bbox: null, relations: [] },
  ];
}

const LAYERS = new Map([layer('a'), layer('b')]);

function info(changes: Record<string, string>) {
  const parameters: Record<string, string> = {
    request: 'GetFeatureInfo',
    layers: 'a,b',
    query_layers: 'b,a',
    crs: 'EPSG:3857',
    bbox: '0,0,1,1',
    width: '10',
    height: '10',
    i: '0',
    j: '0',
    ...changes,
  };
  const request = readWmsRequest((name) => parameters[name], { maxPixels: 1000 });
  if (request.operation !== 'GetFeatureInfo') throw new Error(request.operation);
  return request;
}

void t.test('layers come in the order of the request, with their filters', async (t) => {
  t.match(findLayers(info({ layers: 'b,a', cql_filter: 'x=1;INCLUDE' }), LAYERS), [
    { layer: { name: 'b' }, filter: { kind: 'comparison' } },
    { layer: { name: 'a' }, filter: { kind: 'include' } },
  ]);
});

void t.test('a style may be empty, default, or the advertised one of its own layer', async (t) => {
  t.equal(findLayers(info({ styles: 'default-style-a,DEFAULT' }), LAYERS).length, 2);
  t.throws(() => findLayers(info({ styles: 'default-style-b,' }), LAYERS), /No such style: default-style-b/);
});

void t.test('unknown layers are not defined', async (t) => {
  t.throws(() => findLayers(info({ layers: 'a,c' }), LAYERS), /Could not find layer c/);
  t.throws(() => findQueriedLayers(info({ query_layers: 'c' }), LAYERS), /Could not find layer c/);
});

void t.test('layers asked about are on the map, and come with the attributes wanted', async (t) => {
  t.match(findQueriedLayers(info({ propertyname: '(x)(y,z)' }), LAYERS), [
    { layer: { name: 'b' }, propertyNames: ['x'] },
    { layer: { name: 'a' }, propertyNames: ['y', 'z'] },
  ]);
  t.throws(() => findQueriedLayers(info({ layers: 'a', query_layers: 'b' }), LAYERS), /not one of LAYERS/);
});
