import { close, open } from 'node:fs';
import { promisify } from 'node:util';
import { readExactly, readExactlySync, SecondReading } from '../storage/open-file.js';
import { dataStart, HEADER_SIZE } from './slab-format.js';

/**
 * Slabs kept open between two tiles, with their index: a tile is one read then. The files of a pyramid never change
 * under their path, so that nothing has to be looked at again; those of a pyramid that is gone are closed a moment later.
 */

/** Slabs that are open at once, beside those in use. */
const MAX_OPEN = 256;
/** Slabs that nobody reads are closed after this long, so that the disk gets back the room of removed ones. */
const IDLE_MS = 5_000;

const openFile = promisify(open);
const closeFile = promisify(close);

/** A slab that is open. */
interface OpenSlab {
  readonly file: number;
  /** Offsets of its tiles, then their sizes. */
  readonly index: Buffer;
  /** By tile, 1 for those that were read since it was opened. */
  readonly wasRead: Uint8Array;
  /** Readers, and the cache itself while it keeps it. */
  uses: number;
  lastUse: number;
}

/** By path, the one used longest ago first. */
const slabs = new Map<string, Promise<OpenSlab | null>>();

const again = new SecondReading();

let sweeper: NodeJS.Timeout | null = null;

/**
 * Reads a tile of a slab.
 * @param count tiles in the slab
 * @returns `null` when there is no such file, and for an empty tile
 */
export async function readSlabTile(path: string, count: number, index: number): Promise<Buffer | null> {
  const slab = await use(path, count);
  if (slab === null) return null;
  try {
    const size = slab.index.readUInt32LE(4 * (count + index));
    return size === 0 ? null : await readTile(slab, index, { position: slab.index.readUInt32LE(4 * index), size });
  } finally {
    release(slab);
  }
}

/** @throws Error when the file ends before */
async function readTile(
  { file, wasRead }: OpenSlab,
  index: number,
  { position, size }: { position: number; size: number },
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  const known = wasRead[index] === 1 ? again.attempt(() => readExactlySync(file, bytes, position)) : null;
  if (known !== null) return known;
  await readExactly(file, bytes, position);
  wasRead[index] = 1;
  return bytes;
}

/** Whoever uses a slab releases it. */
async function use(path: string, count: number): Promise<OpenSlab | null> {
  const known = slabs.get(path);
  const opening = known ?? openSlab(path, count);
  slabs.delete(path);
  slabs.set(path, opening);
  if (known === undefined) {
    makeRoom();
    sweeper ??= setInterval(closeIdle, IDLE_MS).unref();
  }
  let slab: OpenSlab | null;
  try {
    slab = await opening;
  } catch (error) {
    if (slabs.get(path) === opening) slabs.delete(path);
    throw error;
  }
  // A slab that is not there may come.
  if (slab === null) {
    if (slabs.get(path) === opening) slabs.delete(path);
    return null;
  }
  // Closed while it was waited for.
  if (slab.uses === 0) return use(path, count);
  slab.uses += 1;
  slab.lastUse = Date.now();
  return slab;
}

async function openSlab(path: string, count: number): Promise<OpenSlab | null> {
  let file: number;
  try {
    file = await openFile(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const index = await readExactly(file, Buffer.allocUnsafe(dataStart(count) - HEADER_SIZE), HEADER_SIZE);
    return { file, index, wasRead: new Uint8Array(count), uses: 1, lastUse: Date.now() };
  } catch (error) {
    await closeFile(file);
    throw error;
  }
}

function makeRoom(): void {
  const [oldest] = slabs.keys();
  if (slabs.size > MAX_OPEN && oldest !== undefined) forget(oldest);
}

function closeIdle(): void {
  const limit = Date.now() - IDLE_MS;
  for (const [path, opening] of slabs) {
    void opening.then(
      (slab) => {
        if (slab !== null && slab.lastUse < limit && slabs.get(path) === opening) forget(path);
      },
      () => undefined,
    );
  }
  if (slabs.size > 0 || sweeper === null) return;
  clearInterval(sweeper);
  sweeper = null;
}

function forget(path: string): void {
  const opening = slabs.get(path);
  slabs.delete(path);
  void opening?.then(
    (slab) => {
      if (slab !== null) release(slab);
    },
    () => undefined,
  );
}

function release(slab: OpenSlab): void {
  slab.uses -= 1;
  // Nothing can be done about a file that does not close.
  if (slab.uses === 0) close(slab.file, () => undefined);
}
