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
