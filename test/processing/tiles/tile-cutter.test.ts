import { VectorTile } from '@mapbox/vector-tile';
import gdal from 'gdal-async';
import { PbfReader } from 'pbf';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { pointWkb, polygonWkb } from '../../../fixtures/generate/dataset.js';
import { writeAttributes } from '../../../src/processing/tiles/attributes.js';
import { ByteWriter } from '../../../src/processing/tiles/byte-writer.js';
import { readShapes, WORLD_SIDE } from '../../../src/processing/tiles/shape.js';
import { TileBuilder } from '../../../src/processing/tiles/tile-builder.js';
import { TileCutter } from '../../../src/processing/tiles/tile-cutter.js';
import { DEFAULT_TILE_OPTIONS, extentAt, type TileOptions } from '../../../src/processing/tiles/tile-options.js';
import { TileStore } from '../../../src/processing/tiles/tile-store.js';

interface Given {
  readonly wkb: Buffer;
  readonly id?: number;
  readonly name?: string;
}

/** Metres of a place of a tile, in units of its grid. */
function metres(zoom: number, col: number, row: number, x: number, y: number, extent = 4096): [number, number] {
  const unit = WORLD_SIDE / 2 ** zoom / extent;
  return [(col * extent + x) * unit - WORLD_SIDE / 2, WORLD_SIDE / 2 - (row * extent + y) * unit];
}

/** A square of a tile, in units. */
function square(zoom: number, col: number, row: number, x: number, y: number, side: number): Buffer {
  const corner = (dx: number, dy: number) => metres(zoom, col, row, x + dx, y + dy);
  return polygonWkb([corner(0, 0), corner(side, 0), corner(side, side), corner(0, side)]);
}

/** Tiles by `zoom/col/row` of features that lie in levels 0 to `bottom`. */
function cut(
  folder: string,
  features: readonly Given[],
  { bottom = 4, options = {}, budget = 1e9 }: { bottom?: number; options?: Partial<TileOptions>; budget?: number } = {},
): Map<string, Buffer> {
  const all = { ...DEFAULT_TILE_OPTIONS, ...options };
  const store = new TileStore(folder, budget);
  const levels = Array.from({ length: bottom + 1 }, (_, zoom) => {
    const last = 2 ** zoom - 1;
    return { zoom, range: { minCol: 0, maxCol: last, minRow: 0, maxRow: last } };
  });
  const extentOf = (zoom: number) => extentAt(all, zoom, bottom);
  const cutter = new TileCutter(0, levels, all, extentOf, (zoom, col, row, record) =>
    store.add(zoom, row * 2 ** zoom + col, record),
  );
  features.forEach(({ wkb, id = -1, name }, rank) => {
    const writer = new ByteWriter();
    writeAttributes(writer, [{ key: 0, kind: 'text' }], [name === undefined ? null : Buffer.from(name)]);
    cutter.add({ rank, id, attributes: writer.take(), shapes: readShapes(wkb) });
  });
  cutter.finish();
  const builder = new TileBuilder([{ name: 'layer', keys: ['name'] }], all);
  const tiles = new Map<string, Buffer>();
  for (const { zoom } of levels) {
    for (const { tile, records } of store.tiles(zoom)) {
      const { bytes } = builder.build(records, extentOf(zoom));
      tiles.set(`${zoom}/${tile % 2 ** zoom}/${Math.floor(tile / 2 ** zoom)}`, bytes);
    }
  }
  return tiles;
}

function featuresOf(tile: Buffer | undefined) {
  const layer = tile && new VectorTile(new PbfReader(tile)).layers.layer;
  return Array.from({ length: layer?.length ?? 0 }, (_, at) => {
    const feature = layer?.feature(at);
    return {
      id: feature?.id,
      type: feature?.type,
      properties: feature?.properties,
      rings: (feature?.loadGeometry() ?? []).map((ring) => ring.map(({ x, y }) => [x, y])),
    };
  });
}

