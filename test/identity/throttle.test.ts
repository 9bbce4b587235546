import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import t from 'tap';
import { createLoginThrottle, throttlePrefix } from '../../src/identity/throttle.js';
import { testServices } from '../helpers/services.js';

const { redisUrl } = await testServices();
const redis = new Redis(redisUrl.replace(/^unix:\/\//, ''), { lazyConnect: false });
t.teardown(() => redis.disconnect());
const prefix = `test:${randomBytes(6).toString('hex')}`;

void t.test('five failures cost nothing, the next attempts wait', async (t) => {
  const throttle = createLoginThrottle({ redis, prefix, delayMs: 60 });
  // An attempt that waits for this one never ends within the test.
  const endless = createLoginThrottle({ redis, prefix, delayMs: 2 ** 31 - 1 });
  for (let failure = 0; failure < 5; failure++) await throttle.failed('alice', '127.0.0.1');
  t.equal(await endless.admit('alice', '127.0.0.1'), true, 'at once');
  await throttle.failed('alice', '127.0.0.1');
  const start = performance.now();
  t.equal(await throttle.admit('alice', '127.0.0.1'), true);
  t.ok(performance.now() - start >= 59, 'after the delay');
  await throttle.succeeded('alice', '127.0.0.1');
  t.equal(await endless.admit('alice', '127.0.0.1'), true, 'a success forgets the failures');
});

void t.test('thirty failures close the account to that address for a minute, and to no other', async (t) => {
  const throttle = createLoginThrottle({ redis, prefix, delayMs: 0 });
  for (let failure = 0; failure < 30; failure++) await throttle.failed('Bob', '127.0.0.1');
  t.equal(await throttle.admit('bob', '127.0.0.1'), false, 'whatever the case');
  t.equal(await throttle.admit('bob', '127.0.0.2'), true);
  t.equal(await throttle.admit('carol', '127.0.0.1'), true);
  const seconds = await redis.ttl(`${throttlePrefix(prefix)}bob|127.0.0.1`);
  t.ok(seconds > 0 && seconds <= 60, `${seconds} s`);
});

void t.test('attempts that were all admitted before the first failed are refused in the end', async (t) => {
  const throttle = createLoginThrottle({ redis, prefix, delayMs: 0 });
  const admitted = await Promise.all(Array.from({ length: 40 }, () => throttle.admit('dave', '192.0.2.1')));
  t.notOk(admitted.includes(false));
  t.equal(await throttle.refuses('dave', '192.0.2.1'), false);
  await Promise.all(admitted.map(() => throttle.failed('dave', '192.0.2.1')));
  t.equal(await throttle.refuses('dave', '192.0.2.1'), true);
});

void t.test('a client has a whole IPv6 network, and names as long as it likes', async (t) => {
  const throttle = createLoginThrottle({ redis, prefix, delayMs: 0 });
  const name = 'e'.repeat(100_000);
  for (let failure = 0; failure < 30; failure++) await throttle.failed(name, `2001:db8:0:1::${failure}`);
  t.equal(await throttle.admit(name, '2001:db8:0:1:ffff::1'), false);
  t.equal(await throttle.admit(name, '2001:db8:0:2::1'), true);
  const [key = ''] = await redis.keys(`${throttlePrefix(prefix)}eee*`);
  t.ok(key.length > 0 && key.length < 400, `${key.length} characters are kept`);
});
