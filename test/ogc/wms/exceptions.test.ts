import t from 'tap';
import { WmsException, writeExceptionReport } from '../../../src/ogc/wms/exceptions.js';
import { readXml } from '../../../src/ogc/xml.js';

void t.test('a report of 1.3.0 has code, locator and text in the namespace of OGC', async (t) => {
  const { contentType, body } = writeExceptionReport(
    new WmsException('LayerNotDefined', 'Could not find layer <x>', 'layers'),
    '1.3.0',
  );
  t.equal(contentType, 'text/xml');
  const root = readXml(body);
  t.match(root, {
    name: 'ServiceExceptionReport',
    namespace: 'http://www.opengis.net/ogc',
    attributes: { version: '1.3.0' },
  });
  t.match(root.children, [
    {
      name: 'ServiceException',
      attributes: { code: 'LayerNotDefined', locator: 'layers' },
      text: 'Could not find layer <x>',
    },
  ]);
});

void t.test('a report of 1.1.1 speaks of SRS and has its own media type', async (t) => {
  const { contentType, body } = writeExceptionReport(new WmsException('InvalidCRS', 'x'), '1.1.1');
  t.equal(contentType, 'application/vnd.ogc.se_xml');
  t.match(body, '<ServiceExceptionReport version="1.1.1"><ServiceException code="InvalidSRS">x');
});

void t.test('a fault without code of its own has none', async (t) => {
  t.notMatch(writeExceptionReport(new WmsException('NoApplicableCode', 'x'), '1.3.0').body, 'code=');
});
