import t from 'tap';
import { isGmlGeometry, readGml, readGmlBox } from '../../src/filter/gml.js';
import { readXml } from '../../src/ogc/xml.js';

const RING = '<LinearRing><posList>0 0 0 1 1 1 1 0 0 0</posList></LinearRing>';
const ring = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
  [0, 0],
];
const POLYGON = `<Polygon><exterior>${RING}</exterior></Polygon>`;

const CASES: readonly [title: string, xml: string, geometry: object][] = [
  ['Point pos', '<Point><pos>1 2</pos></Point>', { type: 'Point', coordinates: [1, 2] }],
  ['Point with height', '<Point><pos>1 2 3</pos></Point>', { type: 'Point', coordinates: [1, 2] }],
  ['Point coordinates', '<Point><coordinates>1,2</coordinates></Point>', { type: 'Point', coordinates: [1, 2] }],
  ['Point coord', '<Point><coord><X>1</X><Y>2</Y></coord></Point>', { type: 'Point', coordinates: [1, 2] }],
  [
    'coordinates with their own separators',
    '<LineString><coordinates cs=" " ts=";" decimal=",">1,5 2;3 4</coordinates></LineString>',
    {
      coordinates: [
        [1.5, 2],
        [3, 4],
      ],
    },
  ],
  [
    'LineString posList',
    '<LineString><posList>1 2 3 4</posList></LineString>',
    {
      type: 'LineString',
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [
    'LineString of three dimensions',
    '<LineString srsDimension="3"><posList>1 2 9 3 4 9</posList></LineString>',
    {
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [
    'LineString pos',
    '<LineString><pos>1 2</pos><pos>3 4</pos></LineString>',
    {
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [
    'LineString pointProperty',
    '<LineString><pointProperty><Point><pos>1 2</pos></Point></pointProperty><pos>3 4</pos></LineString>',
    {
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  ['LinearRing alone', RING, { type: 'LineString', coordinates: ring }],
  [
    'Curve',
    '<Curve><segments><LineStringSegment><posList>1 2 3 4</posList></LineStringSegment><LineStringSegment><posList>3 4 5 6</posList></LineStringSegment></segments></Curve>',
    {
      type: 'LineString',
      coordinates: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    },
  ],
  ['Polygon', POLYGON, { type: 'Polygon', coordinates: [ring] }],
  [
    'Polygon with a hole',
    `<Polygon><exterior>${RING}</exterior><interior>${RING}</interior></Polygon>`,
    { coordinates: [ring, ring] },
  ],
  [
    'Polygon of GML 2',
    '<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 0,1 1,1 1,0 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon>',
    { coordinates: [ring] },
  ],
  [
    'Surface',
    `<Surface><patches><PolygonPatch><exterior>${RING}</exterior></PolygonPatch></patches></Surface>`,
    { type: 'Polygon', coordinates: [ring] },
  ],
  [
    'Surface of two patches',
    `<Surface><patches>${`<PolygonPatch><exterior>${RING}</exterior></PolygonPatch>`.repeat(2)}</patches></Surface>`,
    { type: 'MultiPolygon', coordinates: [[ring], [ring]] },
  ],
  [
    'MultiPoint',
    '<MultiPoint><pointMember><Point><pos>1 2</pos></Point></pointMember><pointMembers><Point><pos>3 4</pos></Point></pointMembers></MultiPoint>',
    {
      type: 'MultiPoint',
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [
    'MultiLineString',
    '<MultiLineString><lineStringMember><LineString><posList>1 2 3 4</posList></LineString></lineStringMember></MultiLineString>',
    {
      type: 'MultiLineString',
      coordinates: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    },
  ],
  [
    'MultiCurve',
    '<MultiCurve><curveMember><LineString><posList>1 2 3 4</posList></LineString></curveMember></MultiCurve>',
    { type: 'MultiLineString' },
  ],
  [
    'MultiPolygon',
    `<MultiPolygon><polygonMember>${POLYGON}</polygonMember></MultiPolygon>`,
    { type: 'MultiPolygon', coordinates: [[ring]] },
  ],
  [
    'MultiSurface',
    `<MultiSurface><surfaceMember>${POLYGON}</surfaceMember><surfaceMembers>${POLYGON}</surfaceMembers></MultiSurface>`,
    { type: 'MultiPolygon', coordinates: [[ring], [ring]] },
  ],
  [
    'MultiGeometry',
    `<MultiGeometry><geometryMember>${POLYGON}</geometryMember></MultiGeometry>`,
    { type: 'GeometryCollection', geometries: [{ type: 'Polygon' }] },
  ],
  [
    'Envelope',
    '<Envelope><lowerCorner>0 0</lowerCorner><upperCorner>1 1</upperCorner></Envelope>',
    { type: 'Polygon', coordinates: [ring] },
  ],
  ['Envelope of pos', '<Envelope><pos>0 0</pos><pos>1 1</pos></Envelope>', { type: 'Polygon', coordinates: [ring] }],
  [
    'Envelope without width',
    '<Envelope><pos>0 0</pos><pos>0 1</pos></Envelope>',
    {
      type: 'LineString',
      coordinates: [
        [0, 0],
        [0, 1],
      ],
    },
  ],
  [
    'Envelope without area',
    '<Envelope><pos>1 1</pos><pos>1 1</pos></Envelope>',
    { type: 'Point', coordinates: [1, 1] },
  ],
  ['Box', '<Box><coordinates>0,0 1,1</coordinates></Box>', { type: 'Polygon', coordinates: [ring] }],
];

for (const [title, xml, geometry] of CASES) {
  void t.test(`${title} is read`, async (t) => {
    const read = readGml(readXml(xml));
    t.match(read.geometry, geometry);
    t.equal(read.crs, null);
  });
}

void t.test('the CRS is found on the geometry or on its members', async (t) => {
  t.match(readGml(readXml('<Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>1 2</pos></Point>')).crs, {
    axisOrder: 'yx',
  });
  const members = `<MultiSurface srsName=""><surfaceMember><Polygon srsName="EPSG:2154"><exterior>${RING}</exterior></Polygon></surfaceMember></MultiSurface>`;
  t.match(readGml(readXml(members)).crs, { srid: 2154 });
});

void t.test('a box is read as numbers', async (t) => {
  t.same(readGmlBox(readXml('<Box><coordinates>0,0 1,2</coordinates></Box>')).box, {
    minX: 0,
    minY: 0,
    maxX: 1,
    maxY: 2,
  });
});

const FAULTS: readonly [title: string, xml: string, message: RegExp][] = [
  ['two positions in a Point', '<Point><pos>1 2</pos><pos>1 2</pos></Point>', /one position/],
  ['an empty Point', '<Point/>', /one position/],
  ['text for a number', '<Point><pos>1 NaN</pos></Point>', /'NaN' is not a coordinate/],
  ['an odd number of ordinates', '<LineString><posList>1 2 3</posList></LineString>', /3 ordinates/],
  ['one ordinate', '<Point><pos>1</pos></Point>', /1 ordinates/],
  ['a strange dimension', '<LineString srsDimension="4"><posList>1 2 3 4</posList></LineString>', /srsDimension 4/],
  ['arcs', '<Curve><segments><Arc/></segments></Curve>', /segment Arc/],
  ['a Curve without segments', '<Curve/>', /two positions/],
  ['a Surface without patches', '<Surface/>', /holds no polygon/],
  [
    'a point in a MultiSurface',
    '<MultiSurface><surfaceMember><Point/></surfaceMember></MultiSurface>',
    /holds no polygon/,
  ],
  ['a MultiPoint without members', '<MultiPoint/>', /no member/],
  ['a Polygon without exterior', '<Polygon/>', /exterior/],
  ['a boundary without ring', '<Polygon><exterior/></Polygon>', /LinearRing/],
  [
    'an open ring',
    '<Polygon><exterior><LinearRing><posList>0 0 0 1 1 1 1 0</posList></LinearRing></exterior></Polygon>',
    /closed/,
  ],
  ['an Envelope with one corner', '<Envelope><lowerCorner>0 0</lowerCorner></Envelope>', /two corners/],
  ['an inverted Envelope', '<Envelope><pos>1 0</pos><pos>0 1</pos></Envelope>', /beyond/],
  [
    'a solid inside a collection',
    '<MultiGeometry><geometryMember><Solid/></geometryMember></MultiGeometry>',
    /Solid is not supported/,
  ],
];

for (const [title, xml, message] of FAULTS) {
  void t.test(`${title}: refused`, async (t) => {
    t.throws(() => readGml(readXml(xml)), { name: 'FilterError', message });
  });
}

void t.test('only envelopes are boxes, and geometries are told from other elements', async (t) => {
  t.throws(() => readGmlBox(readXml('<Point/>')), /Point cannot be used/);
  t.ok(isGmlGeometry(readXml('<Surface/>')));
  t.notOk(isGmlGeometry(readXml('<Literal/>')));
});
