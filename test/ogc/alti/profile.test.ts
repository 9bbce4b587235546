import t from 'tap';
import type { Place } from '../../../src/ogc/alti/model.js';
import { heightDifferences, samplePlaces } from '../../../src/ogc/alti/profile.js';

const near = (one: Place | undefined, other: Place) =>
  Math.hypot((one?.lon ?? Number.NaN) - other.lon, (one?.lat ?? Number.NaN) - other.lat) < 1e-12;

void t.test('points at equal distances, both ends included', async (t) => {
  const line = [
    { lon: 1.48, lat: 43.54 },
    { lon: 1.49, lat: 43.55 },
  ];
  // As the documentation of the platform shows them.
  const four = samplePlaces(line, 4);
  t.equal(four.length, 4);
  t.ok(near(four[1], { lon: 1.4833333333333334, lat: 43.54333333333333 }));
  t.ok(near(four[2], { lon: 1.4866666666666666, lat: 43.54666666666667 }));
  t.strictSame([four[0], four[3]], line);
  t.ok(near(samplePlaces(line, 8)[1], { lon: 1.4814285714285713, lat: 43.54142857142857 }));
});

void t.test('along several segments', async (t) => {
  const line = [
    { lon: 0, lat: 0 },
    { lon: 1, lat: 0 },
    { lon: 1, lat: 0 },
    { lon: 1, lat: 3 },
  ];
  t.strictSame(samplePlaces(line, 5), [
    { lon: 0, lat: 0 },
    { lon: 1, lat: 0 },
    { lon: 1, lat: 1 },
    { lon: 1, lat: 2 },
    { lon: 1, lat: 3 },
  ]);
  t.strictSame(samplePlaces(line, 2), [line[0], line[3]]);
  const still = [
    { lon: 5, lat: 6 },
    { lon: 5, lat: 6 },
  ];
  t.strictSame(samplePlaces(still, 3), Array(3).fill({ lon: 5, lat: 6 }), 'a line without length');
  t.throws(() => samplePlaces([], 2), /two ends/);
});

void t.test('how much is climbed and descended', async (t) => {
  const of = (...heights: number[]) => heightDifferences(heights.map((z) => ({ z })));
  t.strictSame(of(), { positive: 0, negative: 0 });
  t.strictSame(of(1, 3, 2, 6), { positive: 6, negative: 1 });
  t.strictSame(of(10, -99999, 12, -99999), { positive: 2, negative: 0 }, 'what is missing is passed over');
  t.equal(of(164.34, 152.62, 145.1, 141.33).negative.toFixed(6), '23.010000');
});
