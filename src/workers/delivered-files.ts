import type { Prisma, UploadFile } from '../generated/prisma/client.js';
import type { DeliveredFile } from '../processing/upload-tree.js';
import type { FileStorage } from '../storage/storage.js';

/** What to read of an upload whose files a job works on. */
export const WITH_FILES = { files: { orderBy: { path: 'asc' } } } as const satisfies Prisma.UploadInclude;

/** The files of an upload as the child process of a job finds them. */
export function deliveredFiles(storage: FileStorage, files: readonly UploadFile[]): DeliveredFile[] {
  return files.map(({ path, kind, key, size }) => ({
    path,
    kind: kind === 'MD5' ? 'MD5' : 'DATA',
    localPath: storage.localPath(key),
    size: Number(size),
  }));
}
