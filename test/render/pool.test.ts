import t from 'tap';
import { loadConfig } from '../../src/config.js';
import type { Bbox } from '../../src/geo/bbox.js';
import type { WmsRelation } from '../../src/ogc/wms/model.js';
import { type MapRequest, RenderError } from '../../src/render/map-request.js';
import { createRenderPool, type RenderPool } from '../../src/render/pool.js';
import { createTestDatabase } from '../helpers/database.js';
import { createShapes, equals, filled, holdTable, ODD_NAME, shapeRelation, sldStyle } from '../helpers/shapes.js';
import { readPng } from '../helpers/png.js';

const RED = '#ff0000';
const GREEN = '#00ff00';
const BLUE = '#0000ff';
const WHITE = '#ffffff';

const databaseUrl = await createTestDatabase(t);
const config = loadConfig({ DATABASE_URL: databaseUrl, DATA_DIR: t.testdir(), RENDER_PROCESSES: '1' });
await createShapes(databaseUrl);
const silent = { warn: () => undefined, error: () => undefined };
const pool = createRenderPool({ config, log: silent });
t.teardown(() => pool.close());
await pool.ready();

/** 200 m to the pixel: square 1 covers x 25–75, square 2 x 125–175, square 3 x 225–275, all y 25–75. */
const SQUARES: Bbox = { minX: 695_000, minY: 6_595_000, maxX: 755_000, maxY: 6_615_000 };

let maps = 0;

/** A request for one layer with a key of its own, 300 × 100 pixels of {@link SQUARES} unless told otherwise. */
function mapOf(relations: readonly WmsRelation[], changes: Partial<MapRequest> = {}): MapRequest {
  maps += 1;
  return {
    layers: [{ key: `map ${maps}`, relations, filter: null }],
    srid: 2154,
    bbox: SQUARES,
    width: 300,
    height: 100,
    background: WHITE,
    format: 'png',
    symbolScale: 1,
    ...changes,
  };
}

async function draw(relations: readonly WmsRelation[], changes: Partial<MapRequest> = {}) {
  return readPng(await pool.render(mapOf(relations, changes)));
}

async function faultOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RenderError) return error.fault;
    throw error;
  }
  return 'none';
}

void t.test('a polygon is filled with its colour, to the pixel', async (t) => {
  const map = await draw([shapeRelation('squares', `<Rule>${filled(RED)}</Rule>`)]);
  t.equal(map.count(RED), 3 * 50 * 50);
  t.equal(map.color(25, 25), RED);
  t.equal(map.color(74, 74), RED);
  t.equal(map.color(24, 50), WHITE);
  t.equal(map.color(50, 75), WHITE);
});

void t.test('a polygon without Fill is an outline', async (t) => {
  const map = await draw([shapeRelation('squares', '<Rule><PolygonSymbolizer><Stroke/></PolygonSymbolizer></Rule>')]);
  t.equal(map.color(50, 50), WHITE);
  t.not(map.color(25, 50), WHITE);
});

void t.test('relations without style are drawn in blue', async (t) => {
  const map = await draw([shapeRelation('squares')]);
  const [red = 255, , blue = 0] = map.pixel(50, 50);
  t.ok(blue > red, 'more blue than red');
  t.equal(map.color(5, 5), WHITE);
});

for (const { srid, bbox, width, height, centre } of [
  { srid: 3857, bbox: [330_000, 5_850_000, 450_000, 5_910_000], width: 240, height: 120, centre: [341_222, 5_868_121] },
  { srid: 4326, bbox: [2.9, 46.3, 3.9, 46.8], width: 200, height: 100, centre: [3.06525, 46.545] },
] as const) {
  void t.test(`squares of EPSG:2154 are where they belong in EPSG:${srid}`, async (t) => {
    const [minX, minY, maxX, maxY] = bbox;
    const map = await draw([shapeRelation('squares', `<Rule>${equals('size', '1.5')}${filled(RED)}</Rule>`)], {
      srid,
      bbox: { minX, minY, maxX, maxY },
      width,
      height,
    });
    let [count, sumX, sumY] = [0, 0, 0];
    for (let x = 0; x < width; x += 1) {
      for (let y = 0; y < height; y += 1) {
        if (map.color(x, y) !== RED) continue;
        [count, sumX, sumY] = [count + 1, sumX + x + 0.5, sumY + y + 0.5];
      }
    }
    const stepX = (maxX - minX) / width;
    const stepY = (maxY - minY) / height;
    t.ok(count > 100, `${count} red pixels`);
    t.ok(Math.abs(minX + (sumX / count) * stepX - centre[0]) < stepX, 'x of the centre within a pixel');
    t.ok(Math.abs(maxY - (sumY / count) * stepY - centre[1]) < stepY, 'y of the centre within a pixel');
  });
}

