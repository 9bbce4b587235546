import t from 'tap';
import type { RasterImage } from '../../src/raster/image.js';
import { INTERPOLATIONS, kernelOf } from '../../src/raster/kernels.js';
import { curvesOf, type Frame, placeGrid, placesOf } from '../../src/raster/place-grid.js';
import { resampleAlong, resampleBent } from '../../src/raster/resample.js';

/** An image of bytes, by what each pixel holds. */
function imageOf(
  side: number,
  nodata: readonly number[],
  pixel: (x: number, y: number) => readonly number[],
  present?: (x: number, y: number) => boolean,
): RasterImage {
  const channels = nodata.length;
  const data = new Uint8Array(side * side * channels);
  const coverage = present === undefined ? null : new Uint8Array(side * side);
  for (let at = 0; at < side * side; at += 1) {
    const [x, y] = [at % side, Math.floor(at / side)];
    if (coverage !== null && present?.(x, y) === true) coverage[at] = 255;
    data.set(pixel(x, y), at * channels);
  }
  return { width: side, height: side, channels, data, nodata, coverage };
}

const INSIDE = { from: 10, step: 0.7, count: 20 };

void t.test('every number of channels, with every interpolation, along the axes', async (t) => {
  for (const interpolation of INTERPOLATIONS) {
    for (const nodata of [[0], [0, 0], [0, 0, 0], [0, 0, 0, 0]]) {
      const image = imageOf(40, nodata, (x, y) => [2 * x, 2 * y, x + y, 255].slice(0, nodata.length));
      if (nodata.length === 2) image.data.forEach((_, at) => at % 2 === 1 && (image.data[at] = 255));
      const made = resampleAlong(image, INSIDE, { ...INSIDE, from: 12 }, kernelOf(interpolation));
      const [x, y] = [10 + 5.5 * 0.7 - 0.5, 12 + 3.5 * 0.7 - 0.5];
      const truth = [2 * x, nodata.length === 2 ? 255 : 2 * y, x + y, 255].slice(0, nodata.length);
      const pixel = [...made.data.subarray((3 * 20 + 5) * nodata.length).subarray(0, nodata.length)];
      const tolerated = interpolation === 'NEAREST-NEIGHBOUR' ? 1.5 : 1;
      t.ok(
        truth.every((value, channel) => Math.abs(value - (pixel[channel] ?? 0)) <= tolerated),
        `${interpolation} ${nodata.length}: ${pixel.join()} for ${truth.join()}`,
      );
    }
  }
});

void t.test('what has no data does not colour what has some', async (t) => {
  const half = imageOf(
    40,
    [255, 255, 255],
    (x) => (x < 20 ? [10, 20, 30] : [255, 255, 255]),
    (x) => x < 20,
  );
  const made = resampleAlong(
    half,
    { from: 15, step: 0.5, count: 20 },
    { from: 15, step: 0.5, count: 20 },
    kernelOf('BICUBIC'),
  );
  const colours = new Set(Array.from({ length: 20 }, (_, x) => [...made.data.subarray(3 * x, 3 * x + 3)].join()));
  t.strictSame([...colours], ['10,20,30', '255,255,255']);
  t.equal(made.coverage?.filter((present) => present > 0).length, 10 * 20);
});

void t.test('what is transparent does not colour what is not', async (t) => {
  const half = imageOf(40, [0, 0, 0, 0], (x) => (x < 20 ? [200, 100, 50, 255] : [0, 0, 0, 0]));
  const made = resampleAlong(
    half,
    { from: 15.25, step: 0.5, count: 20 },
    { from: 15, step: 0.5, count: 2 },
    kernelOf('LINEAR'),
  );
  const pixels = Array.from({ length: 20 }, (_, x) => [...made.data.subarray(4 * x, 4 * x + 4)]);
  const visible = pixels.filter(([, , , alpha = 0]) => alpha > 0);
  t.ok(visible.some(([, , , alpha = 0]) => alpha < 255));
  t.ok(visible.every(([red, green, blue]) => red === 200 && green === 100 && blue === 50));
});

void t.test('an image that is turned: along curves as pixel by pixel', async (t) => {
  const frame: Frame = { x: 0, y: 200, cellSize: 1, width: 200, height: 200 };
  const image = imageOf(200, [0, 0, 0], (x, y) => [x, y, (x + y) / 2]);
  const rows = { first: 10, count: 60 };
  for (const [angle, isCurved] of [
    [0.1, true],
    [0.6, false],
    [Math.PI, false],
  ] as const) {
    // Around the middle of the image read, with waves that are no straight lines.
    const turn = (x: number, y: number): [number, number] => [
      100 + Math.cos(angle) * (x - 50) - Math.sin(angle) * (y - 50) + Math.sin(y / 40),
      100 + Math.sin(angle) * (x - 50) + Math.cos(angle) * (y - 50),
    ];
    const grid = placeGrid({ bbox: { minX: 0, minY: 0, maxX: 100, maxY: 100 }, width: 100, height: 100 }, turn);
    if (grid === null) throw new Error('nothing is within reach');
    const curves = curvesOf(grid, 100, rows, frame);
    t.equal(curves !== null, isCurved, `${angle}`);
    const places = () => placesOf(grid, 100, rows, frame);
    for (const interpolation of INTERPOLATIONS) {
      const made = resampleBent(
        image,
        { width: 100, rows, places, curves, stepX: 1, stepY: 1 },
        kernelOf(interpolation),
      );
      const [x, y] = turn(40.5, 100 - 30.5);
      const truth = [x - 0.5, 200 - y - 0.5];
      const pixel = made.data.subarray((20 * 100 + 40) * 3);
      const tolerated = interpolation === 'NEAREST-NEIGHBOUR' ? 0.6 : 0.75;
      truth.forEach((value, channel) => t.ok(Math.abs(value - (pixel[channel] ?? 0)) <= tolerated, interpolation));
    }
  }
});

void t.test('pixels beyond what the other system reaches have no data', async (t) => {
  const frame: Frame = { x: 0, y: 200, cellSize: 1, width: 200, height: 200 };
  const image = imageOf(200, [7, 7, 7], () => [100, 100, 100]);
  const grid = placeGrid({ bbox: { minX: 0, minY: 0, maxX: 300, maxY: 300 }, width: 300, height: 300 }, (x, y) =>
    x > 150 ? null : [x, y],
  );
  if (grid === null) throw new Error('nothing is within reach');
  const rows = { first: 110, count: 10 };
  const made = resampleBent(
    image,
    {
      width: 300,
      rows,
      places: () => placesOf(grid, 300, rows, frame),
      curves: curvesOf(grid, 300, rows, frame),
      stepX: 1,
      stepY: 1,
    },
    kernelOf('LINEAR'),
  );
  t.strictSame([...made.data.subarray(3 * 149, 3 * 152)], [100, 100, 100, 7, 7, 7, 7, 7, 7]);
  t.strictSame([made.coverage?.[149], made.coverage?.[150]], [255, 0]);
  t.equal(
    placeGrid({ bbox: { minX: 0, minY: 0, maxX: 1, maxY: 1 }, width: 9, height: 9 }, () => null),
    null,
  );
});
