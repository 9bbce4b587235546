import { type PatternPlace, writePattern } from '../../fixtures/generate/raster.js';
import { createRandom } from '../lib/statistics.js';

/** Something like a photograph from the air: slow and quick changes of colour, fields, grain. */

const GRAIN = 1 << 16;

/** 20 cm pixels, near Nantes. */
export function placeOf(size: number): PatternPlace {
  return { srid: 2154, x: 350_000, y: 6_690_000, resolution: 0.2, width: size, height: size };
}

/** Writes the image of the bench: RGB, tiled, not compressed. `placed`: whether it says where it is. */
export function writeSource(path: string, size: number, placed: boolean): void {
  const place = placeOf(size);
  const random = createRandom(7);
  const grain = Uint8Array.from({ length: GRAIN }, () => random() * 16);
  const options = ['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=512', 'PHOTOMETRIC=RGB'];
  writePattern(
    path,
    place,
    (x, y) => {
      const [column, row] = [(x - place.x) * 5, (place.y - y) * 5];
      const slow = 120 + 55 * Math.sin(column / 97) * Math.cos(row / 79) + 28 * Math.sin((column + row) / 9);
      const field = ((column >> 6) ^ (row >> 6)) & 1 ? 10 : 0;
      const noise = grain[(Math.trunc(column) * 31 + Math.trunc(row) * 1777) % GRAIN] ?? 0;
      const value = slow + field + noise;
      return [value, value * 0.9 + 10, value * 0.7];
    },
    { options, placed },
  );
}
