import t from 'tap';
import { blankPixels, type PixelKind, QuarteredTile, TileCutter } from '../../src/pyramid/tile-pixels.js';

const BYTES: PixelKind = {
  format: { encoding: 'RAW', sample: 'UINT8' },
  channels: 1,
  nodata: [255],
  tileWidth: 2,
  tileHeight: 2,
};
const REALS: PixelKind = { ...BYTES, format: { encoding: 'RAW', sample: 'FLOAT32' }, nodata: [-99999] };

void t.test('four pixels make their mean, truncated', async (t) => {
  const tile = new QuarteredTile(BYTES);
  tile.draw({ data: Uint8Array.of(10, 11, 12, 14), mask: null }, false, false);
  tile.draw({ data: Uint8Array.of(1, 1, 1, 2), mask: null }, true, true);
  const { data, mask } = tile.take();
  t.same([...data], [11, 255, 255, 1]);
  t.same([...(mask ?? [])], [255, 0, 0, 255]);
});

void t.test('only pixels with data count, and the mask is a mean too', async (t) => {
  const tile = new QuarteredTile(BYTES);
  tile.draw({ data: Uint8Array.of(255, 7, 255, 255), mask: Uint8Array.of(0, 255, 0, 0) }, false, false);
  tile.draw({ data: Uint8Array.of(3, 6, 255, 255), mask: Uint8Array.of(63, 255, 0, 0) }, true, false);
  tile.draw({ data: Uint8Array.of(255, 255, 255, 255), mask: new Uint8Array(4) }, false, true);
  const { data, mask } = tile.take();
  t.same([...data], [7, 4, 255, 255]);
  t.same([...(mask ?? [])], [63, 79, 0, 0]);
});

void t.test('four whole tiles make a whole one', async (t) => {
  const tile = new QuarteredTile(REALS);
  for (const right of [false, true]) {
    for (const down of [false, true]) tile.draw({ data: Float32Array.of(-1, 0.5, 2, 4), mask: null }, right, down);
  }
  const { data, mask } = tile.take();
  t.equal(mask, null);
  t.same([...data], [1.375, 1.375, 1.375, 1.375]);
});

void t.test('tiles are cut out of a rectangle', async (t) => {
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const cutter = new TileCutter(BYTES, { data, mask: Uint8Array.of(255, 255, 9, 0, 255, 255, 0, 0) }, 4);
  t.same(cutter.cut(0, 0), { data: Uint8Array.of(1, 2, 5, 6), mask: null });
  t.same(cutter.cut(1, 0), { data: Uint8Array.of(3, 255, 255, 255), mask: Uint8Array.of(255, 0, 0, 0) });
  const nothing = new TileCutter(BYTES, { data, mask: new Uint8Array(8) }, 4);
  t.equal(nothing.cut(0, 0), null);
});

void t.test('what is no number is no data', async (t) => {
  const piece = { data: Float32Array.of(1, NaN, Infinity, 2), mask: new Uint8Array(4).fill(255) };
  t.same(new TileCutter(REALS, piece, 2).cut(0, 0), {
    data: Float32Array.of(1, -99999, -99999, 2),
    mask: Uint8Array.of(255, 0, 0, 255),
  });
});

void t.test('blank pixels', async (t) => {
  t.same([...blankPixels({ ...BYTES, channels: 2, nodata: [255, 0] }, 2)], [255, 0, 255, 0]);
  t.same([...blankPixels(REALS, 2)], [-99999, -99999]);
});
