import { prepareCsv } from '../csv/prepare.js';
import { CsvFault, type CsvRow, readCsvRows } from '../csv/rows.js';
import { baseName } from '../formats.js';
import type { TaskLog } from '../task-log.js';
import { fileName } from '../upload-tree.js';
import { tellEncoding } from './encoding.js';
import { lookAtNames } from './names.js';
import { CappedLines, coreLog, tellAll } from './report.js';

/**
 * Checks a `<table>.update` or `<table>.delete` file (lifecycle §4.3), which is a CSV. Whether its table exists is known
 * when it is applied.
 * @returns whether it is sound
 */
export async function checkChanges(path: string, log: TaskLog): Promise<boolean> {
  const { error } = coreLog(log);
  const name = fileName(path);
  tellEncoding(path, await prepareCsv(path), log);
  const faults = new CappedLines(error, `lignes en faute dans ${name}`);
  let columns: string[] | null = null;
  let namesFaults: readonly string[] = [];
  try {
    for await (const row of readCsvRows(path)) {
      if (columns === null) {
        columns = row.cells.map((cell) => cell ?? '');
        namesFaults = lookAtNames(baseName(path), columns, []).faults;
        tellAll(error, namesFaults, `noms invalides dans ${name}`);
        continue;
      }
      const fault = rowFault(row, columns.length);
      if (fault !== null) faults.add(`Ligne ${row.line} de ${name} : ${fault}`);
    }
  } catch (fault) {
    if (!(fault instanceof CsvFault)) throw fault;
    faults.add(`Ligne ${fault.line} de ${name} : ${fault.message}`);
  }
  faults.end();
  if (columns === null && faults.count === 0) error(`Le fichier ${name} n'a pas d'en-tête`);
  return columns !== null && namesFaults.length === 0 && faults.count === 0;
}

function rowFault({ cells }: CsvRow, columns: number): string | null {
  if (cells.length !== columns) return `${cells.length} cellules au lieu de ${columns}`;
  return cells.some((cell) => cell?.includes('\0')) ? 'elle contient un caractère nul' : null;
}
