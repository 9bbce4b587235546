import t from 'tap';
import type { ReadElement } from '../../src/ogc/xml.js';
import { child, childrenNamed, readXml } from '../../src/ogc/xml.js';
import type { WmsRelation } from '../../src/ogc/wms/model.js';
import { buildMap } from '../../src/render/mapnik-map.js';
import { markFiles } from '../../src/render/mapnik-marks.js';
import { equals, filled, shapeRelation, sldStyle } from '../helpers/shapes.js';

function build(relations: readonly WmsRelation[], srid = 3857) {
  const { xml, srids } = buildMap([{ key: 'k', relations, filter: null }], srid, '/marks');
  const map = readXml(xml);
  return { map, srids, styles: childrenNamed(map, 'Style'), layers: childrenNamed(map, 'Layer') };
}

function parameter(layer: ReadElement | undefined, name: string): string | undefined {
  const source = layer === undefined ? undefined : child(layer, 'Datasource');
  return source?.children.find(({ attributes }) => attributes['name'] === name)?.text;
}

function names(elements: readonly ReadElement[]): (string | undefined)[] {
  return elements.map(({ attributes }) => attributes['name']);
}

void t.test('map and layers say their CRS, and tables are told', async (t) => {
  const { map, srids, layers } = build([shapeRelation('squares')]);
  t.equal(map.attributes['srs'], 'epsg:3857');
  t.equal(layers[0]?.attributes['srs'], 'epsg:2154');
  t.strictSame(srids, [2154]);
});

void t.test('layers are painted from the last relation to the first, labels above them all', async (t) => {
  const label = '<TextSymbolizer><Label><ogc:PropertyName>kind</ogc:PropertyName></Label></TextSymbolizer>';
  const { layers } = build([
    shapeRelation('squares', `<Rule>${filled('#ff0000')}</Rule>`),
    shapeRelation('squares', `<Rule>${filled('#00ff00')}${label}</Rule>`),
  ]);
  t.strictSame(names(layers), ['l0-1', 'l0-0', 'l0-1-labels']);
});

void t.test('features are fetched once for several styles', async (t) => {
  const style = `<FeatureTypeStyle><Rule>${filled('#ff0000')}</Rule></FeatureTypeStyle>`;
  const one = build([{ ...shapeRelation('squares'), style: sldStyle(style) }]);
  t.notOk(one.layers[0]?.attributes['cache-features']);
  const two = build([{ ...shapeRelation('squares'), style: sldStyle(style + style) }]);
  t.equal(two.layers[0]?.attributes['cache-features'], 'true');
  t.equal(two.styles.length, 2);
});

void t.test('rules become columns of the query: no expression of a producer reaches Mapnik', async (t) => {
  const hostile = equals('kind', `x'] or [size]&gt;0`);
  const { styles, layers } = build([
    shapeRelation(
      'squares',
      `<Rule>${hostile}${filled('#ff0000')}</Rule><Rule><ElseFilter/>${filled('#00ff00')}</Rule>`,
    ),
  ]);
  const rules = styles.flatMap((style) => childrenNamed(style, 'Rule'));
  t.equal(rules[0] && child(rules[0], 'Filter')?.text, '[f0]');
  t.ok(rules[1] && child(rules[1], 'ElseFilter'));
  t.match(parameter(layers[0], 'table'), /\("t"\."kind" = {2}U&'[^']*'::text\) AS f0/);
});

void t.test(
  'only what the style uses is asked for, simplified to what a pixel shows, in the order of the key',
  async (t) => {
    const { layers } = build([shapeRelation('squares', `<Rule>${filled('#ff0000')}</Rule>`)]);
    t.equal(
      parameter(layers[0], 'table')?.replace(/\s+/g, ' '),
      '(SELECT ST_Simplify(t."geom", !@tolerance_2154!::double precision, true) AS g FROM "shapes"."squares" t ' +
        'WHERE t."geom" && !bbox! ORDER BY t."id") AS features',
    );
  },
);

void t.test('when every rule has a filter, other features stay in the database', async (t) => {
  const filter = equals('kind', 'a');
  const selective = build([shapeRelation('squares', `<Rule>${filter}${filled('#ff0000')}</Rule>`)]);
  t.match(parameter(selective.layers[0], 'table'), /!bbox! AND \(FALSE OR /);
  const general = build([
    shapeRelation('squares', `<Rule>${filter}${filled('#ff0000')}</Rule><Rule>${filled('#ff0000')}</Rule>`),
  ]);
  t.notMatch(parameter(general.layers[0], 'table'), 'FALSE OR');
});

void t.test('points are not simplified, heights and curves are flattened', async (t) => {
  const points = shapeRelation('points');
  t.match(parameter(build([points]).layers[0], 'table'), 'SELECT t."geom" AS g');
  const geometry = { column: 'geom', type: 'CurvePolygon', srid: 2154, hasZ: true };
  const curves = { ...points, source: { ...points.source, geometry } };
  t.match(parameter(build([curves]).layers[0], 'table'), 'ELSE ST_CurveToLine(ST_Force2D(t."geom")) END)');
});

void t.test('the margin around the map is as wide as symbols reach', async (t) => {
  const mark = (size: number) =>
    `<Rule><PointSymbolizer><Graphic><Mark><Fill/></Mark><Size>${size}</Size></Graphic></PointSymbolizer></Rule>`;
  t.equal(build([shapeRelation('points', mark(20))]).map.attributes['buffer-size'], '15');
  t.equal(build([shapeRelation('points', mark(4000))]).map.attributes['buffer-size'], '512');
});

void t.test('what cannot be seen is not drawn', async (t) => {
  const invisible = `<Rule><LineSymbolizer><Stroke><CssParameter name="stroke-width">0</CssParameter></Stroke></LineSymbolizer></Rule>`;
  const { styles } = build([shapeRelation('lines', invisible)]);
  t.strictSame(styles[0]?.children[0]?.children, []);
});

void t.test('tables without geometry are left out', async (t) => {
  const relation = shapeRelation('points');
  t.strictSame(build([{ ...relation, source: { ...relation.source, geometry: null } }]).layers, []);
});

void t.test('each mark that is no circle has a file', async (t) => {
  t.strictSame([...markFiles().keys()].sort(), [
    'cross.svg',
    'diamond.svg',
    'square.svg',
    'star.svg',
    'triangle.svg',
    'x.svg',
  ]);
  for (const content of markFiles().values()) t.equal(readXml(content).name, 'svg');
});
