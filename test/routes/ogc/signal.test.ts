import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import Fastify from 'fastify';
import t from 'tap';
import { signalOf } from '../../../src/routes/ogc/signal.js';

void t.test('a client that left while its credentials were looked at is not waited for', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  app.addHook('onRequest', async (_request, { raw }) => {
    const closed = once(raw, 'close');
    arrived();
    await closed;
  });
  const signal = new Promise<AbortSignal>((resolve) => {
    app.get('/', async (_request, reply) => {
      resolve(signalOf(reply));
      return '';
    });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await arrival;
  client.destroy();
  t.equal((await signal).aborted, true);
});
