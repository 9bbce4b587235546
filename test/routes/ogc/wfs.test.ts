import t, { type Test } from 'tap';
import { child, readXml, type ReadElement } from '../../../src/ogc/xml.js';
import { featureType } from '../../helpers/feature-type.js';
import { buildTestWfs } from '../../helpers/wfs.js';

const TABLES = `
  CREATE TABLE sd_test.communes (gid integer PRIMARY KEY, nom varchar(80) NOT NULL, pop bigint, densite double precision,
    actif boolean, maj date, vu timestamptz, geom geometry(MultiPolygon, 2154));
  INSERT INTO sd_test.communes
    SELECT i, 'Commune ' || i, i * 100, i / 3.0, i % 2 = 0, date '2020-01-01' + i, timestamptz '2020-01-01T10:00:00Z' + i * interval '1 hour',
      ST_Multi(ST_MakeEnvelope(600000 + i * 2000, 6800000, 601000 + i * 2000, 6801000, 2154))
    FROM generate_series(1, 10) AS i;
  INSERT INTO sd_test.communes VALUES (11, 'L''Haÿ <les> "Roses" & Cie', NULL, 'NaN', NULL, NULL, '2020-06-01T10:00:00.250Z', NULL);
  CREATE TABLE sd_test.points (id text PRIMARY KEY, label text, geom geometry(Point, 4326));
  INSERT INTO sd_test.points VALUES ('a', 'Paris', 'SRID=4326;POINT(2.35 48.85)'), ('b', 'Brest', 'SRID=4326;POINT(-4.49 48.39)');
  CREATE TABLE sd_test.sanscle (nom text, geom geometry(Geometry, 2154));
  INSERT INTO sd_test.sanscle VALUES ('un', 'SRID=2154;POINT(1 2)'), ('deux', 'SRID=2154;MULTILINESTRING((0 0,1 1),(2 2,3 3))'),
    ('trois', 'SRID=2154;GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))');
  CREATE TABLE sd_test.courbes (gid integer PRIMARY KEY, geom geometry, "1er" text);
  INSERT INTO sd_test.courbes VALUES (1, 'SRID=2154;CIRCULARSTRING(0 0,1 1,2 0)'),
    (2, 'SRID=2154;MULTISURFACE(CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0)))'),
    (3, 'SRID=2154;TIN Z(((0 0 5,1 0 5,0 1 5,0 0 5)))'),
    (4, 'SRID=2154;POLYHEDRALSURFACE Z(((0 0 5,1 0 5,0 1 5,0 0 5)))'), (5, NULL);
  UPDATE sd_test.courbes SET "1er" = 'n' || gid;
`;
const TYPES = [
  featureType(
    'communes',
    [
      'gid integer not null',
      'nom character varying(80) not null',
      'pop bigint',
      'densite double precision',
      'actif boolean',
      'maj date',
      'vu timestamp with time zone',
    ],
    { column: 'geom', type: 'MultiPolygon', srid: 2154 },
  ),
  featureType(
    'points',
    ['id text not null', 'label text'],
    { column: 'geom', type: 'Point', srid: 4326 },
    { primaryKey: ['id'] },
  ),
  featureType('sanscle', ['nom text'], { column: 'geom', type: 'Geometry', srid: 2154 }, { primaryKey: [] }),
  featureType('courbes', ['gid integer not null', '1er text'], { column: 'geom', type: 'Geometry', srid: 2154 }),
];

interface Collection {
  readonly features: readonly {
    id: string;
    geometry: { type: string; coordinates: unknown } | null;
    properties: Record<string, unknown>;
  }[];
  readonly totalFeatures: number;
  readonly numberMatched: number;
  readonly numberReturned: number;
  readonly crs: { properties: { name: string } } | null;
}

const BASE = 'service=WFS&version=2.0.0&request=GetFeature';

