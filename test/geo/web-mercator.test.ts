import t from 'tap';
import { fromWebMercator, HALF_SIDE, MAX_LATITUDE, placeToWebMercator } from '../../src/geo/web-mercator.js';

void t.test('places and positions come to one another', async (t) => {
  // EPSG guidance note 7-2, method 1024: the example of the Popular Visualisation pseudo-Mercator.
  const [x, y] = placeToWebMercator(-100 - 20 / 60, 24 + 22 / 60 + 54.433 / 3600);
  t.ok(Math.abs(x + 11_169_055.58) < 0.01);
  t.ok(Math.abs(y - 2_800_000) < 0.01);
  const [longitude, latitude] = fromWebMercator(x, y);
  t.ok(Math.abs(longitude + 100 + 20 / 60) < 1e-9);
  t.ok(Math.abs(latitude - 24 - 22 / 60 - 54.433 / 3600) < 1e-9);
});

void t.test('beyond the world both go on', async (t) => {
  t.ok(Math.abs(placeToWebMercator(0, MAX_LATITUDE)[1] - HALF_SIDE) < 1e-3);
  const norths = [85, MAX_LATITUDE, 86, 90, 100].map((latitude) => placeToWebMercator(190, latitude)[1]);
  t.strictSame(
    norths,
    [...norths].sort((one, other) => one - other),
  );
  t.equal(new Set(norths).size, norths.length);
  t.strictSame(placeToWebMercator(0, -100)[1], -placeToWebMercator(0, 100)[1]);
  t.ok(placeToWebMercator(190, 0)[0] > HALF_SIDE);
  t.ok(fromWebMercator(-1.5 * HALF_SIDE, 0)[0] < -180);
});
