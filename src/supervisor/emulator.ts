import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.js';
import { superviseChild } from './child.js';
import { databaseContents } from './contents.js';
import { AlreadyRunningError, claimProcessFile } from './process-file.js';
import { type Services, startServices } from './services.js';

/** A whole emulator: private services, one server with its render pool, one worker. */
export interface Emulator {
  /** Origin of the HTTP server as this machine reaches it, without trailing slash. */
  readonly origin: string;
  /** Resolves with a sentence when the emulator cannot go on. */
  readonly failed: Promise<string>;
  /** Stops everything in order: server and worker first, then their services. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 120_000;

/**
 * Starts an emulator and waits until `/_emulator/ready` answers 200. Its processes inherit our environment, from
 * which `config` was read.
 * @throws Error with a sentence for the terminal; nothing is left running then
 */
export async function startEmulator(config: Config, say: (text: string) => void): Promise<Emulator> {
  await mkdir(config.dataDir, { recursive: true });
  const release = claim(config);
  const onCrash = (name: string, delayMs: number) => say(`${name} s'est arrêté, redémarrage dans ${delayMs} ms`);
  const children = (['server', 'worker'] as const).map((name) => superviseChild(name, onCrash));
  let services: Services | undefined;
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= Promise.all(children.map((child) => child.stop()))
      .then(() => services?.stop())
      .then(release);
    return stopped;
  };
  try {
    const port = await findPort(config);
    const contents = await databaseContents(config);
    services = await startServices({ ...config, durable: true, contents });
    const { databaseUrl, redisUrl, folder, lost } = services;
    if (folder !== config.dataDir) say(`Services privés dans ${folder}`);
    for (const sentence of await contents.fill(databaseUrl)) say(sentence);
    const environment = {
      PORT: String(port),
      DATA_DIR: config.dataDir,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
    };
    await Promise.all(children.map((child) => child.run(environment)));
    const origin = `http://${config.host.includes(':') ? `[${config.host}]` : loopback(config.host)}:${port}`;
    await waitUntilReady(origin);
    return { origin, stop, failed: lost.then((name) => `${name} s'est arrêté, voir ses journaux dans ${folder}`) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function claim({ dataDir, port }: Config): () => void {
  try {
    return claimProcessFile(join(dataDir, 'emulator.pid'), `PORT=${port}`);
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    throw new Error(
      `un émulateur tourne déjà sur ${dataDir} (processus ${error.pid}, ${error.note}) : ` +
        'arrêtez-le, ou choisissez un autre DATA_DIR (et un autre PORT)',
    );
  }
}

async function waitUntilReady(origin: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let answer = '';
  while (Date.now() < deadline) {
    const response = await fetch(`${origin}/_emulator/ready`);
    answer = await response.text();
    if (response.ok) return;
    await sleep(20);
  }
  throw new Error(`l'émulateur n'est pas prêt après ${READY_TIMEOUT_MS / 1000} s : ${answer}`);
}

/** An address that means "every interface" is reached through the loopback. */
function loopback(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}

/** The port asked for, or a free one for 0: every process must know it, the issuer of tokens holds it. */
function findPort({ host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      const busy = 'code' in error && error.code === 'EADDRINUSE';
      reject(busy ? new Error(`le port ${port} est déjà pris : choisissez-en un autre avec PORT`) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
