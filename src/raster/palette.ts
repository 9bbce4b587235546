import type { StylePalette } from '../ogc/rok4/style-model.js';
import type { PixelWindow } from './window.js';

/** Colours of the values of one channel (spec diffusion §6.5). */

/** Channels of what a palette draws. */
export function paletteChannels({ noAlpha }: StylePalette): number {
  return noAlpha ? 3 : 4;
}

/** Red, green, blue and transparency of the 256 values of a byte, one after the other. */
export function byteColours(palette: StylePalette): Uint8Array {
  const painter = new Painter(palette);
  const colours = new Uint8Array(256 * 4);
  for (let value = 0; value < 256; value += 1) painter.paint(value, colours, value * 4, 4);
  return colours;
}

/** Paints a window of one channel. */
export function applyPalette(palette: StylePalette, { width, height, data, nodata }: PixelWindow): PixelWindow {
  const channels = paletteChannels(palette);
  const painted = new Uint8Array(width * height * channels);
  const painter = new Painter(palette);
  if (data instanceof Uint8Array) {
    const colours = byteColours(palette);
    for (let at = 0, target = 0; at < data.length; at += 1, target += channels) {
      const from = (data[at] ?? 0) * 4;
      for (let channel = 0; channel < channels; channel += 1) painted[target + channel] = colours[from + channel] ?? 0;
    }
  } else {
    for (let at = 0; at < data.length; at += 1) painter.paint(data[at] ?? 0, painted, at * channels, channels);
  }
  const none = new Uint8Array(channels);
  painter.paint(nodata[0] ?? 0, none, 0, channels);
  return { width, height, channels, data: painted, nodata: [...none] };
}

/**
 * Finds the colour of a value: that of the largest given value below it, mixed with the next one as the palette says,
 * fractions cut. Below the first value, the first colour.
 */
class Painter {
  private readonly values: Float64Array;
  /** Four numbers a value. */
  private readonly colours: Float64Array;
  private readonly rgbContinuous: boolean;
  private readonly alphaContinuous: boolean;
  /** Where the last value was found: neighbours are alike. */
  private last = 0;

  constructor({ colours, rgbContinuous, alphaContinuous }: StylePalette) {
    this.values = Float64Array.from(colours, ({ value }) => value);
    this.colours = Float64Array.from(colours.flatMap(({ red, green, blue, alpha }) => [red, green, blue, alpha]));
    this.rgbContinuous = rgbContinuous;
    this.alphaContinuous = alphaContinuous;
  }

  paint(value: number, into: Uint8Array, target: number, channels: number): void {
    const at = this.find(value);
    const low = this.values[at] ?? 0;
    const high = this.values[at + 1] ?? low;
    const ratio = high > low && value > low ? (value - low) / (high - low) : 0;
    const { colours, rgbContinuous, alphaContinuous } = this;
    for (let channel = 0; channel < channels; channel += 1) {
      const from = colours[at * 4 + channel] ?? 0;
      const isMixed = ratio > 0 && (channel < 3 ? rgbContinuous : alphaContinuous);
      into[target + channel] = isMixed ? from + ratio * ((colours[at * 4 + 4 + channel] ?? from) - from) : from;
    }
  }

  /** The place of the largest value that is not above this one; the first when all are. */
  private find(value: number): number {
    const { values } = this;
    let at = this.last;
    // What is not a number is nowhere: it gets the first colour.
    if (!(value >= (values[at] ?? 0) && value < (values[at + 1] ?? Number.POSITIVE_INFINITY))) {
      let [low, high] = [0, values.length];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((values[middle] ?? 0) <= value) low = middle;
        else high = middle;
      }
      at = low;
      this.last = at;
    }
    return at;
  }
}
