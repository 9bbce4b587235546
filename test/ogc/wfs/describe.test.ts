import t from 'tap';
import { describeUrl, featureTypeJson, featureTypeSchema, gmlPropertyType } from '../../../src/ogc/wfs/describe.js';
import { child, readXml } from '../../../src/ogc/xml.js';
import { featureType } from '../../helpers/feature-type.js';

const serviceUrl = 'http://host/wfs';
const COLUMNS = [
  'gid integer not null',
  'a smallint',
  'b bigint',
  'c real',
  'd double precision',
  'e numeric(10,2)',
  'f boolean',
  'g date',
  'h time without time zone',
  'i timestamp without time zone',
  'nom commune text',
  'k jsonb',
];
const places = featureType('places', COLUMNS.slice(0, 10).concat(COLUMNS[11] ?? ''), {
  column: 'geom',
  type: 'Point',
  srid: 4326,
});
const bare = { ...featureType('bare', ['gid integer not null'], null, { bbox: null, keywords: [] }), prefix: 'other' };

void t.test('columns have the types of XML schema', async (t) => {
  const schema = readXml(featureTypeSchema([places], serviceUrl));
  const sequence = child(
    child(child(child(schema, 'complexType') ?? schema, 'complexContent') ?? schema, 'extension') ?? schema,
    'sequence',
  );
  t.same(
    sequence?.children.map(({ attributes }) => `${attributes['name']} ${attributes['type']}`),
    [
      'a xsd:short',
      'b xsd:long',
      'c xsd:float',
      'd xsd:double',
      'e xsd:decimal',
      'f xsd:boolean',
      'g xsd:date',
      'h xsd:time',
      'i xsd:dateTime',
      'k xsd:string',
      'geom gml:PointPropertyType',
    ],
  );
  t.equal(child(schema, 'import')?.attributes['schemaLocation'], 'http://host/wfs/schemas/gml/3.2.1/gml.xsd');
  const exposed = featureTypeSchema([{ ...places, exposePrimaryKey: true }], serviceUrl);
  t.match(exposed, /<xsd:element maxOccurs="1" minOccurs="1" name="gid" nillable="false" type="xsd:int"\/>/);
});

void t.test('several namespaces are imported, one request each', async (t) => {
  const schema = readXml(featureTypeSchema([places, bare], serviceUrl));
  t.same(
    schema.children.map(({ attributes }) => ({ ...attributes })),
    [
      { namespace: 'http://demo', schemaLocation: describeUrl([places], serviceUrl) },
      { namespace: 'http://other', schemaLocation: describeUrl([bare], serviceUrl) },
    ],
  );
  t.match(JSON.parse(featureTypeJson([places, bare])), {
    featureTypes: [{ typeName: 'demo:places' }, { typeName: 'other:bare', properties: [] }],
  });
  t.match(JSON.parse(featureTypeJson([])), { targetPrefix: '', featureTypes: [] });
});

void t.test('geometries have the property types of GML', async (t) => {
  const gml = (type: string): string => gmlPropertyType({ column: 'g', type, srid: 2154, hasZ: false });
  t.equal(gml('MultiPolygon'), 'MultiSurfacePropertyType');
  t.equal(gml('LINESTRING'), 'CurvePropertyType');
  t.equal(gml('Geometry'), 'GeometryPropertyType');
  t.equal(gml('constructor'), 'GeometryPropertyType');
});
