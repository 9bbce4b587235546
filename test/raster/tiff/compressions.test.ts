import t from 'tap';
import { decodeLzw, unpackBits } from '../../../src/pyramid/old-compressions.js';
import { encodeLzw } from '../../../src/raster/tiff/lzw.js';
import { packBits } from '../../../src/raster/tiff/pack-bits.js';

/** Texts that are hard in ways of their own. */
const CASES: readonly (readonly [string, (at: number) => number])[] = [
  ['flat', () => 7],
  ['ramps', (at) => at & 255],
  ['noise', (at) => (at * 2_654_435_761) >>> 24],
  ['runs of two and three', (at) => Math.floor(at / 2.5) & 255],
];

void t.test('what is packed is unpacked, at every length', async (t) => {
  for (const [name, byte] of CASES) {
    for (const length of [1, 2, 3, 127, 128, 129, 130, 5000, 70_000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => byte(at));
      t.ok(decodeLzw(encodeLzw(bytes), length).equals(bytes), `LZW, ${name}, ${length}`);
      const rows = Math.min(length, 1000);
      t.ok(unpackBits(packBits(bytes, rows), length, rows).equals(bytes), `PackBits, ${name}, ${length}`);
    }
  }
});

void t.test('flat pixels get short, noise hardly longer', async (t) => {
  const flat = new Uint8Array(10_000);
  const noise = Uint8Array.from({ length: 10_000 }, (_, at) => (at * 2_654_435_761) >>> 24);
  t.ok(encodeLzw(flat).length < 300);
  t.ok(packBits(flat, 1000).length < 200);
  t.ok(packBits(noise, 1000).length < 10_200);
});
