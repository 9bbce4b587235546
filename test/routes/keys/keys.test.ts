import { createHash, randomUUID } from 'node:crypto';
import { symbols } from 'pino';
import t from 'tap';
import { verifyPassword } from '../../../src/identity/passwords.js';
import { type ApiUser, logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { create, sentences } from '../../helpers/diffusion.js';
import { CONSUMER } from '../../helpers/seed.js';

const KEYS = '/users/me/keys';

interface KeyBody {
  _id: string;
  name: string;
  type: string;
  type_infos: Record<string, unknown>;
  whitelist?: string[];
  user_agent?: string;
}

const hash = (name: string, more: object = {}) => ({ name, type: 'HASH', type_infos: {}, ...more });

/** What clients and proxies send to everybody, and what tells other keys. */
const COMMON_HEADERS = [
  'Host',
  'accept',
  'Accept-Language',
  'User-Agent',
  'Sec-Fetch-Mode',
  'X-Forwarded-For',
  'Authorization',
  'apikey',
];

await t.test('keys of a person', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const consumer = await logIn(emulator, 'consommateur');
  const member = await logIn(emulator, 'membre');
  await deps.prisma.apiUser.updateMany({ data: { keysQuota: 1000 } });
  const row = (id: string) => deps.prisma.userKey.findUniqueOrThrow({ where: { id } });
  const use = async (user: ApiUser) => (await user.call<{ keys_use: number }>('GET', '/users/me')).body.keys_use;

  await t.test('a generated HASH key is read again in clear, and kept encrypted', async (t) => {
    const before = await use(consumer);
    const made = await create<KeyBody>(consumer, KEYS, hash('generated'));
    const { hash: value } = made.type_infos as { hash: string };
    t.match(value, /^[A-Za-z0-9_-]{43}$/, '32 bytes, base64url');
    t.match(made, { name: 'generated', type: 'HASH', whitelist: [], blacklist: [] });
    t.notOk('user_agent' in made || 'referer' in made, 'absent members are absent');
    t.same((await consumer.call('GET', `${KEYS}/${made._id}`)).body, made);
    const { digest, secret, passwordHash } = await row(made._id);
    t.equal(digest, createHash('sha256').update(value).digest('hex'));
    t.not(secret, null);
    t.equal(passwordHash, null);
    const dump = await deps.pool.query('SELECT row_to_json(user_key)::text AS text FROM geopf.user_key');
    t.notOk(
      dump.rows.some(({ text }) => text.includes(value)),
      'the table does not hold it',
    );
    t.equal(await use(consumer), before + 1);
  });

  await t.test('a HASH key may bring its value, unique on the platform', async (t) => {
    const body = hash('given', { type_infos: { hash: 'my-own-value' } });
    t.match(await create<KeyBody>(consumer, KEYS, body), { type_infos: { hash: 'my-own-value' } });
    const again = await member.call('POST', KEYS, body);
    t.equal(again.status, 409);
    t.notMatch(sentences(again), /my-own-value/, 'an error never repeats a secret');
  });

  await t.test('a BASIC key answers 40 hexadecimal digits that verify nothing', async (t) => {
    const type_infos = { login: 'camille', password: 'Secret-123' };
    const made = await create<KeyBody>(consumer, KEYS, { name: 'basic', type: 'BASIC', type_infos });
    const shown = made.type_infos as { login: string; password: string };
    t.equal(shown.login, 'camille');
    t.match(shown.password, /^[0-9a-f]{40}$/);
    t.not(shown.password, createHash('sha1').update('Secret-123').digest('hex'));
    const { passwordHash, secret, digest } = await row(made._id);
    t.match(passwordHash, /^\$argon2id\$/);
    t.ok(await verifyPassword(passwordHash, 'Secret-123'));
    t.same([secret, digest], [null, null]);
    t.match((await consumer.call('GET', `${KEYS}/${made._id}`)).body, { type_infos: shown }, 'it is stable');

    const taken = await member.call('POST', KEYS, {
      name: 'basic',
      type: 'BASIC',
      type_infos: { ...type_infos, password: 'Other-456' },
    });
    t.equal(taken.status, 409, 'a login is unique on the platform');
    t.match(sentences(taken), /camille/);
    t.notMatch(sentences(taken), /Other-456/);
  });

  await t.test('there is one OAUTH2 key per person', async (t) => {
    const body = { name: 'mine', type: 'OAUTH2', type_infos: {} };
    t.same((await create<KeyBody>(consumer, KEYS, body)).type_infos, {});
    const second = await consumer.call('POST', KEYS, { ...body, name: 'mine too' });
    t.equal(second.status, 409);
    t.match(sentences(second), /OAUTH2/);
    await create(member, KEYS, body);
    t.pass('another person has theirs, of the same name');
  });

  await t.test('a HEADER key shows the names of its headers', async (t) => {
    const type_infos = { headers: { 'X-Team': 'maps', 'X-Token': 'very-secret' } };
    const made = await create<KeyBody>(consumer, KEYS, { name: 'header', type: 'HEADER', type_infos });
    t.same(made.type_infos, { headers: { 'x-team': '***', 'x-token': '***' } });
    const same = { headers: { 'x-token': 'very-secret', 'x-team': 'maps' } };
    const again = await member.call('POST', KEYS, { name: 'header', type: 'HEADER', type_infos: same });
    t.equal(again.status, 409, 'the same headers would be two keys at once');
    t.notMatch(sentences(again), /very-secret/);
  });

  await t.test('lists tell nothing of what keys hold', async (t) => {
    const { body, headers } = await consumer.call<object[]>('GET', `${KEYS}?limit=100`);
    t.match(headers.get('content-range'), /^1-\d+\/\d+$/);
    for (const item of body) t.same(Object.keys(item).sort(), ['_id', 'creation', 'name', 'type', 'update']);
  });

  await t.test('filters', async (t) => {
    const person = await logIn(emulator, 'admin');
    await create(person, KEYS, hash('Alpha', { whitelist: ['10.0.0.0/8'], user_agent: '.*QGIS.*' }));
    await create(person, KEYS, hash('Beta', { blacklist: ['2001:db8::/32', '10.1.2.3'], referer: 'example%.org' }));
    await create(person, KEYS, { name: 'Gamma', type: 'OAUTH2', type_infos: {} });
    const names = async (query: string) => {
      const { body, headers } = await person.call<KeyBody[]>('GET', `${KEYS}?${query}`);
      t.match(headers.get('content-range'), new RegExp(`/${body.length}$`), query);
      return body.map((key) => key.name);
    };
    t.same(await names(''), ['Alpha', 'Beta', 'Gamma'], 'oldest first');
    t.same(await names('type=HASH'), ['Alpha', 'Beta']);
    t.same(await names('name=%25a'), ['Alpha', 'Beta', 'Gamma']);
    t.same(await names('name=alpha'), ['Alpha']);
    t.same(await names('user_agent=%25qgis%25'), ['Alpha']);
    t.same(await names('referer=example%25'), ['Beta']);
    t.same(await names('whitelist=10.%25'), ['Alpha']);
    t.same(await names('blacklist=10.1.2.3'), ['Beta']);
    t.same(await names('blacklist=10.%25&type=OAUTH2'), []);
    t.equal((await person.call('GET', `${KEYS}?type=NONE`)).status, 400);
  });

  await t.test('restrictions are normalised, replaced, and cleared by what is empty', async (t) => {
    const made = await create<KeyBody>(
      consumer,
      KEYS,
      hash('restricted', {
        whitelist: ['192.168.1.7/24', '192.168.1.0/24', '2001:DB8::1'],
        blacklist: ['192.168.1.13'],
        user_agent: '.*QGIS.*',
        referer: '',
      }),
    );
    t.match(made, {
      whitelist: ['192.168.1.0/24', '2001:db8::1'],
      blacklist: ['192.168.1.13'],
      user_agent: '.*QGIS.*',
    });
    t.notOk('referer' in made);
    const path = `${KEYS}/${made._id}`;
    const kept = await consumer.call<KeyBody>('PATCH', path, { name: 'renamed', referer: 'example%.org' });
    t.equal(kept.status, 200);
    t.match(kept.body, {
      name: 'renamed',
      referer: 'example%.org',
      user_agent: '.*QGIS.*',
      type_infos: made.type_infos,
    });
    const cleared = await consumer.call<KeyBody>('PATCH', path, { whitelist: [], user_agent: '' });
    t.same(cleared.body.whitelist, []);
    t.notOk('user_agent' in cleared.body);
    t.match(cleared.body, { blacklist: ['192.168.1.13'], referer: 'example%.org' });
    const { body } = await consumer.call<KeyBody>('PATCH', path, { type: 'BASIC', type_infos: { login: 'x' } });
    t.match(body, { type: 'HASH', type_infos: made.type_infos }, 'the rest never changes');
  });

  await t.test('refusals name every problem', async (t) => {
    const refused: readonly [body: object, ...patterns: RegExp[]][] = [
      [{}, /"name"/, /"type"/, /"type_infos"/],
      [hash(' ', { type_infos: { hash: 'é' }, whitelist: ['nowhere'] }), /"name"/, /type_infos\.hash/, /"nowhere"/],
      [hash('a', { blacklist: ['1.2.3.4/33'], user_agent: '[', referer: '%1' }), /33/, /"user_agent"/, /"referer"/],
      [hash('a', { type_infos: { hash: '' } }), /type_infos\.hash/],
      [hash('a', { type_infos: { hash: 'with space' } }), /type_infos\.hash/],
      [hash('a', { type_infos: [] }), /type_infos/],
      [hash('a', { user_agent: 'a'.repeat(300) }), /user_agent/],
      [{ name: 'a', type: 'BASIC', type_infos: {} }, /\.login/, /\.password/],
      [{ name: 'a', type: 'BASIC', type_infos: { login: 'a:b', password: '' } }, /\.login/, /\.password/],
      [{ name: 'a', type: 'HEADER', type_infos: {} }, /\.headers/],
      [{ name: 'a', type: 'HEADER', type_infos: { headers: [] } }, /\.headers/],
      [{ name: 'a', type: 'HEADER', type_infos: { headers: { 'bad name': 'v' } } }, /bad name/],
      [{ name: 'a', type: 'HEADER', type_infos: { headers: { A: 'v', a: 'w' } } }, /deux fois/],
      [{ name: 'a', type: 'HEADER', type_infos: { headers: { a: 'secret\nvalue', b: 1 } } }, /en-tête a/, /en-tête b/],
      ...COMMON_HEADERS.map((name): [object, RegExp] => [
        { name: 'a', type: 'HEADER', type_infos: { headers: { [name]: 'v', 'x-own': 'w' } } },
        new RegExp(`en-tête ${name} `),
      ]),
      [{ name: 'a', type: 'OTHER', type_infos: {} }, /"type"/],
      [hash('a\0b'), /conservé/],
    ];
    for (const [body, ...patterns] of refused) {
      const answer = await consumer.call('POST', KEYS, body);
      t.equal(answer.status, 400, JSON.stringify(body));
      for (const pattern of patterns) t.match(sentences(answer), pattern, JSON.stringify(body));
      t.notMatch(sentences(answer), /secret/);
    }
    const { _id } = await create(consumer, KEYS, hash('to change'));
    const patched = await consumer.call('PATCH', `${KEYS}/${_id}`, { name: ' ', whitelist: ['x'], referer: '(' });
    t.equal(patched.status, 400);
    t.match(sentences(patched), /"name".*"x".*"referer"/);
    const renamed = await consumer.call('PATCH', `${KEYS}/${_id}`, { name: 'generated' });
    t.equal(renamed.status, 409, 'the name of another of their keys');
    t.equal((await consumer.call('PATCH', `${KEYS}/${_id}`, { name: 'to change' })).status, 200, 'their own name');
    const sameName = await consumer.call('POST', KEYS, hash('to change'));
    t.equal(sameName.status, 409);
    t.match(sentences(sameName), /"to change"/);
  });

  await t.test("somebody else's key does not exist", async (t) => {
    const { _id } = await create(member, KEYS, hash('not yours'));
    for (const [method, body] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      t.equal((await consumer.call(method, `${KEYS}/${_id}`, body)).status, 404, method);
      t.equal((await consumer.call(method, `${KEYS}/${randomUUID()}`, body)).status, 404, method);
      t.equal((await consumer.call(method, `${KEYS}/nonsense`, body)).status, 400, method);
    }
    t.equal((await member.call('GET', `${KEYS}/${_id}`)).status, 200, 'it is still there');
    t.equal((await fetch(`${emulator.origin}/api${KEYS}`)).status, 401);
  });

  await t.test('a removed key is gone, and its name and quota are free', async (t) => {
    const { _id } = await create(consumer, KEYS, hash('short-lived'));
    const before = await use(consumer);
    t.equal((await consumer.call('DELETE', `${KEYS}/${_id}`)).status, 204);
    t.equal((await consumer.call('GET', `${KEYS}/${_id}`)).status, 404);
    t.equal((await consumer.call('DELETE', `${KEYS}/${_id}`)).status, 404);
    t.equal(await use(consumer), before - 1);
    await create(consumer, KEYS, hash('short-lived'));
  });

  await t.test('the last place goes to one of those who ask at once', async (t) => {
    const used = await use(consumer);
    await deps.prisma.apiUser.update({ where: { id: CONSUMER }, data: { keysQuota: used + 1 } });
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) => consumer.call('POST', KEYS, hash(`last place ${n}`))),
    );
    t.same(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409, 409, 409, 409],
    );
    for (const refused of answers.filter(({ status }) => status === 409)) t.match(sentences(refused), /quota/);
    t.equal(await use(consumer), used + 1);
    await deps.prisma.apiUser.update({ where: { id: CONSUMER }, data: { keysQuota: 1000 } });
  });

  await t.test('so do names, logins, values and the OAUTH2 key', async (t) => {
    const [one, other] = [await logIn(emulator, 'producteur'), await logIn(emulator, 'admin')];
    await deps.prisma.userKey.deleteMany({ where: { type: 'OAUTH2' } });
    const race = async (...bodies: [ApiUser, object][]) => {
      const answers = await Promise.all(bodies.map(([user, body]) => user.call('POST', KEYS, body)));
      t.same(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [201, 409],
        JSON.stringify(bodies[0]?.[1]),
      );
    };
    await race([one, hash('same name')], [one, hash('same name')]);
    await race(...(['o1', 'o2'].map((name) => [one, { name, type: 'OAUTH2', type_infos: {} }]) as [ApiUser, object][]));
    const basic = { name: 'b', type: 'BASIC', type_infos: { login: 'raced', password: 'p' } };
    await race([one, basic], [other, basic]);
    const value = hash('v', { type_infos: { hash: 'raced-value' } });
    await race([one, value], [other, value]);
  });
});

await t.test('nothing of a key is in the log', async (t) => {
  const emulator = await startTestEmulator(t, { LOG_LEVEL: 'debug' });
  const lines: string[] = [];
  Object.assign(emulator.deps.log, { [symbols.streamSym]: { write: (line: string) => lines.push(line) } });
  const user = await logIn(emulator, 'consommateur');
  const body = hash('logged', { type_infos: { hash: 'value-to-hide' } });
  const { _id } = await create(user, KEYS, body);
  await user.call('GET', `${KEYS}/${_id}`);
  await user.call('POST', KEYS, body);
  await user.call('POST', KEYS, { name: 'b', type: 'BASIC', type_infos: { login: ':', password: 'value-to-hide' } });
  t.match(lines.join(''), /users\/me\/keys/, 'the log is heard');
  t.notMatch(lines.join(''), /value-to-hide/);
});
