import { Queue } from 'bullmq';
import t from 'tap';
import { resumeInterruptedReset } from '../../src/seed/reset.js';
import { buildTestApp } from '../helpers/app.js';

void t.test('jobs start again after a server was killed in the middle of a reset', async (t) => {
  const { deps } = await buildTestApp(t);
  const queue = new Queue('check', { connection: deps.redis, prefix: deps.jobs.prefix });
  t.teardown(() => queue.close());
  await deps.jobs.pauseAndDrain();
  t.equal(await queue.isPaused(), true);
  await resumeInterruptedReset(deps);
  t.equal(await queue.isPaused(), false);
});
