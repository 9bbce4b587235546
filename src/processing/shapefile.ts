import { open, stat } from 'node:fs/promises';

/**
 * Lengths that the headers of a shapefile declare (ESRI Shapefile Technical Description, July 1998: main file and
 * index file headers; dBASE III header), against those of the files: what GDAL reads without complaint when a transfer
 * or a disk cut the end off.
 */

const HEADER_BYTES = 100;
const FILE_CODE = 9994;
/** Header, then 32 bytes per field. */
const DBF_HEADER_BYTES = 32;

/**
 * @param base path of the .shp without its extension
 * @param names names of the files of the same folder
 * @returns French sentences, none for a sound shapefile
 */
export async function shapefileFaults(base: string, names: readonly string[]): Promise<string[]> {
  const stem = base.slice(base.lastIndexOf('/') + 1);
  const folder = base.slice(0, base.lastIndexOf('/') + 1);
  const find = (extension: string) => {
    const name = names.find((candidate) => candidate.toLowerCase() === `${stem}.${extension}`.toLowerCase());
    return name === undefined ? undefined : folder + name;
  };
  const faults: string[] = [];
  const shp = find('shp');
  const shx = find('shx');
  const dbf = find('dbf');
  if (shp !== undefined) faults.push(...(await mainFileFaults(shp)));
  if (shx === undefined) faults.push(`Le fichier ${stem}.shx est absent`);
  else faults.push(...(await mainFileFaults(shx)));
  if (dbf === undefined) faults.push(`Le fichier ${stem}.dbf est absent`);
  else faults.push(...(await tableFaults(dbf)));
  return faults;
}

async function mainFileFaults(path: string): Promise<string[]> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const header = await readStart(path, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.readInt32BE(0) !== FILE_CODE) {
    return [`Le fichier ${name} n'a pas l'en-tête d'un shapefile`];
  }
  // In 16-bit words.
  const declared = header.readInt32BE(24) * 2;
  return lengthFault(name, declared, (await stat(path)).size);
}

async function tableFaults(path: string): Promise<string[]> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const header = await readStart(path, DBF_HEADER_BYTES);
  if (header.length < DBF_HEADER_BYTES) return [`Le fichier ${name} n'a pas l'en-tête d'une table dBASE`];
  const declared = header.readUInt16LE(8) + header.readUInt32LE(4) * header.readUInt16LE(10);
  return lengthFault(name, declared, (await stat(path)).size);
}

/** Longer is no fault: writers leave an end mark or padding. */
function lengthFault(name: string, declared: number, actual: number): string[] {
  if (actual >= declared) return [];
  return [`Le fichier ${name} est tronqué : ${actual} octets au lieu de ${declared}`];
}

async function readStart(path: string, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
