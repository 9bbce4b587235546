import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { logIn, until } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { buildArchive, CHUNK_DOWNLOAD, downloadConfiguration, OPEN_DOWNLOAD } from '../../helpers/archives.js';
import { OPEN_WFS, publish, waitForAbsence } from '../../helpers/diffusion.js';
import { deliver, integrate } from '../../helpers/integration.js';
import { DATASTORE } from '../../helpers/seed.js';

/** What is withdrawn or replaced while somebody reads it. */

const ROOT = `/datastores/${DATASTORE}`;

// Nobody is given up for being slow here.
const emulator = await startTestEmulator(t, { WFS_MAX_FEATURES: '100000', READER_PATIENCE: '600000' });
const user = await logIn(emulator);
const { pool, storage } = emulator.deps;

const versionOf = (name: string) => Buffer.from(name.repeat(16_000_000 / name.length));
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

/** Asks for something and takes its first bytes only. */
async function beginReading(path: string): Promise<Socket> {
  const client = connect(emulator.config.port, '127.0.0.1');
  t.teardown(() => client.destroy());
  client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await once(client, 'readable');
  return client;
}

/** The rest of an answer, without its head. */
async function readOn(client: Socket): Promise<Buffer> {
  const answer = await buffer(client);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
}

async function openFilesOf(storedData: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd');
  return descriptors.filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).includes(`/stored-data/${storedData}/`);
    } catch {
      return false;
    }
  });
}

/** Unpublishes an offering, and deletes it with its configuration and data. */
async function withdraw({ offering, configuration }: { offering: string; configuration: string }, storedData: string) {
  await user.call('DELETE', offering);
  await waitForAbsence(user, offering);
  const answers = [];
  for (const path of [configuration, `${ROOT}/stored_data/${storedData}`]) {
    answers.push((await user.call('DELETE', path)).status);
  }
  return answers;
}

await t.test('a file that is downloaded comes whole, whether it is replaced or withdrawn', async (t) => {
  const { storedData } = await buildArchive(user, [{ path: 'a.bin', content: new Uint8Array(versionOf('un')) }]);
  const used = [{ sub_name: 's', stored_data: storedData }];
  const published = await publish(user, DATASTORE, downloadConfiguration('vive', used), OPEN_DOWNLOAD);
  const path = '/telechargement/download/vive/s/a.bin';
  const [first] = await storage.list(`stored-data/${storedData}`);

  const beforeReplacement = await beginReading(path);
  await buildArchive(user, [{ path: 'a.bin', content: new Uint8Array(versionOf('deux')) }], { into: storedData });
  await until(
    () => storage.exists(first?.key ?? ''),
    (isThere) => !isThere,
  );
  const beforeWithdrawal = await beginReading(path);
  t.same(await withdraw(published, storedData), [204, 204]);
  t.same(await storage.list(`stored-data/${storedData}`), [], 'its files are gone');
  t.equal((await fetch(`${emulator.origin}${path}`)).status, 404);
  t.equal((await openFilesOf(storedData)).length, 2);

  t.equal(md5(await readOn(beforeReplacement)), md5(versionOf('un')));
  t.equal(md5(await readOn(beforeWithdrawal)), md5(versionOf('deux')));
  await until(
    () => openFilesOf(storedData),
    (open) => open.length === 0,
  );
});

await t.test('a download by pieces never joins two versions', async (t) => {
  const [one, two] = [versionOf('un').subarray(0, 100_000), versionOf('deux').subarray(0, 90_000)];
  const { storedData } = await buildArchive(user, [{ path: 'a.bin', content: new Uint8Array(one) }]);
  const used = [{ sub_name: 's', stored_data: storedData }];
  const published = await publish(user, DATASTORE, downloadConfiguration('morcelee', used), CHUNK_DOWNLOAD);
  const ask = (headers: Record<string, string>) =>
    fetch(`${emulator.origin}/chunk/telechargement/download/morcelee/s/a.bin`, { headers });
  const piece = await ask({ range: 'bytes=0-49999' });
  t.equal(piece.status, 206);
  const etag = piece.headers.get('etag') ?? '';
  t.equal((await ask({ range: 'bytes=50000-', 'if-range': etag })).status, 206);

  await buildArchive(user, [{ path: 'a.bin', content: new Uint8Array(two) }], { into: storedData });
  const next = await ask({ range: 'bytes=50000-', 'if-range': etag });
  t.equal(next.status, 200, 'the whole of the other version');
  t.equal(md5(Buffer.from(await next.arrayBuffer())), md5(two));
  t.equal((await ask({ range: 'bytes=50000-', 'if-match': etag })).status, 412);
  t.equal((await ask({ range: 'bytes=95000-' })).status, 416, 'it is shorter');

  t.same(await withdraw(published, storedData), [204, 204]);
  t.equal((await ask({ range: 'bytes=50000-', 'if-range': etag })).status, 404);
  t.equal((await openFilesOf(storedData)).length, 0);
});

await t.test('whoever reads features slowly does not keep them from going', async (t) => {
  const { id } = await deliver(user, [{ path: 'sites.csv', content: 'lon,lat,nom\n1,45,a\n' }]);
  const { storedData, schema, status, log } = await integrate(user, id);
  t.equal(status, 'SUCCESS', log);
  await pool.query(`INSERT INTO ${schema}.sites (nom) SELECT repeat('x', 1000) FROM generate_series(1, 20000)`);
  const published = await publish(
    user,
    DATASTORE,
    {
      type: 'WFS',
      name: 'sites',
      layer_name: 'retires',
      type_infos: {
        used_data: [
          { stored_data: storedData, relations: [{ native_name: 'sites', title: 'Sites', abstract: 'Sites' }] },
        ],
      },
    },
    OPEN_WFS,
  );
  const path = '/wfs?request=GetFeature&typeNames=retires:sites&outputFormat=application/json';
  const [quick, slow] = await Promise.all([beginReading(path), beginReading(path)]);
  const answers = withdraw(published, storedData);
  const whole = (await readOn(quick)).toString('latin1');
  t.match(whole.slice(-200), '"numberReturned":20001', 'who reads has the time to');
  t.ok(whole.endsWith('\r\n0\r\n\r\n'));
  t.same(await answers, [204, 204]);
  const { rows } = await pool.query('SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', [schema]);
  t.equal(rows.length, 0);
  const rest = (await readOn(slow)).toString('latin1');
  t.ok(rest.length > 0 && !rest.includes('numberReturned') && !rest.endsWith('\r\n0\r\n\r\n'), 'it is seen to be cut');
  await until(
    async () => pool.totalCount - pool.idleCount,
    (taken) => taken === 0,
  );
  t.equal((await fetch(`${emulator.origin}${path}`)).status, 400, 'the service goes on');
});
