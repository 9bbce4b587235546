import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import Fastify from 'fastify';
import t from 'tap';
import { queuedAnswersPlugin } from '../../src/plugins/queued-answers.js';

/** Requests that are sent before the answers to earlier ones have come. */

async function serve(route: (index: number) => Readable | string) {
  const app = Fastify();
  await app.register(queuedAnswersPlugin);
  let asked = 0;
  let closed = 0;
  app.get('/', async (_request, reply) => {
    const index = asked;
    asked += 1;
    reply.raw.once('close', () => {
      closed += 1;
      app.server.emit('answer closed');
    });
    if (asked === 3) setImmediate(() => app.server.emit('all asked'));
    return reply.send(route(index));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  const allAsked = once(app.server, 'all asked');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
  await allAsked;
  return {
    client,
    allClosed: async () => {
      while (closed < 3) await once(app.server, 'answer closed');
    },
  };
}

await t.test('answers that wait are closed with their connection', async (t) => {
  const streams: Readable[] = [];
  const { client, allClosed } = await serve(() => {
    const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65_536)) });
    streams.push(endless);
    return endless;
  });
  client.destroy();
  await allClosed();
  t.same(
    streams.map(({ destroyed }) => destroyed),
    [true, true, true],
  );
});

await t.test('those of a client that stays have their turn', async (t) => {
  const { client, allClosed } = await serve((index) => `answer ${index}`);
  let text = '';
  client.on('data', (piece: Buffer) => (text += piece.toString()));
  await allClosed();
  while (!text.endsWith('answer 2')) await once(client, 'data');
  t.same(text.match(/answer \d/g), ['answer 0', 'answer 1', 'answer 2']);
  client.destroy();
});
