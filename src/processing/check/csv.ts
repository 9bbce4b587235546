import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { csvtFaults } from '../csv/csvt.js';
import { type CsvGeometry, csvGeometry } from '../csv/geometry.js';
import { type CsvHeader, readCsvHeader } from '../csv/header.js';
import type { RecordSet } from '../csv/record-set.js';
import { type CsvRecord, scanCsv } from '../csv/scan.js';
import type { TaskLog } from '../task-log.js';
import { fileName } from '../upload-tree.js';
import { CappedLines, coreLog } from './report.js';

/** What GDAL read of a CSV. */
export interface CsvReading {
  readonly features: number;
  /** Features that GDAL gave no geometry. */
  readonly withoutGeometry: RecordSet;
}

/**
 * Checks what GDAL passes over in a CSV that it has read: rows of another length than the header, quotes that nothing
 * closes, geometries and coordinates that it turned into nothing. Faults are told with their line.
 * @returns whether the file is sound
 */
export async function checkCsvRecords(path: string, reading: CsvReading, log: TaskLog): Promise<boolean> {
  const { error, warning } = coreLog(log);
  const header = await readCsvHeader(path);
  const name = fileName(path);
  const faults = new CappedLines(error, `lignes en faute dans ${name}`);
  const geometry = csvGeometry(header.columns);
  if (geometry === null) {
    warning(`Aucune colonne de géométrie dans ${name} : la table n’en aura pas`);
  }
  const watch = watchedCells(geometry, header);
  const { records, openQuote } = await scanCsv(path, { separator: header.separator, watch }, (record) => {
    for (const fault of recordFaults(record, header, geometry, reading)) {
      faults.add(`Ligne ${record.line} de ${name} : ${fault}`);
    }
  });
  faults.end();
  if (openQuote !== null) error(`Ligne ${openQuote} de ${name} : un guillemet n'est pas fermé`);
  const isWhole = reading.features === records;
  if (!isWhole) error(`${reading.features} objets lus sur ${records} lignes de ${name}`);
  return faults.count === 0 && openQuote === null && isWhole;
}

function watchedCells(geometry: CsvGeometry | null, { columns }: CsvHeader): number[] {
  if (geometry === null) return [];
  const names = geometry.kind === 'text' ? [geometry.column] : [geometry.x, geometry.y];
  return names.map((name) => columns.indexOf(name));
}

function recordFaults(
  { number, cells, hasNul, watched }: CsvRecord,
  { columns }: CsvHeader,
  geometry: CsvGeometry | null,
  reading: CsvReading,
): string[] {
  if (hasNul) return ['elle contient un caractère nul'];
  if (cells !== columns.length) return [`${cells} cellules au lieu de ${columns.length}`];
  if (geometry === null) return [];
  if (geometry.kind === 'point') return coordinateFaults(watched, [geometry.x, geometry.y]);
  const text = watched[0]?.trim() ?? '';
  if (text === '' || !reading.withoutGeometry.has(number)) return [];
  return [`géométrie illisible dans la colonne ${geometry.column} : ${text}`];
}

/** As GDAL reads it, decimal comma included. */
const NUMBER = /^[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?$/i;

function coordinateFaults(texts: readonly string[], names: readonly string[]): string[] {
  if (texts.every((text) => text.trim() === '')) return [];
  return texts.flatMap((text, index) => {
    if (NUMBER.test(text)) return [];
    const what = text.trim() === '' ? 'absente' : `illisible : ${text}`;
    return [`coordonnée ${names[index] ?? ''} ${what}`];
  });
}

/** Compares the `.csvt` of a CSV, if there is one, with its header. @returns whether it is sound */
export async function checkCsvt(path: string, log: TaskLog): Promise<boolean> {
  const stem = fileName(path).replace(/\.[^.]*$/, '');
  const folder = dirname(path);
  const names = await readdir(folder);
  const found = names.find((name) => name.toLowerCase() === `${stem}.csvt`.toLowerCase());
  if (found === undefined) return true;
  const { columns } = await readCsvHeader(path);
  const faults = csvtFaults(await readFile(join(folder, found), 'utf8'), columns.length);
  for (const fault of faults) coreLog(log).error(`${found}, ${fault}`);
  return faults.length === 0;
}
