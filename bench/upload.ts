import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ApiUser, logIn } from '../test/helpers/api.js';
import { type BenchServer, startBenchEmulator } from './lib/emulator.js';
import { median } from './lib/statistics.js';

/**
 * Upload of one large file through the HTTP server: growth of the server's memory, and time against `cp` followed by
 * fsync on the same disk (our storage syncs too before the file becomes visible).
 * Usage: node dist/bench/upload.js [rounds] [MiB]; needs Linux.
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const MEBIBYTES = Number(process.argv[3] ?? 1024);
const TARGET_MB = 100;
const BLOCK_MB = 16;

const run = promisify(execFile);

/** A figure of /proc/<pid>/status, MiB. */
async function memory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}

/** Makes VmHWM start again from the present size (proc(5), clear_refs). */
async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

async function writeRandom(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let written = 0; written < MEBIBYTES; written += BLOCK_MB) await file.write(randomBytes(BLOCK_MB * 1024 * 1024));
  await file.sync();
  await file.close();
}

/** @returns seconds, and MiB by which the server grew at most */
async function upload(api: ApiUser, ds: string, server: BenchServer, path: string): Promise<[number, number]> {
  const created = await api.call<{ _id: string }>('POST', `${ds}/uploads`, {
    name: 'large',
    description: 'bench',
    type: 'ARCHIVE',
    srs: 'EPSG:2154',
  });
  const target = `${ds}/uploads/${created.body._id}`;
  const form = new FormData();
  form.append('file', await openAsBlob(path), 'large.bin');
  const before = await memory(server.pid, 'VmRSS');
  await forgetPeak(server.pid);
  const start = Date.now();
  const { status, body } = await api.call('POST', `${target}/data?path=large.bin`, form);
  const seconds = (Date.now() - start) / 1000;
  const growth = (await memory(server.pid, 'VmHWM')) - before;
  if (status !== 204) throw new Error(`not stored: ${status} ${JSON.stringify(body)}`);
  const { body: stored } = await api.call<{ size: number }>('GET', target);
  if (stored.size !== MEBIBYTES * 1024 * 1024) throw new Error(`${stored.size} bytes were stored`);
  await api.call('DELETE', target);
  return [seconds, growth];
}

/** @returns seconds */
async function copy(path: string): Promise<number> {
  const target = `${path}.copy`;
  const start = Date.now();
  await run('cp', ['--reflink=never', path, target]);
  const file = await open(target, 'r');
  await file.sync();
  await file.close();
  const seconds = (Date.now() - start) / 1000;
  await rm(target);
  return seconds;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-data-'));
  const emulator = await startBenchEmulator();
  try {
    const path = join(folder, 'large.bin');
    await writeRandom(path);
    const server = await emulator.startServer();
    const api = await logIn(server);
    const me = await api.call<{ communities_member: { community: { datastore?: string } }[] }>('GET', '/users/me');
    const ds = `/datastores/${me.body.communities_member.find(({ community }) => community.datastore)?.community.datastore}`;
    const ours: number[] = [];
    const peers: number[] = [];
    const growths: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [seconds, growth] = await upload(api, ds, server, path);
      const peer = await copy(path);
      ours.push(seconds);
      peers.push(peer);
      growths.push(growth);
      process.stdout.write(
        `round ${round}: upload ${seconds.toFixed(2)} s, +${growth.toFixed(0)} MiB; cp + fsync ${peer.toFixed(2)} s\n`,
      );
    }
    report(ours, peers, growths);
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function report(ours: readonly number[], peers: readonly number[], growths: readonly number[]): void {
  const spread = (values: readonly number[]) =>
    `median ${median(values).toFixed(2)} s   min ${Math.min(...values).toFixed(2)}   max ${Math.max(...values).toFixed(2)}`;
  const growth = Math.max(...growths);
  process.stdout.write(`\n${MEBIBYTES} MiB, ${ours.length} rounds (the client shares the machine)\n`);
  process.stdout.write(`upload     ${spread(ours)}\ncp + fsync ${spread(peers)}\n`);
  process.stdout.write(
    `server memory: +${growth.toFixed(0)} MiB at most (target < ${TARGET_MB}): ${growth < TARGET_MB ? 'met' : 'NOT met'}\n`,
  );
  process.stdout.write(`ratio ${(median(ours) / median(peers)).toFixed(2)}\n`);
}

await main();
