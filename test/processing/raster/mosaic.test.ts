import t from 'tap';
import { type MosaicImage, mosaicOf } from '../../../src/processing/raster/mosaic.js';
import type { ImageTraits } from '../../../src/processing/raster/traits.js';

const TRAITS: ImageTraits = {
  ...{ width: 10, height: 10, bands: 1, type: 'Byte', palette: false, clearColours: false, alpha: false, mask: false },
  ...{ compression: null, nodata: null, geoTransform: null, controlPoints: false, blockBytes: 100, pages: false },
};

void t.test('a mosaic of more images than a function takes arguments', (t) => {
  const images = Array.from({ length: 150_000 }, (_, at): MosaicImage => {
    const [minX, minY] = [(at % 500) * 10, Math.floor(at / 500) * 10];
    return {
      ...{ path: `/${at}.tif`, traits: TRAITS, blockSize: [10, 10] },
      ...{ box: { minX, minY, maxX: minX + 10, maxY: minY + 10 }, resolution: at === 77 ? [0.5, 0.25] : [1, 1] },
    };
  });
  const { resolution, box } = mosaicOf(images, { sample: 'UINT8', colours: [1], alpha: null }, 'near');
  t.same(resolution, [0.5, 0.25]);
  t.same(box, { minX: 0, minY: 0, maxX: 5000, maxY: 3000 });
  t.end();
});
