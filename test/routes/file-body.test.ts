import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { FileBody } from '../../src/routes/file-body.js';
import { openFile } from '../../src/storage/open-file.js';

/** Bytes of files on their way to clients. */

const SIZE = 16 * 1024 * 1024;
const folder = await mkdtemp(join(tmpdir(), 'geopf-file-body-'));
t.teardown(() => rm(folder, { recursive: true }));

/** A server that answers with the file, whose bodies and answers are told. */
async function serve(patienceMs?: number) {
  const path = join(folder, 'file');
  await writeFile(path, Buffer.alloc(SIZE, 'x'));
  const bodies: { body: FileBody; response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    void openFile(path).then((file) => {
      response.setHeader('content-length', SIZE);
      const body = new FileBody(file, [{ start: 0, end: SIZE - 1 }], request.socket, patienceMs);
      body.on('error', () => response.destroy()).once('close', () => response.destroy());
      bodies.push({ body, response });
      body.pipe(response);
      server.emit('asked');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await once(server, 'asked');
  return { client, path, ...(bodies[0] as { body: FileBody; response: ServerResponse }) };
}

await t.test('a client that takes nothing is given up', async (t) => {
  const { client, body, response } = await serve(50);
  await once(body, 'close');
  t.notOk(response.writableFinished);
  client.resume();
  await once(client, 'close');
});

await t.test('a slow one is not', async (t) => {
  const { client, response } = await serve(60_000);
  let bytes = 0;
  client.on('data', (piece: Buffer) => {
    bytes += piece.length;
    client.pause();
    setImmediate(() => client.resume());
  });
  await once(client, 'end');
  t.ok(bytes > SIZE);
  t.ok(response.writableFinished);
});

await t.test('a file that ends too early breaks the answer', async (t) => {
  const { client, body, path } = await serve();
  await truncate(path, SIZE / 2);
  let bytes = 0;
  client.on('data', (piece: Buffer) => (bytes += piece.length));
  const [error] = (await once(body, 'error')) as [Error];
  t.match(error.message, 'ends');
  await once(client, 'close');
  t.ok(bytes < SIZE, 'the client sees that something is missing');
});
