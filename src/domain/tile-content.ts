import { createHash } from 'node:crypto';
import type { PyramidLayer } from '../ogc/rok4/layer.js';
import type { StylePalette } from '../ogc/rok4/style-model.js';
import { rasterFormat } from '../pyramid/formats.js';
import { paletteChunks, withPalette } from '../pyramid/png-tile.js';
import { tiffTileHeader } from '../pyramid/tiff-tile.js';
import { byteColours } from '../raster/palette.js';

/** Tiles as they are sent: never decoded, at most with a few bytes put before or in between (spec diffusion §6.1). */

/** Pixels of a tile. */
interface TileSize {
  readonly tileWidth: number;
  readonly tileHeight: number;
}

/**
 * The content of the answer.
 * @param stored bytes of the tile in its slab
 * @param palette what it is to be drawn in; for PNG of one channel only
 */
export function tileContent(
  layer: PyramidLayer,
  size: TileSize,
  stored: Buffer,
  palette: StylePalette | undefined,
): Buffer {
  if (palette !== undefined) return withPalette(stored, drawing(palette).chunks);
  const { pixels } = layer;
  const format = pixels === null ? undefined : rasterFormat(pixels.format);
  if (pixels === null || format === undefined || layer.format.mediaType !== 'image/tiff') return stored;
  const { channels, photometric } = pixels;
  return Buffer.concat([tiffTileHeader({ format, channels, photometric, ...size }, stored.length), stored]);
}

/** What a palette makes of tiles. */
interface Drawing {
  readonly chunks: Buffer;
  /** Another one for another palette. */
  readonly name: string;
}

const drawings = new WeakMap<StylePalette, Drawing>();

function drawing(palette: StylePalette): Drawing {
  const known = drawings.get(palette);
  if (known !== undefined) return known;
  const colours = byteColours(palette);
  const chunks = paletteChunks(colours);
  const made = { chunks, name: createHash('sha256').update(chunks).digest('hex').slice(0, 12) };
  drawings.set(palette, made);
  return made;
}

/** Names a palette by what it draws, for the validators of tiles. */
export function paletteName(palette: StylePalette): string {
  return drawing(palette).name;
}
