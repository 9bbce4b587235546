import t from 'tap';
import { type FoundFeatures, writeFeatureInfo } from '../../../src/ogc/wms/feature-info.js';

const context = { srid: 3857, now: new Date('2026-01-02T03:04:05.678Z') };

const FOUND: FoundFeatures = {
  layer: 'couche',
  relation: 'table',
  geometryColumn: 'geom',
  features: [
    {
      id: 'table.1',
      geometryJson: '{"type":"Point","coordinates":[1,2]}',
      geometryType: 'Point',
      pointCount: 1,
      properties: [
        { name: 'nom', json: '"<b>É"', text: '<b>É' },
        { name: 'n', json: '12345678901234567890', text: '12345678901234567890' },
        { name: 'rien', json: 'null', text: null },
      ],
    },
  ],
};

void t.test('JSON is a feature collection in the CRS of the map', async (t) => {
  const { contentType, body } = writeFeatureInfo('application/json', [FOUND], context);
  t.equal(contentType, 'application/json;charset=UTF-8');
  t.match(body, '"n":12345678901234567890', 'no digit is lost');
  t.match(JSON.parse(body), {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        id: 'table.1',
        geometry: { type: 'Point', coordinates: [1, 2] },
        geometry_name: 'geom',
        properties: { nom: '<b>É', rien: null },
      },
    ],
    totalFeatures: 'unknown',
    numberReturned: 1,
    timeStamp: '2026-01-02T03:04:05.678Z',
    crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::3857' } },
  });
});

void t.test('no feature gives an empty collection, and a sentence in text', async (t) => {
  t.match(JSON.parse(writeFeatureInfo('application/json', [], context).body), {
    features: [],
    numberReturned: 0,
    crs: null,
  });
  t.equal(writeFeatureInfo('text/plain', [{ ...FOUND, features: [] }], context).body, 'no features were found\n');
});

void t.test('text lists attributes, then the geometry', async (t) => {
  t.equal(
    writeFeatureInfo('text/plain', [FOUND], context).body,
    `Results for FeatureType 'http://couche:table':
--------------------------------------------
nom = <b>É
n = 12345678901234567890
rien = null
geom = [GEOMETRY (Point) with 1 points]
--------------------------------------------
`,
  );
});

void t.test('HTML escapes what it shows', async (t) => {
  const { body } = writeFeatureInfo('text/html', [FOUND], context);
  t.match(body, '<td>&lt;b&gt;É</td>');
  t.notMatch(body, '<b>');
});
