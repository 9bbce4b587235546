import { hasAlpha, type RasterImage } from './image.js';
import { blankSamples, pixelsOf } from './weighting.js';

/**
 * Lays an image over another of the same size, by its transparency; pixels without data are transparent. The result has
 * as many channels as the richer of the two.
 */
export function mergeOver(bottom: RasterImage, top: RasterImage): RasterImage {
  const { width, height } = bottom;
  const channels = Math.max(bottom.channels, top.channels);
  const nodata = Array.from({ length: channels }, () => 0);
  const made = blankSamples({ data: bottom.data, nodata }, width * height);
  const result = { width, height, channels, nodata, data: pixelsOf(made) };
  const colours = hasAlpha(result) ? channels - 1 : channels;
  const coverage = new Uint8Array(width * height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const above = opacity(top, pixel);
    const below = opacity(bottom, pixel) * (1 - above);
    const total = above + below;
    coverage[pixel] = total > 0 ? 255 : 0;
    for (let channel = 0; channel < colours; channel += 1) {
      const mixed =
        total > 0 ? (colour(top, pixel, channel) * above + colour(bottom, pixel, channel) * below) / total : 0;
      // What is not quite opaque shows black through, as there is nothing else to show.
      made[pixel * channels + channel] = hasAlpha(result) ? mixed : mixed * total;
    }
    if (hasAlpha(result)) made[pixel * channels + colours] = total * 255;
  }
  return { ...result, coverage: hasAlpha(result) ? null : coverage };
}

/** 0 to 1. */
function opacity(image: RasterImage, pixel: number): number {
  const { data, channels, coverage } = image;
  if (coverage !== null && (coverage[pixel] ?? 0) === 0) return 0;
  return hasAlpha(image) ? (data[(pixel + 1) * channels - 1] ?? 0) / 255 : 1;
}

/** Grey is as much of every colour. */
function colour({ data, channels }: RasterImage, pixel: number, channel: number): number {
  return data[pixel * channels + (channels <= 2 ? 0 : channel)] ?? 0;
}
