import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { childEnvironment, loadConfig } from '../../src/config.js';
import { startEmulator } from '../../src/supervisor/emulator.js';
import { until } from '../helpers/api.js';
import type { Teardown } from '../helpers/database.js';

/** A folder that the account of the private services can enter, as a checkout in a home folder often is not. */
async function dataFolder(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'geopf-up-'));
  chmodSync(folder, 0o711);
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Whole starts, on machines of any speed. */
t.setTimeout(240_000);

const settings = (dataDir: string) => ({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent', TIMING: 'immediate' });

/** Our processes whose command line or environment names the folder. */
function processesOf(dataDir: string): { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      const mine = command !== '' && (command.includes(dataDir) || environment.includes(`DATA_DIR=${dataDir}`));
      return mine ? [{ pid: Number(name), command }] : [];
    } catch {
      return []; // ended meanwhile
    }
  });
}

function isReady(origin: string): Promise<boolean> {
  return fetch(`${origin}/_emulator/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

/** Starts `script/server`'s program and waits for its line "Prêt". */
async function startUp(dataDir: string) {
  const up = spawn(process.execPath, [join(import.meta.dirname, '../../src/supervisor/up.js')], {
    env: childEnvironment(settings(dataDir)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(up, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  for await (const line of createInterface(up.stdout)) {
    const origin = /Prêt en .* : (http\S+)/.exec(line)?.[1];
    if (origin !== undefined) return { up, exited, origin };
  }
  throw new Error('the emulator ended before it was ready');
}

void t.test('an emulator on an empty folder becomes ready and leaves nothing running', async (t) => {
  const dataDir = await dataFolder(t);
  const { up, exited, origin } = await startUp(dataDir);
  t.teardown(() => up.kill('SIGKILL'));
  t.ok(await isReady(origin));

  await t.rejects(
    startEmulator(loadConfig(settings(dataDir)), () => {}),
    { message: /un émulateur tourne déjà sur .* arrêtez-le, ou choisissez un autre DATA_DIR/ },
    'a second one on the same folder is refused',
  );
  t.ok(await isReady(origin), 'the first one goes on');

  up.kill('SIGINT');
  t.strictSame(await exited, [0, null], 'Ctrl-C is a clean end');
  t.strictSame(processesOf(dataDir), []);
  t.notOk(existsSync(join(dataDir, 'emulator.pid')));
});

void t.test('a port already taken is named, and nothing is left running', async (t) => {
  const dataDir = await dataFolder(t);
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const config = loadConfig({ ...settings(dataDir), PORT: String(port) });
  await t.rejects(
    startEmulator(config, () => {}),
    { message: new RegExp(`le port ${port} est déjà pris`) },
  );
  t.strictSame(processesOf(dataDir), []);
});

void t.test(
  'a crashed server is restarted; kill -9 of the supervisor leaves nothing; the next start works',
  async (t) => {
    const dataDir = await dataFolder(t);
    const first = await startUp(dataDir);
    t.teardown(() => first.up.kill('SIGKILL'));

    const server = processesOf(dataDir).find(({ command }) => command.includes('entry.js server'));
    process.kill(server?.pid ?? 0, 'SIGKILL');
    await until(
      async () => processesOf(dataDir).find(({ command }) => command.includes('entry.js server'))?.pid,
      (pid) => pid !== undefined && pid !== server?.pid,
    );
    await until(
      () => isReady(first.origin),
      (ready) => ready,
    );
    t.pass('another server answers on the same port');

    first.up.kill('SIGKILL');
    await first.exited;
    await until(
      async () => processesOf(dataDir),
      (left) => left.length === 0,
    );
    t.ok(existsSync(join(dataDir, 'emulator.pid')), 'the process file is stale');

    const second = await startUp(dataDir);
    t.ok(await isReady(second.origin));
    second.up.kill('SIGTERM');
    t.strictSame(await second.exited, [0, null]);
    t.strictSame(processesOf(dataDir), []);
  },
);
