import { open, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { DUMP_NAMES } from './commands.js';

/**
 * The text that GDAL's PGDUMP driver writes: SQL that defines a table, the rows as COPY text, a few closing
 * statements. Only the rows go to the database; the definition tells us the types, which we write ourselves.
 */

/** The table that a dump defines. */
export interface DumpTable {
  /** SQL types of the fields, in their order: `VARCHAR(50)`, `FLOAT8`, `timestamp with time zone`. */
  readonly fieldTypes: readonly string[];
  readonly geometry: DumpGeometry | null;
  /** `SERIAL` or `BIGSERIAL`. */
  readonly keyType: string;
  /** Whether the rows carry the geometry, then the key, before the fields; `null` when there are no rows. */
  readonly rows: { readonly geometry: boolean; readonly key: boolean } | null;
}

/** As PostGIS writes it in `geometry(PolygonZ,2154)`. */
export interface DumpGeometry {
  /** `POLYGON`, `MULTIPOLYGON`, `GEOMETRY`… with its suffix `Z`, `M` or `ZM`. */
  readonly type: string;
}

/** A dump that does not look like one. */
export class DumpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DumpError';
  }
}

const IDENTIFIER = '"(?:[^"]|"")*"';
const SAFE_TYPE = /^[A-Za-z][A-Za-z0-9_ ]*(\(\d+(,\d+)?\))?(\[\])?( with time zone| without time zone)?$/;

/**
 * Reads the statements that come before the rows.
 * @throws DumpError
 */
export function parseDumpHeader(header: string): DumpTable {
  const key = new RegExp(
    `CREATE TABLE ${IDENTIFIER}\\.${IDENTIFIER} \\(\\s*"${DUMP_NAMES.key}" (SERIAL|BIGSERIAL)`,
    'i',
  );
  const keyType = key.exec(header)?.[1]?.toUpperCase();
  if (keyType === undefined) throw new DumpError('no table in the dump');
  const field = new RegExp(`ALTER TABLE ${IDENTIFIER}\\.${IDENTIFIER} ADD COLUMN ${IDENTIFIER} ([^;"]+);`, 'g');
  const fieldTypes = [...header.matchAll(field)].map((match) => (match[1] ?? '').trim());
  const unsafe = fieldTypes.find((type) => !SAFE_TYPE.test(type));
  if (unsafe !== undefined) throw new DumpError(`unexpected column type: ${unsafe}`);
  const copy = new RegExp(`COPY ${IDENTIFIER}\\.${IDENTIFIER} \\(([^;]*)\\) FROM STDIN;\\s*$`).exec(header)?.[1];
  return {
    fieldTypes,
    geometry: parseGeometry(header),
    keyType,
    rows:
      copy === undefined
        ? null
        : { geometry: copy.includes(`"${DUMP_NAMES.geometry}"`), key: copy.includes(`"${DUMP_NAMES.key}"`) },
  };
}

function parseGeometry(header: string): DumpGeometry | null {
  const match = /SELECT AddGeometryColumn\([^;]*,\s*-?\d+,\s*'([A-Z]+)',\s*(\d)\);/.exec(header);
  const type = match?.[1];
  if (type === undefined) return null;
  const dimensions = Number(match?.[2]);
  // A measured geometry without altitude is named "POINTM" by the driver already.
  if (dimensions === 4) return { type: `${type}ZM` };
  return { type: dimensions === 3 && !type.endsWith('M') ? `${type}Z` : type };
}

const HEADER_END = Buffer.from(' FROM STDIN;\n');
/** Ends the rows; what follows is a few hundred bytes. */
const ROWS_END = Buffer.from('\\.\n');
const MAX_HEADER = 16 * 1024 * 1024;
const BLOCK = 256 * 1024;
const POLL_MS = 2;

