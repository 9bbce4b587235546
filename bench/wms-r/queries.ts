import { placeOf } from '../pyramid/source.js';
import { createRandom } from '../lib/statistics.js';
import type { BenchLayer } from './layers.js';

/** Views of the image, in EPSG:2154. */

/** Pixels a side. */
const SIDE = 1024;

/** Sides in metres, from pixels of the image to the whole of it, less its border: that is what the shares are of. */
const SHARES = [0.1, 0.8] as const;

/** Distinct GetMap queries, the same at every run. @param size pixels of a side of the image */
export function queriesOf({ name, compression }: BenchLayer, size: number, count: number, seed: number): string[] {
  const random = createRandom(seed);
  const { x, y, resolution } = placeOf(size);
  const whole = size * resolution;
  const [shortest, longest] = SHARES;
  return Array.from({ length: count }, () => {
    const side = whole * (shortest + random() * (longest - shortest));
    const margin = whole * 0.02;
    const minX = x + margin + random() * (whole - side - 2 * margin);
    const maxY = y - margin - random() * (whole - side - 2 * margin);
    const bbox = [minX, maxY - side, minX + side, maxY].map((value) => value.toFixed(3));
    return (
      `SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=${name}&STYLES=&CRS=EPSG:2154&BBOX=${bbox.join(',')}` +
      `&WIDTH=${SIDE}&HEIGHT=${SIDE}&FORMAT=${compression === 'png' ? 'image/png' : 'image/jpeg'}`
    );
  });
}
