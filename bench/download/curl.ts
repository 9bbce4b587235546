import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { childEnvironment } from '../../src/config.js';

/** Large downloads by curl (Debian package of that name): Node's own client would be what is measured. */

const CURL = '/usr/bin/curl';
const run = promisify(execFile);

/** Downloads once and drops the bytes. @returns bytes per second @throws Error on another answer or size */
export async function downloadRate(url: string, size: number): Promise<number> {
  const format = '%{http_code} %{size_download} %{time_total}';
  const { stdout } = await run(
    CURL,
    ['--silent', '--show-error', '--output', '/dev/null', '--write-out', format, url],
    {
      env: childEnvironment({}),
    },
  );
  const [status, bytes, seconds] = stdout.split(' ').map(Number);
  if (status !== 200 || bytes !== size) throw new Error(`${url} answered ${status} and ${bytes} bytes`);
  return size / (seconds ?? Number.NaN);
}

/** The MD5 of what an address answers. */
export async function downloadDigest(url: string): Promise<string> {
  const child = spawn(CURL, ['--silent', '--show-error', '--fail', url], {
    env: childEnvironment({}),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const hash = createHash('md5');
  for await (const piece of child.stdout) hash.update(piece as Buffer);
  const [code] = await exit;
  if (code !== 0) throw new Error(`curl ended with code ${String(code)}`);
  return hash.digest('hex');
}
