import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownedFolder, serviceAccount, serviceFolder } from './account.js';
import { type ClusterContents, startPostgres } from './postgres.js';
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
  readonly contents: ClusterContents;
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
  const account = await serviceAccount();
  const folder = await serviceFolder(options.dataDir, account);
  const runFolder = socketFolder(folder);
  await mkdir(dirname(runFolder), { recursive: true });
  await ownedFolder(runFolder, account);
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder, { recursive: true });
  const common = { runFolder, logFolder, account, durable: options.durable };
  const starting = [
    options.databaseUrl === undefined
      ? startPostgres({
          ...common,
          folder: join(folder, 'postgresql'),
          contents: options.contents,
          cacheDir: options.cacheDir,
        })
      : null,
    options.redisUrl === undefined ? startRedis({ ...common, folder: join(folder, 'redis') }) : null,
  ] as const;
  const outcomes = await Promise.allSettled(starting);
  const stop = async () => {
    await Promise.all(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value?.stop() : undefined)));
  };
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      await stop();
      throw outcome.reason;
    }
  }
  const [postgres, redis] = await Promise.all(starting);
  const lost = Promise.race([
    ...(postgres === null ? [] : [postgres.exited.then(() => 'PostgreSQL')]),
    ...(redis === null ? [] : [redis.exited.then(() => 'Redis')]),
  ]);
  return {
    databaseUrl: options.databaseUrl ?? postgres?.url ?? '',
    redisUrl: options.redisUrl ?? redis?.url ?? '',
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
