import t from 'tap';
import { type Frame, placeGrid, placesOf, reachOf } from '../../src/raster/place-grid.js';

const VIEW = { bbox: { minX: 0, minY: 0, maxX: 200, maxY: 200 }, width: 200, height: 200 };

void t.test('places are told within a twentieth of a pixel, with fewer nodes where that is enough', async (t) => {
  const frame: Frame = { x: 0, y: 300, cellSize: 2, width: 150, height: 150 };
  const sides = [1000, 100, 20].map((bend) => {
    const forward = (x: number, y: number): [number, number] => [x + (y * y) / bend / 8, y + 20 + (x * x) / bend / 8];
    const grid = placeGrid(VIEW, forward);
    if (grid === null) throw new Error('nothing is within reach');
    const places = placesOf(grid, 200, { first: 50, count: 3 }, frame);
    for (const [column, line] of [
      [17, 0],
      [120, 2],
    ] as const) {
      const [x, y] = forward(column + 0.5, 200 - (50 + line + 0.5));
      const [u = NaN, v = NaN] = places.subarray(2 * (line * 200 + column));
      const [trueU, trueV] = [x / 2, (300 - y) / 2];
      if (trueU >= 150 || trueV < 0) t.ok(Number.isNaN(u));
      else t.ok(Math.hypot(u - trueU, v - trueV) < 0.06, `${bend}`);
    }
    return grid.side;
  });
  t.strictSame(
    [...sides].sort((one, other) => other - one),
    sides,
  );
  t.ok((sides[0] ?? 0) > (sides[2] ?? 0));
});

void t.test('the size of a pixel, and what some rows reach', async (t) => {
  const grid = placeGrid(VIEW, (x, y) => [3 * x, 2 * y]);
  if (grid === null) throw new Error('nothing is within reach');
  t.strictSame([grid.sizeX, grid.sizeY].map(Math.round), [3, 2]);
  t.ok(Math.abs(grid.resolution - Math.sqrt(6)) < 1e-9);
  const reach = reachOf(grid, { first: 64, count: 10 });
  t.strictSame(reach && [reach.minX, reach.maxY], [0, 2 * (200 - 64)]);
  t.equal(reachOf({ ...grid, nodes: grid.nodes.map(() => NaN) }, { first: 0, count: 10 }), null);
});
