import { pino } from 'pino';
import t from 'tap';
import { checkJob } from '../../src/workers/check.job.js';
import { createJobQueue } from '../../src/workers/queue.js';
import { openRedis } from '../../src/workers/redis.js';
import { startTestServices } from '../helpers/services.js';

const log = pino({ level: 'silent' });

void t.test(
  'a Redis that hangs fails the enqueueing instead of holding the request, and serves again after',
  async (t) => {
    // Of this test alone: it is made to hang.
    const services = await startTestServices();
    t.teardown(() => services.stop());
    const jobs = createJobQueue({ redisUrl: services.redisUrl, prefix: 'geopf:test', log });
    t.teardown(() => jobs.close());
    const other = openRedis(services.redisUrl, log);
    t.teardown(() => other.disconnect());
    const executionId = '00000000-0000-4000-8000-000000000001';
    await jobs.enqueue(checkJob, { executionId }, { jobId: 'before' });

    await other.call('CLIENT', 'PAUSE', '7000', 'ALL');
    await t.rejects(jobs.enqueue(checkJob, { executionId }, { jobId: 'meanwhile' }), /timed out/i);
    await jobs.enqueue(checkJob, { executionId }, { jobId: 'after' });
    t.ok((await jobs.pendingIds()).has('after'));
  },
);
