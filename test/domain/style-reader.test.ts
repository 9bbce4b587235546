import t from 'tap';
import { readStyle } from '../../src/domain/style-reader.js';
import { parseSld } from '../../src/ogc/sld/parse.js';
import { SldError } from '../../src/ogc/sld/reader.js';

const RULE =
  '<Rule><PolygonSymbolizer><Fill><CssParameter name="fill">#112233</CssParameter></Fill></PolygonSymbolizer></Rule>\n';

const style = (rules: number) =>
  `<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld"><NamedLayer><Name>a</Name><UserStyle>
  <FeatureTypeStyle>${RULE.repeat(rules)}</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`;

void t.test('a style is read alike, large or small', async (t) => {
  for (const rules of [1, 2000]) {
    const xml = style(rules);
    t.strictSame(await readStyle({ xml, strict: false }), parseSld(xml, { strict: false }), `${rules} rules`);
  }
});

void t.test('a large style leaves the process free while it is read', async (t) => {
  let turns = 0;
  let timer = setImmediate(function count() {
    turns += 1;
    timer = setImmediate(count);
  });
  await readStyle({ xml: style(2000), strict: false });
  clearImmediate(timer);
  t.ok(turns > 0);
});

void t.test('the fault of a large style names its line', async (t) => {
  const xml = style(2000).replace('</FeatureTypeStyle>', '</Broken>');
  const fault = await readStyle({ xml, strict: false }).catch((error: unknown) => error);
  t.ok(fault instanceof SldError);
  t.match(fault, { line: 2002, message: /^Style SLD invalide, ligne 2002 : XML illisible/ });
});
