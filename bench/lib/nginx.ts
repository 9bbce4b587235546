import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { childEnvironment } from '../../src/config.js';
import { projectRoot } from '../../src/supervisor/paths.js';
import { freePort } from './emulator.js';

/** nginx (Debian package of that name) serving a folder. */
export interface Nginx {
  readonly pid: number;
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  stop(): Promise<void>;
}

const NGINX = '/usr/sbin/nginx';
const START_MS = 10_000;

/**
 * @param bench whose configuration it takes: `bench/<bench>/nginx.conf`
 * @param folder for its own files, which goes with the bench
 * @param root what it serves
 */
export async function startNginx(
  bench: string,
  { folder, root }: { readonly folder: string; readonly root: string },
): Promise<Nginx> {
  const port = await freePort();
  const template = await readFile(join(projectRoot(), 'bench', bench, 'nginx.conf'), 'utf8');
  const values: Readonly<Record<string, string>> = { FOLDER: folder, ROOT: root, PORT: String(port) };
  const path = join(folder, 'nginx.conf');
  await writeFile(
    path,
    template.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? ''),
  );
  const child = spawn(NGINX, ['-p', folder, '-c', path, '-e', join(folder, 'error.log')], {
    env: childEnvironment({}),
    stdio: 'inherit',
  });
  const origin = `http://127.0.0.1:${port}`;
  await answering(child, origin);
  return {
    pid: child.pid ?? 0,
    origin,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGQUIT');
      await once(child, 'exit');
    },
  };
}

async function answering(child: ChildProcess, origin: string): Promise<void> {
  const limit = Date.now() + START_MS;
  while (Date.now() < limit) {
    if (child.exitCode !== null) throw new Error(`nginx ended with code ${child.exitCode}`);
    const isUp = await fetch(origin).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await pause(50);
  }
  throw new Error('nginx does not answer');
}
