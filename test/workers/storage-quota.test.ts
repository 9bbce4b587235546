import { existsSync, readdirSync } from 'node:fs';
import t from 'tap';
import { filesKeyOf, filesRootOf } from '../../src/domain/execution-output.js';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { archiveRequest, buildArchive, deliverArchive } from '../helpers/archives.js';
import { sentences } from '../helpers/diffusion.js';
import { lockTable } from '../helpers/held-jobs.js';
import { deliver, integrate, into, launch, rowsOf } from '../helpers/integration.js';
import { runExecution } from '../helpers/pyramids.js';
import { DATASTORE } from '../helpers/seed.js';

/** Quotas of data storages: outputs that are new, outputs that are changed in place. */

const ROOT = `/datastores/${DATASTORE}`;
const REFUSAL = /Le quota du stockage « .+ » est dépassé : quota \d+ octet\(s\), utilisation \d+ octet\(s\), demande /;
const WAITING = `SELECT 1 FROM pg_catalog.pg_locks WHERE NOT granted AND pid IN (
  SELECT pid FROM pg_catalog.pg_stat_activity WHERE datname = current_database())`;
const CSV = (rows: number) =>
  `WKT,nom\n${Array.from({ length: rows }, (_, at) => `POINT (1 45),${'n'.repeat(40)}${at}`).join('\n')}\n`;

