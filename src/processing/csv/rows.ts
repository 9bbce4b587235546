import { createReadStream } from 'node:fs';
import { parseCsvHeader } from './header.js';

/** Rows of a CSV, for the files that are not layers: `.update` and `.delete`. */

/** A row; a cell is `null` when nothing is written between its separators, `''` when it is an empty text in quotes. */
export interface CsvRow {
  /** Line of the file where it starts, from 1. */
  readonly line: number;
  readonly cells: readonly (string | null)[];
}

/** A CSV that cannot be cut into rows; the message is a French sentence. */
export class CsvFault extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
    this.name = 'CsvFault';
  }
}

/** Longest row, characters: a quote that is never closed must not take the memory. */
const MAX_ROW = 64 * 1024 * 1024;

/**
 * Reads the rows of a file, header first, with constant memory. Lines without any character are passed over.
 * @param path in UTF-8: see `prepareCsv`
 * @throws CsvFault
 */
export async function* readCsvRows(path: string): AsyncGenerator<CsvRow> {
  const decoder = new TextDecoder();
  const splitter = new CsvSplitter();
  for await (const chunk of createReadStream(path)) {
    yield* splitter.push(decoder.decode(chunk as Buffer, { stream: true }));
  }
  yield* splitter.push(decoder.decode());
  yield* splitter.end();
}

/** Cuts text that comes in pieces into rows (RFC 4180; a quote inside an unquoted cell is a character like any other). */
export class CsvSplitter {
  private separator: string | undefined;
  /** What is not cut yet; `scan` is how far it was looked at, outside of quotes or inside. */
  private text = '';
  private scan = 0;
  private quoted = false;
  private line = 1;

  *push(piece: string): Generator<CsvRow> {
    this.text += piece;
    let start = 0;
    for (;;) {
      const end = this.rowEnd();
      if (end < 0) break;
      yield* this.row(this.text.slice(start, end));
      start = end + 1;
    }
    this.text = this.text.slice(start);
    this.scan -= start;
    if (this.text.length > MAX_ROW)
      throw new CsvFault('la ligne est trop longue, ou un guillemet est ouvert', this.line);
  }

  *end(): Generator<CsvRow> {
    if (this.quoted) throw new CsvFault('un guillemet est ouvert et jamais refermé', this.line);
    if (this.text !== '') yield* this.row(this.text);
    this.text = '';
  }

  /** The next line feed outside of quotes; -1 when there is none yet. */
  private rowEnd(): number {
    for (; this.scan < this.text.length; this.scan += 1) {
      const code = this.text.charCodeAt(this.scan);
      if (code === QUOTE) this.quoted = !this.quoted;
      else if (code === LINE_FEED && !this.quoted) {
        this.scan += 1;
        return this.scan - 1;
      }
    }
    return -1;
  }

  private *row(raw: string): Generator<CsvRow> {
    const line = this.line;
    this.line += raw.split('\n').length;
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (text === '') return;
    this.separator ??= parseCsvHeader(text).separator;
    yield { line, cells: splitCells(text, this.separator, line) };
  }
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

function splitCells(text: string, separator: string, line: number): (string | null)[] {
  if (!text.includes('"')) return text.split(separator).map((cell) => (cell === '' ? null : cell));
  const cells: (string | null)[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < text.length && text[at] !== separator) {
        throw new CsvFault(`des caractères suivent le guillemet fermant de la colonne ${cells.length}`, line);
      }
    } else {
      const next = text.indexOf(separator, at);
      const cell = text.slice(at, next < 0 ? text.length : next);
      cells.push(cell === '' ? null : cell);
      at = next < 0 ? text.length : next;
    }
    if (at >= text.length) return cells;
    at += 1;
  }
}

/** The quote that closes a cell: one that is not doubled. Rows are cut where quotes are even, so there is one. */
function closingQuote(text: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    if (text[quote + 1] !== '"') return quote;
    at = quote + 2;
  }
}
