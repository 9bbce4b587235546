import t from 'tap';
import {
  geojsonTail,
  gmlCollection,
  loneFeatureNamespaces,
  pageLinks,
  storedQueryDescription,
  storedQueryList,
} from '../../../src/ogc/wfs/response.js';
import { readXml } from '../../../src/ogc/xml.js';
import { featureType } from '../../helpers/feature-type.js';

const serviceUrl = 'http://host/wfs';
const places = featureType('places', ['gid integer not null'], { column: 'geom', type: 'Point', srid: 4326 });
const bare = { ...featureType('bare', ['gid integer not null'], null), prefix: 'other' };

void t.test('a collection opens, and closes what it opened', async (t) => {
  const { head, tail } = gmlCollection({
    types: [places, bare],
    serviceUrl,
    matched: 3,
    returned: 2,
    timeStamp: new Date(0),
    next: 'http://host/?a&b',
    previous: null,
  });
  const root = readXml(head + tail);
  t.match(
    { ...root.attributes },
    { numberMatched: '3', numberReturned: '2', timeStamp: '1970-01-01T00:00:00.000Z', next: 'http://host/?a&b' },
  );
  t.notOk('previous' in root.attributes);
  t.match(head, /xmlns:demo="http:\/\/demo" xmlns:other="http:\/\/other"/);
});

void t.test('GeoJSON ends with its totals and CRS', async (t) => {
  const page = { matched: 3, returned: 2, timeStamp: new Date(0) };
  t.equal(
    geojsonTail(page, 2154),
    '],"totalFeatures":3,"numberMatched":3,"numberReturned":2,"timeStamp":"1970-01-01T00:00:00.000Z","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}}}',
  );
  t.match(geojsonTail(page, null), /"crs":null\}$/);
});

void t.test('pages are linked to their neighbours', async (t) => {
  const query = 'request=GetFeature&StartIndex=4&maxFeatures=2';
  const links = (startIndex: number, returned: number, pageable = true) =>
    pageLinks({ startIndex, count: 2, returned, matched: 6 }, serviceUrl, query, pageable);
  t.same(links(2, 2), {
    next: 'http://host/wfs?request=GetFeature&STARTINDEX=4&COUNT=2',
    previous: 'http://host/wfs?request=GetFeature&STARTINDEX=0&COUNT=2',
  });
  t.same(links(4, 2).next, null);
  t.match(links(1, 2).previous, /STARTINDEX=0&COUNT=1$/);
  t.same(links(0, 2).previous, null);
  t.same(links(2, 2, false), { next: null, previous: null }, 'without an order there are no pages');
});

void t.test('stored queries name the types they may return', async (t) => {
  const list = readXml(storedQueryList('x', [places]));
  t.match(
    list.children[0]?.children.map(({ text }) => text),
    ['Get feature by identifier', 'demo:places'],
  );
});

void t.test('a feature alone declares its namespaces', async (t) => {
  t.equal(loneFeatureNamespaces(places), ' xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:demo="http://demo"');
});

void t.test('a stored query tells its parameter', async (t) => {
  t.match(
    storedQueryDescription('x'),
    /<wfs:StoredQueryDescription id="x">.*<wfs:Parameter name="id" type="xs:string"\/>/,
  );
});
