import t from 'tap';
import { readFile } from '../../src/domain/file-reader.js';
import { UnreadableFileError } from '../../src/ogc/unreadable.js';
import { parseSld } from '../../src/ogc/sld/parse.js';

const RULE =
  '<Rule><PolygonSymbolizer><Fill><CssParameter name="fill">#112233</CssParameter></Fill></PolygonSymbolizer></Rule>\n';

const style = (rules: number) =>
  `<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld"><NamedLayer><Name>a</Name><UserStyle>
  <FeatureTypeStyle>${RULE.repeat(rules)}</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`;

const read = (text: string | Buffer) => readFile('GEOSERVER-STYLE', Buffer.from(text), { strict: false });

const faultOf = (text: string | Buffer) => read(text).catch((error: unknown) => error);

void t.test('a file is read alike, large or small', async (t) => {
  for (const rules of [1, 2000]) {
    const xml = style(rules);
    t.strictSame(await read(xml), parseSld(xml, { strict: false }), `${rules} rules`);
  }
});

void t.test('a large file leaves the process free while it is read', async (t) => {
  let turns = 0;
  let timer = setImmediate(function count() {
    turns += 1;
    timer = setImmediate(count);
  });
  await read(style(2000));
  clearImmediate(timer);
  t.ok(turns > 0);
});

void t.test('the fault of a large file names its line', async (t) => {
  const fault = await faultOf(style(2000).replace('</FeatureTypeStyle>', '</Broken>'));
  t.ok(fault instanceof UnreadableFileError);
  t.match(fault, { message: /^Style SLD invalide, ligne 2002 : XML illisible/ });
});

void t.test('XML is read in the encoding it names, and anything else is UTF-8', async (t) => {
  const latin = `<?xml version="1.0" encoding="ISO-8859-1"?>${style(1).replace('<Name>a', '<Name>é')}`;
  t.ok(await read(Buffer.from(latin, 'latin1')));
  t.match(await faultOf(latin.replace('ISO-8859-1', 'klingon')), { message: /encodage klingon/ });
  t.match(await faultOf(Buffer.from(style(1).replace('<Name>a', '<Name>é'), 'latin1')), { message: /encodage utf-8/ });
  t.match(await faultOf(style(1).replace('<Name>a', '<Name>\0')), { message: /U\+0000/ });
});
