import t from 'tap';
import { Kvp } from '../../../src/ogc/ows/kvp.js';
import { readWfsRequest } from '../../../src/ogc/wfs/request.js';

const read = (query: string) => readWfsRequest(Kvp.parse(query));
const feature = (query: string) => read(`request=GetFeature&typeNames=demo:a&${query}`);

void t.test('GetFeature has defaults', async (t) => {
  t.same(feature(''), {
    operation: 'GetFeature',
    typeNames: [{ text: 'demo:a', namespace: null }],
    format: 'gml32',
    resultType: 'results',
    count: null,
    startIndex: null,
    crs: null,
    properties: null,
    sortBy: [],
    filter: { kind: 'include' },
    filterParameter: 'filter',
    byId: false,
  });
});

void t.test('GetFeature reads the habits of clients', async (t) => {
  t.match(feature('maxFeatures=10&STARTINDEX=0'), { count: 10, startIndex: 0 });
  t.match(feature('count=1&maxFeatures=2'), { count: 1 });
  t.match(feature('propertyName=*'), { properties: null });
  t.match(feature('propertyName=(demo:a,b)'), { properties: ['a', 'b'] });
  t.match(feature('sortBy=demo:a+DESC,b%20A,c%2BD,d'), {
    sortBy: [
      { property: 'a', descending: true },
      { property: 'b', descending: false },
      { property: 'c', descending: true },
      { property: 'd', descending: false },
    ],
  });
  t.match(feature('bbox=1,2,3,4,'), { filter: { kind: 'bbox', crs: null } });
  t.match(feature('bbox=1,2,3,4,urn:ogc:def:crs:EPSG::4326'), { filter: { crs: { srid: 4326, axisOrder: 'yx' } } });
  t.match(feature('filter=(%3CFilter%3E%3CFeatureId%20fid=%22a.1%22/%3E%3C/Filter%3E)'), { filter: { kind: 'ids' } });
  t.match(feature('resultType=HITS&srsName=CRS:84'), { resultType: 'hits', crs: { authority: 'CRS' } });
  t.match(read('request=getfeature&version=2.0&featureId=a.1'), { typeNames: [], filter: { ids: ['a.1'] } });
});

void t.test('other operations are read', async (t) => {
  t.same(read('request=GetCapabilities'), { operation: 'GetCapabilities', version: '2.0.0' });
  t.match(read('request=DescribeFeatureType&typeName=demo:a'), { typeNames: [{ text: 'demo:a' }], format: 'xsd' });
  t.match(read('request=ListStoredQueries&version=2.0.2'), { operation: 'ListStoredQueries' });
  t.match(read('request=DescribeStoredQueries&storedQuery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById'), {
    storedQueries: ['urn:ogc:def:query:OGC-WFS::GetFeatureById'],
  });
});

for (const [query, code, locator] of [
  ['', 'MissingParameterValue', 'request'],
  ['request=Transaction', 'OperationNotSupported', 'Transaction'],
  ['request=DescribeFeatureType&outputFormat=csv', 'InvalidParameterValue', 'outputFormat'],
  ['request=Nothing', 'OperationNotSupported', 'Nothing'],
  ['request=GetFeature&version=1.0.0', 'InvalidParameterValue', 'version'],
  ['request=GetFeature&featureID=a.1&bbox=1,2,3,4', 'InvalidParameterValue', 'featureID'],
  ['request=GetFeature&typeName=a&filter=%3CFilter/%3E&cql_filter=a=1', 'InvalidParameterValue', 'cql_filter'],
  ['request=GetFeature&typeName=a&count=9007199254740993', 'InvalidParameterValue', 'count'],
] as const) {
  void t.test(`'${query}' is refused`, async (t) => {
    t.throws(() => read(query), { name: 'OwsException', code, locator });
  });
}
