import type { SlabKind } from '../raster-header.js';
import { decodeTile, readJpegKind, tileBytes } from '../tile-codec.js';
import { pngFault } from './png.js';

/** What is wrong with a tile of a raster pyramid, in French, after "La tuile 3 de la dalle x.tif"; `null` for nothing. */
export async function tileFault(tile: Buffer, kind: SlabKind): Promise<string | null> {
  const { format, channels, tileWidth: width, tileHeight: height } = kind;
  switch (format.encoding) {
    case 'RAW':
    case 'ZIP':
    case 'LZW':
    case 'PKB':
      return (await decodes(tile, kind)) ? null : `ne se décompresse pas en ${tileBytes(kind)} octets de pixels`;
    case 'PNG':
      return pngFault(tile, { width, height, channels });
    case 'JPG':
    case 'JPG90':
      return jpegFault(tile, kind);
  }
}

async function jpegFault(tile: Buffer, kind: SlabKind): Promise<string | null> {
  if (tile[0] !== 0xff || tile[1] !== 0xd8) return "n'est pas une image JPEG";
  const found = await readJpegKind(tile);
  if (found === null) return 'est une image JPEG illisible';
  const { tileWidth, tileHeight, channels } = kind;
  if (found.width !== tileWidth || found.height !== tileHeight || found.channels !== channels) {
    return `est une image JPEG de ${found.width} x ${found.height} pixels et ${found.channels} canaux au lieu de ${tileWidth} x ${tileHeight} et ${channels}`;
  }
  return (await decodes(tile, kind)) ? null : 'est une image JPEG illisible';
}

async function decodes(tile: Buffer, kind: SlabKind): Promise<boolean> {
  try {
    await decodeTile(kind, tile);
    return true;
  } catch {
    return false;
  }
}
