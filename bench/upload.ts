import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ApiUser, logIn } from '../test/helpers/api.js';
import { type BenchServer, startBenchEmulator } from './lib/emulator.js';
import { type EventLoopDelay, OBSERVED, readEventLoop, watchEventLoop } from './lib/event-loop.js';
import { median } from './lib/statistics.js';

/**
 * Upload of one large file through the HTTP server: throughput against `cp` followed by fsync on the same disk (our
 * storage syncs too before the file becomes visible), growth of the server's memory, and how late its event loop runs
 * meanwhile. The client shares the machine.
 * Usage: node dist/bench/upload.js [rounds] [MiB]; needs Linux. The exit code says whether the targets are met.
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const MEBIBYTES = Number(process.argv[3] ?? 2048);
const BLOCK = 1024 * 1024;

/** Our throughput, times that of `cp`, at least. */
const TARGET_RATIO = 0.6;
/** MiB that the server may grow by. */
const TARGET_GROWTH = 100;
/** Milliseconds by which its event loop may be late. */
const TARGET_DELAY = 50;

const run = promisify(execFile);

interface Round {
  readonly seconds: number;
  /** MiB by which the server grew at most. */
  readonly growth: number;
  readonly delay: EventLoopDelay;
}

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
  for (let written = 0; written < MEBIBYTES; written += 1) await file.write(randomBytes(BLOCK));
  await file.sync();
  await file.close();
}

/** Sends a file as one multipart body of known length. @returns status of the answer */
async function send(user: ApiUser, url: URL, path: string): Promise<number> {
  const boundary = randomBytes(16).toString('hex');
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const { size } = await stat(path);
  const request = http.request(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${user.token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + size + tail.length,
    },
  });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  request.write(head);
  await sendFile(request, path);
  request.end(tail);
  const response = await answered;
  response.resume();
  return response.statusCode ?? 0;
}

/** Reads one block while the one before leaves: a client that costs the machine as little as it can. */
async function sendFile(request: http.ClientRequest, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const blocks = [Buffer.allocUnsafeSlow(BLOCK), Buffer.allocUnsafeSlow(BLOCK)] as const;
    let leaving: Promise<void> = Promise.resolve();
    for (let turn = 0; ; turn += 1) {
      const block = blocks[turn % 2 === 0 ? 0 : 1];
      const { bytesRead } = await file.read(block, 0, BLOCK);
      await leaving;
      if (bytesRead === 0) return;
      leaving = new Promise((resolve, reject) => {
        request.write(block.subarray(0, bytesRead), (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    }
  } finally {
    await file.close();
  }
}

async function upload(user: ApiUser, ds: string, server: BenchServer, path: string): Promise<Round> {
  const created = await user.call<{ _id: string }>('POST', `${ds}/uploads`, {
    name: 'large',
    description: 'bench',
    type: 'ARCHIVE',
    srs: 'EPSG:2154',
  });
  const target = `${ds}/uploads/${created.body._id}`;
  const before = await memory(server.pid, 'VmRSS');
  await forgetPeak(server.pid);
  await watchEventLoop(server.child);
  const start = performance.now();
  const status = await send(user, new URL(`/api${target}/data?path=large.bin`, server.origin), path);
  const seconds = (performance.now() - start) / 1000;
  const delay = await readEventLoop(server.child);
  const growth = (await memory(server.pid, 'VmHWM')) - before;
  if (status !== 204) throw new Error(`not stored: ${status}`);
  const { body: stored } = await user.call<{ size: number }>('GET', target);
  if (stored.size !== MEBIBYTES * BLOCK) throw new Error(`${stored.size} bytes were stored`);
  await user.call('DELETE', target);
  return { seconds, growth, delay };
}

/** @returns seconds */
async function copy(path: string): Promise<number> {
  const target = `${path}.copy`;
  const start = performance.now();
  await run('cp', ['--reflink=never', path, target]);
  const file = await open(target, 'r');
  await file.sync();
  await file.close();
  const seconds = (performance.now() - start) / 1000;
  await rm(target);
  return seconds;
}

async function main(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'geopf-bench-data-'));
  const emulator = await startBenchEmulator();
  try {
    const path = join(folder, 'large.bin');
    await writeRandom(path);
    const server = await emulator.startServer({}, OBSERVED);
    const user = await logIn(server);
    const me = await user.call<{ communities_member: { community: { datastore?: string } }[] }>('GET', '/users/me');
    const ds = `/datastores/${me.body.communities_member.find(({ community }) => community.datastore)?.community.datastore}`;
    const ours: Round[] = [];
    const peers: number[] = [];
    // The first one warms up both sides: code, and memory of the machine.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const mine = await upload(user, ds, server, path);
      const peer = await copy(path);
      if (round === 0) continue;
      ours.push(mine);
      peers.push(peer);
      write(
        `round ${round}: upload ${mine.seconds.toFixed(2)} s, +${mine.growth.toFixed(0)} MiB, ` +
          `event loop ${tellDelay(mine.delay)}; cp + fsync ${peer.toFixed(2)} s`,
      );
    }
    return report(ours, peers);
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns whether the targets are met */
function report(ours: readonly Round[], peers: readonly number[]): boolean {
  const spread = (values: readonly number[]) =>
    `median ${median(values).toFixed(2)} s   min ${Math.min(...values).toFixed(2)}   max ${Math.max(...values).toFixed(2)}`;
  const seconds = ours.map((round) => round.seconds);
  const growth = Math.max(...ours.map((round) => round.growth));
  const late = Math.max(...ours.map(({ delay }) => delay.p99));
  const ratio = median(peers) / median(seconds);
  write(`\n${MEBIBYTES} MiB, ${ours.length} rounds (the client shares the machine)`);
  write(`upload     ${spread(seconds)}   ${(MEBIBYTES / median(seconds)).toFixed(0)} MiB/s`);
  write(`cp + fsync ${spread(peers)}   ${(MEBIBYTES / median(peers)).toFixed(0)} MiB/s`);
  write(
    `server memory: +${growth.toFixed(0)} MiB at most (target ≤ ${TARGET_GROWTH}) ${verdict(growth <= TARGET_GROWTH)}`,
  );
  write(`event loop: worst p99 ${late.toFixed(1)} ms (target ≤ ${TARGET_DELAY}) ${verdict(late <= TARGET_DELAY)}`);
  write(`throughput: ${ratio.toFixed(2)} × cp (target ≥ ${TARGET_RATIO}) ${verdict(ratio >= TARGET_RATIO)}`);
  return growth <= TARGET_GROWTH && late <= TARGET_DELAY && ratio >= TARGET_RATIO;
}

const tellDelay = ({ p50, p99, max }: EventLoopDelay) =>
  `p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} max ${max.toFixed(1)} ms`;

const verdict = (isMet: boolean) => (isMet ? 'met' : 'MISSED');

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = (await main()) ? 0 : 1;
