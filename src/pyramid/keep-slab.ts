import { closeSync, constants, copyFileSync, fsyncSync, linkSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';

/** Codes of a disk that cannot hold the same bytes under two names. */
const UNLINKABLE = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP'];

/**
 * The bytes of a slab that exists under another name, on the disk. A hard link, not a symbolic one: the folder of the
 * first name may be removed without breaking this one. Nobody writes in a slab that is finished.
 */
export function keepSlab(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const owner = realpathSync(source);
  try {
    linkSync(owner, target);
  } catch (error) {
    if (!UNLINKABLE.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    copyFileSync(owner, target, constants.COPYFILE_FICLONE);
    const copy = openSync(target, 'r');
    fsyncSync(copy);
    closeSync(copy);
  }
}
