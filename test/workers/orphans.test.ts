import { randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { Readable } from 'node:stream';
import t from 'tap';
import { filesKeyOf } from '../../src/domain/execution-output.js';
import { finishExecution } from '../../src/domain/executions.js';
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

void t.test('a version that an execution reads outlives its successor', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const { prisma, storage } = deps;
  const user = await logIn(emulator);
  const { id, storedData } = await integrate(user, (await deliver(user, geopackage(t.testdir()))).id);
  const { datastoreId, processingId } = await prisma.processingExecution.findUniqueOrThrow({ where: { id } });
  const begun = { datastoreId, processingId, status: 'PROGRESS', parameters: {} };
  const makeVersion = async (execution: string) => {
    const key = filesKeyOf(storedData, execution);
    await storage.write(`${key}/tile`, Readable.from(['bytes']));
    return key;
  };
  /** A modification of the stored data ends. @returns key of the version that it makes */
  async function replace(): Promise<string> {
    const modification = await prisma.processingExecution.create({
      data: { ...begun, outputStoredDataId: storedData, outputIsNew: false },
    });
    await prisma.storedData.update({ where: { id: storedData }, data: { status: 'MODIFYING' } });
    const key = await makeVersion(modification.id);
    const result = { srs: 'EPSG:3857', size: 5, typeInfos: { tms: 'PM', levels: ['0'] } };
    t.equal(await finishExecution(deps, modification.id, { status: 'SUCCESS', result }, key), true);
    return key;
  }
  const first = await replace();
  const reader = await prisma.processingExecution.create({
    data: { ...begun, outputIsNew: true, inputStoredData: { create: { storedDataId: storedData, position: 0 } } },
  });
  const second = await replace();
  t.ok(await storage.exists(`${first}/tile`), 'its reader goes on');
  t.same(await sweepOrphans(deps, 0), []);
  t.ok(await storage.exists(`${first}/tile`));

  await prisma.processingExecution.update({ where: { id: reader.id }, data: { status: 'SUCCESS' } });
  t.same(await sweepOrphans(deps, 0), [first]);
  const third = await replace();
  t.notOk(await storage.exists(`${second}/tile`), 'nobody reads it');
  t.ok(await storage.exists(`${third}/tile`));
});
