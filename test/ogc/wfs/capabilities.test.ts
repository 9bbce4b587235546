import t from 'tap';
import { wfsCapabilities } from '../../../src/ogc/wfs/capabilities.js';
import { child, childrenNamed, readXml } from '../../../src/ogc/xml.js';
import { featureType } from '../../helpers/feature-type.js';

const serviceUrl = 'http://host/wfs';
const places = featureType('places', ['gid integer not null'], { column: 'geom', type: 'Point', srid: 4326 });
const bare = { ...featureType('bare', ['gid integer not null'], null, { bbox: null, keywords: [] }), prefix: 'other' };

void t.test('capabilities list feature types as their readers want them', async (t) => {
  const text = wfsCapabilities({ serviceUrl, types: [places, bare], maxFeatures: 7 });
  const root = readXml(text);
  const [first, second] = child(root, 'FeatureTypeList')?.children ?? [];
  t.same(
    first?.children.map(({ name }) => name),
    ['Name', 'Title', 'Abstract', 'Keywords', 'DefaultCRS', 'OtherCRS', 'OtherCRS', 'WGS84BoundingBox'],
  );
  t.same(
    second?.children.map(({ name }) => name),
    ['Name', 'Title', 'Abstract', 'NoCRS'],
    'neither geometry, nor box, nor keywords',
  );
  const operations = child(root, 'OperationsMetadata');
  t.same(
    childrenNamed(operations ?? root, 'Operation').map(({ attributes }) => attributes['name']),
    ['GetCapabilities', 'DescribeFeatureType', 'GetFeature', 'ListStoredQueries', 'DescribeStoredQueries'],
  );
  t.match(text, /<ows:Get xlink:href="http:\/\/host\/wfs"\/>/);
  t.match(text, /<ows:Constraint name="ImplementsResultPaging"><ows:NoValues\/><ows:DefaultValue>TRUE</);
  t.match(text, /<fes:SpatialOperator name="BBOX"\/>/);
  t.notMatch(text, />\s</);
});
