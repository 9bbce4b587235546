import t from 'tap';
import { AreaMean } from '../../src/pyramid/area-mean.js';
import type { PixelKind } from '../../src/pyramid/tile-pixels.js';

const BYTES: PixelKind = {
  format: { encoding: 'RAW', sample: 'UINT8' },
  channels: 1,
  nodata: [255],
  tileWidth: 5,
  tileHeight: 5,
};
const REALS: PixelKind = { ...BYTES, format: { encoding: 'RAW', sample: 'FLOAT32' }, nodata: [-99999] };
/** Numbers of the pixels of a tile. */
const RANKS = Uint8Array.from({ length: 25 }, (_, at) => at);

void t.test('pixels count for what is covered of them, and their mean is truncated', async (t) => {
  const mean = new AreaMean(BYTES, 2, 2);
  mean.add({ data: RANKS, mask: null }, { x: 0, y: 0, step: 0.4 });
  const { data, mask } = mean.take();
  // 0, 1, half of 2, and so on: (0 + 1 + 5 + 6 + (2 + 7 + 10 + 11) / 2 + 12 / 4) / 6.25 = 4.8
  t.same([...data], [4, 7, 16, 19]);
  t.same([...mask], [255, 255, 255, 255]);
});

void t.test('what is whole stays so', async (t) => {
  for (const step of [0.4, 0.75, 1 / 3, 0.49999993, 0.2]) {
    const mean = new AreaMean(BYTES, 2, 1);
    for (const x of [0, 1, 2, 3, 4]) {
      mean.add({ data: new Uint8Array(25).fill(201), mask: null }, { x: 5 * step * (x - 1.3), y: -0.3, step });
    }
    t.same([...mean.take().data], [201, 201], `${step}`);
  }
});

void t.test('only pixels with data count, and what has none has the value of no data', async (t) => {
  const mean = new AreaMean(REALS, 3, 1);
  const [data, mask] = [new Float32Array(25).fill(-99999), new Uint8Array(25)];
  data[1] = 7.5;
  mask[1] = 63;
  mean.add({ data, mask }, { x: 0, y: 0, step: 0.5 });
  t.same(mean.take(), { data: Float32Array.of(7.5, -99999, -99999), mask: Uint8Array.of(255, 0, 0) });
});

void t.test('tiles may start and end beyond the rectangle', async (t) => {
  const mean = new AreaMean({ ...BYTES, channels: 2, nodata: [255, 0] }, 2, 2);
  const data = Uint8Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? at / 2 : 100));
  mean.add({ data, mask: null }, { x: -3, y: -3, step: 1 });
  mean.add({ data, mask: null }, { x: 2, y: 0, step: 1 });
  mean.add({ data, mask: null }, { x: -5, y: 0, step: 1 });
  t.same([...mean.take().data], [18, 100, 19, 100, 23, 100, 24, 100]);
});
