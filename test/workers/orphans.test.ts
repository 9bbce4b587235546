import { randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { Readable } from 'node:stream';
import t from 'tap';
import { filesKeyOf } from '../../src/domain/execution-output.js';
import { sweepOrphans } from '../../src/workers/orphans.js';
import { startTestEmulator } from '../helpers/app.js';
import { logIn } from '../helpers/api.js';
import { deliver, integrate, rowsOf } from '../helpers/integration.js';
import { geopackage } from '../../fixtures/generate/vector.js';
import { tracesOf } from '../helpers/jobs.js';

const HOUR = 3_600_000;

void t.test('what no stored data is made of is removed, and nothing else', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const user = await logIn(emulator);
  const { id, storedData, schema } = await integrate(user, (await deliver(user, geopackage(t.testdir()))).id);
  t.same(await sweepOrphans(deps, 0), [], 'nothing is an orphan yet');

  /** Files of a version, last changed so long ago. */
  async function makeVersion(data: string, execution: string, ageMs: number): Promise<string> {
    const key = filesKeyOf(data, execution);
    await deps.storage.write(`${key}/tile`, Readable.from(['bytes']));
    const date = new Date(Date.now() - ageMs);
    await utimes(deps.storage.localPath(key), date, date);
    return key;
  }
  const current = await makeVersion(storedData, randomUUID(), 2 * HOUR);
  await deps.prisma.storedData.update({ where: { id: storedData }, data: { filesKey: current } });
  const running = await makeVersion(storedData, id, 2 * HOUR);
  await deps.prisma.processingExecution.update({ where: { id }, data: { status: 'PROGRESS' } });
  const former = await makeVersion(storedData, randomUUID(), 2 * HOUR);
  const young = await makeVersion(storedData, randomUUID(), 0);
  const vanished = await makeVersion(randomUUID(), randomUUID(), 2 * HOUR);

  t.same((await sweepOrphans(deps, HOUR)).toSorted(), [former, vanished].toSorted());
  for (const key of [current, running, young]) t.ok(await deps.storage.exists(key), key);
  for (const key of [former, vanished]) t.notOk(await deps.storage.exists(key), key);

  await deps.prisma.processingExecution.update({ where: { id }, data: { status: 'SUCCESS' } });
  await deps.prisma.storedData.update({ where: { id: storedData }, data: { status: 'DELETED', filesKey: null } });
  t.match(await tracesOf(emulator, storedData), [schema], 'its tables are still there');
  t.ok((await sweepOrphans(deps, 0)).includes(schema));
  t.same(await tracesOf(emulator, storedData), []);
  t.same(await sweepOrphans(deps, 0), []);
  t.same(await rowsOf(emulator, `SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`), []);
});
