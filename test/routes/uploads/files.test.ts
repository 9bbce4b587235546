import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { type ApiUser, logIn, until } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { newUpload, sendFile, startApi } from '../../helpers/deposit.js';
import { DATASTORE } from '../../helpers/seed.js';

const uploads = `/datastores/${DATASTORE}/uploads`;

/** Every file below a folder, `[]` when there is none. */
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const treeOf = async (user: ApiUser, upload: string) => (await user.call('GET', `${uploads}/${upload}/tree`)).body;

void t.test('files of an upload over HTTP', async (t) => {
  const api = await startApi(t, { UPLOAD_MAX_FILE: '100000' });
  const producer = await logIn(api);

  await t.test('data and md5 files make the tree, and the size of the upload', async (t) => {
    const { _id } = await newUpload(producer);
    t.equal((await sendFile(producer, _id, { path: 'data/b.csv', content: 'abc' })).status, 204);
    t.equal((await sendFile(producer, _id, { path: 'data/a.csv', content: 'a' })).status, 204);
    t.equal((await sendFile(producer, _id, { kind: 'md5', name: 'data.md5', content: 'hash' })).status, 204);
    const tree = await producer.call<object[]>('GET', `${uploads}/${_id}/tree`);
    t.same(tree.body, [
      {
        type: 'DIRECTORY',
        name: 'data',
        size: 4,
        children: [
          { type: 'FILE', name: 'a.csv', size: 1 },
          { type: 'FILE', name: 'b.csv', size: 3 },
        ],
      },
      { type: 'FILE', name: 'data.md5', size: 4 },
    ]);
    t.notOk(tree.headers.has('content-range'), 'a tree is no list');
    for (const node of tree.body) matchContract(t, 'UploadTreeElementResponseDto', node);
    t.match((await producer.call('GET', `${uploads}/${_id}`)).body, { size: 8 });
    const { body } = await producer.call('GET', `/datastores/${DATASTORE}/storages`);
    t.ok((body as { uploads: { use: number } }).uploads.use >= 8, 'the datastore counts it');
  });

  await t.test('a path already taken is overwritten, and the old bytes are gone', async (t) => {
    const { _id } = await newUpload(producer);
    await sendFile(producer, _id, { path: 'a.csv', content: 'first' });
    await sendFile(producer, _id, { path: 'a.csv', content: '2nd' });
    t.equal((await producer.call('GET', `${uploads}/${_id}/data?path=a.csv`)).body, '2nd');
    t.match((await producer.call('GET', `${uploads}/${_id}`)).body, { size: 3 });
    t.equal((await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id))).length, 1);
  });

  await t.test('a folder cannot be a file, nor a data file an md5 file', async (t) => {
    const { _id } = await newUpload(producer);
    await sendFile(producer, _id, { path: 'a/b.csv', content: 'x' });
    t.equal((await sendFile(producer, _id, { path: 'a', content: 'x' })).status, 409);
    t.equal((await sendFile(producer, _id, { path: 'a/b.csv/c.csv', content: 'x' })).status, 409);
    await sendFile(producer, _id, { kind: 'md5', name: 'a.md5', content: 'x' });
    t.equal((await sendFile(producer, _id, { path: 'a.md5', content: 'x' })).status, 409);
    t.equal(
      (await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id))).length,
      2,
      'refused bytes are not kept',
    );
  });

  await t.test('hostile paths are 400 and leave nothing', async (t) => {
    const { _id } = await newUpload(producer);
    for (const path of ['../x', '/etc/passwd', 'a/../../x', 'a\\b', 'a\nb', 'a//b', 'a/', '.', 'x'.repeat(2000)]) {
      const answer = await sendFile(producer, _id, { path, content: 'x' });
      t.match(
        answer,
        { status: 400, body: { error: 'bad_request', error_description: [/^Le paramètre "path"/] } },
        path.slice(0, 30),
      );
      t.equal((await producer.call('GET', `${uploads}/${_id}/data?path=${encodeURIComponent(path)}`)).status, 400);
    }
    t.equal((await sendFile(producer, _id, { path: 'a\0b', content: 'x' })).status, 400, 'NUL');
    t.equal((await sendFile(producer, _id, { content: 'x' })).status, 400, 'no path at all');
    t.equal(
      (await sendFile(producer, _id, { kind: 'md5', name: '..', content: 'x' })).status,
      400,
      'a hostile file name',
    );
    t.same(await treeOf(producer, _id), []);
    t.same(await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id)), []);
  });

  await t.test('path may also be a form part, after the file', async (t) => {
    const { _id } = await newUpload(producer);
    const form = new FormData();
    form.append('file', new Blob(['abc']), 'x.csv');
    form.append('path', 'data/x.csv');
    t.equal((await producer.call('POST', `${uploads}/${_id}/data`, form)).status, 204);
    t.equal((await producer.call('GET', `${uploads}/${_id}/data?path=data/x.csv`)).body, 'abc');
  });

  await t.test('a quoted boundary with / and + is read', async (t) => {
    const { _id } = await newUpload(producer);
    const boundary = 'boundary_.oOo._a/b+c==';
    const response = await fetch(`${api.origin}/api${uploads}/${_id}/data?path=q.txt`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${producer.token}`,
        'content-type': `multipart/form-data; boundary="${boundary}"`,
      },
      body: `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="q.txt"\r\n\r\nhello\r\n--${boundary}--\r\n`,
    });
    t.equal(response.status, 204);
    t.equal((await producer.call('GET', `${uploads}/${_id}/data?path=q.txt`)).body, 'hello');
  });

  await t.test('a body without file, of another type, or with two files is refused and leaves nothing', async (t) => {
    const { _id } = await newUpload(producer);
    const path = `${uploads}/${_id}/data?path=a.csv`;
    t.equal((await producer.call('POST', path, new FormData())).status, 400);
    t.equal((await producer.call('POST', path, { a: 1 })).status, 400);
    const two = new FormData();
    two.append('file', new Blob(['1']), 'a');
    two.append('file', new Blob(['2']), 'b');
    t.equal((await producer.call('POST', path, two)).status, 400);
    t.same(await treeOf(producer, _id), []);
    t.same(await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id)), []);
  });

  await t.test(
    'a multipart body that is cut, without boundary or with two files is 400 and leaves nothing',
    async (t) => {
      const { _id } = await newUpload(producer);
      const send = async (contentType: string, body: string) => {
        const response = await fetch(`${api.origin}/api${uploads}/${_id}/data?path=x`, {
          method: 'POST',
          headers: { authorization: `Bearer ${producer.token}`, 'content-type': contentType },
          body,
        });
        return { status: response.status, body: await response.json() };
      };
      const part = '--xx\r\nContent-Disposition: form-data; name="file"; filename="q.txt"\r\n\r\nhello\r\n';
      const refusal = { status: 400, body: { error: 'bad_request', error_description: [/multipart|parties/] } };
      t.match(await send('multipart/form-data', `${part}--xx--\r\n`), refusal, 'no boundary');
      t.match(await send('multipart/form-data; boundary=xx', part), refusal, 'no end');
      t.match(await send('multipart/form-data; boundary=xx', part.slice(0, -5)), refusal, 'cut in the file');
      t.match(await send('multipart/form-data; boundary=xx', `${part}${part}--xx--\r\n`), refusal, 'two files');
      t.same(await treeOf(producer, _id), []);
      t.same(await filesUnder(join(api.config.dataDir, 'tmp')), []);
      t.same(await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id)), []);
    },
  );

  await t.test('a file above UPLOAD_MAX_FILE is 413 and leaves nothing', async (t) => {
    const { _id } = await newUpload(producer);
    const answer = await sendFile(producer, _id, { path: 'big', content: new Uint8Array(100_001) });
    t.match(answer, { status: 413, body: { error: 'payload_too_large' } });
    t.equal((await sendFile(producer, _id, { path: 'fits', content: new Uint8Array(100_000) })).status, 204);
    t.equal((await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id))).length, 1);
  });

  await t.test('the quota of the datastore is 409, and deleting an upload frees it', async (t) => {
    const { _id } = await newUpload(producer);
    await api.deps.pool.query(
      `UPDATE geopf.datastore_storage SET quota = 1000 + (SELECT coalesce(sum(size), 0) FROM geopf.upload
         WHERE datastore_id = $1 AND status <> 'DELETED') WHERE datastore_id = $1 AND usage = 'UPLOADS'`,
      [DATASTORE],
    );
    t.equal((await sendFile(producer, _id, { path: 'a', content: new Uint8Array(900) })).status, 204);
    const over = await sendFile(producer, _id, { path: 'b', content: new Uint8Array(200) });
    t.match(over, { status: 409, body: { error: 'conflict', error_description: [/quota/] } });
    t.equal(
      (await sendFile(producer, _id, { path: 'a', content: new Uint8Array(100) })).status,
      204,
      'overwriting counts once',
    );
    await producer.call('DELETE', `${uploads}/${_id}`);
    const next = await newUpload(producer);
    t.equal((await sendFile(producer, next._id, { path: 'b', content: new Uint8Array(990) })).status, 204);
    t.same(
      await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id)),
      [],
      'files of the deleted one vanished',
    );
    await api.deps.pool.query(`UPDATE geopf.datastore_storage SET quota = 1000000000 WHERE usage = 'UPLOADS'`);
  });

  await t.test('the case of an identifier means nothing, to the files either', async (t) => {
    const { _id } = await newUpload(producer);
    t.equal((await sendFile(producer, _id.toUpperCase(), { path: 'a', content: 'a' })).status, 204);
    t.same(await treeOf(producer, _id), [{ type: 'FILE', name: 'a', size: 1 }]);
    t.equal((await producer.call('DELETE', `${uploads}/${_id}`)).status, 204);
    const folder = join(api.config.dataDir, 'files', 'uploads');
    const left = (await filesUnder(folder)).filter((path) => path.toLowerCase().includes(_id));
    t.same(left, []);
  });

  await t.test('a large body refused early is read to its end: clients read the answer only then', async (t) => {
    const { _id } = await newUpload(producer);
    for (const field of ['file', 'unexpected']) {
      const outgoing = request(`${api.origin}/api${uploads}/${_id}/data?path=big`, {
        method: 'POST',
        headers: { authorization: `Bearer ${producer.token}`, 'content-type': 'multipart/form-data; boundary=xx' },
      });
      const answered = once(outgoing, 'response');
      const head = `--xx\r\nContent-Disposition: form-data; name="${field}"; filename="b"\r\n\r\n`;
      outgoing.end(Buffer.concat([Buffer.from(head), Buffer.alloc(20_000_000), Buffer.from('\r\n--xx--\r\n')]));
      await once(outgoing, 'finish');
      const [response] = (await answered) as [IncomingMessage];
      t.equal(response.statusCode, field === 'file' ? 413 : 400, field);
      response.resume();
    }
    t.same(await treeOf(producer, _id), []);
  });

  await t.test('download: media type by extension, ranges, 404', async (t) => {
    const { _id } = await newUpload(producer);
    await sendFile(producer, _id, { path: 'data/x.gpkg', content: '0123456789' });
    const get = (range?: string) =>
      fetch(`${api.origin}/api${uploads}/${_id}/data?path=data/x.gpkg`, {
        headers: { authorization: `Bearer ${producer.token}`, ...(range && { range }) },
      });
    const whole = await get();
    t.equal(whole.headers.get('content-type'), 'application/geopackage+sqlite3');
    t.equal(whole.headers.get('content-length'), '10');
    t.equal(await whole.text(), '0123456789');
    for (const [range, status, text] of [
      ['bytes=2-4', 206, '234'],
      ['bytes=7-', 206, '789'],
      ['bytes=-2', 206, '89'],
      ['bytes=5-100', 206, '56789'],
      ['items=1-2', 200, '0123456789'],
    ] as const) {
      const part = await get(range);
      t.equal(part.status, status, range);
      t.equal(await part.text(), text, range);
    }
    const outside = await get('bytes=10-');
    t.equal(outside.status, 416);
    t.equal(outside.headers.get('content-range'), 'bytes */10');
    const again = await fetch(`${api.origin}/api${uploads}/${_id}/data?path=data/x.gpkg`, {
      headers: { authorization: `Bearer ${producer.token}`, 'if-none-match': whole.headers.get('etag') ?? '' },
    });
    t.equal(again.status, 304);
    t.equal((await producer.call('GET', `${uploads}/${_id}/data?path=data/y.gpkg`)).status, 404);
  });

  await t.test('DELETE removes a file, or a folder with all it holds but not its namesakes', async (t) => {
    const { _id } = await newUpload(producer);
    for (const path of ['a_b/1', 'a_b/c/2', 'aXb/3', 'a_b.csv']) await sendFile(producer, _id, { path, content: 'x' });
    await sendFile(producer, _id, { kind: 'md5', name: 'm.md5', content: 'x' });
    t.equal((await producer.call('DELETE', `${uploads}/${_id}/data?path=a_b/`)).status, 204);
    t.equal((await producer.call('DELETE', `${uploads}/${_id}/data?path=a_b`)).status, 404, 'already gone');
    t.equal((await producer.call('DELETE', `${uploads}/${_id}/data?path=m.md5`)).status, 404, 'not a data file');
    t.match(await treeOf(producer, _id), [{ name: 'aXb' }, { name: 'a_b.csv' }, { name: 'm.md5' }]);
    t.equal((await producer.call('DELETE', `${uploads}/${_id}/md5?path=m.md5`)).status, 204);
    t.match((await producer.call('GET', `${uploads}/${_id}`)).body, { size: 2 });
  });

  await t.test('a transfer cut in its middle leaves nothing, and the API alive', async (t) => {
    const { _id } = await newUpload(producer);
    const socket = connect(api.config.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /api${uploads}/${_id}/data?path=cut.bin HTTP/1.1\r\nHost: localhost\r\n` +
        `Authorization: Bearer ${producer.token}\r\nContent-Type: multipart/form-data; boundary=xx\r\n` +
        `Content-Length: 90000\r\n\r\n--xx\r\nContent-Disposition: form-data; name="file"; filename="cut.bin"\r\n\r\n`,
    );
    socket.write('z'.repeat(50_000));
    const partial = join(api.config.dataDir, 'tmp');
    await until(
      () => filesUnder(partial),
      (files) => files.length > 0,
    );
    socket.destroy();
    await until(
      () => filesUnder(partial),
      (files) => files.length === 0,
    );
    t.same(await treeOf(producer, _id), []);
    t.same(await filesUnder(join(api.config.dataDir, 'files', 'uploads', _id)), []);
    t.match((await producer.call('GET', `${uploads}/${_id}`)).body, { size: 0, status: 'OPEN' });
    t.equal((await sendFile(producer, _id, { path: 'cut.bin', content: 'whole' })).status, 204);
  });
});