void t.test('a map of the whole world shows data of a national projection', async (t) => {
  const map = await draw([shapeRelation('points', '<Rule><PointSymbolizer/></Rule>')], {
    srid: 4326,
    bbox: { minX: -180, minY: -90, maxX: 180, maxY: 90 },
    width: 360,
    height: 180,
  });
  t.not(map.color(183, 43), WHITE);
  t.equal(map.color(90, 90), WHITE);
});

void t.test('rules select, ElseFilter takes the rest, missing values included', async (t) => {
  const map = await draw([
    shapeRelation(
      'squares',
      `<Rule>${equals('kind', 'a')}${filled(RED)}</Rule><Rule><ElseFilter/>${filled(BLUE)}</Rule>`,
    ),
  ]);
  t.strictSame([map.color(50, 50), map.color(150, 50), map.color(250, 50)], [RED, BLUE, BLUE]);
});

void t.test('an empty Literal selects the empty string and not the missing value', async (t) => {
  const map = await draw([shapeRelation('squares', `<Rule>${equals('kind', '')}${filled(GREEN)}</Rule>`)]);
  t.strictSame([map.color(50, 50), map.color(150, 50), map.color(250, 50)], [WHITE, GREEN, WHITE]);
});

void t.test('a text compared with a number attribute selects nothing and spoils nothing', async (t) => {
  const map = await draw([
    shapeRelation(
      'squares',
      `<Rule>${equals('size', '')}${filled(RED)}</Rule><Rule>${equals('size', '20')}${filled(GREEN)}</Rule>`,
    ),
  ]);
  t.strictSame([map.color(50, 50), map.color(150, 50), map.color(250, 50)], [WHITE, GREEN, WHITE]);
});

void t.test('rules show at their scales only', async (t) => {
  // 200 m to the pixel of 0.28 mm: 1 / 714,286.
  const relation = shapeRelation(
    'squares',
    `<Rule><MaxScaleDenominator>714000</MaxScaleDenominator>${filled(RED)}</Rule>
     <Rule><MinScaleDenominator>714000</MinScaleDenominator><MaxScaleDenominator>715000</MaxScaleDenominator>${filled(GREEN)}</Rule>`,
  );
  t.equal((await draw([relation])).color(50, 50), GREEN);
  t.equal((await draw([relation], { symbolScale: 0.5 })).color(50, 50), RED);
  t.equal((await draw([relation], { symbolScale: 2 })).color(50, 50), WHITE);
});

void t.test('ElseFilter does not see the rules of other scales', async (t) => {
  const relation = shapeRelation(
    'squares',
    `<Rule><MaxScaleDenominator>1000</MaxScaleDenominator>${equals('kind', 'a')}${filled(RED)}</Rule>
     <Rule><ElseFilter/>${filled(BLUE)}</Rule>`,
  );
  t.equal((await draw([relation])).color(50, 50), BLUE);
});

void t.test('the first relation lies on top, later FeatureTypeStyles above earlier ones', async (t) => {
  const top = shapeRelation('squares', `<Rule>${equals('kind', 'a')}${filled(RED)}</Rule>`);
  const bottom = {
    ...shapeRelation('squares'),
    style: sldStyle(
      `<FeatureTypeStyle><Rule>${filled(BLUE)}</Rule></FeatureTypeStyle>
       <FeatureTypeStyle><Rule>${equals('kind', '')}${filled(GREEN)}</Rule></FeatureTypeStyle>`,
    ),
  };
  const map = await draw([top, bottom]);
  t.strictSame([map.color(50, 50), map.color(150, 50), map.color(250, 50)], [RED, GREEN, BLUE]);
});

void t.test('lines have their width, opacity and dashes', async (t) => {
  const bbox = { minX: 695_000, minY: 6_615_000, maxX: 755_000, maxY: 6_625_000 };
  const stroke = (more: string) =>
    `<Rule><LineSymbolizer><Stroke><CssParameter name="stroke">${RED}</CssParameter><CssParameter name="stroke-width">4</CssParameter>${more}</Stroke></LineSymbolizer></Rule>`;
  const solid = await draw([shapeRelation('lines', stroke(''))], { bbox, height: 50 });
  t.strictSame(
    [22, 23, 26, 27].map((y) => solid.color(150, y)),
    [WHITE, RED, RED, WHITE],
  );
  t.equal(solid.count(RED), 250 * 4);
  const dashed = await draw(
    [shapeRelation('lines', stroke('<CssParameter name="stroke-dasharray">10 10</CssParameter>'))],
    { bbox, height: 50 },
  );
  t.equal(dashed.color(30, 25), RED);
  t.equal(dashed.color(40, 25), WHITE);
  const clear = await draw([shapeRelation('lines', stroke('<CssParameter name="stroke-opacity">0.5</CssParameter>'))], {
    bbox,
    height: 50,
    background: null,
  });
  const alpha = clear.pixel(150, 25)[3] ?? 0;
  t.ok(Math.abs(alpha - 127.5) < 1, `alpha ${alpha}`);
});

