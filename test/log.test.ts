import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { loggableUrl } from '../src/log.js';

/** Lines that are gathered before they are written. */

const LOG = new URL('../src/log.js', import.meta.url).href;
const SETUP = `
  const { createLogger, gatheredOutput } = await import(${JSON.stringify(LOG)});
  const log = createLogger({ logLevel: 'info' }, 'test', gatheredOutput());
`;

function start(program: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SETUP + program], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return { child, output: text(child.stdout), exit: once(child, 'exit') };
}

const numbersIn = (output: string) =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { at: number }).at);

await t.test('nothing is lost, however the process ends', async (t) => {
  const lines = Array.from({ length: 1000 }, (_, at) => at);
  const logAll = 'for (let at = 0; at < 1000; at += 1) log.info({ at });';
  for (const [how, code] of [
    ['', 0],
    ['process.exit(3);', 3],
    ["throw new Error('fault');", 1],
    ["void Promise.reject(new Error('fault')); await new Promise(() => {});", 1],
  ] as const) {
    const { output, exit } = start(logAll + how);
    t.same(numbersIn(await output), lines, how);
    t.equal((await exit)[0], code, how);
  }
});

await t.test('a fatal line is written at once', async (t) => {
  const { output, exit } = start("log.info({ at: 1 }); log.fatal({ at: 2 }); process.kill(process.pid, 'SIGKILL');");
  t.same(numbersIn(await output), [1, 2]);
  t.equal((await exit)[1], 'SIGKILL');
});

await t.test('a few lines do not wait for more', async (t) => {
  const { child, exit } = start('log.info({ at: 1 }); process.stdin.resume();');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  t.same(numbersIn(line.toString()), [1], 'the process still runs');
  child.stdin.end();
  t.equal((await exit)[0], 0);
});

await t.test('a disk that is full ends nothing, nor the end of the process', async (t) => {
  const program = `
    const { createLogger, gatheredOutput } = await import(${JSON.stringify(LOG)});
    const { setTimeout: wait } = await import('node:timers/promises');
    const log = createLogger({ logLevel: 'info' }, 'test', process.argv[1] === 'gathered' ? gatheredOutput() : undefined);
    for (let at = 0; at < 10; at += 1) {
      log.error({ at, text: 'x'.repeat(1000) });
      await wait(50);
    }
    log.fatal('the last one');
    process.exit(3);`;
  for (const kind of ['gathered', 'each']) {
    const run = '"$0" --input-type=module --eval "$1" "$2" > /dev/full';
    const child = spawn('/bin/bash', ['-c', run, process.execPath, program, kind], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.equal(await text(child.stderr), '', kind);
    t.equal((await once(child, 'exit'))[0], 3, kind);
  }
});

void t.test('secrets are masked however their parameter is written, the rest stays', async (t) => {
  const CASES: Record<string, string> = {
    '/wfs?service=WFS&apikey=v&x=1': '/wfs?service=WFS&apikey=***&x=1',
    '/wfs?ApiKey=v': '/wfs?ApiKey=***',
    '/wfs?api_key=v&X-Key=w': '/wfs?api_key=***&X-Key=***',
    '/wfs?%61pi%6Bey=v%26w': '/wfs?apikey=***',
    '/wfs?x=%zz&apikey=%zz': '/wfs?x=%zz&apikey=***',
    '/wfs?service=WFS?apikey=v&x=1': '/wfs?service=WFS?apikey=***&x=1',
    '/wfs?count=1;apikey=v': '/wfs?count=1;apikey=***',
    '/wfs%3Fapikey=v': '/wfs?apikey=***',
    '/wfs%3fx=1%26apikey%3Dv&y=%C3%A9': '/wfs?x=1&apikey=***&y=%C3%A9',
    '/wfs/apikey=v': '/wfs/apikey=***',
    '/wfs??apikey=v': '/wfs??apikey=***',
    '/a?password=p&totp=1&code=c&token=t': '/a?password=***&totp=***&code=***&token=***',
    '/wfs?keyword=x&layer=apikey': '/wfs?keyword=x&layer=apikey',
    '/wfs': '/wfs',
  };
  for (const [url, shown] of Object.entries(CASES)) t.equal(loggableUrl(url), shown);
});
