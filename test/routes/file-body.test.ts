import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream';
import t from 'tap';
import { FileBody } from '../../src/routes/file-body.js';
import { openFile, type OpenFile } from '../../src/storage/open-file.js';

/** Bytes of files on their way to clients. */

const SIZE = 16 * 1024 * 1024;
const folder = await mkdtemp(join(tmpdir(), 'geopf-file-body-'));
t.teardown(() => rm(folder, { recursive: true }));

/** An answer of the server, and how often its file was read. */
interface Answer {
  readonly body: FileBody;
  readonly response: ServerResponse;
  reads: number;
}

/** A server that answers with the file, and a client that asks for it so many times at once. */
async function serve({ patienceMs, times = 1 }: { readonly patienceMs?: number; readonly times?: number } = {}) {
  const path = join(folder, 'file');
  await writeFile(path, Buffer.alloc(SIZE, 'x'));
  const answers: Answer[] = [];
  const server = createServer((_request, response) => {
    void openFile(path).then((file) => {
      response.setHeader('content-length', SIZE);
      const counted: OpenFile = {
        ...file,
        readInto(bytes, position) {
          answer.reads += 1;
          return file.readInto(bytes, position);
        },
      };
      const body = new FileBody(counted, [{ start: 0, end: SIZE - 1 }], patienceMs);
      const answer = { body, response, reads: 0 };
      finished(body, { writable: false }, (error) => error && response.destroy());
      answers.push(answer);
      body.pipe(response);
      if (answers.length === times) server.emit('asked');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(times));
  await once(server, 'asked');
  return { client, path, answers, first: answers[0] as Answer };
}

await t.test('a client that takes nothing is given up', async (t) => {
  const { client, first } = await serve({ patienceMs: 50 });
  await once(first.body, 'close');
  t.notOk(first.response.writableFinished);
  client.resume();
  await once(client, 'close');
});

await t.test('a slow one is not', async (t) => {
  const { client, first } = await serve();
  let bytes = 0;
  client.on('data', (piece: Buffer) => {
    bytes += piece.length;
    client.pause();
    setImmediate(() => client.resume());
  });
  await once(first.body, 'close');
  t.ok(first.response.writableEnded);
  while (bytes < SIZE) await once(client, 'data');
  client.destroy();
});

await t.test('nothing is read for a request that was sent ahead', async (t) => {
  const { client, answers, first } = await serve({ times: 15 });
  await once(client, 'readable');
  t.ok(first.reads > 0);
  t.same(new Set(answers.slice(1).map(({ reads }) => reads)), new Set([0]));
  const ended = Promise.all(answers.map(({ body }) => once(body, 'close')));
  let bytes = 0;
  client.on('data', (piece: Buffer) => (bytes += piece.length));
  client.resume();
  await ended;
  while (bytes < 15 * SIZE) await once(client, 'data');
  client.destroy();
  t.ok(
    answers.every(({ response }) => response.writableEnded),
    'all have their turn',
  );
});

await t.test('a file that ends too early breaks the answer', async (t) => {
  const { client, first, path } = await serve();
  await truncate(path, SIZE / 2);
  let bytes = 0;
  client.on('data', (piece: Buffer) => (bytes += piece.length));
  const [error] = (await once(first.body, 'error')) as [Error];
  t.match(error.message, 'ends');
  await once(client, 'close');
  t.ok(bytes < SIZE, 'the client sees that something is missing');
});
