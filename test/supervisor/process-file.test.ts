import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  AlreadyRunningError,
  claimProcessFile,
  recordProcess,
  stopRecordedProcess,
} from '../../src/supervisor/process-file.js';

void t.test('a process file held by a living process is refused, then free once given back', async (t) => {
  const path = join(t.testdir(), 'emulator.pid');
  const release = claimProcessFile(path, 'port 8080');
  t.throws(() => claimProcessFile(path, 'port 8081'), new AlreadyRunningError(process.pid, 'port 8080'));
  release();
  t.notOk(existsSync(path), 'the file is removed');
  claimProcessFile(path, 'port 8081')();
});

void t.test('a process file left by a killed process is taken over', async (t) => {
  const path = join(t.testdir(), 'emulator.pid');
  const child = spawn('sleep', ['60']);
  await recordProcess(path, child.pid ?? 0, 'port 8080');
  t.throws(() => claimProcessFile(path, 'port 8081'), AlreadyRunningError);
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.doesNotThrow(() => claimProcessFile(path, 'port 8081')());
});

void t.test('a process file whose id was given to a later process is taken over', async (t) => {
  const path = join(t.testdir(), 'emulator.pid');
  writeFileSync(path, JSON.stringify({ pid: process.pid, start: '1', note: 'before the reboot' }));
  t.doesNotThrow(() => claimProcessFile(path, 'port 8080')());
});

void t.test('a process file cut short by a crash is taken over', async (t) => {
  const path = join(t.testdir(), 'emulator.pid');
  writeFileSync(path, '{"pid":');
  t.doesNotThrow(() => claimProcessFile(path, 'port 8080')());
});

void t.test('a recorded process is stopped, even one that ignores the signal', async (t) => {
  const path = join(t.testdir(), 'redis.pid');
  const child = spawn('sh', ['-c', 'trap "" TERM; echo trapped; while :; do sleep 0.1; done'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  await recordProcess(path, child.pid ?? 0, 'redis');
  const exited = once(child, 'exit');
  await stopRecordedProcess(path, 'SIGTERM', 100);
  t.strictSame(await exited, [null, 'SIGKILL']);
  t.notOk(existsSync(path));
  await t.resolves(stopRecordedProcess(path, 'SIGTERM', 100), 'nothing recorded is nothing to stop');
});
