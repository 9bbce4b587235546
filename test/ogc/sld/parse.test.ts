import t from 'tap';
import { parseSld } from '../../../src/ogc/sld/parse.js';
import { SldError } from '../../../src/ogc/sld/reader.js';

/** A document whose first rule starts on line 5. */
function sld(rules: string, version = '1.0.0'): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="${version}" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">
<NamedLayer><Name>couche</Name><UserStyle><Name>mon-style</Name><Title>Mon style</Title>
<FeatureTypeStyle>
${rules}
</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`;
}

const lenient = { strict: false };

const FILL = '<PolygonSymbolizer><Fill><CssParameter name="fill">#AABBCC</CssParameter></Fill></PolygonSymbolizer>';

function firstRule(rules: string) {
  const rule = parseSld(sld(rules), lenient).style.featureTypeStyles[0]?.rules[0];
  if (rule === undefined) throw new Error('the style has no rule');
  return rule;
}

function failure(xml: string, options = lenient): string {
  try {
    parseSld(xml, options);
  } catch (error) {
    if (error instanceof SldError) return error.message;
    throw error;
  }
  return 'no error';
}

void t.test('a polygon style keeps fill, outline and their defaults', async (t) => {
  const rule = firstRule(`<Rule><Name>r1</Name><Title>Règle</Title><PolygonSymbolizer>
    <Fill><CssParameter name="fill">#3BC922</CssParameter><CssParameter name="fill-opacity"><ogc:Literal>0.5</ogc:Literal></CssParameter></Fill>
    <Stroke><CssParameter name="stroke">#abc</CssParameter><CssParameter name="stroke-width">0.26</CssParameter>
      <CssParameter name="stroke-linejoin">bevel</CssParameter></Stroke>
    </PolygonSymbolizer></Rule>`);
  t.strictSame(rule, {
    name: 'r1',
    title: 'Règle',
    minScale: null,
    maxScale: null,
    filter: null,
    isElse: false,
    symbolizers: [
      {
        type: 'polygon',
        fill: { color: '#3bc922', opacity: 0.5 },
        stroke: {
          color: '#aabbcc',
          opacity: 1,
          width: 0.26,
          dashArray: null,
          dashOffset: 0,
          lineCap: 'butt',
          lineJoin: 'bevel',
        },
      },
    ],
  });
});

void t.test('a polygon without Fill element is not filled, an empty Fill is grey', async (t) => {
  t.match(firstRule('<Rule><PolygonSymbolizer><Stroke/></PolygonSymbolizer></Rule>').symbolizers, [
    { fill: null, stroke: { color: '#000000', width: 1 } },
  ]);
  t.match(firstRule('<Rule><PolygonSymbolizer><Fill/></PolygonSymbolizer></Rule>').symbolizers, [
    { fill: { color: '#808080' }, stroke: null },
  ]);
});

void t.test('an empty Literal is a comparison with the empty string', async (t) => {
  const { filter } = firstRule(
    `<Rule><ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>nom</ogc:PropertyName><ogc:Literal/></ogc:PropertyIsEqualTo></ogc:Filter>${FILL}</Rule>`,
  );
  t.match(filter, {
    kind: 'comparison',
    operator: '=',
    left: { kind: 'property', name: 'nom' },
    right: { kind: 'literal', text: '' },
  });
});

void t.test(
  'every comparison and logical operator is read, and the attributes named are listed once in order',
  async (t) => {
    const compare = (name: string, attribute: string) =>
      `<ogc:${name}><ogc:PropertyName>${attribute}</ogc:PropertyName><ogc:Literal>1</ogc:Literal></ogc:${name}>`;
    const parsed = parseSld(
      sld(`<Rule><ogc:Filter><ogc:And>
      <ogc:Or>${compare('PropertyIsEqualTo', 'a')}${compare('PropertyIsNotEqualTo', 'b')}</ogc:Or>
      <ogc:Not>${compare('PropertyIsLessThan', 'c')}</ogc:Not>
      ${compare('PropertyIsLessThanOrEqualTo', 'a')}${compare('PropertyIsGreaterThan', 'd')}${compare('PropertyIsGreaterThanOrEqualTo', 'e')}
      <ogc:PropertyIsLike wildCard="*" singleChar="?" escape="!"><ogc:PropertyName>f</ogc:PropertyName><ogc:Literal>x*</ogc:Literal></ogc:PropertyIsLike>
      <ogc:PropertyIsNull><ogc:PropertyName>g</ogc:PropertyName></ogc:PropertyIsNull>
      <ogc:PropertyIsBetween><ogc:PropertyName>h</ogc:PropertyName><ogc:LowerBoundary><ogc:Literal>1</ogc:Literal></ogc:LowerBoundary><ogc:UpperBoundary><ogc:Literal>2</ogc:Literal></ogc:UpperBoundary></ogc:PropertyIsBetween>
      </ogc:And></ogc:Filter>${FILL}</Rule>`),
      lenient,
    );
    t.strictSame(parsed.warnings, []);
    t.strictSame(parsed.usedAttributes, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  },
);

void t.test('ElseFilter and scale limits are kept', async (t) => {
  const parsed = parseSld(
    sld(`<Rule><MinScaleDenominator>1000</MinScaleDenominator><MaxScaleDenominator>5e4</MaxScaleDenominator>${FILL}</Rule>
      <Rule><MinScaleDenominator>500</MinScaleDenominator><MaxScaleDenominator>20000</MaxScaleDenominator><ElseFilter/>${FILL}</Rule>`),
    lenient,
  );
  t.match(parsed.style.featureTypeStyles[0]?.rules, [
    { minScale: 1000, maxScale: 50_000, isElse: false },
    { minScale: 500, maxScale: 20_000, isElse: true, filter: null },
  ]);
  t.equal(parsed.minScaleDenominator, 500);
  t.equal(parsed.maxScaleDenominator, 50_000);
});

void t.test('a rule without scale limit leaves the style without limits', async (t) => {
  const parsed = parseSld(
    sld(`<Rule><MinScaleDenominator>1000</MinScaleDenominator>${FILL}</Rule><Rule>${FILL}</Rule>`),
    lenient,
  );
  t.notOk('minScaleDenominator' in parsed);
  t.notOk('maxScaleDenominator' in parsed);
});

void t.test('points have mark, size, rotation and opacity', async (t) => {
  const rule = firstRule(`<Rule><PointSymbolizer><Graphic>
    <Mark><WellKnownName>diamond</WellKnownName><Fill><CssParameter name="fill">#D636B4</CssParameter></Fill></Mark>
    <Opacity>0.5</Opacity><Size>15</Size><Rotation>45</Rotation></Graphic></PointSymbolizer></Rule>`);
  t.strictSame(rule.symbolizers, [
    {
      type: 'point',
      graphic: {
        mark: { shape: 'diamond', fill: { color: '#d636b4', opacity: 1 }, stroke: null },
        size: 15,
        rotation: 45,
        opacity: 0.5,
      },
    },
  ]);
});

void t.test('a mark without paint is grey with a black outline', async (t) => {
  t.match(firstRule('<Rule><PointSymbolizer><Graphic><Mark/></Graphic></PointSymbolizer></Rule>').symbolizers, [
    { graphic: { mark: { shape: 'square', fill: { color: '#808080' }, stroke: { color: '#000000' } }, size: 6 } },
  ]);
});

void t.test('lines have dashes, caps and joins; an odd list of dashes is read twice', async (t) => {
  const rule = firstRule(`<Rule><LineSymbolizer><Stroke>
    <CssParameter name="stroke-dasharray">5 2 1</CssParameter><CssParameter name="stroke-linecap">round</CssParameter>
    <CssParameter name="stroke-linejoin">mitre</CssParameter><CssParameter name="stroke-opacity">.25</CssParameter>
    </Stroke></LineSymbolizer></Rule>`);
  t.match(rule.symbolizers, [
    { stroke: { dashArray: [5, 2, 1, 5, 2, 1], lineCap: 'round', lineJoin: 'miter', opacity: 0.25 } },
  ]);
});

void t.test('labels mix text and attributes', async (t) => {
  const parsed = parseSld(
    sld(`<Rule><TextSymbolizer>
      <Label>
        <ogc:PropertyName>nom</ogc:PropertyName> (<ogc:PropertyName>code</ogc:PropertyName>)
      </Label>
      <Font><CssParameter name="font-family">DejaVu Sans</CssParameter><CssParameter name="font-size">12</CssParameter>
        <CssParameter name="font-style">italic</CssParameter><CssParameter name="font-weight">bold</CssParameter></Font>
      <LabelPlacement><PointPlacement><AnchorPoint><AnchorPointX>0.5</AnchorPointX><AnchorPointY>0</AnchorPointY></AnchorPoint>
        <Displacement><DisplacementX>3</DisplacementX><DisplacementY>-4</DisplacementY></Displacement><Rotation>10</Rotation></PointPlacement></LabelPlacement>
      <Halo><Radius>2</Radius></Halo></TextSymbolizer></Rule>`),
    lenient,
  );
  t.strictSame(parsed.warnings, []);
  t.strictSame(parsed.usedAttributes, ['nom', 'code']);
  t.strictSame(parsed.style.featureTypeStyles[0]?.rules[0]?.symbolizers, [
    {
      type: 'text',
      label: [{ property: 'nom' }, { literal: ' (' }, { property: 'code' }, { literal: ')' }],
      font: { families: ['DejaVu Sans'], size: 12, italic: true, bold: true },
      fill: { color: '#000000', opacity: 1 },
      halo: { radius: 2, fill: { color: '#ffffff', opacity: 1 } },
      placement: { anchorX: 0.5, anchorY: 0, displacementX: 3, displacementY: -4, rotation: 10 },
    },
  ]);
});

void t.test('what is not drawn as written is reported with its line, never dropped in silence', async (t) => {
  const cases: [string, RegExp][] = [
    ['<VendorOption name="labelObstacle">true</VendorOption>', /Ligne 5 : VendorOption name="labelObstacle"/],
    [`<Rule><RasterSymbolizer/></Rule>`, /Ligne 5 : RasterSymbolizer/],
    [`<Rule><LineSymbolizer><Geometry/></LineSymbolizer></Rule>`, /Geometry/],
    [`<Rule><LineSymbolizer uom="http://www.opengeospatial.org/se/units/metre"/></Rule>`, /unité .*metre/],
    [`<Rule><PointSymbolizer><Graphic><ExternalGraphic/></Graphic></PointSymbolizer></Rule>`, /ExternalGraphic.*carré/],
    [
      `<Rule><PointSymbolizer><Graphic><Mark><WellKnownName>ttf://x</WellKnownName></Mark></Graphic></PointSymbolizer></Rule>`,
      /« ttf:\/\/x »/,
    ],
    [`<Rule><PolygonSymbolizer><Fill><GraphicFill/></Fill></PolygonSymbolizer></Rule>`, /GraphicFill/],
    [
      `<Rule><PointSymbolizer><Graphic><Size><ogc:PropertyName>t</ogc:PropertyName></Size></Graphic></PointSymbolizer></Rule>`,
      /expression PropertyName dans Size/,
    ],
    [
      `<Rule><LineSymbolizer><Stroke><CssParameter name="stroke-magic">1</CssParameter></Stroke></LineSymbolizer></Rule>`,
      /stroke-magic/,
    ],
    [`<Rule><TextSymbolizer/></Rule>`, /pas de texte/],
    [
      `<Rule><TextSymbolizer><Label>x</Label><Font><CssParameter name="font-family">Arial</CssParameter></Font></TextSymbolizer></Rule>`,
      /« Arial » n'est pas disponible/,
    ],
    [
      `<Rule><MinScaleDenominator>9</MinScaleDenominator><MaxScaleDenominator>8</MaxScaleDenominator></Rule>`,
      /aucune échelle/,
    ],
  ];
  for (const [rules, expected] of cases) t.match(parseSld(sld(rules), lenient).warnings, [expected], rules);
});

