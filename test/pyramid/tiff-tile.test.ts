import gdal from 'gdal-async';
import t from 'tap';
import { rasterFormat } from '../../src/pyramid/formats.js';
import { tiffTileHeader } from '../../src/pyramid/tiff-tile.js';
import { encodeTile } from '../../src/pyramid/tile-codec.js';

const [tileWidth, tileHeight] = [256, 128];

const sampleAt = (x: number, y: number, channel: number) => (x + 3 * y + 50 * channel) % 256;

/** Runs of literals, each row apart. */
function packBits(pixels: Uint8Array, stride: number): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < pixels.length; at += 128) {
    const end = Math.min(at + 128, (Math.floor(at / stride) + 1) * stride);
    parts.push(Uint8Array.of(end - at - 1), pixels.subarray(at, end));
  }
  return Buffer.concat(parts);
}

for (const channels of [1, 2, 3, 4]) {
  for (const name of ['TIFF_RAW_UINT8', 'TIFF_ZIP_UINT8', 'TIFF_PKB_UINT8']) {
    void t.test(`a tile ${name} of ${channels} channels is a TIFF behind its header`, async (t) => {
      const format = rasterFormat(name);
      if (format === undefined) throw new Error('no format');
      const samples = Uint8Array.from({ length: tileWidth * tileHeight * channels }, (_, at) => {
        const pixel = Math.floor(at / channels);
        return sampleAt(pixel % tileWidth, Math.floor(pixel / tileWidth), at % channels);
      });
      const kind = { format, channels, tileWidth, tileHeight };
      const tile =
        format.encoding === 'PKB' ? packBits(samples, tileWidth * channels) : await encodeTile(kind, samples);
      const header = tiffTileHeader({ ...kind, photometric: channels > 2 ? 'rgb' : 'gray' }, tile.length);
      const path = `/vsimem/${name}-${channels}.tif`;
      gdal.vsimem.set(Buffer.concat([header, tile]), path);
      const dataset = gdal.open(path);
      t.same({ ...dataset.rasterSize }, { x: tileWidth, y: tileHeight });
      t.equal(dataset.bands.count(), channels);
      for (let band = 1; band <= channels; band += 1) {
        const { pixels } = dataset.bands.get(band);
        t.equal(pixels.get(200, 100), sampleAt(200, 100, band - 1));
        t.equal(pixels.get(255, 127), sampleAt(255, 127, band - 1));
      }
      dataset.close();
      gdal.vsimem.release(path);
    });
  }
}

void t.test('elevations in LZW have their kind told', (t) => {
  const format = rasterFormat('TIFF_LZW_FLOAT32');
  if (format === undefined) throw new Error('no format');
  const header = tiffTileHeader({ format, channels: 1, photometric: 'gray', tileWidth, tileHeight }, 1000);
  const tags = new Map(
    Array.from({ length: header.readUInt16LE(8) }, (_, at) => {
      const position = 10 + 12 * at;
      const isShort = header.readUInt16LE(position + 2) === 3;
      const value = isShort ? header.readUInt16LE(position + 8) : header.readUInt32LE(position + 8);
      return [header.readUInt16LE(position), value];
    }),
  );
  t.match(Object.fromEntries(tags), { 258: 32, 259: 5, 273: header.length, 279: 1000, 339: 3 });
  t.end();
});
