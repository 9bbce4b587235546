import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../../src/config.js';

const execute = promisify(execFile);

/** Runs Python with the packages at hand; resolves with both outputs joined, rejects with them on failure. */
export type RunPython = (
  args: readonly string[],
  options?: { cwd?: string; env?: Readonly<Record<string, string>> },
) => Promise<string>;

/** A Python with packages. `program` and `env` start it otherwise than `run`, as a server for instance. */
export interface Python {
  readonly run: RunPython;
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Python with the given packages (`name==version`), installed once in a private folder of the user's cache.
 * @returns how to run it, or the reason why it is not to be had
 */
export async function pythonWith(...packages: string[]): Promise<Python | { missing: string }> {
  return installed('python3', packages);
}

/**
 * The same beside a module of the system (a Debian package), which only the system's own Python may see.
 * @returns how to run it, or the reason why it is not to be had
 */
export async function pythonBeside(module: string, ...packages: string[]): Promise<Python | { missing: string }> {
  for (const python of ['python3', '/usr/bin/python3']) {
    const found = await execute(python, ['-c', `import ${module}`]).then(
      () => true,
      () => false,
    );
    if (found) return installed(python, packages);
  }
  return { missing: `the Python module ${module} is not installed` };
}

async function installed(python: string, packages: readonly string[]): Promise<Python | { missing: string }> {
  const key = createHash('sha256')
    .update([python, ...packages].join(' '))
    .digest('hex')
    .slice(0, 12);
  const cache = join(homedir(), '.cache', 'geopf-local');
  const folder = join(cache, `python-${key}`);
  if (!(await exists(folder))) {
    await mkdir(cache, { recursive: true });
    const unfinished = await mkdtemp(join(cache, 'python-'));
    try {
      const args = ['-m', 'pip', 'install', '--quiet', '--target', unfinished, ...packages];
      await execute('python3', args, { timeout: 300_000 });
      await rename(unfinished, folder);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      return { missing: `${packages.join(', ')} cannot be installed: ${(error as Error).message.trim()}` };
    }
  }
  const env = childEnvironment({ PYTHONPATH: folder, PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' });
  return {
    program: python,
    env,
    async run(args, { cwd, env: more } = {}) {
      const output = await execute(python, [...args], {
        env: { ...env, ...more },
        cwd,
        timeout: 120_000,
        maxBuffer: 32 * 1024 * 1024,
      });
      return output.stdout + output.stderr;
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
