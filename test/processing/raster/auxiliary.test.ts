import t from 'tap';
import { readAuxiliary, writeAuxiliary } from '../../../src/processing/raster/auxiliary.js';

void t.test('what places the image is copied, the rest is left', (t) => {
  const content = readAuxiliary(`<PAMDataset>
    <SRS dataAxisToSRSAxisMapping="1,2">PROJCS["a &amp; b"]</SRS><GeoTransform> 1, 2, 0, 3, 0, -2</GeoTransform>
    <Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/etc/passwd</MDI></Metadata>
    <PAMRasterBand band="2"><NoDataValue>-9</NoDataValue><Histograms/></PAMRasterBand></PAMDataset>`);
  t.same(content, { srs: 'PROJCS["a & b"]', geoTransform: '1, 2, 0, 3, 0, -2', nodata: { 2: '-9' } });
  const text = writeAuxiliary(content ?? {});
  t.same(readAuxiliary(text), content);
  t.notMatch(text, /OVERVIEW|Histograms/);
  t.match(
    writeAuxiliary({ ...content, nodataPixel: ['0', '1'] }),
    /<Metadata>\s*<MDI key="NODATA_VALUES">0 1<\/MDI>\s*<\/Metadata>/,
  );
  t.end();
});

void t.test('what is no auxiliary file is none', (t) => {
  for (const text of ['', 'x', '<VRTDataset/>', '<!DOCTYPE a><PAMDataset/>', '<PAMDataset>']) {
    t.equal(readAuxiliary(text), null, text);
  }
  t.same(readAuxiliary('<PAMDataset/>'), {});
  t.end();
});