void t.test('a rule whose filter uses a function draws nothing, with a warning', async (t) => {
  const parsed = parseSld(
    sld(`<Rule><ogc:Filter><ogc:PropertyIsEqualTo><ogc:Function name="strLength"><ogc:PropertyName>a</ogc:PropertyName></ogc:Function>
      <ogc:Literal>1</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>${FILL}</Rule><Rule>${FILL}</Rule>`),
    lenient,
  );
  t.match(parsed.warnings, [/^Ligne 5 : le filtre n'est pas pris en charge .*la règle ne dessine rien/]);
  t.equal(parsed.style.featureTypeStyles[0]?.rules.length, 1);
});

void t.test('only the first style of a document is drawn, the others are reported', async (t) => {
  const [head, tail] = sld(`<Rule>${FILL}</Rule>`).split('</NamedLayer>');
  const second = '<NamedLayer><UserStyle><FeatureTypeStyle/></UserStyle></NamedLayer>';
  const parsed = parseSld(`${head}</NamedLayer>${second}${tail}`, lenient);
  t.equal(parsed.style.name, 'mon-style');
  t.match(parsed.warnings, [/seul le premier style/]);
});

void t.test('SLD 1.1.0 is read with a warning, and refused in strict mode', async (t) => {
  const se = `<StyledLayerDescriptor version="1.1.0" xmlns="http://www.opengis.net/sld" xmlns:se="http://www.opengis.net/se" xmlns:ogc="http://www.opengis.net/ogc">
    <NamedLayer><se:Name>c</se:Name><UserStyle><se:Name>s</se:Name><se:FeatureTypeStyle><se:Rule><se:Name>r</se:Name>
    <se:Description><se:Title>Titre</se:Title></se:Description>
    <se:LineSymbolizer><se:Stroke><se:SvgParameter name="stroke">#ff0000</se:SvgParameter></se:Stroke></se:LineSymbolizer>
    </se:Rule></se:FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`;
  const parsed = parseSld(se, lenient);
  t.equal(parsed.version, '1.1.0');
  t.match(parsed.warnings, [/1\.1\.0/]);
  t.match(parsed.style.featureTypeStyles[0]?.rules[0], {
    title: 'Titre',
    symbolizers: [{ stroke: { color: '#ff0000' } }],
  });
  t.match(failure(se, { strict: true }), /ligne 1 .*1\.1\.0 n'est pas acceptée/);
});

void t.test('documents that are no style are refused with line and reason', async (t) => {
  t.match(failure('<a>'), /XML illisible/);
  t.match(failure('<html/>'), /ligne 1 : la racine est html/);
  t.match(failure('<StyledLayerDescriptor version="2.0"/>'), /version « 2.0 »/);
  t.match(failure('<StyledLayerDescriptor version="1.0.0"><NamedLayer/></StyledLayerDescriptor>'), /UserStyle/);
  t.match(failure(sld('').replace(/<FeatureTypeStyle>[^]*<\/FeatureTypeStyle>/, '')), /FeatureTypeStyle/);
  t.match(failure(sld('<Rule><MinScaleDenominator>abc</MinScaleDenominator></Rule>')), /ligne 5 : « abc »/);
  t.match(
    failure(
      sld(
        '\n<Rule><LineSymbolizer><Stroke><CssParameter name="stroke">rouge</CssParameter></Stroke></LineSymbolizer></Rule>',
      ),
    ),
    /ligne 6 : « rouge » n'est pas une couleur/,
  );
  t.match(
    failure(
      sld(
        '<Rule><LineSymbolizer><Stroke><CssParameter name="stroke-width">-1</CssParameter></Stroke></LineSymbolizer></Rule>',
      ),
    ),
    /hors des limites/,
  );
  t.match(failure(sld('<Rule><ogc:Filter/></Rule>')), /filtre incorrect/);
});

void t.test('an entity bomb is refused before anything is expanded', async (t) => {
  const levels = Array.from(
    { length: 20 },
    (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};&e${i};&e${i};&e${i};&e${i};&e${i};&e${i};">`,
  );
  const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e0 "ha">${levels.join('')}]><StyledLayerDescriptor>&e20;</StyledLayerDescriptor>`;
  t.match(failure(bomb), /DOCTYPE/);
});

void t.test('a byte order mark is no fault', async (t) => {
  t.equal(parseSld(`\uFEFF${sld(`<Rule>${FILL}</Rule>`)}`, { strict: true }).version, '1.0.0');
});