/** Receives a dump: its header, then its rows. A promise it returns is awaited before more is read. */
export interface DumpSink {
  header(table: DumpTable): Promise<void>;
  /** COPY text, whole only once all the blocks are joined. */
  rows(block: Buffer): Promise<void>;
}

/**
 * Reads a dump while GDAL writes it, with constant memory. Through a file, not a pipe: the driver writes 4 KiB at a
 * time, and its reader would wake for each (docs/adr/0007-integration-through-copy.md).
 * @param path where no file is yet; the file is removed
 * @param write writes the whole dump to the path
 * @throws DumpError; what `write` rejects with; what the sink throws
 */
export async function readDump(path: string, write: () => Promise<void>, sink: DumpSink): Promise<void> {
  await writeFile(path, '');
  let complete = false;
  let failure: unknown;
  const ended = write().then(
    () => {
      complete = true;
    },
    (error: unknown) => {
      complete = true;
      failure = error;
    },
  );
  const file = await open(path, 'r');
  const splitter = new DumpSplitter(sink);
  try {
    let offset = 0;
    for (;;) {
      // Looked at before the size: what is written between the two is seen by the next turn.
      const last = complete;
      if (failure !== undefined) throw failure;
      const available = (await file.stat()).size - offset;
      if (available === 0 && last) break;
      if (available < BLOCK && !last) {
        await Promise.race([ended, wait(POLL_MS)]);
        continue;
      }
      // A new buffer each time: the previous one may still be on its way to the database.
      const buffer = Buffer.allocUnsafeSlow(Math.min(BLOCK, available));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      offset += bytesRead;
      await splitter.push(buffer.subarray(0, bytesRead));
    }
    await splitter.end();
  } finally {
    await file.close();
    // The writer uses the file, and the dataset, until it ends.
    await ended;
    await rm(path, { force: true });
  }
}

/** Cuts a dump into header, rows and closing statements; always one block late, since the end is cut off the last. */
export class DumpSplitter {
  private header: Buffer | null = Buffer.alloc(0);
  private held: Buffer | null = null;
  private hasRows = true;

  constructor(private readonly sink: DumpSink) {}

  async push(block: Buffer): Promise<void> {
    if (this.header === null) return this.hold(block);
    this.header = Buffer.concat([this.header, block]);
    const end = this.header.indexOf(HEADER_END);
    if (end < 0) {
      if (this.header.length > MAX_HEADER) throw new DumpError('the dump has no rows within its first bytes');
      return;
    }
    const rowsStart = end + HEADER_END.length;
    const text = this.header.toString('utf8', 0, rowsStart);
    const rest = this.header.subarray(rowsStart);
    this.header = null;
    await this.sink.header(parseDumpHeader(text));
    await this.hold(rest);
  }

  async end(): Promise<void> {
    if (this.header !== null) {
      // No feature: the driver writes no COPY at all.
      this.hasRows = false;
      await this.sink.header(parseDumpHeader(this.header.toString('utf8')));
      this.header = null;
    }
    if (!this.hasRows) return;
    const tail = this.held ?? Buffer.alloc(0);
    const end = tail.subarray(0, ROWS_END.length).equals(ROWS_END) ? 0 : tail.lastIndexOf('\n\\.\n') + 1;
    if (end === 0 && !tail.subarray(0, ROWS_END.length).equals(ROWS_END))
      throw new DumpError('the rows have no end mark');
    if (end > 0) await this.sink.rows(tail.subarray(0, end));
  }

  /** Keeps enough back for the end mark and what follows to be in one piece. */
  private async hold(block: Buffer): Promise<void> {
    const previous = this.held;
    if (previous === null || previous.length === 0) {
      this.held = block;
    } else if (block.length >= MIN_TAIL) {
      this.held = block;
      await this.sink.rows(previous);
    } else {
      this.held = Buffer.concat([previous, block]);
    }
  }
}

/** More than the longest closing statements: identifiers of 63 bytes, a few of them. */
const MIN_TAIL = 16 * 1024;
