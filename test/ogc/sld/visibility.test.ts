import t from 'tap';
import type { Filter } from '../../../src/filter/model.js';
import { visibleFilters, visibleReach } from '../../../src/ogc/sld/visibility.js';
import { equals, filled, sldStyle } from '../../helpers/shapes.js';

const FILL = filled('#ff0000');

function filtersAt(rules: string, scale = 1000): readonly Filter[] | null {
  return visibleFilters(sldStyle(`<FeatureTypeStyle>${rules}</FeatureTypeStyle>`), scale);
}

void t.test('a rule without filter draws every feature', async (t) => {
  t.equal(filtersAt(`<Rule>${equals('a', '1')}${FILL}</Rule><Rule>${FILL}</Rule>`), null);
});

void t.test('rules with filters draw what one of them selects', async (t) => {
  t.match(filtersAt(`<Rule>${equals('a', '1')}${FILL}</Rule><Rule>${equals('b', '2')}${FILL}</Rule>`), [
    { left: { name: 'a' } },
    { left: { name: 'b' } },
  ]);
});

void t.test('limits of scale: the lower one is in, the upper one is out', async (t) => {
  const rule = `<Rule><MinScaleDenominator>1000</MinScaleDenominator><MaxScaleDenominator>2000</MaxScaleDenominator>${FILL}</Rule>`;
  t.strictSame(
    [999, 1000, 1999, 2001].map((scale) => filtersAt(rule, scale)),
    [[], null, null, []],
  );
});

void t.test('ElseFilter draws what the other rules of the scale leave, even those that draw nothing', async (t) => {
  t.match(filtersAt(`<Rule>${equals('a', '1')}</Rule><Rule><ElseFilter/>${FILL}</Rule>`), [
    { kind: 'not', filter: { kind: 'or', filters: [{ left: { name: 'a' } }] } },
  ]);
  const otherScale = `<Rule><MaxScaleDenominator>10</MaxScaleDenominator>${equals('a', '1')}${FILL}</Rule>`;
  t.equal(filtersAt(`${otherScale}<Rule><ElseFilter/>${FILL}</Rule>`), null, 'alone at its scale, it draws everything');
});

void t.test('rules that draw nothing find nothing', async (t) => {
  t.strictSame(filtersAt('<Rule/>'), []);
});

void t.test('symbols reach half their size, outlines included', async (t) => {
  const reach = (symbolizer: string) =>
    visibleReach(sldStyle(`<FeatureTypeStyle><Rule>${symbolizer}</Rule></FeatureTypeStyle>`), 1000);
  const stroke = '<Stroke><CssParameter name="stroke-width">6</CssParameter></Stroke>';
  t.equal(reach(`<LineSymbolizer>${stroke}</LineSymbolizer>`), 3);
  t.equal(reach(`<PolygonSymbolizer>${stroke}</PolygonSymbolizer>`), 3);
  t.equal(reach(FILL), 0);
  t.equal(reach(`<PointSymbolizer><Graphic><Mark>${stroke}</Mark><Size>20</Size></Graphic></PointSymbolizer>`), 13);
  t.equal(reach('<TextSymbolizer><Label>x</Label></TextSymbolizer>'), 0);
});
