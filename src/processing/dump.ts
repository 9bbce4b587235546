import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { close, constants, open } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket, type SocketConstructorOpts } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
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

const run = promisify(execFile);
const openFile = promisify(open);
const closeFile = promisify(close);

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
/** Receives a dump: its header, then its rows. A promise it returns is awaited before more is read. */
export interface DumpSink {
  header(table: DumpTable): Promise<void>;
  /** COPY text, whole only once all the blocks are joined. */
  rows(block: Buffer): Promise<void>;
}

/** Writes a dump; awaits `drained` before it writes the end from this thread, which also reads. */
export type DumpWriter = (drained: () => Promise<void>) => Promise<void>;

/**
 * Reads a dump while GDAL writes it into a named pipe: nothing is stored on the way, and GDAL waits when the sink does.
 * @param path where no file is yet; the pipe is removed
 * @param write writes the whole dump to the path
 * @throws DumpError; what `write` rejects with; what the sink throws
 */
export async function readDump(path: string, write: DumpWriter, sink: DumpSink): Promise<void> {
  await run('mkfifo', [path]);
  // Without waiting for a writer; the holder keeps the pipe from ending before GDAL has opened it.
  const reader = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const holder = await openFile(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const source = new PipeReader(reader);
  const writeAll = async () => {
    try {
      await write(() => source.drained());
    } finally {
      await closeFile(holder);
    }
  };
  const writing = writeAll();
  // Heard of below: first the sink, which may be why the writer failed.
  writing.catch(() => undefined);
  const splitter = new DumpSplitter(sink);
  try {
    for await (const block of source.blocks()) await splitter.push(block);
    await writing;
    await splitter.end();
  } finally {
    await source.close();
    // The writer uses the dataset until it ends.
    await writing.catch(() => undefined);
    await rm(path, { force: true });
  }
}

/** Bytes read ahead of the sink: a pipe holds 64 KiB, and GDAL stands still while it is full. */
const READ_AHEAD = 4 * 1024 * 1024;

/** The reading end of a pipe. */
class PipeReader {
  private readonly socket: Socket;
  private isWaiting = false;

  constructor(descriptor: number) {
    // A socket is a stream: it takes the options of one, which its own type leaves out.
    const options: SocketConstructorOpts & DuplexOptions = {
      fd: descriptor,
      readable: true,
      writable: false,
      readableHighWaterMark: READ_AHEAD,
    };
    this.socket = new Socket(options);
  }

  async *blocks(): AsyncGenerator<Buffer> {
    const blocks = this.socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      this.isWaiting = true;
      const { value, done } = await blocks.next();
      this.isWaiting = false;
      if (done === true) return;
      yield value;
    }
  }

  /** Resolves when the pipe is empty: whoever waited for a block through a turn of the event loop would have got it. */
  async drained(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && !this.socket.destroyed;) {
      quiet = this.isWaiting ? quiet + 1 : 0;
      await nextTurn();
    }
  }

  async close(): Promise<void> {
    if (this.socket.closed) return;
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }
}

/** The first turn may have begun behind the look at the pipe. */
const QUIET_TURNS = 3;

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
