import type { DrawMessage } from './messages.js';
import type { createTransforms, Transform } from './transforms.js';

/**
 * How large a pixel of a map is in the CRS of a table. Mapnik's own `!pixel_width!` is in the units of the map, which
 * would be metres for a table in degrees.
 */

/** Places looked at on each axis: a pixel's size varies over a map that covers much of the globe. */
const SAMPLES = 3;

type View = Pick<DrawMessage, 'srid' | 'extent' | 'width' | 'height'>;

export function createTolerances(transforms: ReturnType<typeof createTransforms>): {
  pixelSize(view: View, tableSrid: number): number;
} {
  return {
    /** Smallest side of a pixel in units of the table; 0, which simplifies nothing, when it cannot be told. */
    pixelSize(view, tableSrid) {
      const [west, south, east, north] = view.extent;
      const stepX = (east - west) / view.width;
      const stepY = (north - south) / view.height;
      if (view.srid === tableSrid) return Math.min(stepX, stepY);
      const transform = transforms(view.srid, tableSrid);
      let smallest = Infinity;
      for (let i = 0; i < SAMPLES; i += 1) {
        for (let j = 0; j < SAMPLES; j += 1) {
          const x = west + ((east - west) * (i + 0.5)) / SAMPLES;
          const y = south + ((north - south) * (j + 0.5)) / SAMPLES;
          smallest = Math.min(smallest, pixelAt(transform, x, y, stepX, stepY));
        }
      }
      return Number.isFinite(smallest) ? smallest : 0;
    },
  };
}

/** Side of the pixel at a position, infinite where the table's CRS does not reach. */
function pixelAt(transform: Transform, x: number, y: number, stepX: number, stepY: number): number {
  const origin = transform(x, y);
  const right = transform(x + stepX, y);
  const up = transform(x, y + stepY);
  if (origin === null || right === null || up === null) return Infinity;
  const size = Math.min(
    Math.hypot(right[0] - origin[0], right[1] - origin[1]),
    Math.hypot(up[0] - origin[0], up[1] - origin[1]),
  );
  return size > 0 ? size : Infinity;
}
