import t from 'tap';
import { exceptionReport, OwsException } from '../../../src/ogc/ows/exceptions.js';
import { readXml } from '../../../src/ogc/xml.js';

void t.test('a report tells code, place and text, escaped', async (t) => {
  const report = readXml(exceptionReport(new OwsException('InvalidParameterValue', 'a < b', 'bbox'), '2.0.0'));
  t.match(report, { name: 'ExceptionReport', namespace: 'http://www.opengis.net/ows/1.1' });
  t.equal(report.attributes['version'], '2.0.0');
  const [exception] = report.children;
  t.match(exception?.attributes, { exceptionCode: 'InvalidParameterValue', locator: 'bbox' });
  t.match(exception?.children, [{ name: 'ExceptionText', text: 'a < b' }]);
});

void t.test('a report may have no place, and its status may be another', async (t) => {
  const exception = new OwsException('NotFound', 'x', undefined, 404);
  t.equal(exception.status, 404);
  t.equal(new OwsException('NotFound', 'x').status, 400);
  t.notMatch(exceptionReport(exception, '2.0.0'), /locator/);
});
