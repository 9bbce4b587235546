import { deflateSync } from 'node:zlib';
import t from 'tap';
import type { TileEncoding } from '../../../src/pyramid/formats.js';
import type { SlabKind } from '../../../src/pyramid/raster-header.js';
import { tileFault } from '../../../src/pyramid/tile-content/tile-fault.js';
import { vectorTileFault } from '../../../src/pyramid/tile-content/vector-tile.js';
import { png, pngChunk, tileOf, VECTOR_TILE } from '../../helpers/rok4-pyramid.js';

function kindOf(encoding: TileEncoding, channels = 3, sample: 'UINT8' | 'FLOAT32' = 'UINT8'): SlabKind {
  return {
    format: { encoding, sample },
    channels,
    photometric: channels > 2 ? 'rgb' : 'gray',
    tileWidth: 256,
    tileHeight: 256,
    size: { tilesPerWidth: 2, tilesPerHeight: 2 },
  };
}

/** TIFF LZW of so many equal bytes: each code is one longer than the former; a clear code when the table is full. */
function lzw(length: number): Buffer {
  const codes: [code: number, width: number][] = [[256, 9]];
  let [left, next, width, run] = [length, 258, 9, 1];
  let isFirst = true;
  while (left > 0) {
    const take = Math.min(run, left);
    codes.push([take === 1 ? 7 : 256 + take, width]);
    left -= take;
    if (!isFirst) {
      next += 1;
      if (next + 1 >= 2 ** width && width < 12) width += 1;
    }
    isFirst = false;
    run += 1;
    if (next === 4093) {
      codes.push([256, width]);
      [next, width, run, isFirst] = [258, 9, 1, true];
    }
  }
  codes.push([257, width]);
  const bits = codes.map(([code, size]) => code.toString(2).padStart(size, '0')).join('');
  return Buffer.from(bits.match(/.{1,8}/g)?.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)) ?? []);
}

void t.test('whole tiles of each encoding are sound, others are not', async (t) => {
  for (const encoding of ['RAW', 'ZIP', 'PKB'] as const) {
    for (const sample of ['UINT8', 'FLOAT32'] as const) {
      const kind = kindOf(encoding, 1, sample);
      const tile = tileOf(kind);
      t.equal(await tileFault(tile, kind), null, `${encoding} ${sample}`);
      t.match(await tileFault(tile.subarray(0, tile.length - 7), kind), /octets/, `${encoding} cut`);
      t.match(await tileFault(tile, kindOf(encoding, 2, sample)), /octets/, `${encoding} of another size`);
    }
  }
  t.equal(await tileFault(lzw(256 * 256 * 3), kindOf('LZW')), null);
  t.match(await tileFault(lzw(256 * 256 * 3 - 1), kindOf('LZW')), /octets/);
  t.match(await tileFault(Buffer.alloc(100, 0xff), kindOf('LZW')), /octets/);
  t.match(await tileFault(Buffer.alloc(0), kindOf('LZW')), /octets/);
});

void t.test('a tile that would unpack into gigabytes is refused', async (t) => {
  t.match(await tileFault(deflateSync(Buffer.alloc(64 * 1024 * 1024)), kindOf('ZIP')), /ne se décompresse pas/);
});

void t.test('PNG tiles are those that the platform reads', async (t) => {
  const pixels = Buffer.alloc(256 * 256 * 4, 9);
  for (const channels of [1, 2, 3, 4]) {
    t.equal(await tileFault(png(pixels.subarray(0, 256 * 256 * channels), channels), kindOf('PNG', channels)), null);
  }
  const sound = png(pixels, 4);
  t.match(await tileFault(sound, kindOf('PNG', 3)), /d'un autre genre/);
  t.match(await tileFault(png(pixels, 4, 2), kindOf('PNG', 4)), /lignes sont filtrées/);
  t.match(await tileFault(sound.subarray(0, 200), kindOf('PNG', 4)), /tronquée ou altérée/);
  t.match(await tileFault(Buffer.from('GIF89a'), kindOf('PNG', 4)), /n'est pas une image PNG/);
  const text = pngChunk('tEXt', Buffer.from('Title\0x'));
  const more = Buffer.concat([sound.subarray(0, 33), text, sound.subarray(33)]);
  t.match(await tileFault(more, kindOf('PNG', 4)), /exactement IHDR, IDAT, IEND/);
  const altered = Buffer.from(sound);
  altered[60] = (altered[60] ?? 0) ^ 1;
  t.match(await tileFault(altered, kindOf('PNG', 4)), /tronquée ou altérée/);
});

void t.test('vector tiles are messages of layers, not compressed', (t) => {
  t.equal(vectorTileFault(VECTOR_TILE), null);
  t.equal(vectorTileFault(Buffer.alloc(0)), null);
  for (let length = 1; length < VECTOR_TILE.length; length += 1) {
    t.match(
      vectorTileFault(VECTOR_TILE.subarray(0, length)),
      /n'est pas une tuile vecteur lisible/,
      `cut at ${length}`,
    );
  }
  t.match(vectorTileFault(Buffer.concat([VECTOR_TILE, VECTOR_TILE])), /plusieurs couches routes/);
  t.match(vectorTileFault(Buffer.from([0x1f, 0x8b, 8])), /gzip/);
  t.match(vectorTileFault(Buffer.from([0x1a, 0xff, 0xff, 0xff, 0xff, 0x7f])), /lisible/);
  t.end();
});