void t.test('GetFeature', async (t) => {
  const wfs = await buildTestWfs(t, TABLES, TYPES, { WFS_MAX_FEATURES: '8' });
  const get = (query: string) => wfs.get(`${BASE}&${query}`);
  const json = async (query: string): Promise<Collection> => {
    const answer = await get(`outputFormat=application/json&${query}`);
    if (answer.status !== 200) throw new Error(answer.text);
    return JSON.parse(answer.text) as Collection;
  };
  const gml = async (query: string): Promise<ReadElement> => readXml((await get(query)).text);
  const ids = async (query: string): Promise<string[]> => (await json(query)).features.map(({ id }) => id);
  const communes = (...numbers: number[]): string[] => numbers.map((number) => `communes.${number}`);
  const bbox = (text: string): Promise<string[]> => ids(`typeNames=demo:communes&bbox=${encodeURIComponent(text)}`);
  const cql = (filter: string, type = 'communes'): Promise<string[]> =>
    ids(`typeNames=demo:${type}&cql_filter=${encodeURIComponent(filter)}`);
  const fes = (filter: string): Promise<string[]> =>
    ids(
      `typeNames=demo:communes&filter=${encodeURIComponent(`<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2">${filter}</fes:Filter>`)}`,
    );
  const refused = async (t: Test, query: string, code: string, locator: string | undefined, text: RegExp) => {
    const answer = await get(query);
    const exception = child(readXml(answer.text), 'Exception');
    t.equal(answer.status, 400, query);
    t.match(answer.type, /^application\/xml/);
    t.equal(exception?.attributes['exceptionCode'], code);
    t.equal(exception?.attributes['locator'], locator);
    t.match(exception?.children[0]?.text, text);
  };

  await t.test('answers the GeoJSON of GeoServer', async (t) => {
    const answer = await get('typeNames=demo:communes&outputFormat=json&featureID=communes.2');
    t.equal(answer.type, 'application/json;charset=UTF-8');
    const document = JSON.parse(answer.text) as Record<string, unknown>;
    t.match(String(document['timeStamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    t.same(document, {
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          id: 'communes.2',
          geometry: {
            type: 'MultiPolygon',
            coordinates: [
              [
                [
                  [604000, 6800000],
                  [604000, 6801000],
                  [605000, 6801000],
                  [605000, 6800000],
                  [604000, 6800000],
                ],
              ],
            ],
          },
          geometry_name: 'geom',
          properties: {
            nom: 'Commune 2',
            pop: 200,
            densite: 2 / 3,
            actif: true,
            maj: '2020-01-03',
            vu: '2020-01-01T12:00:00Z',
          },
        },
      ],
      totalFeatures: 1,
      numberMatched: 1,
      numberReturned: 1,
      timeStamp: document['timeStamp'],
      crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::2154' } },
    });
  });

  await t.test('answers GML 3.2 by default', async (t) => {
    const answer = await get('typeNames=demo:communes&featureID=communes.2');
    t.equal(answer.type, 'application/gml+xml; version=3.2');
    const root = readXml(answer.text);
    t.match(root.attributes, { numberMatched: '1', numberReturned: '1' });
    const feature = root.children[0]?.children[0];
    t.match(feature, { name: 'communes', namespace: 'http://demo' });
    t.match(feature?.attributes, { id: 'communes.2' });
    t.same(
      feature?.children.map(({ name, text }) => [name, text]),
      [
        ['nom', 'Commune 2'],
        ['pop', '200'],
        ['densite', '0.6666666666666666'],
        ['actif', 'true'],
        ['maj', '2020-01-03'],
        ['vu', '2020-01-01T12:00:00Z'],
        ['geom', ''],
      ],
    );
    t.match(
      answer.text,
      /<demo:geom><gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::2154" gml:id="communes.2.geom"><gml:surfaceMember><gml:Polygon gml:id="communes.2.geom.1"><gml:exterior><gml:LinearRing><gml:posList>604000 6800000 604000 6801000 605000 6801000 605000 6800000 604000 6800000<\/gml:posList>/,
    );
  });

  await t.test('keeps special characters and missing values', async (t) => {
    const [feature] = (await json('typeNames=demo:communes&featureID=communes.11')).features;
    t.match(feature, {
      geometry: null,
      properties: {
        nom: 'L\'Haÿ <les> "Roses" & Cie',
        pop: null,
        actif: null,
        maj: null,
        vu: '2020-06-01T10:00:00.25Z',
      },
    });
    const member = (await gml('typeNames=demo:communes&featureID=communes.11')).children[0]?.children[0];
    t.same(
      member?.children.map(({ name }) => name),
      ['nom', 'densite', 'vu'],
      'what is missing is left out',
    );
    t.equal(member?.children[0]?.text, 'L\'Haÿ <les> "Roses" & Cie');
  });

  await t.test('pages in the order of the key, up to the cap', async (t) => {
    const first = await json('typeNames=demo:communes');
    t.match(first, { numberMatched: 11, totalFeatures: 11, numberReturned: 8 });
    t.same(await ids('typeNames=demo:communes&count=3&startIndex=2'), communes(3, 4, 5));
    t.same(await ids('typeNames=demo:communes&maxFeatures=2'), communes(1, 2));
    t.match(await json('typeNames=demo:communes&startIndex=10'), { numberMatched: 11, numberReturned: 1 });
    t.match(await json('typeNames=demo:communes&startIndex=100'), {
      numberMatched: 11,
      numberReturned: 0,
      features: [],
    });
    t.match(await json('typeNames=demo:communes&count=0'), { numberMatched: 11, numberReturned: 0 });
    const middle = await gml('typeNames=demo:communes&count=3&startIndex=2');
    t.match(middle.attributes, { numberMatched: '11', numberReturned: '3' });
    const next = new URL(middle.attributes['next'] ?? '').searchParams;
    t.match([next.get('STARTINDEX'), next.get('COUNT'), next.get('typeNames')], ['5', '3', 'demo:communes']);
    const previous = new URL(middle.attributes['previous'] ?? '').searchParams;
    t.match([previous.get('STARTINDEX'), previous.get('COUNT')], ['0', '2']);
    const last = await gml('typeNames=demo:communes&count=8&startIndex=8');
    t.equal(last.attributes['next'], undefined);
    t.equal((await gml('typeNames=demo:communes&startIndex=100')).attributes['numberReturned'], '0');
  });

  await t.test('counts without a cap when only the count is asked', async (t) => {
    const document = await gml('typeNames=demo:communes&resultType=hits');
    t.match(document.attributes, { numberMatched: '11', numberReturned: '0' });
    t.equal(document.children.length, 0);
    t.match(await json('typeNames=demo:communes&resultType=hits'), {
      numberMatched: 11,
      numberReturned: 0,
      features: [],
      crs: null,
    });
    t.match((await gml('typeNames=demo:communes&resultType=hits&cql_filter=pop%3E500')).attributes, {
      numberMatched: '5',
    });
  });

  await t.test('refuses to page without an order', async (t) => {
    t.equal((await ids('typeNames=demo:sanscle')).length, 3, 'the first page needs none');
    t.same(await ids('typeNames=demo:sanscle&startIndex=1&sortBy=nom'), ['sanscle.fid-2', 'sanscle.fid-3']);
    await refused(
      t,
      'typeNames=demo:sanscle&startIndex=0',
      'NoApplicableCode',
      undefined,
      /^Cannot do natural order without a primary key/,
    );
  });

  await t.test('encodes every kind of geometry', async (t) => {
    const document = await gml('typeNames=demo:sanscle');
    const shapes = document.children.map((member) => member.children[0]?.children.at(-1)?.children[0]?.name);
    t.same(shapes, ['Point', 'MultiCurve', 'MultiGeometry']);
    t.equal((await json('typeNames=demo:sanscle')).features[2]?.geometry?.type, 'GeometryCollection');
  });

  await t.test('encodes arcs and faceted surfaces as lines and polygons', async (t) => {
    const { features } = await json('typeNames=demo:courbes');
    const expected = ['LineString', 'MultiPolygon', 'MultiPolygon', 'MultiPolygon', undefined];
    t.same(
      features.map(({ geometry }) => geometry?.type),
      expected,
    );
    t.same(features[2]?.geometry?.coordinates, features[3]?.geometry?.coordinates);
    const document = await gml('typeNames=demo:courbes&propertyName=geom');
    const shapes = document.children.map((member) => member.children[0]?.children.at(-1)?.children[0]?.name);
    t.same(shapes, ['LineString', 'MultiSurface', 'MultiSurface', 'MultiSurface', undefined]);
  });

  await t.test('knows attributes by the names that its schemas tell', async (t) => {
    const [described] = (await json('typeNames=demo:courbes&count=1&propertyName=_1er&sortBy=_1er D')).features;
    t.match(described, { id: 'courbes.5', properties: { '1er': 'n5' } });
    t.same(await cql("_1er = 'n2'", 'courbes'), ['courbes.2']);
    t.same(await cql(`"1er" = 'n2'`, 'courbes'), ['courbes.2'], 'their own names are understood too');
  });

  await t.test('reads bbox in the order its CRS spelling denotes', async (t) => {
    t.same(await bbox('603500,6800500,606500,6800600'), communes(2, 3));
    t.same(await bbox('603500,6800500,606500,6800600,EPSG:2154'), communes(2, 3));
    t.same(await bbox('1.6,48.2,1.72,48.4,EPSG:4326'), await bbox('48.2,1.6,48.4,1.72,urn:ogc:def:crs:EPSG::4326'));
    t.ok((await bbox('1.6,48.2,1.72,48.4,EPSG:4326')).length > 0);
    t.same(await bbox('48.2,1.6,48.4,1.72,EPSG:4326'), [], 'swapped ordinates are elsewhere');
    t.equal((await bbox('-180,-90,180,90,EPSG:4326')).length, 8, 'the whole world');
    t.same(
      await ids('typeNames=demo:points&bbox=48,2,49,3'),
      ['points.a'],
      'without CRS: the authority order of the layer',
    );
    t.same(await ids('typeNames=demo:points&bbox=2,48,3,49,CRS:84'), ['points.a']);
    t.same(
      await ids('typeNames=demo:points&bbox=2.35,48.85,2.35,48.85,EPSG:4326'),
      ['points.a'],
      'a box may be a point',
    );
  });

  await t.test('gives coordinates in the CRS asked for', async (t) => {
    const point = async (query: string): Promise<unknown> =>
      (await json(`typeNames=demo:points&featureID=points.a&${query}`)).features[0]?.geometry?.coordinates;
    t.same(await point(''), [2.35, 48.85]);
    t.same(await point('srsName=urn:ogc:def:crs:EPSG::4326'), [2.35, 48.85], 'GeoJSON is always x,y');
    const [x, y] = (await point('srsName=EPSG:3857')) as [number, number];
    t.ok(Math.abs(x - 261600.8) < 0.1 && Math.abs(y - 6249447.9) < 0.5, `${x} ${y}`);
    t.equal((await json('typeNames=demo:points&srsName=EPSG:3857')).crs?.properties.name, 'urn:ogc:def:crs:EPSG::3857');
    const position = async (query: string) => {
      const document = (await get(`typeNames=demo:points&featureID=points.a&${query}`)).text;
      return [/srsName="([^"]*)"/.exec(document)?.[1], /<gml:pos>([^<]*)/.exec(document)?.[1]];
    };
    t.same(await position(''), ['urn:ogc:def:crs:EPSG::4326', '48.85 2.35']);
    t.same(await position('srsName=urn:ogc:def:crs:EPSG::4326'), ['urn:ogc:def:crs:EPSG::4326', '48.85 2.35']);
    t.same(await position('srsName=EPSG:4326'), ['http://www.opengis.net/gml/srs/epsg.xml#4326', '2.35 48.85']);
    t.same(await position('srsName=CRS:84'), ['CRS:84', '2.35 48.85']);
    t.match((await position('srsName=urn:ogc:def:crs:EPSG::2154'))[1], /^65\d{4}\.\d+ 68\d{5}\.\d+$/);
  });

  await t.test('gives the attributes asked for', async (t) => {
    const [feature] = (await json('typeNames=demo:communes&count=1&propertyName=demo:pop,nom')).features;
    t.same([feature?.geometry, feature?.properties], [null, { nom: 'Commune 1', pop: 100 }], 'in table order');
    const [located] = (await json('typeNames=demo:communes&count=1&propertyName=(geom)')).features;
    t.same([located?.geometry?.type, located?.properties], ['MultiPolygon', {}]);
    await refused(
      t,
      'typeNames=demo:communes&propertyName=gid',
      'InvalidParameterValue',
      'propertyName',
      /^Illegal property name: gid$/,
    );
  });

  await t.test('sorts', async (t) => {
    t.same(await ids('typeNames=demo:communes&count=2&sortBy=nom'), communes(1, 10));
    t.same(await ids('typeNames=demo:communes&count=2&sortBy=nom+D'), communes(11, 9));
    t.same(await ids('typeNames=demo:communes&count=3&sortBy=actif%20ASC,demo:pop%20DESC'), communes(9, 7, 5));
    await refused(t, 'typeNames=demo:communes&sortBy=geom', 'InvalidParameterValue', 'propertyName', /geom/);
  });

  await t.test('filters with CQL', async (t) => {
    t.same(await cql('pop = 300'), communes(3));
    t.same(await cql('pop <> 300 AND pop <= 400'), communes(1, 2, 4));
    t.same(await cql("nom LIKE 'Commune 1%'"), communes(1, 10));
    t.same(await cql("nom ILIKE 'l''ha_ %'"), communes(11));
    t.same(await cql('pop IN (100, 500) OR pop BETWEEN 800 AND 900'), communes(1, 5, 8, 9));
    t.same(await cql('pop IS NULL'), communes(11));
    t.same(await cql('NOT (pop < 1000)'), communes(10, 11), 'a missing value fails the comparison');
    t.same(await cql('actif = true AND densite > 2'), communes(8, 10));
    t.same(await cql('maj > 2020-01-09'), communes(9, 10));
    t.same(await cql("vu <= '2020-01-01T12:00:00Z'"), communes(1, 2));
    t.same(await cql("IN ('communes.4', 'communes.400')"), communes(4));
    t.same(await cql('BBOX(geom, 603500, 6800500, 606500, 6800600)'), communes(2, 3));
    t.same(await cql("BBOX(geom, 1.6, 48.2, 1.72, 48.4, 'EPSG:4326')"), await bbox('1.6,48.2,1.72,48.4,EPSG:4326'));
    t.same(await cql('INTERSECTS(geom, POINT(604500 6800500))'), communes(2));
    t.same(await cql('WITHIN(geom, POLYGON((0 0,605500 0,605500 9000000,0 9000000,0 0)))'), communes(1, 2));
    t.same(await cql('CONTAINS(geom, POINT(604500 6800500))'), communes(2));
    t.same(await cql('TOUCHES(geom, POINT(604000 6800500))'), communes(2));
    t.same(await cql('CROSSES(geom, LINESTRING(604500 0, 604500 9000000))'), communes(2));
    t.same(await cql('DISJOINT(geom, POLYGON((0 0,618500 0,618500 9000000,0 9000000,0 0)))'), communes(10));
    t.same(
      await cql('EQUALS(geom, POLYGON((604000 6800000,605000 6800000,605000 6801000,604000 6801000,604000 6800000)))'),
      communes(2),
    );
    t.same(
      await cql(
        'OVERLAPS(geom, POLYGON((604500 6800500,605500 6800500,605500 6801500,604500 6801500,604500 6800500)))',
      ),
      communes(2),
    );
    t.same(await cql('DWITHIN(geom, POINT(604500 6800500), 2, kilometers)'), communes(1, 2, 3));
    t.same(await cql('BEYOND(geom, POINT(604500 6800500), 13, kilometers)'), communes(9, 10, 11));
    t.same(await cql('INTERSECTS(geom, POINT(48.85 2.35))', 'points'), ['points.a'], 'WKT in the authority order');
    t.same(await cql('DWITHIN(geom, POINT(48.86 2.35), 2, km)', 'points'), ['points.a']);
  });

  await t.test('filters with FES', async (t) => {
    const nom = '<fes:ValueReference>demo:nom</fes:ValueReference>';
    t.same(
      await fes(`<fes:PropertyIsEqualTo>${nom}<fes:Literal>Commune 3</fes:Literal></fes:PropertyIsEqualTo>`),
      communes(3),
    );
    t.same(
      await fes(
        `<fes:PropertyIsEqualTo matchCase="false">${nom}<fes:Literal>COMMUNE 3</fes:Literal></fes:PropertyIsEqualTo>`,
      ),
      communes(3),
    );
    t.same(
      await fes('<fes:ResourceId rid="communes.1"/><fes:ResourceId rid="communes.x"/><fes:ResourceId rid="points.1"/>'),
      communes(1),
    );
    t.same(
      await fes(
        '<fes:BBOX><fes:ValueReference>geom</fes:ValueReference><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>48.2 1.6</gml:lowerCorner><gml:upperCorner>48.4 1.72</gml:upperCorner></gml:Envelope></fes:BBOX>',
      ),
      await bbox('1.6,48.2,1.72,48.4,EPSG:4326'),
    );
    t.same(
      await fes(
        '<fes:Intersects><fes:ValueReference>geom</fes:ValueReference><gml:Point srsName="EPSG:2154"><gml:pos>604500 6800500</gml:pos></gml:Point></fes:Intersects>',
      ),
      communes(2),
    );
    t.same(
      await ids(
        `typeNames=demo:communes&filter=${encodeURIComponent('(<Filter><PropertyIsLike wildCard="*" singleChar="." escape="!"><PropertyName>nom</PropertyName><Literal>*1</Literal></PropertyIsLike></Filter>)')}`,
      ),
      communes(1),
    );
  });

  await t.test('finds features by id', async (t) => {
    t.same(await ids('featureID=communes.3,communes.1'), communes(1, 3), 'the id tells the type');
    t.same(await ids('typeNames=communes&resourceID=communes.3'), communes(3), 'a local name that only one type has');
    const query = 'storedQuery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById';
    const feature = await gml(`${query}&id=communes.3`);
    t.match(feature, { name: 'communes', namespace: 'http://demo' });
    t.match((await json(`${query}&id=communes.3`)) as unknown, { type: 'Feature', id: 'communes.3' });
    const missing = await get(`${query}&id=communes.99`);
    t.equal(missing.status, 404);
    t.match(missing.text, /exceptionCode="NotFound"/);
  });

  await t.test('finds feature types as clients name them', async (t) => {
    t.equal((await ids('typeName=demo:points&typeNames=demo:points')).length, 2, 'QGIS sends both');
    t.equal((await ids('TYPENAMES=x:points&NAMESPACES=xmlns(x,http://demo)')).length, 2, 'a prefix of their own');
    t.equal((await ids('typenames=x:points&namespace=xmlns(x=http://demo)')).length, 2);
  });

  await t.test('keeps SQL in filters a value', async (t) => {
    for (const attack of [
      "x'; DROP TABLE sd_test.communes; --",
      "' OR 1=1 --",
      "\\'; DROP TABLE sd_test.communes; --",
      '$1',
      '%',
    ]) {
      t.same(await cql(`nom = '${attack.replaceAll("'", "''")}'`), [], attack);
      t.same(
        await fes(
          `<fes:PropertyIsEqualTo><fes:ValueReference>nom</fes:ValueReference><fes:Literal>${attack.replaceAll('&', '&amp;')}</fes:Literal></fes:PropertyIsEqualTo>`,
        ),
        [],
      );
      t.same(await ids(`typeNames=demo:points&featureID=${encodeURIComponent(`points.${attack}`)}`), []);
    }
    const injected = encodeURIComponent('nom" = nom OR "nom');
    await refused(
      t,
      `typeNames=demo:communes&cql_filter=${encodeURIComponent('"x"" OR 1=1 --" = 1')}`,
      'InvalidParameterValue',
      'cql_filter',
      /Illegal property name/,
    );
    await refused(
      t,
      `typeNames=demo:communes&sortBy=${injected}`,
      'InvalidParameterValue',
      'propertyName',
      /Illegal property name/,
    );
    await refused(
      t,
      `typeNames=demo:communes&propertyName=${injected}`,
      'InvalidParameterValue',
      'propertyName',
      /Illegal property name/,
    );
    await refused(
      t,
      'typeNames=demo:communes&cql_filter=pop%20=%20pg_sleep(5)',
      'InvalidParameterValue',
      'cql_filter',
      /pg_sleep/,
    );
    await refused(t, "typeNames=demo:communes&cql_filter=nom='a%00b'", 'InvalidParameterValue', 'cql_filter', /NUL/);
    t.equal((await ids('typeNames=demo:communes')).length, 8, 'the table is still there');
  });

  await t.test('refuses what it cannot honour, naming the parameter', async (t) => {
    const c = 'typeNames=demo:communes';
    await refused(
      t,
      'typeNames=demo:nowhere',
      'InvalidParameterValue',
      'typeName',
      /^Feature type :demo:nowhere unknown$/,
    );
    await refused(t, 'count=1', 'MissingParameterValue', 'typeName', /typeName/);
    await refused(t, 'featureID=nowhere.1', 'InvalidParameterValue', 'typeName', /Feature type :nowhere unknown/);
    await refused(t, 'typeNames=demo:communes,demo:points', 'OptionNotSupported', 'typeNames', /one feature type/);
    await refused(
      t,
      `${c}&outputFormat=SHAPE-ZIP`,
      'InvalidParameterValue',
      'outputFormat',
      /^Failed to find response for output format SHAPE-ZIP$/,
    );
    await refused(
      t,
      `${c}&outputFormat=application/JSON`,
      'InvalidParameterValue',
      'outputFormat',
      /application\/JSON/,
    );
    await refused(t, `${c}&bbox=NaN,0,1,1`, 'InvalidParameterValue', 'bbox', /'NaN' is not a finite number/);
    await refused(t, `${c}&bbox=0,0,Infinity,1`, 'InvalidParameterValue', 'bbox', /Infinity/);
    await refused(t, `${c}&bbox=2,0,1,1`, 'InvalidParameterValue', 'bbox', /beyond/);
    await refused(t, `${c}&bbox=0,0,1`, 'InvalidParameterValue', 'bbox', /4 numbers/);
    await refused(t, `${c}&bbox=0,0,1,1,EPSG:99`, 'InvalidParameterValue', 'bbox', /EPSG:99/);
    await refused(t, `${c}&srsName=EPSG:99`, 'InvalidParameterValue', 'srsName', /EPSG:99/);
    await refused(t, `${c}&count=-1`, 'InvalidParameterValue', 'count', /-1/);
    await refused(t, `${c}&count=many`, 'InvalidParameterValue', 'count', /many/);
    await refused(t, `${c}&startIndex=1.5`, 'InvalidParameterValue', 'startIndex', /1\.5/);
    await refused(t, `${c}&resultType=all`, 'InvalidParameterValue', 'resultType', /all/);
    await refused(
      t,
      `${c}&bbox=0,0,1,1&cql_filter=pop%3D1`,
      'InvalidParameterValue',
      'cql_filter',
      /mutually exclusive/,
    );
    await refused(
      t,
      `${c}&cql_filter=pop%20%3D`,
      'InvalidParameterValue',
      'cql_filter',
      /^Could not parse CQL filter list\.\n.*position 6/,
    );
    await refused(
      t,
      `${c}&cql_filter=nowhere%3D1`,
      'InvalidParameterValue',
      'cql_filter',
      /^Illegal property name: nowhere$/,
    );
    await refused(t, `${c}&cql_filter=gid%3D1`, 'InvalidParameterValue', 'cql_filter', /gid/);
    await refused(t, `${c}&cql_filter=pop%3D'x'`, 'InvalidParameterValue', 'cql_filter', /'x' is not a value of pop/);
    await refused(t, `${c}&filter=%3CFilter%3E`, 'InvalidParameterValue', 'filter', /line 1/);
    await refused(
      t,
      `${c}&filter=${encodeURIComponent('<!DOCTYPE x [<!ENTITY a "b">]><Filter>&a;</Filter>')}`,
      'InvalidParameterValue',
      'filter',
      /DOCTYPE/,
    );
    await refused(t, `${c}&count=1&COUNT=2`, 'InvalidParameterValue', 'count', /\[1, 2\]/);
    await refused(t, 'storedQuery_id=nowhere&id=1', 'InvalidParameterValue', 'STOREDQUERY_ID', /nowhere/);
    await refused(t, 'storedQuery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById', 'MissingParameterValue', 'id', /id/);
    await refused(
      t,
      `typeNames=demo:communes&cql_filter=INTERSECTS(geom,SRID%3D4326%3BPOINT(2%20100))`,
      'NoApplicableCode',
      undefined,
      /cannot be computed/,
    );
  });
});

