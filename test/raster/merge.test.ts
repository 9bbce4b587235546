import t from 'tap';
import type { RasterImage } from '../../src/raster/image.js';
import { mergeOver } from '../../src/raster/merge.js';

function imageOf(pixels: readonly (readonly number[])[], coverage: readonly number[] | null = null): RasterImage {
  const channels = pixels[0]?.length ?? 0;
  const data = Uint8Array.from(pixels.flat());
  const nodata = Array.from({ length: channels }, () => 0);
  return { width: pixels.length, height: 1, channels, data, nodata, coverage: coverage && Uint8Array.from(coverage) };
}

const pixelsOf = ({ data, channels, width }: RasterImage) =>
  Array.from({ length: width }, (_, at) => [...data.subarray(at * channels, (at + 1) * channels)]);

void t.test('colours show through by transparency; what has no data is transparent', async (t) => {
  const photo = imageOf([
    [100, 50, 0],
    [100, 50, 0],
    [100, 50, 0],
  ]);
  const veil = imageOf([
    [255, 0, 255, 51],
    [9, 9, 9, 0],
    [1, 2, 3, 255],
  ]);
  const merged = mergeOver(photo, veil);
  t.strictSame(pixelsOf(merged), [
    [131, 40, 51, 255],
    [100, 50, 0, 255],
    [1, 2, 3, 255],
  ]);
  const holes = imageOf(
    [
      [7, 7, 7],
      [8, 8, 8],
      [9, 9, 9],
    ],
    [0, 255, 0],
  );
  t.strictSame(pixelsOf(mergeOver(photo, holes)), [
    [100, 50, 0],
    [8, 8, 8],
    [100, 50, 0],
  ]);
  // A palette gives them a colour all the same.
  const drawn = imageOf(
    [
      [7, 7, 7, 255],
      [8, 8, 8, 255],
      [9, 9, 9, 255],
    ],
    [0, 255, 0],
  );
  t.strictSame(pixelsOf(mergeOver(photo, drawn)), [
    [100, 50, 0, 255],
    [8, 8, 8, 255],
    [100, 50, 0, 255],
  ]);
  const both = mergeOver(holes, holes);
  t.strictSame(pixelsOf(both)[0], [0, 0, 0], 'black where none has data');
  t.strictSame(both.coverage && [...both.coverage], [0, 255, 0]);
});

void t.test('grey is a colour; half transparent over nothing stays so', async (t) => {
  const grey = imageOf([[80], [90]], [255, 0]);
  const veil = imageOf([
    [200, 100, 0, 128],
    [200, 100, 0, 128],
  ]);
  t.strictSame(pixelsOf(mergeOver(grey, veil)), [
    [140, 90, 40, 255],
    [200, 100, 0, 128],
  ]);
});

void t.test('elevations', async (t) => {
  const numbers = (values: readonly number[], coverage: readonly number[]): RasterImage => ({
    ...{ width: 2, height: 1, channels: 1, nodata: [-99999] },
    ...{ data: Float32Array.from(values), coverage: Uint8Array.from(coverage) },
  });
  const merged = mergeOver(numbers([12.5, 13.5], [255, 255]), numbers([1000.25, 0], [255, 0]));
  t.strictSame([...merged.data], [1000.25, 13.5]);
});
