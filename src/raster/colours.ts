import type { Colorize, TerrainRgb } from '../ogc/rok4/style-model.js';
import type { PixelWindow } from './window.js';

/** Colours made of a pixel alone (spec diffusion §6.5). */

/** The largest number that three bytes hold. */
const MOST_STEPS = 0xff_ff_ff;

/**
 * Writes elevations into colours: red, green and blue are the bytes of the number of steps above the lowest elevation.
 * What is lower, or no elevation, is the lowest.
 */
export function encodeTerrain(terrain: TerrainRgb, { width, height, data, nodata }: PixelWindow): PixelWindow {
  const colours = new Uint8Array(width * height * 3);
  const none = Math.fround(nodata[0] ?? Number.NaN);
  for (let at = 0, target = 0; target < colours.length; at += 1, target += 3) {
    const elevation = data[at] ?? 0;
    if (elevation !== none) writeSteps(terrain, elevation, colours, target);
  }
  return { width, height, channels: 3, data: colours, nodata: [0, 0, 0] };
}

function writeSteps({ minElevation, step }: TerrainRgb, elevation: number, into: Uint8Array, target: number): void {
  // A comparison that what is not a number fails.
  const steps = elevation > minElevation ? Math.min(Math.trunc((elevation - minElevation) / step), MOST_STEPS) : 0;
  into[target] = steps >> 16;
  into[target + 1] = (steps >> 8) & 0xff;
  into[target + 2] = steps & 0xff;
}

/** Replaces the pixels whose every channel is near the source; the others stay, opaque when they had no transparency. */
export function colorize(style: Colorize, window: PixelWindow): PixelWindow {
  const { width, height, nodata } = window;
  const channels = style.destination.length;
  const data = new Uint8Array(width * height * channels);
  replace(style, window.data, window.channels, data);
  const none = new Uint8Array(channels);
  replace(style, Uint8Array.from(nodata), window.channels, none);
  return { width, height, channels, data, nodata: [...none] };
}

function replace(
  { source, destination, tolerance }: Colorize,
  from: PixelWindow['data'],
  fromChannels: number,
  into: Uint8Array,
): void {
  const channels = destination.length;
  const compared = Math.min(source.length, fromChannels);
  for (let at = 0, target = 0; target < into.length; at += fromChannels, target += channels) {
    let isNear = true;
    for (let channel = 0; channel < compared && isNear; channel += 1) {
      isNear = Math.abs((from[at + channel] ?? 0) - (source[channel] ?? 0)) <= tolerance;
    }
    for (let channel = 0; channel < channels; channel += 1) {
      const kept = channel < fromChannels ? from[at + channel] : 255;
      into[target + channel] = (isNear ? destination[channel] : kept) ?? 0;
    }
  }
}
