import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { archiveKeyOf } from '../../src/domain/archive-files.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { archiveRequest, buildArchive, deliverArchive } from '../helpers/archives.js';
import { sentences } from '../helpers/diffusion.js';
import { rowsOf } from '../helpers/integration.js';
import { runExecution } from '../helpers/pyramids.js';
import { DATASTORE } from '../helpers/seed.js';

const ROOT = `/datastores/${DATASTORE}`;
const CHECK = 'Vérification archive';

const emulator = await startTestEmulator(t);
const { prisma, storage } = emulator.deps;
const user = await logIn(emulator);

interface Held {
  readonly text: string;
  readonly since: Date;
}

/** What an archive holds, read on the disk, by name. */
async function contentOf(id: string): Promise<Record<string, Held>> {
  const { filesKey, files, size } = await prisma.storedData.findUniqueOrThrow({
    where: { id },
    include: { files: true },
  });
  const held: Record<string, Held> = {};
  let bytes = 0;
  for (const { name, size: length, md5, creation } of files) {
    const content = readFileSync(storage.localPath(`${filesKey}/${archiveKeyOf(name)}`));
    t.equal(content.length, Number(length), name);
    t.equal(createHash('md5').update(content).digest('hex'), md5, name);
    held[name] = { text: content.toString(), since: creation };
    bytes += content.length;
  }
  const descriptor = statSync(storage.localPath(`${filesKey}/descriptor.json`)).size;
  t.equal(Number(size), bytes + descriptor, 'the descriptor weighs too');
  return held;
}

const textsOf = async (id: string) =>
  Object.fromEntries(Object.entries(await contentOf(id)).map(([name, { text }]) => [name, text]));

await t.test('the check wants distinct names, wherever the files are', async (t) => {
  const passed = await deliverArchive(user, [
    { path: 'a/data.shp', content: 'x' },
    { path: 'b/DATA.shp', content: 'y' },
    { path: 'broken.zip', content: 'this is no zip' },
    { path: 'été et plus – 数据.7z', content: '' },
    { path: '__hidden/data.shp', content: 'z' },
    { path: 'c/__data.shp', content: 'z' },
  ]);
  t.equal(passed.status, 'CLOSED');
  t.match(passed.logs[CHECK], /4 fichiers à analyser/);
  t.match(passed.logs[CHECK], /: SUCCESS$/);

  const failed = await deliverArchive(user, [
    { path: 'a/data.shp', content: 'x' },
    { path: 'data.shp', content: 'x' },
    { path: 'b/c/data.shp', content: 'y' },
    { path: 'b/other.txt', content: 'y' },
  ]);
  t.equal(failed.status, 'UNSTABLE');
  t.match(
    failed.logs[CHECK],
    /ERROR.*Plusieurs fichiers portent le nom data\.shp : a\/data\.shp, b\/c\/data\.shp, data\.shp/,
  );
  t.notMatch(failed.logs[CHECK], /other\.txt/);
  t.match(failed.logs[CHECK], /: FAILURE$/);

  const hidden = await deliverArchive(user, [{ path: '__only/data.shp', content: 'x' }]);
  t.equal(hidden.status, 'UNSTABLE', 'nothing to publish');
});

await t.test('a new archive is flat', async (t) => {
  const { status, log, data, storedData } = await buildArchive(user, [
    { path: 'dossier/été – 数据 100%.txt', content: 'un' },
    { path: 'dossier/autre/b.7z.001', content: 'deux' },
    { path: 'vide.bin', content: '' },
    { path: '__notes/secret.txt', content: 'no' },
    { path: '__secret.txt', content: 'no' },
  ]);
  t.equal(status, 'SUCCESS', log);
  t.match(data, { type: 'ARCHIVE', status: 'GENERATED', srs: 'EPSG:2154', type_infos: { files_number: 3 } });
  t.notOk('extent' in data);
  t.same(await textsOf(storedData), { 'été – 数据 100%.txt': 'un', 'b.7z.001': 'deux', 'vide.bin': '' });
  t.match(log, /Recopie du fichier : b\.7z\.001/);
});

