import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Folders whose files run alone: they start processes of the emulator, count or kill those of their own process. */
const ALONE = new Set(['contract', 'journeys', 'supervisor', 'workers']);
/** Enough for the start of a process to count little, few enough for the groups to be spread over the cores. */
const FILES_OF_A_GROUP = 12;

/**
 * The test files to run, most of them in groups that share a process (see {@link runTogether}); the entries of the
 * groups are written beside the compiled tests.
 * @param root folder of the project
 * @returns paths from the root: those that run alone first, since they last
 */
export async function groupTests(root: string): Promise<string[]> {
  const tests = join(root, 'dist', 'test');
  const together = join(root, 'dist', 'together');
  await rm(together, { recursive: true, force: true });
  await mkdir(together, { recursive: true });
  const names = (await readdir(tests, { recursive: true })).filter((name) => name.endsWith('.test.js')).toSorted();
  const isAlone = (name: string) => ALONE.has(name.split('/')[0] ?? '');
  const shared = names.filter((name) => !isAlone(name));
  const groups: string[] = [];
  for (let start = 0; start < shared.length; start += FILES_OF_A_GROUP) {
    const group = shared.slice(start, start + FILES_OF_A_GROUP);
    const path = join(together, `${String(groups.length + 1).padStart(2, '0')}.test.js`);
    const files = Object.fromEntries(group.map((name) => [`dist/test/${name}`, join(tests, name)]));
    const lines = [
      `import { runTogether } from '../test/helpers/together.js';`,
      `await runTogether(${JSON.stringify(files, null, 2)});`,
    ];
    await writeFile(path, `${lines.join('\n')}\n`);
    groups.push(relative(root, path));
  }
  return [...names.filter(isAlone).map((name) => `dist/test/${name}`), ...groups];
}