const POINTS: Bbox = { minX: 695_000, minY: 6_635_000, maxX: 755_000, maxY: 6_645_000 };

for (const { shape, inside, outside } of [
  { shape: 'square', inside: [42, 17], outside: [39, 25] },
  { shape: 'circle', inside: [50, 17], outside: [42, 17] },
  { shape: 'triangle', inside: [42, 33], outside: [42, 17] },
  { shape: 'diamond', inside: [50, 18], outside: [42, 17] },
  { shape: 'cross', inside: [50, 17], outside: [44, 19] },
  { shape: 'x', inside: [45, 20], outside: [50, 17] },
  { shape: 'star', inside: [50, 25], outside: [42, 32] },
] as const) {
  void t.test(`the mark ${shape} is drawn around its point`, async (t) => {
    const rules = `<Rule><PointSymbolizer><Graphic><Mark><WellKnownName>${shape}</WellKnownName>
      <Fill><CssParameter name="fill">${RED}</CssParameter></Fill></Mark><Size>20</Size></Graphic></PointSymbolizer></Rule>`;
    const map = await draw([shapeRelation('points', rules)], { bbox: POINTS, height: 50 });
    t.equal(map.color(50, 25), RED);
    t.equal(map.color(250, 25), RED);
    t.equal(map.color(inside[0], inside[1]), RED);
    t.equal(map.color(outside[0], outside[1]), WHITE);
  });
}

void t.test('outlines of marks keep their width whatever the size of the mark', async (t) => {
  const rules = `<Rule><PointSymbolizer><Graphic><Mark><WellKnownName>square</WellKnownName>
    <Stroke><CssParameter name="stroke">${BLUE}</CssParameter><CssParameter name="stroke-width">4</CssParameter></Stroke></Mark><Size>20</Size></Graphic></PointSymbolizer></Rule>`;
  const map = await draw([shapeRelation('points', rules)], { bbox: POINTS, height: 50 });
  t.strictSame(
    [37, 38, 41, 42, 50].map((x) => map.color(x, 25)),
    [WHITE, BLUE, BLUE, WHITE, WHITE],
  );
});

void t.test('labels are written beside their points, with halo', async (t) => {
  const rules = `<Rule><TextSymbolizer><Label><ogc:PropertyName>name</ogc:PropertyName>!</Label>
    <Fill><CssParameter name="fill">${RED}</CssParameter></Fill>
    <LabelPlacement><PointPlacement><Displacement><DisplacementX>10</DisplacementX></Displacement></PointPlacement></LabelPlacement></TextSymbolizer></Rule>`;
  const map = await draw([shapeRelation('points', rules)], { bbox: POINTS, height: 50 });
  const reds = (from: number, to: number): number => {
    let found = 0;
    for (let x = from; x < to; x += 1) for (let y = 0; y < 50; y += 1) if (map.color(x, y) !== WHITE) found += 1;
    return found;
  };
  t.equal(reds(0, 58), 0, 'nothing before the displacement');
  t.ok(reds(58, 100) > 30, 'the label is right of the first point');
});

