import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './paths.js';

const run = promisify(execFile);

/**
 * Asks `script/locate` where a system service lies: one answer for the scripts and the supervisor.
 * @throws Error with a sentence saying what to install
 */
export async function locate(service: 'postgresql' | 'redis'): Promise<string> {
  try {
    const { stdout } = await run(join(projectRoot(), 'script', 'locate'), [service]);
    return stdout.trim();
  } catch (cause) {
    const wanted = service === 'postgresql' ? 'PostgreSQL avec PostGIS' : 'redis-server';
    throw new Error(`${wanted} est introuvable : lancez script/bootstrap, ou donnez DATABASE_URL et REDIS_URL`, {
      cause,
    });
  }
}
