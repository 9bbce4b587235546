import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, link, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { backendName } from '../../src/workers/backends.js';
import { until } from './api.js';
import type { TestEmulator } from './app.js';
import { rowsOf } from './integration.js';

/** Jobs seen from outside: their processes, connections and files, and ways to hold them where a test wants them. */

const run = promisify(execFile);

/** Ids of the living child processes of jobs, the spare one included if there is one, of a worker process. */
export function childrenOf(worker: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isChildOf(pid, worker));
}

function isChildOf(pid: number, worker: number): boolean {
  try {
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(parent) === worker && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/workers/child.js');
  } catch {
    // It ended between the listing and the reading.
    return false;
  }
}

/** Whether a process is there and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * Puts pipes in the place of the data files of an upload: who opens one waits, in the middle of its work.
 * @returns what puts the files back
 */
export async function holdFiles(emulator: TestEmulator, upload: string): Promise<() => Promise<void>> {
  const files = await rowsOf<{ key: string }>(
    emulator,
    `SELECT key FROM geopf.upload_file WHERE upload_id = '${upload}' AND kind = 'DATA'`,
  );
  const paths = files.map(({ key }) => emulator.deps.storage.localPath(key));
  for (const path of paths) {
    await rename(path, `${path}.held`);
    await run('mkfifo', ['-m', '644', path]);
  }
  return async () => {
    // The files first: whoever goes on to the next one must not find a pipe that nobody will write to any more.
    for (const path of paths) {
      await link(path, `${path}.pipe`);
      await rename(`${path}.held`, path);
    }
    for (const path of paths) {
      // Whoever still waits finds an empty file; it fails when nobody does.
      const writer = await open(`${path}.pipe`, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => null);
      await writer?.close();
      await rm(`${path}.pipe`);
    }
  };
}

export function backendsSql(jobId: string): string {
  return `SELECT pid FROM pg_stat_activity WHERE application_name = '${backendName(jobId)}'`;
}

/** Waits for a connection of the job to wait for a lock. */
export async function waitForLock(emulator: TestEmulator, jobId: string): Promise<void> {
  await until(
    () => rowsOf(emulator, `${backendsSql(jobId)} AND wait_event_type = 'Lock'`),
    (rows) => rows.length > 0,
  );
}

/** What a job holds or has left: connections, temporary folders. */
export async function leftoversOf(emulator: TestEmulator, jobId: string): Promise<string[]> {
  const backends = await rowsOf<{ pid: number }>(emulator, backendsSql(jobId));
  const folders = await readdir(join(emulator.config.dataDir, 'tmp')).catch(() => []);
  return [
    ...backends.map(({ pid }) => `connection ${pid}`),
    ...folders.filter((name) => name.startsWith(`job-${jobId}`)).map((name) => `folder ${name}`),
  ];
}

/** What is left of a stored data: its schema, its role, its files. */
export async function tracesOf(emulator: TestEmulator, storedData: string): Promise<string[]> {
  const hex = storedData.replaceAll('-', '');
  const schemas = await rowsOf<{ name: string }>(
    emulator,
    `SELECT nspname AS name FROM pg_namespace WHERE nspname = 'sd_${hex}'
     UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE '%${hex}%'`,
  );
  const files = await emulator.deps.storage.list(`stored-data/${storedData}`);
  return [...schemas.map(({ name }) => name), ...files.map(({ key }) => key)];
}