await t.test('quotas of data storages', async (t) => {
  const emulator = await startTestEmulator(t);
  const { pool, prisma, storage } = emulator.deps;
  const user = await logIn(emulator);

  /** Leaves some bytes of room on the storage of a stored data. */
  async function leave(storedData: string, bytes: number): Promise<void> {
    const { storageId } = await prisma.storedData.findUniqueOrThrow({ where: { id: storedData } });
    const where = { datastoreId: DATASTORE, storageId };
    const { _sum } = await prisma.storedData.aggregate({ where, _sum: { size: true } });
    await prisma.datastoreStorage.updateMany({
      where: { ...where, usage: 'DATA' },
      data: { quota: (_sum.size ?? 0n) + BigInt(bytes) },
    });
  }
  const free = async () => {
    await prisma.datastoreStorage.updateMany({ where: { datastoreId: DATASTORE }, data: { quota: 1_000_000_000n } });
  };
  const archiveOf = async (content: string) => (await buildArchive(user, [{ path: 'a.txt', content }])).storedData;
  const sizeOf = async (id: string) => Number((await prisma.storedData.findUniqueOrThrow({ where: { id } })).size);
  const filesOf = async (storedDataId: string) => {
    const files = await prisma.storedDataFile.findMany({ where: { storedDataId }, orderBy: { name: 'asc' } });
    return files.map(({ name }) => name);
  };
  const delivered = async (path: string, content: string) => (await deliverArchive(user, [{ path, content }])).id;
  t.afterEach(free);

  await t.test('a storage that is full refuses new outputs and changes', async (t) => {
    const archive = await archiveOf('a');
    const upload = await delivered('b.txt', 'b');
    await leave(archive, 0);
    const before = await prisma.storedData.count();
    for (const target of [archive, undefined]) {
      const refused = await user.call('POST', `${ROOT}/processings/executions`, archiveRequest([upload], target));
      t.match([refused.status, sentences(refused)], [409, REFUSAL]);
    }
    t.equal(await prisma.storedData.count(), before);
    t.equal((await user.call<{ status: string }>('GET', `${ROOT}/stored_data/${archive}`)).body.status, 'GENERATED');
  });

  await t.test('administrators who change the quotas are waited for', async (t) => {
    const archive = await archiveOf('a');
    const upload = await delivered('b.txt', 'b');
    for (const target of [archive, undefined]) {
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM geopf.datastore WHERE id = $1 FOR UPDATE', [DATASTORE]);
      const created = user.call('POST', `${ROOT}/processings/executions`, archiveRequest([upload], target));
      await until(
        async () => (await pool.query(WAITING)).rowCount,
        (count) => count === 1,
      );
      await client.query('UPDATE geopf.datastore_storage SET quota = quota WHERE datastore_id = $1', [DATASTORE]);
      await client.query('COMMIT');
      client.release();
      t.equal((await created).status, 201);
    }
  });

  await t.test('an archive that would not fit stays as it was, and may be changed again', async (t) => {
    const archive = await archiveOf('a');
    const { filesKey, size } = await prisma.storedData.findUniqueOrThrow({ where: { id: archive } });
    const upload = await delivered('b.txt', 'b'.repeat(5000));
    await leave(archive, 4000);
    const failed = await runExecution(user, archiveRequest([upload], archive));
    t.equal(failed.status, 'FAILURE', failed.log);
    t.match(failed.log, new RegExp(`ERROR.*${REFUSAL.source}`));
    t.match(failed.data, { status: 'UNSTABLE', size: Number(size) });
    t.same(await filesOf(archive), ['a.txt']);
    t.equal((await prisma.storedData.findUniqueOrThrow({ where: { id: archive } })).filesKey, filesKey);
    t.same(readdirSync(storage.localPath(filesRootOf(archive))), [filesKey?.split('/').at(-1)], 'no file is left');

    const fitting = await delivered('c.txt', 'c'.repeat(100));
    const taken = await runExecution(user, archiveRequest([fitting], archive));
    t.equal(taken.status, 'SUCCESS', taken.log);
    t.same(await filesOf(archive), ['a.txt', 'c.txt']);
  });

  await t.test('a file that replaces another one counts for what it adds', async (t) => {
    const archive = await archiveOf('a'.repeat(5000));
    await leave(archive, 1000);
    const upload = await delivered('x/a.txt', 'b'.repeat(5500));
    t.equal((await runExecution(user, archiveRequest([upload], archive))).status, 'SUCCESS');
    await leave(archive, 1);
    const smaller = await delivered('y/a.txt', 'c');
    t.equal((await runExecution(user, archiveRequest([smaller], archive))).status, 'SUCCESS');
    t.ok((await sizeOf(archive)) < 1000);
  });

  await t.test('of two archives that grow at once, only one has room', async (t) => {
    const archives = [await archiveOf('1'), await archiveOf('2')];
    const uploads = await Promise.all(archives.map((_, at) => delivered(`big-${at}.txt`, 'x'.repeat(5000))));
    await leave(archives[0] ?? '', 8000);
    const ended = await Promise.all(
      archives.map((archive, at) => runExecution(user, archiveRequest([uploads[at] ?? ''], archive))),
    );
    t.same(ended.map(({ status }) => status).toSorted(), ['FAILURE', 'SUCCESS']);
    const sizes = await Promise.all(archives.map(sizeOf));
    t.equal(sizes.filter((size) => size > 5000).length, 1);
  });

  await t.test('a new archive that does not fit leaves no file', async (t) => {
    const archive = await archiveOf('a');
    const upload = await delivered('b.txt', 'b'.repeat(5000));
    await leave(archive, 4000);
    const failed = await runExecution(user, archiveRequest([upload]));
    t.match([failed.status, failed.log], ['FAILURE', REFUSAL]);
    t.equal(await sizeOf(failed.storedData), 0);
    t.equal(await prisma.storedDataFile.count({ where: { storedDataId: failed.storedData } }), 0);
    t.notOk(existsSync(storage.localPath(filesKeyOf(failed.storedData, failed.id))));
  });

  await t.test('tables that would not fit stay as they were', async (t) => {
    const first = await deliver(user, [{ path: 'sites.csv', content: CSV(2) }]);
    const { storedData, schema } = await integrate(user, first.id);
    const more = await deliver(user, [{ path: 'sites.csv', content: CSV(2000) }]);
    const size = await sizeOf(storedData);
    await leave(storedData, 10);
    const failed = await integrate(user, more.id, into(storedData));
    t.match([failed.status, failed.log], ['FAILURE', new RegExp(`ERROR.*${REFUSAL.source}`)]);
    t.same(await rowsOf(emulator, `SELECT count(*)::int AS count FROM ${schema}.sites`), [{ count: 2 }]);
    t.equal(await sizeOf(storedData), size);
    await leave(storedData, 0);
    await t.rejects(launch(user, more.id, into(storedData)), { message: REFUSAL });
    await free();
    t.equal((await integrate(user, more.id, into(storedData))).status, 'SUCCESS');
    t.ok((await sizeOf(storedData)) > size);
  });

  await t.test('rows of a change that was refused do not count for the next one', async (t) => {
    const first = await deliver(user, [{ path: 'sites.csv', content: CSV(2) }]);
    const { storedData, schema } = await integrate(user, first.id);
    const large = `WKT,nom\n${`POINT (1 45),${'n'.repeat(1000)}\n`.repeat(5000)}`;
    const refused = await deliver(user, [{ path: 'sites.csv', content: large }]);
    const small = await deliver(user, [{ path: 'sites.csv', content: CSV(100) }]);
    await leave(storedData, 2_000_000);
    t.match((await integrate(user, refused.id, into(storedData))).log, REFUSAL);
    const taken = await integrate(user, small.id, into(storedData));
    t.equal(taken.status, 'SUCCESS', taken.log);
    t.same(await rowsOf(emulator, `SELECT count(*)::int AS count FROM ${schema}.sites`), [{ count: 102 }]);
  });

  await t.test('tables that were there when their execution was aborted give their room back', async (t) => {
    const upload = await deliver(user, [{ path: 'sites.csv', content: CSV(2) }]);
    // The end of an execution is told by its log first.
    const lock = await lockTable(t, emulator, 'geopf.log_line');
    const { storedData, schema, id, path } = await launch(user, upload.id);
    const size = await until(
      () => sizeOf(storedData),
      (bytes) => bytes > 0,
    );
    t.ok(size > 0);
    const aborted = user.call('POST', `${path}/abort`);
    await until(
      () => prisma.processingExecution.findUnique({ where: { id } }),
      (execution) => execution?.status === 'ABORTED',
    );
    await lock.release();
    t.equal((await aborted).status, 204);
    t.same(await rowsOf(emulator, `SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = '${schema}'`), []);
    t.equal(await sizeOf(storedData), 0);
  });
});
