import type pg from 'pg';
import { type ChangedTable, STAGE, STAGE_GEOJSON, STAGE_LINE, stageColumn } from '../../domain/feature-changes.js';
import { copyRows } from '../../domain/feature-loading.js';
import type { RelationColumn } from '../../domain/relations.js';
import type { CsvRow } from '../../processing/csv/rows.js';
import { DataFault } from '../../processing/data-fault.js';
import { copyPlace, isRefusedValue, refusalReason } from './refusals.js';

/** The rows of a `.update` or `.delete` file, header left out. */
export interface StagedFile {
  /** As the producer named it. */
  readonly name: string;
  readonly rows: AsyncIterable<CsvRow>;
  readonly table: ChangedTable;
  /** Columns in which every line has a value. */
  readonly mandatory: readonly string[];
}

/** Characters of rows sent at once. */
const BLOCK = 64 * 1024;

/**
 * Copies the rows of a file into the stage: PostgreSQL itself reads the values, as the types of the columns.
 * @returns the lines of the file, in order
 * @throws DataFault naming the line and the column of the first value that is refused
 */
export async function stageRows(client: pg.Client, file: StagedFile): Promise<number[]> {
  const { columns } = file.table;
  const names = [STAGE_LINE, STAGE_GEOJSON, ...columns.map((_, index) => stageColumn(index))];
  const writer = copyRows(client, STAGE.schema, STAGE.table, names);
  const lines: number[] = [];
  let text = '';
  try {
    for await (const row of file.rows) {
      assertComplete(row, file);
      lines.push(row.line);
      text += copyLine(row, columns);
      if (text.length < BLOCK) continue;
      await writer.write(Buffer.from(text));
      text = '';
    }
    await writer.write(Buffer.from(text));
    await writer.end();
  } catch (error) {
    await writer.abandon();
    throw isRefusedValue(error) ? refusedCell(error, lines, file) : error;
  }
  return lines;
}

function assertComplete({ line, cells }: CsvRow, { name: file, table: { columns }, mandatory }: StagedFile): void {
  if (cells.length !== columns.length) {
    throw new DataFault(`Fichier ${file}, ligne ${line} : ${cells.length} colonnes au lieu de ${columns.length}`);
  }
  const empty = columns.find(({ name }, index) => mandatory.includes(name) && isBlank(cells[index]));
  if (empty === undefined) return;
  throw new DataFault(`Fichier ${file}, ligne ${line}, colonne ${empty.name} : la clé primaire n'a pas de valeur`);
}

/** A line of COPY text. */
function copyLine({ line, cells }: CsvRow, columns: readonly RelationColumn[]): string {
  const hasGeojson = columns.some(({ geometry }, index) => geometry !== null && /^\s*\{/.test(cells[index] ?? ''));
  const values = columns.map((column, index) => {
    const cell = cells[index] ?? null;
    return cell === null || (isBlank(cell) && !isText(column)) ? '\\N' : escapeCopy(cell);
  });
  return `${[line, hasGeojson ? 't' : 'f', ...values].join('\t')}\n`;
}

function isBlank(cell: string | null | undefined): boolean {
  return cell === null || cell === undefined || cell.trim() === '';
}

function isText({ type }: RelationColumn): boolean {
  return /^(text|character varying|character|citext)\b/.test(type);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCopy(cell: string): string {
  return /[\\\n\r\t]/.test(cell) ? cell.replaceAll(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? '') : cell;
}

function refusedCell(
  error: Parameters<typeof refusalReason>[0],
  lines: readonly number[],
  { name: file, table }: StagedFile,
): DataFault {
  const place = copyPlace(error);
  const line = place === null ? undefined : lines[place.row - 1];
  const column = table.columns.find((_, index) => stageColumn(index) === place?.column);
  const where = [
    `Fichier ${file}`,
    ...(line === undefined ? [] : [`ligne ${line}`]),
    ...(column === undefined ? [] : [`colonne ${column.name} (${column.type})`]),
  ];
  return new DataFault(`${where.join(', ')} : ${refusalReason(error)}`);
}
