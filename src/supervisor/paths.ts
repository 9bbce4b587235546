import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of the checkout (the one that holds package.json), wherever the compiled file lies in it. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no package.json above the compiled code');
    folder = parent;
  }
  return folder;
}

/** The seed that is used without SEED_FILE. */
export function defaultSeedFile(): string {
  return join(projectRoot(), 'seeds', 'default.yaml');
}
