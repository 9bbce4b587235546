import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import gdal from 'gdal-async';
import sharp from 'sharp';
import t from 'tap';
import { pngFault } from '../../src/pyramid/tile-content/png.js';
import type { TileEncoding } from '../../src/pyramid/formats.js';
import { decodeTile, encodeTile, type TileKind } from '../../src/pyramid/tile-codec.js';

const SIZE = { tileWidth: 64, tileHeight: 32 };

function kindOf(encoding: TileEncoding, channels: number, sample: 'UINT8' | 'FLOAT32' = 'UINT8'): TileKind {
  return { format: { encoding, sample }, channels, ...SIZE };
}

/** Bytes with runs and without. */
function pixels(channels: number): Buffer {
  const bytes = Buffer.alloc(SIZE.tileWidth * SIZE.tileHeight * channels);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = at % 7 < 4 ? (at >> 5) & 255 : (at * 31) & 255;
  return bytes;
}

void t.test('lossless encodings give back their pixels', async (t) => {
  for (const encoding of ['RAW', 'ZIP', 'PNG'] as const) {
    for (const channels of [1, 2, 3, 4]) {
      const kind = kindOf(encoding, channels);
      const decoded = await decodeTile(kind, await encodeTile(kind, pixels(channels)));
      t.same(decoded, pixels(channels), `${encoding}, ${channels} channels`);
    }
  }
  for (const encoding of ['RAW', 'ZIP'] as const) {
    const kind = kindOf(encoding, 1, 'FLOAT32');
    const values = Float32Array.from({ length: 64 * 32 }, (_, at) => at / 3 - 99999);
    t.same(await decodeTile(kind, await encodeTile(kind, values)), values, `${encoding}, real numbers`);
  }
});

void t.test('PNG tiles are what the platform reads, and what everybody reads', async (t) => {
  const folder = t.testdir();
  for (const channels of [1, 2, 3, 4]) {
    const tile = await encodeTile(kindOf('PNG', channels), pixels(channels));
    t.equal(pngFault(tile, { width: 64, height: 32, channels }), null);
    const path = join(folder, `${channels}.png`);
    writeFileSync(path, tile);
    const dataset = gdal.open(path);
    const bands = dataset.bands.map((band) => band.pixels.read(0, 0, 64, 32));
    t.equal(bands.length, channels);
    t.same(
      Buffer.from(pixels(channels).map((_, at) => bands[at % channels]?.[Math.floor(at / channels)] ?? 0)),
      pixels(channels),
    );
    dataset.close();
  }
});

void t.test('a PNG of another kind is refused, not misread', async (t) => {
  const image = sharp(pixels(3), { raw: { width: 64, height: 32, channels: 3 } });
  const filtered = await image.png({ adaptiveFiltering: true }).toBuffer();
  await t.rejects(decodeTile(kindOf('PNG', 3), filtered));
  const plain = await encodeTile(kindOf('PNG', 3), pixels(3));
  await t.rejects(decodeTile(kindOf('PNG', 4), plain));
  await t.rejects(decodeTile(kindOf('PNG', 3), plain.subarray(0, plain.length - 20)));
  await t.rejects(decodeTile(kindOf('PNG', 3), Buffer.from('not a PNG')));
});

void t.test('JPEG tiles are baseline JFIF with colours at half the resolution', async (t) => {
  const flat = Buffer.alloc(64 * 32 * 3);
  for (let at = 0; at < flat.length; at += 1) flat[at] = [200, 30, 90][at % 3] ?? 0;
  const sizes: number[] = [];
  for (const encoding of ['JPG', 'JPG90'] as const) {
    const kind = kindOf(encoding, 3);
    const tile = await encodeTile(kind, flat);
    t.same([...tile.subarray(0, 4)], [0xff, 0xd8, 0xff, 0xe0], 'JFIF first');
    t.same([...tile.subarray(-2)], [0xff, 0xd9]);
    const { chromaSubsampling, isProgressive, space } = await sharp(tile).metadata();
    t.same([chromaSubsampling, isProgressive, space], ['4:2:0', false, 'srgb']);
    const decoded = await decodeTile(kind, tile);
    t.ok(decoded.every((value, at) => Math.abs(value - (flat[at] ?? 0)) <= 4));
    sizes.push((await encodeTile(kind, pixels(3))).length);
  }
  t.ok((sizes[1] ?? 0) > (sizes[0] ?? 0), 'quality 90 is longer than 75');
});

void t.test('the compressions of old TIFF are read', async (t) => {
  const folder = t.testdir();
  for (const [encoding, name] of [
    ['LZW', 'LZW'],
    ['PKB', 'PACKBITS'],
  ] as const) {
    for (const [seed, source] of [pixels(3), Buffer.alloc(64 * 32 * 3, 9), noise(64 * 32 * 3)].entries()) {
      const path = join(folder, `${name}-${seed}.tif`);
      const options = [`COMPRESS=${name}`, 'INTERLEAVE=PIXEL', 'PREDICTOR=1', 'BLOCKYSIZE=32'];
      const dataset = gdal.open(path, 'w', 'GTiff', 64, 32, 3, gdal.GDT_Byte, options);
      dataset.bands.forEach((band, at) => {
        const channel = Uint8Array.from({ length: 64 * 32 }, (_, pixel) => source[3 * pixel + at - 1] ?? 0);
        band.pixels.write(0, 0, 64, 32, channel);
      });
      dataset.close();
      const tile = firstStrip(readFileSync(path));
      t.same(await decodeTile(kindOf(encoding, 3), tile), source, `${name} ${seed}`);
      await t.rejects(decodeTile(kindOf(encoding, 3), tile.subarray(0, tile.length >> 1)), 'cut');
    }
  }
  await t.rejects(encodeTile(kindOf('LZW', 3), pixels(3)), 'and never written');
});

function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return (state >> 16) & 255;
    }),
  );
}

/** The bytes of the first strip of a little-endian TIFF. */
function firstStrip(file: Buffer): Buffer {
  const directory = file.readUInt32LE(4);
  const tags = new Map<number, number>();
  for (let at = 0; at < file.readUInt16LE(directory); at += 1) {
    const entry = directory + 2 + 12 * at;
    const isShort = file.readUInt16LE(entry + 2) === 3;
    tags.set(file.readUInt16LE(entry), isShort ? file.readUInt16LE(entry + 8) : file.readUInt32LE(entry + 8));
  }
  const offset = tags.get(273) ?? 0;
  return file.subarray(offset, offset + (tags.get(279) ?? 0));
}

void t.test('a tile of another size is refused', async (t) => {
  for (const encoding of ['RAW', 'ZIP', 'PNG', 'JPG'] as const) {
    const small = { ...kindOf(encoding, 3), tileHeight: 16 };
    const tile = await encodeTile(small, pixels(3).subarray(0, 64 * 16 * 3));
    await t.rejects(decodeTile(kindOf(encoding, 3), tile), encoding);
  }
});
