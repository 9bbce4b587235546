import { createReadStream } from 'node:fs';

/** One record of a CSV, the header left out. */
export interface CsvRecord {
  /** From 1, as GDAL numbers features. */
  readonly number: number;
  /** Line of the file where it starts, from 1. */
  readonly line: number;
  readonly cells: number;
  readonly hasNul: boolean;
  /** The start of each watched cell, quotes taken off; empty when the record has no such cell. */
  readonly watched: readonly string[];
}

/** How a CSV ends. */
export interface CsvEnd {
  readonly records: number;
  /** Line of the quote that nothing closes. */
  readonly openQuote: number | null;
}

const OTHER = 0;
const QUOTE = 1;
const SEPARATOR = 2;
const LF = 3;
const CR = 4;
const NUL = 5;

/** Bytes kept of a watched cell. */
const KEPT = 60;

/**
 * Reads the records of a CSV as GDAL cuts them: a quote opens or closes wherever it stands, blank lines count for
 * nothing. Constant memory, about the speed of the disk.
 * @param options.watch indexes of the cells to give
 */
export async function scanCsv(
  path: string,
  options: { separator: string; watch: readonly number[] },
  onRecord: (record: CsvRecord) => void,
): Promise<CsvEnd> {
  const scanner = new CsvScanner(options.separator, options.watch, onRecord);
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) scanner.push(chunk as Buffer);
  return scanner.end();
}

class CsvScanner {
  private readonly kinds = new Uint8Array(256);
  /** Position of each cell in `kept`, -1 when it is not watched. */
  private readonly slots: Int8Array;
  private readonly kept: { bytes: Uint8Array; length: number }[];
  /** -1 while the header is read. */
  private records = -1;
  private line = 1;
  private startLine = 1;
  private quoteLine = 1;
  private cells = 1;
  private isQuoted = false;
  private isBlank = true;
  private hasNul = false;
  private afterCr = false;

  constructor(
    separator: string,
    watch: readonly number[],
    private readonly onRecord: (record: CsvRecord) => void,
  ) {
    this.kinds[separator.charCodeAt(0)] = SEPARATOR;
    this.kinds['"'.charCodeAt(0)] = QUOTE;
    this.kinds[0x0a] = LF;
    this.kinds[0x0d] = CR;
    this.kinds[0] = NUL;
    this.slots = new Int8Array(Math.max(0, ...watch) + 1).fill(-1);
    watch.forEach((cell, slot) => (this.slots[cell] = slot));
    this.kept = watch.map(() => ({ bytes: new Uint8Array(KEPT), length: 0 }));
  }

  push(chunk: Buffer): void {
    const { kinds } = this;
    let slot = this.slot();
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      const kind = kinds[byte];
      if (kind === OTHER) {
        this.isBlank = false;
        this.afterCr = false;
        if (slot >= 0) this.keep(slot, byte);
      } else {
        this.mark(kind ?? OTHER, byte, slot);
        slot = this.slot();
      }
    }
  }

  end(): CsvEnd {
    const openQuote = this.isQuoted ? this.quoteLine : null;
    if (!this.isBlank) this.endRecord();
    return { records: Math.max(0, this.records), openQuote };
  }

  private slot(): number {
    return this.cells <= this.slots.length ? (this.slots[this.cells - 1] ?? -1) : -1;
  }

  private keep(slot: number, byte: number): void {
    const kept = this.kept[slot];
    if (kept === undefined || kept.length === KEPT) return;
    kept.bytes[kept.length] = byte;
    kept.length += 1;
  }

  private mark(kind: number, byte: number, slot: number): void {
    const isLineEnd = kind === CR || (kind === LF && !this.afterCr);
    this.afterCr = kind === CR;
    if (isLineEnd) this.line += 1;
    if (kind === LF || kind === CR) {
      if (this.isQuoted) {
        if (slot >= 0) this.keep(slot, byte);
      } else if (this.isBlank) this.startLine = this.line;
      else this.endRecord();
      return;
    }
    this.isBlank = false;
    if (kind === QUOTE) {
      this.isQuoted = !this.isQuoted;
      if (this.isQuoted) this.quoteLine = this.line;
    } else if (kind === NUL) this.hasNul = true;
    else if (!this.isQuoted) this.cells += 1;
    else if (slot >= 0) this.keep(slot, byte);
  }

  private endRecord(): void {
    this.records += 1;
    if (this.records > 0) {
      this.onRecord({
        number: this.records,
        line: this.startLine,
        cells: this.cells,
        hasNul: this.hasNul,
        watched: this.kept.map(({ bytes, length }) => Buffer.from(bytes.subarray(0, length)).toString('utf8')),
      });
    }
    for (const kept of this.kept) kept.length = 0;
    this.startLine = this.line;
    this.cells = 1;
    this.isBlank = true;
    this.hasNul = false;
  }
}
