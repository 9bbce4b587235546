import t from 'tap';
import { featureFormat, schemaFormat } from '../../../src/ogc/wfs/formats.js';

void t.test('formats are compared with regard to case', async (t) => {
  t.equal(featureFormat(undefined), 'gml32');
  t.equal(featureFormat('application/gml xml;version=3.2'), 'gml32', 'a + that came undecoded');
  t.equal(featureFormat('text/xml; subtype=gml/3.2'), 'gml32');
  t.equal(featureFormat('json'), 'geojson');
  t.equal(featureFormat('JSON'), null);
  t.equal(featureFormat('application/geo+json'), null);
  t.equal(schemaFormat(undefined), 'xsd');
  t.equal(schemaFormat('application/json'), 'json');
});