void t.test('a polygon is cut at the margins of the tiles', async (t) => {
  const tiles = cut(t.testdir(), [{ wkb: square(4, 8, 5, 3000, 3000, 2000), id: 7, name: 'é' }]);
  t.same(
    [...tiles.keys()].filter((key) => key.startsWith('4/')),
    ['4/8/5', '4/9/5', '4/8/6', '4/9/6'],
  );
  const [first] = featuresOf(tiles.get('4/8/5'));
  t.match(first, { id: 7, type: 3, properties: { name: 'é' } });
  t.same(first?.rings, [
    [
      [3000, 3000],
      [4176, 3000],
      [4176, 4176],
      [3000, 4176],
      [3000, 3000],
    ],
  ]);
  t.match(
    featuresOf(tiles.get('4/9/6'))[0]
      ?.rings[0]?.flat()
      .sort((a, b) => a - b)[0],
    -80,
  );
});

void t.test('inner rings keep their outer one, and their direction', async (t) => {
  const ring = (x: number, y: number, side: number) =>
    [
      [0, 0],
      [0, side],
      [side, side],
      [side, 0],
      [0, 0],
    ].map(([dx = 0, dy = 0]) => metres(2, 1, 1, x + dx, y + dy).join(' '));
  const wkb = gdal.Geometry.fromWKT(
    `POLYGON((${ring(100, 100, 1000).join(',')}),(${ring(300, 300, 300).join(',')}),(${ring(900, 900, 1).join(',')}))`,
  ).toWKB(gdal.wkbNDR);
  const [feature] = featuresOf(cut(t.testdir(), [{ wkb }], { bottom: 2 }).get('2/1/1'));
  t.equal(feature?.rings.length, 2, 'a hole too small to be seen is filled');
  const area = (points: number[][] = []) =>
    points.reduce((sum, [x = 0, y = 0], at) => {
      const [x2 = 0, y2 = 0] = points[at + 1] ?? points[0] ?? [];
      return sum + x * y2 - x2 * y;
    }, 0) / 2;
  t.equal(area(feature?.rings[0]), 1_000_000);
  t.equal(area(feature?.rings[1]), -90_000);
});

void t.test('tiny polygons join in squares that keep their area', async (t) => {
  const side = 64;
  const features = Array.from({ length: 64 }, (_, at) => ({
    wkb: square(8, 128, 90, (at % 8) * 2 * side, Math.floor(at / 8) * 2 * side, at === 9 ? side + 16 : side),
    id: at,
    name: `polygon ${at}`,
  }));
  const tiles = cut(t.testdir(), features, { bottom: 8 });
  t.equal(featuresOf(tiles.get('8/128/90')).length, 64, 'all at the bottom');
  const [only, ...others] = featuresOf(tiles.get('3/4/2'));
  t.same(others, []);
  t.match(only, { id: 9, properties: { name: 'polygon 9' } }, 'with the attributes of the largest');
  const xs = only?.rings[0]?.map(([x = 0]) => x) ?? [];
  const expected = Math.sqrt((63 * side * side + 80 * 80) / 32 ** 2);
  t.ok(Math.abs(Math.max(...xs) - Math.min(...xs) - expected) <= 1, `${String(xs)} for ${expected}`);
  t.ok(tiles.has('0/0/0'), 'up to the top');
  t.notOk(
    cut(t.testdir(), features, { bottom: 8, options: { joinTiny: false } }).has('0/0/0'),
    'unless it is not wanted',
  );
});

void t.test('points thin out above the bottom level, the same each time', async (t) => {
  const features = Array.from({ length: 400 }, (_, at) => ({
    wkb: pointWkb(metres(4, 8, 5, (at % 20) * 40, Math.floor(at / 20) * 40)),
    id: at,
  }));
  const counts = (options?: Partial<TileOptions>) => {
    const tiles = cut(t.testdir(), features, { options });
    return ['4/8/5', '3/4/2', '2/2/1'].map((key) => featuresOf(tiles.get(key)).length);
  };
  const [all, ...fewer] = counts();
  t.equal(all, 400);
  t.same(fewer, [144, 36], 'one for each cell of 32 units');
  t.same(counts({ pointDrop: { rate: 1, baseLevel: null } }), [400, 400, 400]);
  const dropped = counts({ pointDrop: { rate: 2, baseLevel: null } });
  t.equal(dropped[0], 400);
  t.ok((dropped[1] ?? 0) > 150 && (dropped[1] ?? 0) < 250, String(dropped));
  t.same(counts({ pointDrop: { rate: 2, baseLevel: null } }), dropped);
});

