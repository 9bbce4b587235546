import t from 'tap';
import { parseFes } from '../../src/filter/fes.js';
import { UnknownCrsError } from '../../src/geo/crs.js';

const fes = (inner: string): string =>
  `<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2">${inner}</fes:Filter>`;
const ogc = (inner: string): string =>
  `<Filter xmlns="http://www.opengis.net/ogc" xmlns:gml="http://www.opengis.net/gml">${inner}</Filter>`;
const property = { kind: 'property', name: 'a' } as const;
const untyped = (text: string) => ({ kind: 'literal', type: 'untyped', text }) as const;
const reference = '<fes:ValueReference>ns:a</fes:ValueReference>';
const literal = (text: string): string => `<fes:Literal>${text}</fes:Literal>`;

for (const [name, operator] of [
  ['PropertyIsEqualTo', '='],
  ['PropertyIsNotEqualTo', '<>'],
  ['PropertyIsLessThan', '<'],
  ['PropertyIsLessThanOrEqualTo', '<='],
  ['PropertyIsGreaterThan', '>'],
  ['PropertyIsGreaterThanOrEqualTo', '>='],
] as const) {
  void t.test(`${name} is ${operator}`, async (t) => {
    t.same(parseFes(fes(`<fes:${name}>${reference}${literal(' 1 ')}</fes:${name}>`)), {
      kind: 'comparison',
      operator,
      left: property,
      right: untyped('1'),
      matchCase: true,
    });
  });
}

