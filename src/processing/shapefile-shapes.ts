import { createReadStream } from 'node:fs';
import { fileName } from './upload-tree.js';

/** Shapes of a .shp (ESRI Shapefile Technical Description, July 1998: record headers and record contents). */

const HEADER_BYTES = 100;
/** Number and length of the record, then the type of its shape. */
const RECORD_START = 12;
const NULL_SHAPE = 0;
/** Shapes that are told one by one. */
const SHOWN = 10;

/**
 * Looks for shapes of another type than the file's, which GDAL reads as features without geometry.
 * @param path of a .shp whose header is sound
 * @returns French sentences, none for a sound file
 */
export async function shapeFaults(path: string): Promise<string[]> {
  const faults: string[] = [];
  let type: number | null = null;
  // Offset in the file of the next thing to read, the header first.
  let next = 0;
  let record = 0;
  let offset = 0;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const block = Buffer.concat([held, chunk as Buffer]);
    for (;;) {
      const at = next - offset;
      if (at + (type === null ? HEADER_BYTES : RECORD_START) > block.length) break;
      if (type === null) {
        type = block.readInt32LE(at + 32);
        next = HEADER_BYTES;
        continue;
      }
      const found = block.readInt32LE(at + 8);
      if (found !== type && found !== NULL_SHAPE) {
        faults.push(`Forme de type ${found} au lieu de ${type} dans ${fileName(path)}, objet ${record}`);
        if (faults.length === SHOWN) return faults;
      }
      const words = block.readInt32BE(at + 4);
      // Not a row of records any more: GDAL, which follows the index, will tell.
      if (words < 2) return faults;
      record += 1;
      next += 8 + words * 2;
    }
    const kept = Math.min(block.length, Math.max(0, next - offset));
    offset += kept;
    held = block.subarray(kept);
  }
  return faults;
}
