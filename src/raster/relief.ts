import type { Aspect, Hillshade, Slope } from '../ogc/rok4/style-model.js';
import { Gradients } from './gradient.js';
import type { GroundResolution, PixelWindow } from './window.js';

/** Pictures of an elevation model, each a pixel smaller on every side than its window (spec diffusion §6.5). */

export type Relief = Slope | Aspect | Hillshade;

const RADIANS = Math.PI / 180;

/** What a relief holds where an elevation is missing. */
export function reliefNodata(relief: Relief): number {
  switch (relief.kind) {
    case 'pente':
      return relief.slopeNodata;
    case 'exposition':
      return relief.aspectNodata;
    case 'estompage':
      return relief.shadeNodata;
  }
}

/** Real numbers, whatever the elevations are. */
export function drawRelief(relief: Relief, window: PixelWindow, resolution: GroundResolution): PixelWindow {
  const gradients = new Gradients(window, resolution, relief.imageNodata);
  const { width, height } = gradients;
  const data = new Float32Array(width * height);
  const drawRow = rowDrawer(relief);
  for (let row = 0; row < height; row += 1) {
    gradients.read(row);
    drawRow(gradients, data.subarray(row * width, (row + 1) * width));
  }
  return { width, height, channels: 1, data, nodata: [reliefNodata(relief)] };
}

type RowDrawer = (gradients: Gradients, row: Float32Array) => void;

function rowDrawer(relief: Relief): RowDrawer {
  switch (relief.kind) {
    case 'pente':
      return slopeDrawer(relief);
    case 'exposition':
      return aspectDrawer(relief);
    case 'estompage':
      return hillshadeDrawer(relief);
  }
}

function slopeDrawer({ unit, slopeMax, slopeNodata }: Slope): RowDrawer {
  const inDegrees = unit === 'degree';
  return ({ east, north }, row) => {
    for (let at = 0; at < row.length; at += 1) {
      const [x, y] = [east[at] ?? 0, north[at] ?? 0];
      const rise = Math.sqrt(x * x + y * y);
      const slope = inDegrees ? Math.atan(rise) / RADIANS : rise * 100;
      row[at] = Number.isNaN(slope) ? slopeNodata : Math.min(slope, slopeMax);
    }
  };
}

/** The limit of flatness is compared in radians with the rise itself, as ROK4 does: the same for what is nearly flat. */
function aspectDrawer({ minSlope, aspectNodata }: Aspect): RowDrawer {
  const least = minSlope * RADIANS;
  return ({ east, north }, row) => {
    for (let at = 0; at < row.length; at += 1) {
      const [x, y] = [east[at] ?? 0, north[at] ?? 0];
      const rise = Math.sqrt(x * x + y * y);
      // Downhill: the other way than the gradient. What is not a number fails the comparison.
      row[at] = rise > 0 && rise >= least ? Math.atan2(x, y) / RADIANS + 180 : aspectNodata;
    }
  };
}

/** The cosine of the angle between the ground's normal and the sun, in the shadow none, out of 255. */
function hillshadeDrawer({ zenith, azimuth, zFactor, shadeNodata }: Hillshade): RowDrawer {
  const up = 255 * Math.sin(zenith * RADIANS);
  const flat = 255 * zFactor * Math.cos(zenith * RADIANS);
  const [toEast, toNorth] = [flat * Math.sin(azimuth * RADIANS), flat * Math.cos(azimuth * RADIANS)];
  const squared = zFactor * zFactor;
  return ({ east, north }, row) => {
    for (let at = 0; at < row.length; at += 1) {
      const [x, y] = [east[at] ?? 0, north[at] ?? 0];
      const light = (up - toEast * x - toNorth * y) / Math.sqrt(1 + squared * (x * x + y * y));
      row[at] = Number.isNaN(light) ? shadeNodata : Math.max(0, light);
    }
  };
}
