import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, ownedFolder } from './account.js';
import { type Daemon, logTail, startDaemon } from './daemon.js';
import { locate } from './locate.js';

/** Where the private Redis keeps its data and its socket, and whether it must survive a crash. */
export interface RedisOptions {
  readonly folder: string;
  /** Sockets. */
  readonly runFolder: string;
  /** Logs and process files: ours, the service's account cannot write there. */
  readonly logFolder: string;
  readonly account: Account | null;
  readonly durable: boolean;
}

/** The private Redis, ready. */
export interface PrivateRedis extends Daemon {
  readonly url: string;
}

const START_TIMEOUT_MS = 30_000;

/** Starts a Redis that listens on a unix socket only, and waits until it answers. */
export async function startRedis(options: RedisOptions): Promise<PrivateRedis> {
  const [program] = await Promise.all([locate('redis'), ownedFolder(options.folder, options.account)]);
  const socket = join(options.runFolder, 'redis.sock');
  const daemon = await startDaemon({
    name: 'redis',
    account: options.account,
    folder: options.logFolder,
    stopSignal: 'TERM',
    command: [
      program,
      ...Object.entries({
        port: '0',
        unixsocket: socket,
        unixsocketperm: '700',
        dir: options.folder,
        daemonize: 'no',
        databases: '1',
        save: '',
        // Queued jobs outlive a restart; BullMQ asks that no key be evicted.
        appendonly: options.durable ? 'yes' : 'no',
        'maxmemory-policy': 'noeviction',
      }).flatMap(([name, value]) => [`--${name}`, value]),
    ],
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answersPing(socket))) {
    if (!daemon.running() || Date.now() > deadline) {
      await daemon.stop();
      throw new Error(`Redis ne démarre pas :\n${logTail(daemon.logFile)}`);
    }
    await sleep(10);
  }
  return { ...daemon, url: `unix://${socket}` };
}

/** True when Redis has loaded its data: it answers "-LOADING" before. */
function answersPing(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => connection.write('PING\r\n'));
    const settle = (answer: boolean) => {
      connection.destroy();
      resolve(answer);
    };
    connection.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    connection.once('error', () => settle(false));
    connection.once('close', () => resolve(false));
  });
}
