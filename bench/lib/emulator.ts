import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment, type Config, loadConfig } from '../../src/config.js';
import { NODE_OPTIONS } from '../../src/supervisor/child.js';
import { databaseContents } from '../../src/supervisor/contents.js';
import { startServices } from '../../src/supervisor/services.js';

/** Private services and servers for a bench, all removed when it ends. */
export interface BenchEmulator {
  /** Configuration of our own processes, database included. */
  readonly config: Config;
  /**
   * Starts an HTTP server with its render pool.
   * @param nodeArguments come before its program
   * @param output file that its logs go to; where ours go unless given
   */
  startServer(
    overrides?: Readonly<Record<string, string>>,
    nodeArguments?: readonly string[],
    output?: number,
  ): Promise<BenchServer>;
  /** Starts a peer of ours that is a Node program: it gets the same environment, and a free PORT. */
  startPeer(entry: string): Promise<BenchServer>;
  /** Starts a worker. */
  startWorker(): Promise<BenchProcess>;
  stop(): Promise<void>;
}

export interface BenchProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export interface BenchServer extends BenchProcess {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
}

const SERVER = fileURLToPath(new URL('../../src/server.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../../src/worker.js', import.meta.url));

/** Starts PostgreSQL, with the durability of an emulator in use, and Redis. */
export async function startBenchEmulator(): Promise<BenchEmulator> {
  const dataDir = await mkdtemp(join(tmpdir(), 'geopf-bench-'));
  await chmod(dataDir, 0o711); // the account of the services enters it
  const common = { LOG_LEVEL: 'error', TIMING: 'immediate', DATA_DIR: dataDir };
  const initial = loadConfig(childEnvironment(common));
  const services = await startServices({
    dataDir,
    databaseUrl: undefined,
    redisUrl: undefined,
    durable: true,
    cacheDir: initial.cacheDir,
    contents: await databaseContents(initial),
  });
  const environment = { ...common, DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl };
  const processes: BenchProcess[] = [];
  const startServing = async (
    entry: string,
    overrides: Readonly<Record<string, string>>,
    nodeArguments: readonly string[] = [],
    output?: number,
  ): Promise<BenchServer> => {
    const port = await freePort();
    const settings = { ...environment, PORT: String(port), ...overrides };
    const server = await startProcess(entry, settings, nodeArguments, output);
    processes.push(server);
    return { ...server, origin: `http://127.0.0.1:${port}` };
  };
  return {
    config: loadConfig(childEnvironment(environment)),
    startServer: (overrides = {}, nodeArguments = [], output) =>
      startServing(SERVER, overrides, [...NODE_OPTIONS.server, ...nodeArguments], output),
    startPeer: (entry) => startServing(entry, {}),
    async startWorker() {
      const worker = await startProcess(WORKER, environment, NODE_OPTIONS.worker);
      processes.push(worker);
      return worker;
    },
    async stop() {
      for (const process of processes) await process.stop();
      await services.stop();
      await rm(dataDir, { recursive: true, force: true });
      if (services.folder !== dataDir) await rm(services.folder, { recursive: true, force: true });
    },
  };
}

async function startProcess(
  entry: string,
  environment: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
  output: number | 'inherit' = 'inherit',
): Promise<BenchProcess> {
  const child = fork(entry, {
    env: childEnvironment(environment),
    execArgv: [...nodeArguments],
    stdio: ['ignore', output, 'inherit', 'ipc'],
  });
  await readiness(child);
  return {
    pid: child.pid ?? 0,
    child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function readiness(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process ended with code ${code} at start`);
  });
  await Promise.race([once(child, 'message'), ended]);
}

/** Peak memory of a process and of its children, MiB (Linux). */
export async function peakMemory(pid: number): Promise<number> {
  const [status, tasks] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'),
  ]);
  const own = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  const children = await Promise.all(
    tasks
      .split(' ')
      .filter((id) => id !== '')
      .map((id) => peakMemory(Number(id))),
  );
  return own + children.reduce((sum, each) => sum + each, 0);
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A token of an account of the default seed, taken as the SDK does. */
export async function takeToken(origin: string, username = 'producteur'): Promise<string> {
  const response = await fetch(`${origin}/realms/geoplateforme/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'gpf-warehouse',
      client_secret: 'any',
      username,
      password: 'geopf-local',
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}
