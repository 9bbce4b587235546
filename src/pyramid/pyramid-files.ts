import { closeSync, fsyncSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ListedSlab, writeList } from './content-list.js';
import { descriptorPath, type PyramidDescriptor } from './descriptor.js';

/** The files beside the slabs of a pyramid, and their way to the disk. For a process of its own: it waits for it. */

/**
 * Writes the descriptor and the list of a pyramid.
 * @param root folder they go to
 * @returns their bytes
 */
export function writePyramidFiles(
  root: string,
  name: string,
  descriptor: PyramidDescriptor,
  list: { ownRoot: string; slabs: readonly ListedSlab[] },
): number {
  const files = [
    [descriptorPath(root, name), `${JSON.stringify(descriptor, null, 2)}\n`],
    [join(root, `${name}.list`), [...writeList(list.ownRoot, list.slabs)].join('')],
  ] as const;
  for (const [path, text] of files) writeFileSync(path, text, { flush: true, mode: 0o640 });
  return files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
}

/** Waits until the disk has the entries of a folder and of those below it; their files have been waited for. */
export function syncFolders(root: string): void {
  const folders = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const folder of [...folders, root]) {
    const handle = openSync(folder, 'r');
    fsyncSync(handle);
    closeSync(handle);
  }
}
