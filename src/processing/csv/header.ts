import { open } from 'node:fs/promises';

/** The first line of a CSV. */
export interface CsvHeader {
  /** Names as the file writes them, quotes and surrounding blanks taken off. */
  readonly columns: readonly string[];
  readonly separator: string;
}

/** Longest header that is looked at, bytes. */
const MAX_HEADER = 1024 * 1024;

/** Reads the header of a CSV in UTF-8. */
export async function readCsvHeader(path: string): Promise<CsvHeader> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER), 0, MAX_HEADER, 0);
    const line = buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r\n|\r|\n/, 1)[0];
    return parseCsvHeader(line ?? '');
  } finally {
    await file.close();
  }
}

const SEPARATORS = [',', ';', '\t', '|'];

/**
 * Splits a header line. The separator is the one that GDAL chooses: the first met outside quotes, the comma when there
 * are several; blanks separate only when nothing else does.
 */
export function parseCsvHeader(line: string): CsvHeader {
  const bare = line.replaceAll(/"[^"]*("|$)/g, '');
  const found = SEPARATORS.filter((candidate) => bare.includes(candidate));
  const separator = found.length > 1 ? ',' : (found[0] ?? (bare.trim().includes(' ') ? ' ' : ','));
  return { separator, columns: splitLine(line, separator) };
}

function splitLine(line: string, separator: string): string[] {
  const cells: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at <= line.length; at += 1) {
    if (line[at] === '"') isQuoted = !isQuoted;
    if (at < line.length && (isQuoted || line[at] !== separator)) continue;
    cells.push(unquote(line.slice(start, at).trim()));
    start = at + 1;
  }
  return cells;
}

const unquote = (cell: string) => (/^".*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell);
