import t from 'tap';
import {
  crsOfSrid,
  isGeographic,
  isKnownSrid,
  isNorthingFirst,
  parseCrs,
  toEpsg,
  toUrn,
  UnknownCrsError,
} from '../../src/geo/crs.js';

const CASES: readonly [text: string, srid: number, axisOrder: 'xy' | 'yx', isLatLon: boolean][] = [
  ['EPSG:4326', 4326, 'xy', true],
  ['epsg:4326', 4326, 'xy', true],
  [' EPSG:2154 ', 2154, 'xy', false],
  ['urn:ogc:def:crs:EPSG::4326', 4326, 'yx', true],
  ['urn:ogc:def:crs:EPSG:6.9:4326', 4326, 'yx', true],
  ['urn:x-ogc:def:crs:EPSG:4326', 4326, 'yx', true],
  ['urn:x-ogc:def:crs:EPSG::4326', 4326, 'yx', true],
  ['http://www.opengis.net/def/crs/EPSG/0/4326', 4326, 'yx', true],
  ['https://www.opengis.net/def/crs/EPSG/0/2154', 2154, 'xy', false],
  ['http://www.opengis.net/gml/srs/epsg.xml#4326', 4326, 'xy', true],
  ['urn:ogc:def:crs:EPSG::2154', 2154, 'xy', false],
  ['urn:ogc:def:crs:EPSG::3857', 3857, 'xy', false],
  ['EPSG:900913', 3857, 'xy', false],
  ['urn:ogc:def:crs:EPSG::3035', 3035, 'yx', true],
  ['urn:ogc:def:crs:EPSG::31467', 31467, 'yx', true],
  ['urn:ogc:def:crs:EPSG::3879', 3879, 'yx', true],
  ['urn:ogc:def:crs:EPSG::3031', 3031, 'xy', false],
  ['CRS:84', 4326, 'xy', false],
  ['urn:ogc:def:crs:OGC:1.3:CRS84', 4326, 'xy', false],
  ['urn:ogc:def:crs:OGC::CRS84', 4326, 'xy', false],
  ['http://www.opengis.net/def/crs/OGC/1.3/CRS84', 4326, 'xy', false],
  ['IGNF:LAMB93', 2154, 'xy', false],
  ['IGNF:WGS84G', 4326, 'xy', false],
  ['urn:ogc:def:crs:IGNF::RGR92UTM40S', 2975, 'xy', false],
];

for (const [text, srid, axisOrder, isLatLon] of CASES) {
  void t.test(`${text} is EPSG:${srid}, ${axisOrder}`, async (t) => {
    const crs = parseCrs(text);
    t.match(crs, { srid, axisOrder, isLatLon });
  });
}

for (const text of [
  '',
  '4326',
  'EPSG:',
  'EPSG:999999',
  'EPSG:0',
  'EPSG:99999999999',
  'EPSG:4326;drop table x',
  'CRS:27',
  'IGNF:NOWHERE',
  'IGNF:CONSTRUCTOR',
  'urn:ogc:def:crs:OGC:1.3:CRS83',
  'urn:ogc:def:crs:EPSG::4978',
]) {
  void t.test(`'${text}' is refused`, async (t) => {
    t.throws(() => parseCrs(text), UnknownCrsError);
  });
}

void t.test('srids are written in the spellings of WFS 2.0 and WMS', async (t) => {
  t.equal(toUrn(2154), 'urn:ogc:def:crs:EPSG::2154');
  t.equal(toEpsg(2154), 'EPSG:2154');
});

void t.test('the CRS of stored geometries has the order of its authority', async (t) => {
  t.match(crsOfSrid(4326), { axisOrder: 'yx', code: '4326' });
  t.match(crsOfSrid(2154), { axisOrder: 'xy' });
});

void t.test('codes that EPSG assigned to a horizontal CRS are known', async (t) => {
  t.ok(isKnownSrid(2154) && isKnownSrid(4326) && isKnownSrid(900913) && isKnownSrid(27572));
  t.notOk(isKnownSrid(1) || isKnownSrid(5720));
  t.ok(isNorthingFirst(4171));
  t.notOk(isNorthingFirst(27572));
});

void t.test('angles are told from lengths', async (t) => {
  t.ok(isGeographic(4326) && isGeographic(4171) && isGeographic(4979));
  t.notOk(isGeographic(2154) || isGeographic(3857) || isGeographic(4471));
});
