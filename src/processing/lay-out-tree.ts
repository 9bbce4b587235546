import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { companionsOf, readContents } from './formats.js';
import { type DeliveredFile } from './upload-tree.js';

/**
 * Lays out the data files of an upload under their producer's names, as links to the stored bytes. The companion files
 * of a format (.shx, .dbf, .csvt…) are also found where GDAL looks for them, whatever the case of their names.
 * @param folder an existing empty folder
 * @throws Error when a path would leave the folder
 */
export async function layOutTree(folder: string, files: readonly DeliveredFile[]): Promise<void> {
  const data = files.filter(({ kind }) => kind === 'DATA');
  const links = new Map(data.map((file) => [file.path, file.localPath]));
  for (const { file } of readContents(data).datasets) {
    for (const { path, companion } of companionsOf(file, data)) {
      if (!links.has(path)) links.set(path, companion.localPath);
    }
  }
  for (const [path, localPath] of links) {
    const names = path.split('/');
    if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
      throw new Error(`unsafe path in an upload: ${JSON.stringify(path)}`);
    }
    const target = join(folder, ...names);
    await mkdir(dirname(target), { recursive: true });
    await symlink(localPath, target);
  }
}