await t.test('an existing archive takes more files; those of one name are replaced', async (t) => {
  const { storedData, data: before } = await buildArchive(user, [
    { path: 'a.txt', content: 'a1' },
    { path: 'b.txt', content: 'b1' },
  ]);
  const former = await contentOf(storedData);
  await user.call('PATCH', `${ROOT}/stored_data/${storedData}`, { edition: { to: '2024-01-01' } });
  const changed = await buildArchive(
    user,
    [
      { path: 'x/b.txt', content: 'b2' },
      { path: 'x/c.txt', content: 'c1' },
      { path: 'y/a.txt', content: 'a1' },
    ],
    { into: storedData, srs: 'EPSG:4326' },
  );
  t.equal(changed.status, 'SUCCESS', changed.log);
  t.match(changed.data, { srs: 'EPSG:2154', edition: { to: '2024-01-01' }, type_infos: { files_number: 3 } });
  t.match(changed.log, /WARNING.*EPSG:4326.*EPSG:2154/);
  t.match(changed.log, /b\.txt remplace/);
  const now = await contentOf(storedData);
  t.same(Object.fromEntries(Object.entries(now).map(([name, { text }]) => [name, text])), {
    'a.txt': 'a1',
    'b.txt': 'b2',
    'c.txt': 'c1',
  });
  t.same(now['a.txt']?.since, former['a.txt']?.since, 'the same bytes keep their date');
  t.ok(Number(now['b.txt']?.since) > Number(former['b.txt']?.since));
  t.equal((await storage.list(`stored-data/${storedData}`)).length, 1, 'the former version is gone');
  t.notSame(changed.data.size, before.size);
});

await t.test('several uploads; the last one counts', async (t) => {
  const one = await deliverArchive(user, [
    { path: 'a.txt', content: 'first' },
    { path: 'b.txt', content: 'b' },
  ]);
  const other = await deliverArchive(user, [{ path: 'a.txt', content: 'second' }]);
  const { status, storedData, log } = await runExecution(user, archiveRequest([one.id, other.id]));
  t.equal(status, 'SUCCESS', log);
  t.same(await textsOf(storedData), { 'a.txt': 'second', 'b.txt': 'b' });
});

await t.test('the archive outlives its upload', async (t) => {
  const { id } = await deliverArchive(user, [{ path: 'a.txt', content: 'kept' }]);
  const { storedData } = await runExecution(user, archiveRequest([id]));
  t.equal((await user.call('DELETE', `${ROOT}/uploads/${id}`)).status, 204);
  t.same(await textsOf(storedData), { 'a.txt': 'kept' });
  t.equal((await user.call('DELETE', `${ROOT}/stored_data/${storedData}`)).status, 204);
  t.same(await rowsOf(emulator, `SELECT 1 FROM geopf.stored_data_file WHERE stored_data_id = '${storedData}'`), []);
  t.same(await storage.list(`stored-data/${storedData}`), []);
});

await t.test('an upload that did not pass, or of another type, is refused', async (t) => {
  const failed = await deliverArchive(user, [
    { path: 'a/a.txt', content: 'x' },
    { path: 'b/a.txt', content: 'y' },
  ]);
  const refused = await user.call('POST', `${ROOT}/processings/executions`, archiveRequest([failed.id]));
  t.equal(refused.status, 409);
  t.match(sentences(refused), /CLOSED/);
  const none = await user.call('POST', `${ROOT}/processings/executions`, archiveRequest([]));
  t.equal(none.status, 400);
});

await t.test('two updates at once: one is refused', async (t) => {
  const { storedData } = await buildArchive(user, [{ path: 'a.txt', content: '0' }]);
  const uploads = await Promise.all(
    ['1', '2'].map((content) => deliverArchive(user, [{ path: `${content}.txt`, content }])),
  );
  const bodies = await Promise.all(
    uploads.map(({ id }) =>
      user.call<{ _id: string }>('POST', `${ROOT}/processings/executions`, archiveRequest([id], storedData)),
    ),
  );
  const launched = await Promise.all(
    bodies.map(({ body }) => user.call('POST', `${ROOT}/processings/executions/${body._id}/launch`)),
  );
  t.same(new Set(launched.map(({ status }) => status)), new Set([204, 409]));
});