const CASES: readonly [title: string, xml: string, filter: object][] = [
  [
    'an empty literal is an empty text',
    ogc('<PropertyIsEqualTo><PropertyName>a</PropertyName><Literal/></PropertyIsEqualTo>'),
    { right: untyped('') },
  ],
  [
    'operands come in either order',
    fes(`<fes:PropertyIsLessThan>${literal('1')}${reference}</fes:PropertyIsLessThan>`),
    { left: untyped('1'), right: property },
  ],
  [
    'matchCase is read',
    fes(`<fes:PropertyIsEqualTo matchCase="false">${reference}${literal('x')}</fes:PropertyIsEqualTo>`),
    { matchCase: false },
  ],
  [
    'And, Or and Not nest',
    fes(
      `<fes:And><fes:Or><fes:PropertyIsNull>${reference}</fes:PropertyIsNull></fes:Or><fes:Not><fes:PropertyIsNil>${reference}</fes:PropertyIsNil></fes:Not></fes:And>`,
    ),
    {
      kind: 'and',
      filters: [
        { kind: 'or', filters: [{ kind: 'isNull', operand: property }] },
        { kind: 'not', filter: { kind: 'isNull' } },
      ],
    },
  ],
  [
    'PropertyIsLike uses its own symbols',
    fes(
      `<fes:PropertyIsLike wildCard="%" singleChar="_" escapeChar="\\" matchCase="false">${reference}${literal('a%\\_')}</fes:PropertyIsLike>`,
    ),
    { kind: 'like', operand: property, pattern: [{ text: 'a' }, 'any', { text: '_' }], matchCase: false },
  ],
  [
    'the escape attribute of version 1.0 is read',
    ogc(
      '<PropertyIsLike wildCard="*" singleChar="#" escape="!"><PropertyName>a</PropertyName><Literal>!*x#</Literal></PropertyIsLike>',
    ),
    { pattern: [{ text: '*x' }, 'one'], matchCase: true },
  ],
  [
    'PropertyIsLike has default symbols',
    ogc('<PropertyIsLike><PropertyName>a</PropertyName><Literal>a*.!*</Literal></PropertyIsLike>'),
    { pattern: [{ text: 'a' }, 'any', 'one', { text: '*' }] },
  ],
  [
    'PropertyIsBetween has bounds',
    fes(
      `<fes:PropertyIsBetween>${reference}<fes:LowerBoundary>${literal('1')}</fes:LowerBoundary><fes:UpperBoundary>${literal('2')}</fes:UpperBoundary></fes:PropertyIsBetween>`,
    ),
    { kind: 'between', operand: property, lower: untyped('1'), upper: untyped('2') },
  ],
  ['ResourceId', fes('<fes:ResourceId rid="t.1"/><fes:ResourceId rid="t.2"/>'), { kind: 'ids', ids: ['t.1', 't.2'] }],
  ['FeatureId of version 1.0', ogc('<FeatureId fid="t.1"/>'), { kind: 'ids', ids: ['t.1'] }],
  ['GmlObjectId of version 1.1', ogc('<GmlObjectId gml:id="t.1"/>'), { kind: 'ids', ids: ['t.1'] }],
  [
    'BBOX keeps the order of its CRS',
    fes(
      `<fes:BBOX>${reference}<gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>48 2</gml:lowerCorner><gml:upperCorner>49 3</gml:upperCorner></gml:Envelope></fes:BBOX>`,
    ),
    {
      kind: 'bbox',
      property: 'a',
      box: { minX: 48, minY: 2, maxX: 49, maxY: 3 },
      crs: { srid: 4326, axisOrder: 'yx' },
    },
  ],
  [
    'BBOX without attribute means the default geometry',
    fes(
      '<fes:BBOX><gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner><gml:upperCorner>3 4</gml:upperCorner></gml:Envelope></fes:BBOX>',
    ),
    { property: null, crs: null },
  ],
  [
    'BBOX with a GML 2 Box',
    ogc(
      '<BBOX><PropertyName>a</PropertyName><gml:Box srsName="EPSG:4326"><gml:coordinates>1,2 3,4</gml:coordinates></gml:Box></BBOX>',
    ),
    { box: { minX: 1, minY: 2, maxX: 3, maxY: 4 }, crs: { axisOrder: 'xy' } },
  ],
  [
    'Intersects takes a geometry',
    fes(
      `<fes:Intersects>${reference}<gml:Point srsName="EPSG:2154"><gml:pos>1 2</gml:pos></gml:Point></fes:Intersects>`,
    ),
    {
      kind: 'spatial',
      operator: 'intersects',
      property: 'a',
      geometry: { type: 'Point', coordinates: [1, 2] },
      crs: { srid: 2154 },
    },
  ],
  [
    'Intersects takes an envelope',
    fes(
      `<fes:Intersects><gml:Envelope><gml:lowerCorner>0 0</gml:lowerCorner><gml:upperCorner>1 1</gml:upperCorner></gml:Envelope></fes:Intersects>`,
    ),
    { geometry: { type: 'Polygon' } },
  ],
  [
    'DWithin has a distance',
    fes(
      `<fes:DWithin>${reference}<gml:Point><gml:pos>1 2</gml:pos></gml:Point><fes:Distance uom="km">2</fes:Distance></fes:DWithin>`,
    ),
    { kind: 'distance', operator: 'dwithin', metres: 2000 },
  ],
  [
    'Beyond reads the units of version 1.0',
    ogc(
      '<Beyond><PropertyName>a</PropertyName><gml:Point><gml:pos>1 2</gml:pos></gml:Point><Distance units="m">5</Distance></Beyond>',
    ),
    { operator: 'beyond', metres: 5 },
  ],
  [
    'a distance without unit is in metres',
    ogc(
      '<DWithin><PropertyName>a</PropertyName><gml:Point><gml:pos>1 2</gml:pos></gml:Point><Distance>5</Distance></DWithin>',
    ),
    { metres: 5 },
  ],
];

for (const [title, xml, filter] of CASES) {
  void t.test(title, async (t) => {
    t.match(parseFes(xml), filter);
  });
}

for (const name of ['Disjoint', 'Within', 'Contains', 'Touches', 'Crosses', 'Overlaps', 'Equals']) {
  void t.test(`${name} is read`, async (t) => {
    const xml = fes(`<fes:${name}>${reference}<gml:Point><gml:pos>1 2</gml:pos></gml:Point></fes:${name}>`);
    t.match(parseFes(xml), { kind: 'spatial', operator: name.toLowerCase() });
  });
}

