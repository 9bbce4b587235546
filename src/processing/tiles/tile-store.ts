import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteWriter } from './byte-writer.js';

/**
 * Sorts what features leave in tiles, whatever its size: it is held in memory up to a budget, then written to files of
 * sorted runs that are merged at the end. What belongs to one tile keeps the order in which it came.
 */
export class TileStore {
  private readonly levels = new Map<number, LevelStore>();
  private held = 0;
  private files = 0;

  /**
   * @param folder an empty folder of the job
   * @param budget bytes held in memory
   */
  constructor(
    private readonly folder: string,
    private readonly budget: number,
  ) {}

  /** Adds a record to the tile of this number. */
  add(level: number, tile: number, record: ByteWriter): void {
    let store = this.levels.get(level);
    if (store === undefined) {
      store = new LevelStore();
      this.levels.set(level, store);
    }
    this.held += store.add(tile, record);
    if (this.held > this.budget) this.spill();
  }

  /** The tiles of a level in the order of their numbers, each with its records; can be read once. */
  *tiles(level: number): Generator<{ tile: number; records: Buffer[] }> {
    const store = this.levels.get(level);
    if (store === undefined) return;
    yield* store.tiles();
    this.levels.delete(level);
  }

  /** Writes the largest level to a file. */
  private spill(): void {
    const [largest] = [...this.levels.values()].sort((a, b) => b.held - a.held);
    if (largest === undefined) return;
    this.held -= largest.held;
    this.files += 1;
    largest.spill(join(this.folder, `run-${this.files}`));
  }
}

const BLOCK = 1024 * 1024;
/** The first block of a level: most levels of small data need no more. */
const SMALL_BLOCK = 16 * 1024;
/** Numbers kept for each record. */
const START = 3;
/** Number of a tile (8 bytes), of its records (4) and of their bytes (4). */
const GROUP_HEAD = 16;

/** Records of one tile, as a source gives them. */
interface Group {
  readonly tile: number;
  readonly records: Buffer[];
}

class LevelStore {
  held = 0;
  private blocks: Buffer[] = [];
  private used = 0;
  private count = 0;
  /** Of each record: its block, where it starts there, the next record of its tile (-1 for none). */
  private starts = new Int32Array(0);
  /** Of each tile: its first and last record. */
  private chains = new Map<number, { readonly first: number; last: number }>();
  private readonly runs: string[] = [];

  /** @returns bytes more that are held */
  add(tile: number, record: ByteWriter): number {
    const before = this.held;
    this.place(record);
    const at = this.count - 1;
    const chain = this.chains.get(tile);
    if (chain === undefined) {
      this.chains.set(tile, { first: at, last: at });
    } else {
      this.starts[START * chain.last + 2] = at;
      chain.last = at;
    }
    return this.held - before;
  }

  private place(record: ByteWriter): void {
    const size = record.length;
    const last = this.blocks.at(-1);
    if (last === undefined || this.used + size > last.length) {
      const room = Math.max(size, this.blocks.length === 0 ? SMALL_BLOCK : BLOCK);
      this.blocks.push(Buffer.allocUnsafeSlow(room));
      this.held += room;
      this.used = 0;
    }
    if (START * (this.count + 1) > this.starts.length) {
      const larger = new Int32Array(Math.max(START * 256, 2 * this.starts.length));
      larger.set(this.starts);
      this.held += larger.byteLength - this.starts.byteLength;
      this.starts = larger;
    }
    const block = this.blocks.length - 1;
    record.bytes.copy(this.blocks[block] ?? record.bytes, this.used, 0, size);
    this.starts.set([block, this.used, -1], START * this.count);
    this.count += 1;
    this.used += size;
  }

  spill(path: string): void {
    const file = openSync(path, 'wx', 0o600);
    const pending: Buffer[] = [];
    let bytes = 0;
    const flush = () => {
      writeAll(file, Buffer.concat(pending));
      pending.length = 0;
      bytes = 0;
    };
    for (const { tile, records } of this.sorted()) {
      const head = Buffer.alloc(GROUP_HEAD);
      const size = records.reduce((sum, record) => sum + record.length, 0);
      head.writeDoubleLE(tile, 0);
      head.writeUInt32LE(records.length, 8);
      head.writeUInt32LE(size, 12);
      pending.push(head, ...records);
      bytes += GROUP_HEAD + size;
      if (bytes > BLOCK) flush();
    }
    flush();
    closeSync(file);
    this.runs.push(path);
    this.forget();
  }

  *tiles(): Generator<Group> {
    if (this.runs.length === 0) {
      yield* this.sorted();
    } else {
      yield* merge([...this.runs.map((path) => readRun(path)), this.sorted()]);
    }
    this.forget();
  }

  private forget(): void {
    this.blocks = [];
    this.starts = new Int32Array(0);
    this.chains = new Map();
    this.count = 0;
    this.held = 0;
    this.used = 0;
  }

  private *sorted(): Generator<Group> {
    const { blocks, starts, chains } = this;
    for (const tile of Float64Array.from(chains.keys()).sort()) {
      const records: Buffer[] = [];
      for (let at = chains.get(tile)?.first ?? -1; at >= 0; at = starts[START * at + 2] ?? -1) {
        const block = blocks[starts[START * at] ?? 0] ?? Buffer.alloc(0);
        const offset = starts[START * at + 1] ?? 0;
        records.push(block.subarray(offset, offset + block.readUInt32LE(offset)));
      }
      yield { tile, records };
    }
  }
}

/** Joins sources that are each in the order of tiles; the records of a tile come in the order of the sources. */
function* merge(sources: readonly Generator<Group>[]): Generator<Group> {
  const heads = sources.map((source) => source.next());
  for (;;) {
    let lowest = Number.POSITIVE_INFINITY;
    for (const head of heads) if (head.done !== true && head.value.tile < lowest) lowest = head.value.tile;
    if (lowest === Number.POSITIVE_INFINITY) return;
    const records: Buffer[] = [];
    for (const [at, head] of heads.entries()) {
      if (head.done === true || head.value.tile !== lowest) continue;
      records.push(...head.value.records);
      heads[at] = sources[at]?.next() ?? head;
    }
    yield { tile: lowest, records };
  }
}

/** Bytes read ahead of a run: there may be hundreds of them. */
const READ_AHEAD = 128 * 1024;

function* readRun(path: string): Generator<Group> {
  const file = openSync(path, 'r');
  try {
    let window: Buffer = Buffer.alloc(0);
    let position = 0;
    const take = (size: number): Buffer => {
      if (window.length < size) {
        const more = Buffer.allocUnsafe(Math.max(size, READ_AHEAD) - window.length);
        const read = readSync(file, more, 0, more.length, position);
        position += read;
        window = Buffer.concat([window, more.subarray(0, read)]);
      }
      const taken = window.subarray(0, size);
      window = window.subarray(size);
      return taken;
    };
    for (;;) {
      const head = take(GROUP_HEAD);
      if (head.length < GROUP_HEAD) return;
      const bytes = take(head.readUInt32LE(12));
      const records: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) {
        records.push(bytes.subarray(at, at + bytes.readUInt32LE(at)));
      }
      yield { tile: head.readDoubleLE(0), records };
    }
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}
