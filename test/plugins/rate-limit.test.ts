import t from 'tap';
import { RateLimiter } from '../../src/plugins/rate-limit.js';
import { buildTestApp } from '../helpers/app.js';

void t.test('a client that asks too much in a second waits five, counted down', async (t) => {
  const limiter = new RateLimiter(3);
  const at = 1_000_000;
  for (let request = 0; request < 3; request += 1) t.equal(limiter.count('a', at + request), null);
  t.equal(limiter.count('a', at + 10), 5);
  t.equal(limiter.count('b', at + 10), null, 'another client');
  t.equal(limiter.count('a', at + 2500), 3);
  t.equal(limiter.count('a', at + 5009), 1);
  t.equal(limiter.count('a', at + 5010), null);
  for (let second = 0; second < 10; second += 1) {
    for (let request = 0; request < 3; request += 1) t.equal(limiter.count('c', at + second * 1000), null);
  }
});

void t.test('services have the rates of the platform when they are asked for', async (t) => {
  const { app } = await buildTestApp(t, { RATE_LIMITS: '1' });
  const statuses = async (url: string, count: number, remoteAddress: string) => {
    const answers = await Promise.all(Array.from({ length: count }, () => app.inject({ url, remoteAddress })));
    return answers;
  };
  const answers = await statuses('/altimetrie/resources', 30, '192.0.2.1');
  const refused = answers.filter(({ statusCode }) => statusCode === 429);
  // Seconds go on meanwhile.
  t.ok(refused.length > 0 && refused.length <= 25, `${refused.length} refused`);
  t.match(refused[0]?.headers, { 'retry-after': /^[1-5]$/, 'content-type': /^text\/html/ });
  t.match(refused[0]?.body, '<h1>429 Too Many Requests</h1>');
  const anonymous = await app.inject({ url: '/private/altimetrie/resources', remoteAddress: '192.0.2.1' });
  t.equal(anonymous.statusCode, 429, 'the rate is that of the service, and comes before the key');
  t.equal((await app.inject({ url: '/wfs?REQUEST=GetCapabilities', remoteAddress: '192.0.2.1' })).statusCode, 200);
  const chunks = await statuses('/chunk/telechargement/capabilities', 420, '192.0.2.4');
  const tooMany = chunks.filter(({ statusCode }) => statusCode === 429).length;
  t.ok(tooMany > 0 && tooMany <= 220, `${tooMany} refused of 420, of which 200 are let in each second`);
  t.ok(chunks.every(({ statusCode }) => statusCode === 200 || statusCode === 429));
  t.ok((await statuses('/tms/1.0.0', 60, '192.0.2.3')).every(({ statusCode }) => statusCode === 200));
});

void t.test('else nobody is counted', async (t) => {
  const { app } = await buildTestApp(t);
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => app.inject({ url: '/altimetrie/resources', remoteAddress: '192.0.2.1' })),
  );
  t.ok(answers.every(({ statusCode }) => statusCode === 200));
});
