import { open, stat } from 'node:fs/promises';
import { fileName } from '../upload-tree.js';

/** Header of a SQLite file (https://www.sqlite.org/fileformat2.html, "The Database Header"). */
const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/**
 * Compares the number of pages that a SQLite header declares with the size of the file: what reading alone does not
 * see when the pages cut off hold an index.
 * @returns French sentences, none for a sound file
 */
export async function sqliteFaults(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    // Whatever is no SQLite file is told by GDAL's refusal.
    if (bytesRead < HEADER_BYTES || buffer.toString('latin1', 0, MAGIC.length) !== MAGIC) return [];
    const written = buffer.readUInt16BE(16);
    const pageSize = written === 1 ? 65536 : written;
    // Older writers leave a count that is not theirs: it holds only for the last change.
    if (buffer.readUInt32BE(24) !== buffer.readUInt32BE(92)) return [];
    const declared = buffer.readUInt32BE(28) * pageSize;
    const { size } = await stat(path);
    return size >= declared ? [] : [`Le fichier ${fileName(path)} est tronqué : ${size} octets au lieu de ${declared}`];
  } finally {
    await file.close();
  }
}