void t.test('Other operations', async (t) => {
  const wfs = await buildTestWfs(t, TABLES, TYPES);

  await t.test('GetCapabilities has the form its readers need', async (t) => {
    const answer = await wfs.get('SERVICE=WFS&REQUEST=GetCapabilities&ACCEPTVERSIONS=2.0.0,1.1.0,1.0.0');
    t.equal(answer.status, 200);
    t.match(answer.text, /^<\?xml version="1.0" encoding="UTF-8"\?><wfs:WFS_Capabilities version="2.0.0"/);
    t.match(
      answer.text,
      /<FeatureTypeList><FeatureType xmlns:demo="http:\/\/demo"><Name>demo:communes<\/Name><Title>Titre communes<\/Title><Abstract>Résumé &lt;communes&gt;<\/Abstract><ows:Keywords><ows:Keyword>un<\/ows:Keyword><ows:Keyword>deux<\/ows:Keyword><\/ows:Keywords><DefaultCRS>urn:ogc:def:crs:EPSG::2154<\/DefaultCRS>/,
    );
    t.match(
      answer.text,
      /<ows:WGS84BoundingBox><ows:LowerCorner>1 48<\/ows:LowerCorner><ows:UpperCorner>2 49<\/ows:UpperCorner>/,
    );
    t.notMatch(answer.text, />\s+</, 'no white space between elements');
    t.match(answer.text, /<ows:Constraint name="CountDefault"><ows:NoValues\/><ows:DefaultValue>5000</);
    t.equal(child(readXml(answer.text), 'FeatureTypeList')?.children.length, TYPES.length);
    t.equal((await wfs.get('request=getcapabilities&version=')).status, 200);
    t.equal((await wfs.get('request=GetCapabilities&version=1.0.0')).status, 200, 'an old version is only a wish');
  });

  await t.test('versions that do not exist are refused', async (t) => {
    const none = await wfs.get('request=GetCapabilities&acceptVersions=1.1.0');
    t.equal(none.status, 400);
    t.match(none.text, /VersionNegotiationFailed/);
    t.match((await wfs.get('request=GetFeature&version=1.1.0&typeName=demo:points')).text, /locator="version"/);
  });

  await t.test('DescribeFeatureType describes one or several types', async (t) => {
    const answer = await wfs.get(
      'service=WFS&version=2.0.0&request=DescribeFeatureType&typeNames=demo:communes,demo:points',
    );
    t.equal(answer.type, 'application/gml+xml; version=3.2');
    const schema = readXml(answer.text);
    t.equal(schema.attributes['targetNamespace'], 'http://demo');
    t.same(
      schema.children.map(({ name }) => name),
      ['import', 'complexType', 'element', 'complexType', 'element'],
    );
    t.match(
      answer.text,
      /<xsd:element maxOccurs="1" minOccurs="0" name="geom" nillable="true" type="gml:MultiSurfacePropertyType"\/>/,
    );
    t.match((await wfs.get('request=DescribeFeatureType')).text, /name="sanscleType"/, 'all of them');
    const json = JSON.parse(
      (await wfs.get('request=DescribeFeatureType&typeName=demo:points&outputFormat=application/json')).text,
    ) as object;
    t.match(json, {
      targetPrefix: 'demo',
      featureTypes: [
        {
          typeName: 'points',
          properties: [
            { name: 'label', localType: 'string' },
            { name: 'geom', type: 'gml:Point' },
          ],
        },
      ],
    });
    t.match(
      (await wfs.get('request=DescribeFeatureType&typeName=demo:nowhere')).text,
      /Feature type :demo:nowhere unknown/,
    );
  });

  await t.test('stored queries are listed and described', async (t) => {
    t.match(
      (await wfs.get('request=ListStoredQueries')).text,
      /<wfs:StoredQuery id="urn:ogc:def:query:OGC-WFS::GetFeatureById">/,
    );
    t.match((await wfs.get('request=DescribeStoredQueries')).text, /<wfs:Parameter name="id" type="xs:string"\/>/);
    t.equal((await wfs.get('request=DescribeStoredQueries&storedQuery_id=nowhere')).status, 400);
  });

  await t.test('unknown requests are refused', async (t) => {
    t.match((await wfs.get('')).text, /MissingParameterValue/);
    t.match((await wfs.get('request=Dance')).text, /OperationNotSupported/);
    t.match((await wfs.get('request=GetPropertyValue')).text, /OperationNotSupported/);
    t.match((await wfs.get('service=WMS&request=GetCapabilities')).text, /locator="service"/);
  });

  await t.test('requests in XML are refused as an exception', async (t) => {
    const answer = await wfs.app.inject({
      method: 'POST',
      url: '/wfs',
      payload: '<wfs:GetFeature/>',
      headers: { 'content-type': 'text/xml' },
    });
    t.equal(answer.statusCode, 400);
    t.match(answer.body, /exceptionCode="OperationNotSupported"/);
  });

  await t.test('every path of the platform answers, and schemas are where answers say', async (t) => {
    for (const path of ['/wfs/', '/wfs/ows', '/wfs/wfs', '/wfs/geoserver/ows']) {
      t.equal((await wfs.app.inject({ url: `${path}?request=GetCapabilities` })).statusCode, 200, path);
    }
    const schema = await wfs.app.inject({ url: '/wfs/schemas/gml/3.2.1/gml.xsd' });
    t.equal(schema.headers.location, 'http://schemas.opengis.net/gml/3.2.1/gml.xsd');
  });
});
