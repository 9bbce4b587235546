import t from 'tap';
import { readImages, sharedNames } from '../../../src/processing/raster/images.js';
import type { DeliveredFile } from '../../../src/processing/upload-tree.js';

const files = (...paths: string[]): DeliveredFile[] =>
  paths.map((path) => ({ path, kind: path.endsWith('.md5') ? 'MD5' : 'DATA', localPath: '/x', size: 1 }));

void t.test('companions are found beside their image, in any case, and nowhere else', (t) => {
  const { images, others } = readImages(
    files(
      'b/A.TIF',
      'b/a.TFW',
      'b/a.prj',
      'b/A.tif.aux.xml',
      'c/a.tfw',
      'x.jpeg',
      'x.jpegw',
      'y.jp2',
      'y.wld',
      'z.txt',
    ),
  );
  t.same(
    images.map(({ format, file, worldFile, auxiliary, projection }) => [
      format,
      file.path,
      worldFile?.path,
      auxiliary?.path,
      projection?.path,
    ]),
    [
      ['TIFF', 'b/A.TIF', 'b/a.TFW', 'b/A.tif.aux.xml', 'b/a.prj'],
      ['JPEG', 'x.jpeg', 'x.jpegw', undefined, undefined],
      ['JPEG 2000', 'y.jp2', 'y.wld', undefined, undefined],
    ],
  );
  t.same(
    others.map(({ path }) => path),
    ['c/a.tfw', 'z.txt'],
  );
  t.end();
});

void t.test('the custom of the format goes before wld', (t) => {
  const { images, others } = readImages(files('a.png', 'a.wld', 'a.pgw'));
  t.equal(images[0]?.worldFile?.path, 'a.pgw');
  t.same(
    others.map(({ path }) => path),
    ['a.wld'],
  );
  t.end();
});

void t.test('names with __ are out, with their companions', (t) => {
  const { images, others } = readImages(files('__a.tif', '__d/b.tif', 'c.tif', '__c.tfw', 'sommes.md5'));
  t.same(
    images.map(({ file }) => file.path),
    ['c.tif'],
  );
  t.equal(others.length, 3);
  t.end();
});

void t.test('names that several images have', (t) => {
  const { images } = readImages(files('a/x.tif', 'b/X.tif', 'b/x.png'));
  t.same(sharedNames(images), [{ name: 'x.tif', paths: ['a/x.tif', 'b/X.tif'] }]);
  t.end();
});
