import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What only tests name that start or kill processes of the emulator, or look for those of their own process. */
const ABOUT_PROCESSES = /\b(childrenOf|forkWorker)\b|workers\/child\.js|supervisor\/up\.js/;
/** Folders whose files last: they deliver, process and publish. */
const LONG = new Set(['contract', 'journeys', 'workers']);
/** Enough for the start of a process to count little, few enough for the groups to be spread over the cores. */
const FILES_OF_A_GROUP = { long: 4, short: 12 };

/**
 * The test files to run, most of them in groups that share a process (see {@link runTogether}); the entries of the
 * groups are written beside the compiled tests.
 * @param root folder of the project
 * @returns paths from the root: those that last first
 */
export async function groupTests(root: string): Promise<string[]> {
  const tests = join(root, 'dist', 'test');
  const together = join(root, 'dist', 'together');
  await rm(together, { recursive: true, force: true });
  await mkdir(together, { recursive: true });
  const alone: string[] = [];
  const long: string[] = [];
  const short: string[] = [];
  const names = (await readdir(tests, { recursive: true })).filter((name) => name.endsWith('.test.js'));
  for (const name of names.toSorted()) {
    if (ABOUT_PROCESSES.test(await readFile(join(tests, name), 'utf8'))) alone.push(name);
    else if (LONG.has(name.split('/')[0] ?? '')) long.push(name);
    else short.push(name);
  }
  const groups = [...groupsOf(long, FILES_OF_A_GROUP.long), ...groupsOf(short, FILES_OF_A_GROUP.short)];
  const entries = groups.map(async (group, index) => {
    const path = join(together, `${String(index + 1).padStart(2, '0')}.test.js`);
    const files = Object.fromEntries(group.map((name) => [`dist/test/${name}`, join(tests, name)]));
    const lines = [
      `import { runTogether } from '../test/helpers/together.js';`,
      `await runTogether(${JSON.stringify(files, null, 2)});`,
    ];
    await writeFile(path, `${lines.join('\n')}\n`);
    return relative(root, path);
  });
  return [...alone.map((name) => `dist/test/${name}`), ...(await Promise.all(entries))];
}

function groupsOf(names: readonly string[], size: number): string[][] {
  const starts = Array.from({ length: Math.ceil(names.length / size) }, (_, index) => index * size);
  return starts.map((start) => names.slice(start, start + size));
}
