import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Account, asAccount, ownedFolder } from './account.js';
import type { DatabaseContents } from './contents.js';
import { type Daemon, logTail, startDaemon } from './daemon.js';
import { restrictFunctions } from './function-rights.js';
import { locate } from './locate.js';

const run = promisify(execFile);

/** Database and role that the emulator works with in its private cluster. */
export const DATABASE = 'geopf';
const ROLE = 'geopf';
const START_TIMEOUT_MS = 60_000;
const KEPT_CLUSTERS = 3;

/** Where the private PostgreSQL keeps its data and its socket, and whether it must survive a crash. */
export interface PostgresOptions {
  readonly folder: string;
  /** Sockets. */
  readonly runFolder: string;
  /** Logs and process files: ours, the service's account cannot write there. */
  readonly logFolder: string;
  readonly account: Account | null;
  readonly durable: boolean;
  /** What a new cluster holds from the start. */
  readonly contents: DatabaseContents;
  /** Where prebuilt clusters are kept. */
  readonly cacheDir: string;
}

/** The private PostgreSQL, ready. */
export interface PrivatePostgres extends Daemon {
  readonly url: string;
}

/**
 * Starts a PostgreSQL that listens on a unix socket only, and waits until it accepts connections.
 * A missing cluster is copied from the prebuilt one of the same contents, or built and kept.
 */
export async function startPostgres(options: PostgresOptions): Promise<PrivatePostgres> {
  const bin = await locate('postgresql');
  if (existsSync(join(options.folder, 'PG_VERSION'))) {
    await checkMajor(bin, options.folder);
    const server = await launch(bin, options);
    // It may come from a version that left them to everybody.
    await withClient(socketUrl(options.runFolder, 'postgres', DATABASE), (client) => restrictFunctions(client, ROLE));
    return server;
  }
  const prebuilt = join(options.cacheDir, `cluster-${await clusterKey(bin, options)}`);
  if (!existsSync(prebuilt)) await buildCluster(bin, options, prebuilt);
  await copyFolder(prebuilt, options.folder, options.account);
  await utimes(prebuilt, new Date(), new Date());
  await forgetOldClusters(options.cacheDir);
  return launch(bin, options);
}

/** Builds the cluster beside its final place, fills it, and moves a cleanly stopped copy to the cache. */
async function buildCluster(bin: string, options: PostgresOptions, prebuilt: string): Promise<void> {
  const folder = `${options.folder}.new`;
  await rm(folder, { recursive: true, force: true });
  await ownedFolder(folder, options.account);
  const initdb = [
    join(bin, 'initdb'),
    '-D',
    folder,
    '-U',
    'postgres',
    '--auth=trust',
    '--no-sync',
    '--no-instructions',
  ];
  const [program = '', ...args] = asAccount(options.account, 'TERM', [
    ...initdb,
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ]);
  await run(program, args, { cwd: '/' });
  const server = await launch(bin, { ...options, folder, durable: false });
  try {
    await createDatabase(options.runFolder);
    await options.contents.fill(server.url);
    await waitUntilUnused(options.runFolder);
  } finally {
    await server.stop();
  }
  await mkdir(dirname(prebuilt), { recursive: true });
  const partial = `${prebuilt}.${process.pid}`;
  await copyFolder(folder, partial, null);
  await rm(folder, { recursive: true });
  try {
    await rename(partial, prebuilt);
  } catch (error) {
    await rm(partial, { recursive: true });
    if (!existsSync(prebuilt)) throw error; // another start may have built the same one meanwhile
  }
}

