import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileSink } from './file-sink.js';
import { openFile, type OpenFile, readStartSync, SecondReading } from './open-file.js';

export { FileTooLargeError } from './file-sink.js';

/**
 * Stored files behind one interface: a folder today, an object store later. Keys are chosen by us
 * (`uploads/<id>/<random>`, `statics/<id>`), never by producers.
 */
export interface FileStorage {
  /**
   * Stores a stream with constant memory. The file becomes visible, whole and synced to disk, only
   * when the promise resolves; a broken or oversized transfer leaves nothing.
   * @returns size in bytes
   * @throws FileTooLargeError beyond `maxBytes`; the stream's own error when the transfer breaks
   */
  write(key: string, content: Readable, options?: { maxBytes?: number }): Promise<{ size: number }>;
  /** The bytes of a file; `range` bounds are offsets, both included. The stream fails when the key is unknown. */
  read(key: string, range?: { start: number; end: number }): Readable;
  /** Opens a file; its bytes stay readable when it is removed meanwhile. Fails when the key is unknown. */
  open(key: string): Promise<OpenFile>;
  /**
   * The first bytes of a small file that was read a short while ago, without waiting; `null` when that would take time.
   * @throws Error when the key is unknown, or when the file ends before
   */
  readAgain(key: string, length: number): Buffer | null;
  /** Where a job process finds the file on its own disk. */
  localPath(key: string): string;
  /**
   * Takes in a folder that a job filled in a temporary one: all its files appear at once under `prefix/`. Whoever wrote
   * them has synced them to the disk.
   * @throws Error when something is there already
   */
  takeIn(folder: string, prefix: string): Promise<void>;
  /** Forgets a file; unknown keys are no error. */
  remove(key: string): Promise<void>;
  /** Forgets every file whose key starts with `prefix/`. */
  removeTree(prefix: string): Promise<void>;
  exists(key: string): Promise<boolean>;
  /** The files and folders directly under `prefix/`, with when each last changed; none when there is nothing. */
  list(prefix: string): Promise<{ key: string; changed: Date }[]>;
  /** Size in bytes. */
  size(key: string): Promise<number>;
  /** A new empty folder on the local disk; the caller removes it, and `removeTempDirs` whatever is left. */
  tempDir(prefix: string): Promise<string>;
  /** Removes the temporary folders whose name starts with `prefix` (of a process that died). */
  removeTempDirs(prefix: string): Promise<void>;
  /** Removes the transfers and temporary folders that nobody has touched for that long: their process died. */
  removeAbandoned(ageMs: number): Promise<void>;
}

const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/**
 * Writes a new file, synced to the disk. It is closed when this fails too: one that was still being opened would outlive
 * its removal.
 * @returns size in bytes
 */
async function fill(path: string, content: Readable, maxBytes: number): Promise<number> {
  const file = new FileSink(path, maxBytes);
  const closed = new Promise<void>((resolve) => {
    file.once('close', () => resolve());
  });
  try {
    await pipeline(content, file);
  } finally {
    await closed;
  }
  return file.bytes;
}

/** Storage in `<dir>/files`, with unfinished transfers and temporary folders in `<dir>/tmp`. */
export function createFileStorage(dir: string): FileStorage {
  const root = resolve(dir, 'files');
  const temporary = resolve(dir, 'tmp');
  const again = new SecondReading();

  const temporaryNames = () => readdir(temporary).catch(ifAbsent<string[]>([]));

  const localPath = (key: string): string => {
    if (!KEY.test(key)) throw new Error(`invalid storage key: ${JSON.stringify(key)}`);
    return `${root}/${key}`;
  };

  return {
    localPath,
    async write(key, content, options = {}) {
      const target = localPath(key);
      const partial = join(temporary, `write-${randomBytes(12).toString('hex')}`);
      try {
        await mkdir(temporary, { recursive: true });
        const size = await fill(partial, content, options.maxBytes ?? Number.POSITIVE_INFINITY);
        await mkdir(dirname(target), { recursive: true });
        await rename(partial, target);
        await syncFolder(dirname(target));
        return { size };
      } catch (error) {
        content.destroy();
        await rm(partial, { force: true });
        throw error;
      }
    },
    read: (key, range) => createReadStream(localPath(key), range),
    open: (key) => openFile(localPath(key)),
    readAgain: (key, length) => again.attempt(() => readStartSync(localPath(key), length)),
    async takeIn(folder, prefix) {
      const target = localPath(prefix);
      await mkdir(dirname(target), { recursive: true });
      await rename(folder, target);
      await syncFolder(dirname(target));
    },
    async remove(key) {
      await rm(localPath(key), { force: true });
    },
    async removeTree(prefix) {
      await rm(localPath(prefix), { recursive: true, force: true });
    },
    async exists(key) {
      return access(localPath(key)).then(
        () => true,
        () => false,
      );
    },
    async list(prefix) {
      const folder = localPath(prefix);
      const names = await readdir(folder).catch(ifAbsent<string[]>([]));
      const found = await Promise.all(
        names.map(async (name) => {
          const entry = await stat(join(folder, name)).catch(ifAbsent(null));
          return entry === null ? [] : [{ key: `${prefix}/${name}`, changed: entry.mtime }];
        }),
      );
      return found.flat();
    },
    async size(key) {
      return (await stat(localPath(key))).size;
    },
    async tempDir(prefix) {
      await mkdir(temporary, { recursive: true });
      return mkdtemp(join(temporary, `${prefix}-`));
    },
    async removeTempDirs(prefix) {
      const wanted = (await temporaryNames()).filter((name) => name.startsWith(prefix));
      await Promise.all(wanted.map((name) => rm(join(temporary, name), { recursive: true, force: true })));
    },
    async removeAbandoned(ageMs) {
      for (const name of await temporaryNames()) {
        const path = join(temporary, name);
        const found = await stat(path).catch(ifAbsent(null));
        if (found !== null && found.mtimeMs < Date.now() - ageMs) await rm(path, { recursive: true, force: true });
      }
    },
  };
}

/** What stands for a file or folder that is not there (any more); other errors go on. */
function ifAbsent<T>(substitute: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return substitute;
    throw error;
  };
}

/** Flushes the entry list of a folder to the disk. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
