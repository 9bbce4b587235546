import t from 'tap';
import { writeCapabilities } from '../../../src/ogc/wms/capabilities.js';
import type { WmsLayer } from '../../../src/ogc/wms/model.js';
import { child, childrenNamed, readXml } from '../../../src/ogc/xml.js';

const LAYER: WmsLayer = {
  offering: 'o',
  revision: 'r',
  name: 'communes',
  title: 'Communes & <villes>',
  abstract: 'Résumé',
  keywords: ['un', 'deux'],
  bbox: { west: 2, south: 46, east: 4, north: 47 },
  relations: [],
};

function read(layers: readonly WmsLayer[]) {
  const text = writeCapabilities({ url: 'http://localhost:8080/wms-v', layers });
  const root = readXml(text);
  const capability = child(root, 'Capability');
  const layer = capability && child(capability, 'Layer');
  if (capability === undefined || layer === undefined) throw new Error('no root layer');
  return { text, root, capability, layer };
}

void t.test('layers are direct children of the root layer and can be queried', async (t) => {
  const { root, layer } = read([LAYER, { ...LAYER, name: 'autre' }]);
  t.equal(root.name, 'WMS_Capabilities');
  t.equal(root.attributes['version'], '1.3.0');
  const children = childrenNamed(layer, 'Layer');
  t.strictSame(
    children.map((each) => child(each, 'Name')?.text),
    ['communes', 'autre'],
  );
  t.equal(children[0]?.attributes['queryable'], '1');
  t.equal(child(children[0] ?? layer, 'Title')?.text, 'Communes & <villes>');
});

void t.test('boxes are in the axis order of their CRS', async (t) => {
  const layer = childrenNamed(read([LAYER]).layer, 'Layer')[0];
  if (layer === undefined) throw new Error('no layer');
  const geographic = child(layer, 'EX_GeographicBoundingBox');
  t.strictSame(
    geographic?.children.map((each) => [each.name, Number(each.text)]),
    [
      ['westBoundLongitude', 2],
      ['eastBoundLongitude', 4],
      ['southBoundLatitude', 46],
      ['northBoundLatitude', 47],
    ],
  );
  const boxes = Object.fromEntries(
    childrenNamed(layer, 'BoundingBox').map(({ attributes: a }) => [
      a['CRS'],
      [a['minx'], a['miny'], a['maxx'], a['maxy']].map((value) => Math.round(Number(value))),
    ]),
  );
  // Projected values: PostGIS, over points along the sides.
  t.strictSame(boxes, {
    'CRS:84': [2, 46, 4, 47],
    'EPSG:4326': [46, 2, 47, 4],
    'EPSG:3857': [222_639, 5_780_349, 445_278, 5_942_074],
    'EPSG:2154': [622_609, 6_544_474, 777_391, 6_656_012],
  });
});

void t.test('a layer far from France has no box in Lambert 93, one without extent covers the world', async (t) => {
  const { layer } = read([
    { ...LAYER, bbox: { west: 55, south: -22, east: 56, north: -20 } },
    { ...LAYER, bbox: null },
  ]);
  const [far, unknown] = childrenNamed(layer, 'Layer').map((each) =>
    childrenNamed(each, 'BoundingBox').map(({ attributes }) => attributes['CRS']),
  );
  t.strictSame(far, ['CRS:84', 'EPSG:4326', 'EPSG:3857']);
  t.strictSame(unknown, ['CRS:84', 'EPSG:4326', 'EPSG:3857']);
});

void t.test('the style has a name and a legend address', async (t) => {
  const { text } = read([LAYER]);
  t.match(text, '<Style><Name>default-style-communes</Name>');
  t.match(
    text,
    /LegendURL width="20" height="20"><Format>image\/png<\/Format><OnlineResource [^>]*request=GetLegendGraphic&amp;[^>]*layer=communes"/,
  );
});

void t.test('operations name their formats and addresses', async (t) => {
  const { capability } = read([]);
  const request = child(capability, 'Request');
  t.strictSame(
    request?.children.map((each) => [each.name, childrenNamed(each, 'Format').map((format) => format.text)]),
    [
      ['GetCapabilities', ['text/xml']],
      ['GetMap', ['image/png', 'image/jpeg']],
      ['GetFeatureInfo', ['text/plain', 'text/html', 'application/json']],
    ],
  );
});

void t.test('the same layers give the same bytes', async (t) => {
  t.equal(read([LAYER]).text, read([structuredClone(LAYER)]).text);
});