/** The emulator's own role is no superuser, so that what works here works with a given DATABASE_URL. */
async function createDatabase(runFolder: string): Promise<void> {
  await withClient(socketUrl(runFolder, 'postgres', 'postgres'), async (client) => {
    await client.query(`CREATE ROLE ${ROLE} LOGIN CREATEROLE CREATEDB`);
    await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE}`);
    await client.query(`GRANT pg_signal_backend TO ${ROLE}`);
    await client.query(`REVOKE TEMPORARY ON DATABASE ${DATABASE} FROM PUBLIC`);
  });
  await withClient(socketUrl(runFolder, 'postgres', DATABASE), async (client) => {
    await client.query('CREATE EXTENSION postgis');
    // Coordinate systems of the IGNF register are added to PostGIS's own table.
    await client.query(`GRANT INSERT, UPDATE, DELETE ON spatial_ref_sys TO ${ROLE}`);
    await restrictFunctions(client, ROLE);
  });
}

/** A pool that was ended may still be closing its connections: stopping now would end them with an error. */
async function waitUntilUnused(runFolder: string): Promise<void> {
  await withClient(socketUrl(runFolder, 'postgres', 'postgres'), async (client) => {
    const query = 'SELECT count(*)::int AS used FROM pg_stat_activity WHERE datname = $1';
    for (;;) {
      const { rows } = await client.query<{ used: number }>(query, [DATABASE]);
      if (rows[0]?.used === 0) return;
      await sleep(10);
    }
  });
}

async function launch(bin: string, options: PostgresOptions): Promise<PrivatePostgres> {
  const memoryMb = Math.round(totalmem() / 1024 ** 2);
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: options.runFolder,
    unix_socket_permissions: '0700',
    max_connections: '200',
    shared_buffers: `${Math.min(1024, Math.max(64, Math.round(memoryMb / 16)))}MB`,
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    // Service requests are short statements: compiling them costs more than it saves.
    jit: 'off',
    timezone: 'UTC',
    fsync: options.durable ? 'on' : 'off',
    synchronous_commit: options.durable ? 'on' : 'off',
    full_page_writes: options.durable ? 'on' : 'off',
  };
  // From 16 on, a role is not a member of those it creates unless this says so.
  if ((await majorVersion(bin)) >= 16) settings['createrole_self_grant'] = 'set, inherit';
  const daemon = await startDaemon({
    name: 'postgresql',
    account: options.account,
    folder: options.logFolder,
    stopSignal: 'INT',
    command: [
      join(bin, 'postgres'),
      '-D',
      options.folder,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await withClient(socketUrl(options.runFolder, 'postgres', 'postgres'), () => Promise.resolve());
      return { ...daemon, url: socketUrl(options.runFolder, ROLE, DATABASE) };
    } catch (cause) {
      if (!daemon.running() || Date.now() > deadline) {
        await daemon.stop();
        throw new Error(`PostgreSQL ne démarre pas :\n${logTail(daemon.logFile)}`, { cause });
      }
    }
    await sleep(10);
  }
}

/** `localhost` is there for readers that want a host: the query parameter decides. */
function socketUrl(runFolder: string, role: string, database: string): string {
  return `postgresql://${role}@localhost/${database}?host=${encodeURIComponent(runFolder)}`;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Every change of the seed makes another prebuilt cluster (70 MB): the last ones used are kept. */
async function forgetOldClusters(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => /^cluster-[0-9a-f]+$/.test(name));
  const used = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(cacheDir, name))).mtimeMs })));
  used.sort((a, b) => b.at - a.at);
  for (const { name } of used.slice(KEPT_CLUSTERS)) await rm(join(cacheDir, name), { recursive: true, force: true });
}

async function copyFolder(from: string, to: string, account: Account | null): Promise<void> {
  await run('cp', ['-a', '--reflink=auto', from, to]);
  if (account !== null) await run('chown', ['-R', `${account.uid}:${account.gid}`, to]);
}

async function clusterKey(bin: string, options: PostgresOptions): Promise<string> {
  const { stdout: share } = await run(join(bin, 'pg_config'), ['--sharedir']);
  const hash = createHash('sha256');
  hash.update((await run(join(bin, 'postgres'), ['--version'])).stdout);
  hash.update(await readFile(join(share.trim(), 'extension', 'postgis.control')));
  hash.update(await readFile(import.meta.filename));
  hash.update(await readFile(join(import.meta.dirname, 'function-rights.js')));
  hash.update(options.contents.fingerprint);
  return hash.digest('hex').slice(0, 16);
}

async function majorVersion(bin: string): Promise<number> {
  const { stdout } = await run(join(bin, 'postgres'), ['--version']);
  return Number(/(\d+)/.exec(stdout)?.[1]);
}

async function checkMajor(bin: string, folder: string): Promise<void> {
  const [wanted, found] = await Promise.all([readFile(join(folder, 'PG_VERSION'), 'utf8'), majorVersion(bin)]);
  if (Number(wanted) !== found) {
    throw new Error(
      `${folder} a été créé par PostgreSQL ${wanted.trim()}, la machine a PostgreSQL ${found} : ` +
        'réinstallez cette version, ou choisissez un autre DATA_DIR.',
    );
  }
}
