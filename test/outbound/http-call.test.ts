import t from 'tap';
import { publicAnd, readAllowedHosts } from '../../src/outbound/addresses.js';
import { callOut, CallTimeoutError, ForbiddenAddressError } from '../../src/outbound/http-call.js';
import { startReceiver } from '../helpers/receiver.js';

const NOTHING: readonly string[] = [];
const BLOCK = Buffer.alloc(64 * 1024);

function call(
  url: string,
  options: { allowed?: readonly string[]; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<number> {
  const { allowed = ['127.0.0.1'], timeoutMs = 5000, signal = new AbortController().signal } = options;
  const request = { method: 'PUT', url: new URL(url), headers: { 'x-test': 'yes' }, body: '{"é":1}' };
  return callOut(request, { allowed: publicAnd(readAllowedHosts(allowed)), timeoutMs, signal });
}

void t.test('a call says its method, headers and body, and returns the status', async (t) => {
  const receiver = await startReceiver(t, (_request, response) => response.writeHead(418).end('a teapot'));
  t.equal(await call(`${receiver.origin}/path?a=b`), 418);
  t.match(receiver.received, [{ method: 'PUT', url: '/path?a=b', headers: { 'x-test': 'yes' }, body: '{"é":1}' }]);
});

void t.test('a redirection is an answer, not a way elsewhere', async (t) => {
  const target = await startReceiver(t);
  const receiver = await startReceiver(t, (_request, response) =>
    response.writeHead(307, { location: `${target.origin}/` }).end(),
  );
  t.equal(await call(receiver.origin), 307);
  t.same(target.received, []);
});

void t.test('addresses of this machine are not called, however they are written', async (t) => {
  const receiver = await startReceiver(t);
  const { port } = receiver;
  const hosts = ['127.0.0.1', 'localhost', '0x7f000001', '2130706433', '0177.0.0.1', '127.1', '0.0.0.0'];
  for (const host of [...hosts, '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]']) {
    await t.rejects(call(`http://${host}:${port}/`, { allowed: NOTHING }), ForbiddenAddressError, host);
  }
  await t.rejects(call(`http://[::ffff:127.0.0.1]:${port}/`), ForbiddenAddressError, 'a mapped address is its own');
  await t.rejects(call(`http://169.254.169.254/`, { allowed: ['10.0.0.0/8'] }), ForbiddenAddressError);
  t.same(receiver.received, []);
});

void t.test('a name is called when the configuration names it, or the range of its addresses', async (t) => {
  const receiver = await startReceiver(t);
  t.equal(await call(`http://localhost:${receiver.port}/`, { allowed: ['LOCALHOST'] }), 204);
  t.equal(await call(`http://localhost:${receiver.port}/`, { allowed: ['127.0.0.0/8', '::1'] }), 204);
  t.equal(receiver.received[0]?.headers.host, `localhost:${receiver.port}`);
});

void t.test('a server that says nothing is left after the time-out', async (t) => {
  const receiver = await startReceiver(t, () => undefined);
  await t.rejects(call(receiver.origin, { timeoutMs: 100 }), CallTimeoutError);
});

void t.test('an answer without end is not read to its end', async (t) => {
  let written = 0;
  const receiver = await startReceiver(t, (_request, response) => {
    response.writeHead(200);
    const more = () => {
      if (response.destroyed) return;
      written += BLOCK.length;
      response.write(BLOCK);
    };
    response.on('drain', more);
    more();
  });
  t.equal(await call(receiver.origin), 200);
  t.ok(written > 64 * 1024 && written < 32 * 1024 * 1024, `${written} bytes`);
});

void t.test('a call stops with its signal, whose reason it tells', async (t) => {
  const controller = new AbortController();
  const receiver = await startReceiver(t, () => controller.abort(new Error('stopped')));
  await t.rejects(call(receiver.origin, { signal: controller.signal }), { message: 'stopped' });
  await t.rejects(call(receiver.origin, { signal: controller.signal }), { message: 'stopped' });
});

void t.test('the error of the network is told', async (t) => {
  await t.rejects(call('http://127.0.0.1:1/'), { code: 'ECONNREFUSED' });
});
