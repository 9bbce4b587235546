import type { RasterFormat } from '../pyramid/formats.js';
import type { PixelArray } from '../pyramid/tile-codec.js';

/** What the pixels of a window are. */
export interface WindowKind {
  readonly channels: number;
  readonly sample: RasterFormat['sample'];
}

/** A rectangle of pixels on a grid. */
export interface PixelWindow {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Row by row, channels interleaved. */
  readonly data: PixelArray;
  /** A number a channel: what the pixels without data hold. */
  readonly nodata: readonly number[];
}

/** Sides of a pixel on the ground, in metres. */
export interface GroundResolution {
  readonly x: number;
  readonly y: number;
}

export function kindOf({ channels, data }: PixelWindow): WindowKind {
  return { channels, sample: data instanceof Uint8Array ? 'UINT8' : 'FLOAT32' };
}

/** Metres of a degree of a meridian, on the sphere of Web Mercator. */
const METRES_A_DEGREE = (Math.PI * 6_378_137) / 180;

/**
 * The resolution in metres of a window in degrees: those of longitude shrink towards the poles.
 * @param latitude of the middle of the window
 */
export function groundResolutionOfDegrees({ x, y }: GroundResolution, latitude: number): GroundResolution {
  return { x: x * METRES_A_DEGREE * Math.cos((latitude * Math.PI) / 180), y: y * METRES_A_DEGREE };
}
