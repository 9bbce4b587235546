import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { type ChildPool, createChildPool } from '../../src/workers/child-pool.js';
import { ChildDied } from '../../src/workers/task-end.js';
import { TaskMemory, TaskTimeout } from '../../src/workers/task-limit.js';
import { until } from '../helpers/api.js';
import { childrenOf } from '../helpers/jobs.js';

const log = createLogger(loadConfig({ LOG_LEVEL: 'silent' }), 'test');
const never = new AbortController().signal;

void t.test('a task runs in another process and gives its log and its result', async (t) => {
  const children = createChildPool({ memoryMb: 128, residentMb: 1024, timeoutMs: 30_000, log });
  t.teardown(() => children.close());
  await children.ready();
  const path = join(t.testdir(), 'x');
  writeFileSync(path, 'abc');
  const files = [{ path: 'x', kind: 'DATA' as const, localPath: path, size: 3 }];
  const messages: string[] = [];
  let pid = process.pid;
  const result = await children.run(
    'standard-check',
    { upload: { id: 'u', files } },
    {
      signal: never,
      onLog: ({ message }) => messages.push(message),
      onStart: (started) => {
        pid = started;
      },
    },
  );
  t.equal(result, 'SUCCESS');
  t.not(pid, process.pid);
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'its process is gone');
  t.match(messages.at(-1), /SUCCESS/);
});

void t.test('a task that throws, dies, lasts or is aborted rejects, each in its way', async (t) => {
  const children = createChildPool({ memoryMb: 128, residentMb: 1024, timeoutMs: 2000, log });
  t.teardown(() => children.close());
  const folder = t.testdir();
  // Nobody writes to this pipe: reading it never ends.
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const upload = (localPath: string) => ({
    upload: { id: 'u', files: [{ path: 'x.md5', kind: 'MD5' as const, localPath, size: 1 }] },
  });
  const options = { signal: never, onLog: () => undefined };
  await t.rejects(children.run('standard-check', upload(join(folder, 'absent')), options), { message: /ENOENT/ });
  await t.rejects(children.run('standard-check', upload(pipe), options), TaskTimeout);
  const killed = children.run('standard-check', upload(pipe), {
    ...options,
    onStart: (pid) => process.kill(pid, 'SIGKILL'),
  });
  await t.rejects(killed, ChildDied);
  const controller = new AbortController();
  const reason = new Error('stop');
  const aborted = children.run('standard-check', upload(pipe), {
    ...options,
    signal: controller.signal,
    onStart: () => controller.abort(reason),
  });
  await t.rejects(aborted, { message: 'stop' });
});

void t.test('a process that takes too much memory is killed', async (t) => {
  // Less than Node itself takes.
  const children = createChildPool({ memoryMb: 128, residentMb: 8, timeoutMs: 30_000, log });
  t.teardown(() => children.close());
  const pipe = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const files = [{ path: 'x.md5', kind: 'MD5' as const, localPath: pipe, size: 1 }];
  let pid = process.pid;
  const run = children.run(
    'standard-check',
    { upload: { id: 'u', files } },
    {
      signal: never,
      onLog: () => undefined,
      onStart: (started) => {
        pid = started;
      },
    },
  );
  await t.rejects(run, TaskMemory);
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'its process is gone');
});

void t.test('a heavy task takes the process that waits for it, and leaves another one', async (t) => {
  const children = createChildPool({ memoryMb: 1024, residentMb: 2048, timeoutMs: 60_000, log });
  t.teardown(() => children.close());
  await children.ready();
  const [spare, ...others] = childrenOf(process.pid);
  t.same(others, []);
  t.equal(await pidOfCheck(children, t.testdir()), spare);
  const [next] = await until(
    async () => childrenOf(process.pid),
    (pids) => pids.length > 0,
  );
  t.not(next, spare);
});

void t.test('without a spare, no process waits', async (t) => {
  const children = createChildPool({ memoryMb: 1024, residentMb: 2048, timeoutMs: 60_000, keepsSpare: false, log });
  t.teardown(() => children.close());
  await children.ready();
  t.same(childrenOf(process.pid), []);
  t.type(await pidOfCheck(children, t.testdir()), 'number');
  t.same(childrenOf(process.pid), []);
});

/** Id of the process that ran a check of no file. */
async function pidOfCheck(children: ChildPool, folder: string): Promise<number | undefined> {
  let pid: number | undefined;
  const input = { upload: { id: 'u', srs: 'EPSG:4326', files: [] }, folder };
  const onStart = (started: number) => {
    pid = started;
  };
  await children.run('vector-check', input, { signal: never, onLog: () => undefined, onStart });
  return pid;
}