const FAULTS: readonly [title: string, xml: string, fault: string, message: RegExp][] = [
  ['XML that is not well-formed', '<Filter>', 'syntax', /line 1/],
  ['an entity bomb', '<!DOCTYPE x [<!ENTITY a "b">]><Filter>&a;</Filter>', 'syntax', /DOCTYPE/],
  ['another root', '<Query/>', 'syntax', /Query, not Filter/],
  ['an empty filter', fes(''), 'syntax', /takes one element/],
  [
    'two operators',
    fes(`<fes:PropertyIsNull>${reference}</fes:PropertyIsNull>`.repeat(2)),
    'syntax',
    /takes one element/,
  ],
  [
    'ids mixed with operators',
    fes(`<fes:ResourceId rid="a"/><fes:PropertyIsNull>${reference}</fes:PropertyIsNull>`),
    'syntax',
    /mixed/,
  ],
  ['an empty id', fes('<fes:ResourceId/>'), 'syntax', /no identifier/],
  ['an unknown operator', fes('<fes:During/>'), 'unsupported', /During/],
  ['an empty And', fes('<fes:And/>'), 'syntax', /And is empty/],
  ['one operand', fes(`<fes:PropertyIsEqualTo>${reference}</fes:PropertyIsEqualTo>`), 'syntax', /two operands/],
  [
    'a function',
    fes(`<fes:PropertyIsEqualTo><fes:Function name="area"/>${literal('1')}</fes:PropertyIsEqualTo>`),
    'unsupported',
    /function area/,
  ],
  [
    'a nameless function',
    fes(`<fes:PropertyIsEqualTo><fes:Function/>${literal('1')}</fes:PropertyIsEqualTo>`),
    'unsupported',
    /function/,
  ],
  [
    'arithmetic',
    ogc('<PropertyIsEqualTo><Add/><Literal>1</Literal></PropertyIsEqualTo>'),
    'unsupported',
    /expression Add/,
  ],
  [
    'an empty reference',
    fes(`<fes:PropertyIsNull><fes:ValueReference> </fes:ValueReference></fes:PropertyIsNull>`),
    'syntax',
    /is empty/,
  ],
  [
    'a literal where an attribute is needed',
    fes(`<fes:PropertyIsNull>${literal('a')}</fes:PropertyIsNull>`),
    'unsupported',
    /attribute/,
  ],
  [
    'a literal holding elements',
    fes(`<fes:PropertyIsEqualTo>${reference}<fes:Literal><a/></fes:Literal></fes:PropertyIsEqualTo>`),
    'unsupported',
    /must be text/,
  ],
  [
    'a pattern without attribute',
    fes(`<fes:PropertyIsLike>${literal('a')}</fes:PropertyIsLike>`),
    'syntax',
    /PropertyIsLike takes/,
  ],
  [
    'bounds missing',
    fes(`<fes:PropertyIsBetween>${reference}</fes:PropertyIsBetween>`),
    'syntax',
    /PropertyIsBetween takes/,
  ],
  ['a BBOX without envelope', fes(`<fes:BBOX>${reference}</fes:BBOX>`), 'syntax', /needs an Envelope/],
  [
    'a BBOX with a point',
    fes('<fes:BBOX><gml:Point><gml:pos>1 2</gml:pos></gml:Point></fes:BBOX>'),
    'unsupported',
    /Point cannot be used/,
  ],
  ['no geometry', fes(`<fes:Within>${reference}</fes:Within>`), 'syntax', /needs a geometry/],
  [
    'something else beside the geometry',
    fes(`<fes:Within>${reference}<fes:Function/><gml:Point/></fes:Within>`),
    'unsupported',
    /Function in Within/,
  ],
  [
    'no distance',
    fes(`<fes:DWithin>${reference}<gml:Point><gml:pos>1 2</gml:pos></gml:Point></fes:DWithin>`),
    'syntax',
    /needs a Distance/,
  ],
  [
    'a strange unit',
    fes(
      `<fes:DWithin>${reference}<gml:Point><gml:pos>1 2</gml:pos></gml:Point><fes:Distance uom="parsec">1</fes:Distance></fes:DWithin>`,
    ),
    'unsupported',
    /parsec/,
  ],
  ['deep nesting', fes('<fes:Not>'.repeat(60) + '</fes:Not>'.repeat(60)), 'too-complex', /deeper/],
];

for (const [title, xml, fault, message] of FAULTS) {
  void t.test(`${title}: refused`, async (t) => {
    t.throws(() => parseFes(xml), { name: 'FilterError', fault, message });
  });
}

void t.test('an unknown CRS is told from syntax', async (t) => {
  const xml = fes('<fes:Within><gml:Point srsName="EPSG:99"><gml:pos>1 2</gml:pos></gml:Point></fes:Within>');
  t.throws(() => parseFes(xml), UnknownCrsError);
});