void t.test('lines are simplified within the tolerance, short ones become dashes', async (t) => {
  const wkt = (points: readonly (readonly [number, number])[]) =>
    gdal.Geometry.fromWKT(`LINESTRING(${points.map(([x, y]) => metres(6, 32, 22, x, y).join(' ')).join(',')})`).toWKB(
      gdal.wkbNDR,
    );
  const zigzag = Array.from({ length: 101 }, (_, at): [number, number] => [at * 20, 1000 + (at % 2) * 8]);
  const tiles = cut(
    t.testdir(),
    [
      { wkb: wkt(zigzag) },
      {
        wkb: wkt([
          [0, 0],
          [40, 0],
        ]),
      },
    ],
    { bottom: 6 },
  );
  const [long] = featuresOf(tiles.get('6/32/22'));
  t.equal(long?.rings[0]?.length, 101);
  const top = featuresOf(tiles.get('2/2/1'));
  t.same(top[0]?.rings[0]?.length, 2, 'half a unit of zigzag is a straight line');
  t.equal(top.length, 2);
  t.equal(top[1]?.rings[0]?.length, 2);
});

void t.test('a tile that is too large is generalised until it fits', async (t) => {
  const features = Array.from({ length: 2500 }, (_, at) => ({
    wkb: square(4, 8, 5, (at % 50) * 80, Math.floor(at / 50) * 80, 60),
    id: at,
    name: `polygon ${at}`,
  }));
  const tile = cut(t.testdir(), features, { options: { maxBytes: 20_000 } }).get('4/8/5');
  t.ok(tile !== undefined && tile.length <= 20_000, `${tile?.length}`);
  const area = featuresOf(tile).reduce((sum, { rings }) => {
    const xs = rings[0]?.map(([x = 0]) => x) ?? [];
    return sum + (Math.max(...xs) - Math.min(...xs)) ** 2;
  }, 0);
  t.ok(Math.abs(area / (2500 * 60 * 60) - 1) < 0.05, `the area stays: ${area / (2500 * 60 * 60)}`);
  const few = cut(t.testdir(), features, { options: { maxFeatures: 100 } }).get('4/8/5');
  t.ok(featuresOf(few).length <= 100);
});

void t.test('memory is bounded: what does not fit goes to files, and the tiles are the same', async (t) => {
  const features = Array.from({ length: 3000 }, (_, at) => ({
    wkb: square(9, 256 + (at % 60), 180 + Math.floor(at / 60), 10, 10, 3000),
    id: at,
    name: `polygon ${at}`,
  }));
  const held = cut(t.testdir(), features, { bottom: 9 });
  const spilled = cut(t.testdir(), features, { bottom: 9, budget: 200_000 });
  t.same([...spilled.keys()], [...held.keys()]);
  t.ok([...held].every(([key, bytes]) => spilled.get(key)?.equals(bytes) === true));
});

void t.test('GDAL reads the tiles', async (t) => {
  const folder = t.testdir();
  const tiles = cut(t.testdir(), [{ wkb: square(4, 8, 5, 1000, 1000, 2000), id: 7, name: 'carré' }]);
  const path = join(folder, '4', '8', '5.pbf');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, tiles.get('4/8/5') ?? '');
  const dataset = gdal.open(`MVT:${path}`);
  const layer = dataset.layers.get('layer');
  t.equal(layer.features.count(), 1);
  const feature = layer.features.first();
  t.equal(feature.fields.get('name'), 'carré');
  const { minX = 0, maxY = 0 } = feature.getGeometry()?.getEnvelope() ?? {};
  const [x, y] = metres(4, 8, 5, 1000, 1000);
  const unit = WORLD_SIDE / 16 / 4096;
  t.ok(Math.abs(minX - x) < unit && Math.abs(maxY - y) < unit);
  dataset.close();
});
