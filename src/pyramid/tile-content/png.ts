import { crc32 } from 'node:zlib';
import { COLOUR_TYPES, PNG_SIGNATURE } from '../png-tile.js';
import { inflateExactly } from './zlib.js';

/**
 * What is wrong with a PNG tile, in French, or `null`. The platform's reader takes only a part of PNG (ROK4, tile
 * content): three chunks, rows without filter; it would show wrong pixels of others without a word.
 */
export function pngFault(
  tile: Buffer,
  { width, height, channels }: { width: number; height: number; channels: number },
): string | null {
  if (!tile.subarray(0, 8).equals(PNG_SIGNATURE)) return "n'est pas une image PNG";
  const chunks = readChunks(tile);
  if (chunks === null) return 'est une image PNG tronquée ou altérée';
  if (chunks.map(({ type }) => type).join() !== 'IHDR,IDAT,IEND') {
    return 'est une image PNG dont les blocs ne sont pas exactement IHDR, IDAT, IEND';
  }
  const [header, data] = chunks;
  if (header === undefined || data === undefined || header.data.length !== 13) return 'est une image PNG altérée';
  const found = [header.data.readUInt32BE(0), header.data.readUInt32BE(4), ...header.data.subarray(8)];
  const expected = [width, height, 8, COLOUR_TYPES[channels - 1], 0, 0, 0];
  if (found.join() !== expected.join()) {
    return `est une image PNG d'un autre genre (${found.join(' ')}) que celui de la pyramide (${expected.join(' ')})`;
  }
  const row = 1 + width * channels;
  const pixels = inflateExactly(data.data, row * height);
  if (pixels === null) return 'est une image PNG dont les pixels ne se décompressent pas';
  for (let at = 0; at < pixels.length; at += row) {
    if (pixels[at] !== 0) return 'est une image PNG dont les lignes sont filtrées : la plateforme les lirait mal';
  }
  return null;
}

function readChunks(tile: Buffer): { type: string; data: Buffer }[] | null {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = PNG_SIGNATURE.length; at < tile.length;) {
    if (at + 12 > tile.length) return null;
    const end = at + 8 + tile.readUInt32BE(at);
    if (end + 4 > tile.length || tile.readUInt32BE(end) !== crc32(tile.subarray(at + 4, end))) return null;
    chunks.push({ type: tile.toString('latin1', at + 4, at + 8), data: tile.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}
