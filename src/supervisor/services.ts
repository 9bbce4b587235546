import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownedFolder, serviceAccount, serviceFolder } from './account.js';
import type { DatabaseContents } from './contents.js';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';

/** Which services to start privately, and where. */
export interface ServicesOptions {
  /** Absolute path of DATA_DIR. */
  readonly dataDir: string;
  /** Given services: nothing private is started in their place. */
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** False for tests: what they write need not survive a power cut. */
  readonly durable: boolean;
  readonly contents: DatabaseContents;
  readonly cacheDir: string;
}

/** The services of one emulator, ready. */
export interface Services {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Where the private services keep their data. */
  readonly folder: string;
  /** Resolves with the name of a private service that ended by itself. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the private PostgreSQL and Redis that no given service replaces, both at once. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { databaseUrl, redisUrl } = options;
  if (databaseUrl !== undefined && redisUrl !== undefined) {
    return { databaseUrl, redisUrl, folder: options.dataDir, lost: new Promise(() => {}), stop: async () => {} };
  }
  const account = await serviceAccount();
  const folder = await serviceFolder(options.dataDir, account);
  const runFolder = socketFolder(folder);
  await mkdir(dirname(runFolder), { recursive: true });
  await ownedFolder(runFolder, account);
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder, { recursive: true });
  const common = { runFolder, logFolder, account, durable: options.durable };
  const { contents, cacheDir } = options;
  const starting = [
    databaseUrl === undefined
      ? startPostgres({ ...common, folder: join(folder, 'postgresql'), contents, cacheDir })
      : Promise.resolve(null),
    redisUrl === undefined ? startRedis({ ...common, folder: join(folder, 'redis') }) : Promise.resolve(null),
  ] as const;
  const outcomes = await Promise.allSettled(starting);
  const daemons = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value) || []);
  const stop = async () => {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
  };
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const [postgres, redis] = await Promise.all(starting);
  const lost = Promise.race(daemons.map((daemon) => daemon.exited.then(() => daemon.name)));
  return {
    databaseUrl: databaseUrl ?? postgres?.url ?? '',
    redisUrl: redisUrl ?? redis?.url ?? '',
    folder,
    lost,
    stop,
  };
}

/** A socket path has 107 bytes at most (unix(7)): a deep folder gets its sockets elsewhere. */
function socketFolder(folder: string): string {
  const inside = join(folder, 'run');
  if (Buffer.byteLength(inside) <= 85) return inside;
  return join(tmpdir(), `geopf-local-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
}
