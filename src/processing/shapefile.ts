import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shapeFaults } from './shapefile-shapes.js';
import { fileName } from './upload-tree.js';

/**
 * Lengths that the headers of a shapefile declare (ESRI Shapefile Technical Description, July 1998: main file and
 * index file headers; dBASE III header), against those of the files: what GDAL reads without complaint when a transfer
 * or a disk cut the end off. And the encoding that its `.cpg` names, which GDAL believes.
 */

const HEADER_BYTES = 100;
const FILE_CODE = 9994;
/** Header, then 32 bytes per field. */
const DBF_HEADER_BYTES = 32;

/**
 * @param path of the .shp
 * @returns French sentences, none for a sound shapefile
 */
export async function shapefileFaults(path: string): Promise<string[]> {
  const folder = dirname(path);
  const stem = fileName(path).replace(/\.[^.]*$/, '');
  const names = await readdir(folder);
  const find = (extension: string) => {
    const name = names.find((candidate) => candidate.toLowerCase() === `${stem}.${extension}`.toLowerCase());
    return name === undefined ? undefined : join(folder, name);
  };
  const faults: string[] = await mainFileFaults(path);
  if (faults.length === 0) faults.push(...(await shapeFaults(path)));
  const [shx, dbf, cpg] = [find('shx'), find('dbf'), find('cpg')];
  if (shx === undefined) faults.push(`Le fichier ${stem}.shx est absent`);
  else faults.push(...(await mainFileFaults(shx)));
  if (dbf === undefined) faults.push(`Le fichier ${stem}.dbf est absent`);
  else faults.push(...(await tableFaults(dbf, cpg === undefined ? null : await readFile(cpg, 'latin1'))));
  return faults;
}

async function mainFileFaults(path: string): Promise<string[]> {
  const header = await readStart(path, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.readInt32BE(0) !== FILE_CODE) {
    return [`Le fichier ${fileName(path)} n'a pas l'en-tête d'un shapefile`];
  }
  // In 16-bit words.
  return lengthFault(path, header.readInt32BE(24) * 2);
}

/** @param encoding content of the `.cpg`, if there is one */
async function tableFaults(path: string, encoding: string | null): Promise<string[]> {
  const header = await readStart(path, DBF_HEADER_BYTES);
  if (header.length < DBF_HEADER_BYTES) return [`Le fichier ${fileName(path)} n'a pas l'en-tête d'une table dBASE`];
  const start = header.readUInt16LE(8);
  const length = header.readUInt16LE(10);
  const faults = await lengthFault(path, start + header.readUInt32LE(4) * length);
  if (faults.length > 0 || length === 0 || !/^\s*utf-?8/i.test(encoding ?? '')) return faults;
  const record = await foreignRecord(path, start, length);
  return record === null
    ? []
    : [`Le fichier ${fileName(path)} n'est pas encodé en UTF-8 comme l'annonce son .cpg (objet ${record})`];
}

/** Longer is no fault: writers leave an end mark or padding. */
async function lengthFault(path: string, declared: number): Promise<string[]> {
  const { size } = await stat(path);
  if (size >= declared) return [];
  return [`Le fichier ${fileName(path)} est tronqué : ${size} octets au lieu de ${declared}`];
}

/** The first record of a table that is not UTF-8, numbered as GDAL does, from 0. */
async function foreignRecord(path: string, start: number, length: number): Promise<number | null> {
  let held: Buffer = Buffer.alloc(0);
  let record = 0;
  for await (const chunk of createReadStream(path, { start, highWaterMark: 256 * 1024 })) {
    const block = Buffer.concat([held, chunk as Buffer]);
    const end = block.length - (block.length % length);
    // Whole records at once; one by one only to find the fault.
    if (!isUtf8(block.subarray(0, end))) {
      const found = Array.from({ length: end / length }, (_, index) => index).find(
        (index) => !isUtf8(block.subarray(index * length, (index + 1) * length)),
      );
      if (found !== undefined) return record + found;
    }
    record += end / length;
    held = block.subarray(end);
  }
  return null;
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
