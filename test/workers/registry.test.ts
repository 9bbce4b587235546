import t from 'tap';
import Type from 'typebox';
import { createChildPool } from '../../src/workers/child-pool.js';
import { defineHandler, defineJob } from '../../src/workers/job.js';
import { bindHandlers, createHandlers, JOB_DEFINITIONS } from '../../src/workers/registry.js';
import { createLogger } from '../../src/log.js';
import { loadConfig } from '../../src/config.js';

const job = (name: string) => defineJob({ name, queue: 'check', payload: Type.Object({}), attempts: 1, backoffMs: 0 });
const handler = (definition: ReturnType<typeof job>) =>
  defineHandler({ definition, run: async () => undefined, abandon: async () => undefined });

void t.test('every job of the worker has exactly one handler', async (t) => {
  const log = createLogger(loadConfig({ LOG_LEVEL: 'silent' }), 'test');
  const children = createChildPool({ memoryMb: 64, residentMb: 1024, timeoutMs: 1000, log });
  const bound = bindHandlers(JOB_DEFINITIONS, createHandlers(children));
  t.same([...bound.keys()].sort(), ['callback', 'check', 'processing', 'publication']);
  await children.close();
});

void t.test('a registry with a gap or a double does not start', async (t) => {
  const [a, b] = [job('a'), job('b')];
  t.throws(() => bindHandlers([a, b], [handler(a)]), /job b has 0 handlers/);
  t.throws(() => bindHandlers([a], [handler(a), handler(a)]), /job a has 2 handlers/);
  t.throws(() => bindHandlers([a], [handler(a), handler(b)]), /handler of b, which is not a listed job/);
  t.throws(() => bindHandlers([a, job('a')], [handler(a)]), /job a is defined twice/);
});
