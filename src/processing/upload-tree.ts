import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file of an upload as a job sees it: the producer's path, and where the bytes are. */
export interface DeliveredFile {
  /** Relative, `/` between names, as the producer named it. */
  readonly path: string;
  readonly kind: 'DATA' | 'MD5';
  readonly localPath: string;
  /** Bytes. */
  readonly size: number;
}

/** Whether checks and processings look at a file: names that start with `__` are left out (lifecycle §2.2). */
export function isSubject(file: DeliveredFile): boolean {
  return !file.path.split('/').some((name) => name.startsWith('__'));
}

/** The last name of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Lays out files under their producer's names, as links to the stored bytes, so that the companion files of a format
 * (.shx, .dbf, .csvt…) are found by GDAL.
 * @param folder an existing empty folder
 * @throws Error when a path would leave the folder
 */
export async function layOutTree(folder: string, files: readonly DeliveredFile[]): Promise<void> {
  for (const file of files) {
    const names = file.path.split('/');
    if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
      throw new Error(`unsafe path in an upload: ${JSON.stringify(file.path)}`);
    }
    const target = join(folder, ...names);
    await mkdir(dirname(target), { recursive: true });
    await symlink(file.localPath, target);
  }
}
