import type { PyramidLayer } from '../ogc/rok4/layer.js';
import { sixDigits } from '../ogc/rok4/pixel-values.js';
import { rasterFormat } from '../pyramid/formats.js';
import { decodeTile } from '../pyramid/tile-codec.js';

/**
 * The values of a pixel of a tile, a text a channel (spec diffusion §6.2). The tile is decoded on the threads of libuv.
 * @param stored bytes of the tile in its slab
 */
export async function tileValues(
  { pixels }: Pick<PyramidLayer, 'pixels'>,
  size: { readonly tileWidth: number; readonly tileHeight: number },
  stored: Buffer,
  { i, j }: { readonly i: number; readonly j: number },
): Promise<string[]> {
  const format = pixels === null ? undefined : rasterFormat(pixels.format);
  if (pixels === null || format === undefined) throw new Error('tiles of this layer have no pixels');
  const { channels } = pixels;
  const values = await decodeTile({ format, channels, ...size }, stored);
  const at = (j * size.tileWidth + i) * channels;
  return [...values.subarray(at, at + channels)].map(sixDigits);
}