void t.test('hostile attribute names and values are only names and values', async (t) => {
  const rules = `<Rule>${equals(ODD_NAME, 'x')}${filled(RED)}</Rule>
    <Rule>${equals('kind', `a' OR TRUE --`)}${filled(GREEN)}</Rule>
    <Rule>${equals('kind', `!bbox! \\ ]] $1 [f0]`)}${filled(GREEN)}</Rule>`;
  const map = await draw([shapeRelation('squares', rules)]);
  t.strictSame([map.color(50, 50), map.color(150, 50), map.color(250, 50)], [RED, WHITE, WHITE]);
});

void t.test('a filter of the request keeps other features out', async (t) => {
  const relations = [shapeRelation('squares', `<Rule>${filled(RED)}</Rule>`)];
  const filter = {
    kind: 'comparison',
    operator: '>',
    left: { kind: 'property', name: 'size' },
    right: { kind: 'literal', type: 'number', text: '10' },
    matchCase: true,
  } as const;
  const map = await draw([], { layers: [{ key: 'filtered', relations, filter }] });
  t.strictSame([map.color(50, 50), map.color(150, 50), map.color(250, 50)], [WHITE, RED, RED]);
});

void t.test('a transparent background lets through what is not painted', async (t) => {
  const map = await draw([shapeRelation('squares', `<Rule>${filled(RED)}</Rule>`)], { background: null });
  t.equal(map.color(0, 0), '#00000000');
  t.equal(map.color(50, 50), RED);
});

void t.test('JPEG images have white where nothing is painted', async (t) => {
  const image = await pool.render(mapOf([shapeRelation('squares')], { format: 'jpeg', background: null }));
  t.equal(image.toString('hex', 0, 3), 'ffd8ff');
});

void t.test('the same request gives the same bytes', async (t) => {
  const request = mapOf([shapeRelation('squares'), shapeRelation('points'), shapeRelation('lines')]);
  t.ok((await pool.render(request)).equals(await pool.render(request)));
});

void t.test('a table that is gone gives an error, and the next map is drawn', async (t) => {
  const relation = shapeRelation('squares');
  const gone = { ...relation, source: { ...relation.source, table: 'gone' } };
  t.equal(await faultOf(pool.render(mapOf([gone]))), 'failed');
  t.ok(await draw([relation]));
});

void t.test('a crash of the renderer costs the request in hand only', async (t) => {
  const alive = createRenderPool({ config: { ...config, render: { ...config.render, processes: 1 } }, log: silent });
  t.teardown(() => alive.close());
  await alive.ready();
  const [victim = 0] = alive.pids();
  const held = await holdTable(databaseUrl, 'squares');
  const inHand = faultOf(alive.render(mapOf([shapeRelation('squares')])));
  const waiting = alive.render(mapOf([shapeRelation('squares', `<Rule>${filled(RED)}</Rule>`)]));
  await held.rendererWaits();
  process.kill(victim, 'SIGSEGV');
  await held.release();
  t.equal(await inHand, 'crashed');
  t.equal(readPng(await waiting).color(50, 50), RED, 'the request that waited is answered by a new process');
  t.notMatch(alive.pids(), [victim]);
  t.ok(alive.isReady());
});

void t.test('a map that takes too long is stopped, and the next one drawn', async (t) => {
  const hurried = { ...config, render: { ...config.render, processes: 1, timeoutMs: 300 } };
  const short = createRenderPool({ config: hurried, log: silent });
  t.teardown(() => short.close());
  await short.ready();
  const slow = shapeRelation('squares');
  const held = await holdTable(databaseUrl, 'squares');
  t.equal(await faultOf(short.render(mapOf([slow]))), 'timeout');
  await held.release();
  await untilReady(short);
  t.ok(await short.render(mapOf([slow])));
});

void t.test('who waits too long for a process is refused, whoever occupies it', async (t) => {
  const unreachable = { ...config, databaseUrl: 'postgresql://nobody@127.0.0.1:9/none' };
  const lone = createRenderPool({
    config: { ...unreachable, render: { ...config.render, processes: 1, timeoutMs: 200 } },
    log: silent,
  });
  t.teardown(() => lone.close());
  // Asked for before the process is ready: some wait, and none waits for ever.
  const faults = await Promise.all([1, 2, 3].map(() => faultOf(lone.render(mapOf([shapeRelation('squares')])))));
  for (const fault of faults) t.match(fault, /^(timeout|failed)$/);
});

void t.test('more requests than the queue holds are refused', async (t) => {
  const full = createRenderPool({ config: { ...config, render: { ...config.render, processes: 1 } }, log: silent });
  t.teardown(() => full.close());
  const faults = Array.from({ length: 102 }, () => faultOf(full.render(mapOf([shapeRelation('squares')]))));
  t.strictSame(await Promise.all(faults.slice(100)), ['busy', 'busy']);
  t.equal(await faults[0], 'none');
});

void t.test('too many pixels are refused before anything is drawn', async (t) => {
  t.equal(await faultOf(pool.render(mapOf([], { width: 100_000, height: 100_000 }))), 'too-large');
});

void t.test('a process over its memory limit is replaced', async (t) => {
  const small = createRenderPool({
    config: { ...config, render: { ...config.render, processes: 1, memoryMb: 300 } },
    log: silent,
  });
  t.teardown(() => small.close());
  await small.ready();
  const large = mapOf([shapeRelation('squares')], { width: 8192, height: 8192 });
  t.equal(await faultOf(small.render(large)), 'memory');
  await untilReady(small);
  t.ok(await small.render(mapOf([shapeRelation('squares')])));
});

void t.test('a closed pool refuses, and leaves no process', async (t) => {
  const closing = createRenderPool({ config, log: silent });
  await closing.ready();
  const held = await holdTable(databaseUrl, 'squares');
  const inHand = faultOf(closing.render(mapOf([shapeRelation('squares')])));
  await held.rendererWaits();
  await closing.close();
  await held.release();
  t.equal(await inHand, 'closed');
  t.strictSame(closing.pids(), []);
  t.equal(await faultOf(closing.render(mapOf([]))), 'closed');
});

async function untilReady(each: RenderPool): Promise<void> {
  while (!each.isReady()) await new Promise((resolve) => setTimeout(resolve, 10));
}
