import { createHash, randomUUID } from 'node:crypto';
import t from 'tap';
import { hashPassword } from '../../src/identity/passwords.js';
import { signAccessToken } from '../helpers/access-token.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import {
  buildPrivateData,
  copyOffering,
  PAGES,
  PRIVATE_ENDPOINTS,
  PRIVATE_SERVICES,
  publishEverywhere,
} from '../helpers/private-world.js';
import { DATASTORE, PRODUCER_COMMUNITY, SANDBOX_COMMUNITY, SANDBOX_DATASTORE } from '../helpers/seed.js';

/**
 * Type of key × filter × state of the permission × service: the answers against a table written from access.md §8,
 * which knows nothing of the guard.
 */

const PASSWORD = 'pässe-mot : de 1';
const AGENT = 'QGIS/3.40';
const REFERER = 'https://carte.example.org/page?x=1';

const TYPES = ['HASH in the query', 'HASH in a header', 'BASIC', 'OAUTH2', 'HEADER'] as const;
type Type = (typeof TYPES)[number];

interface Filter {
  readonly name: string;
  readonly columns: { whitelist?: string[]; blacklist?: string[]; userAgent?: string; referer?: string };
  readonly from: string;
  readonly passes: boolean;
}
const [V4, V6] = ['192.0.2.10', '2001:db8::10'];
const FILTERS: readonly Filter[] = [
  { name: 'no filter', columns: {}, from: V4, passes: true },
  { name: 'whitelist around the address', columns: { whitelist: ['192.0.2.0/24'] }, from: V4, passes: true },
  { name: 'whitelist of another', columns: { whitelist: ['198.51.100.7', '192.0.2.11'] }, from: V4, passes: false },
  { name: 'blacklist of the address', columns: { blacklist: ['192.0.2.10'] }, from: V4, passes: false },
  { name: 'in both lists', columns: { whitelist: ['192.0.2.0/24'], blacklist: [V4] }, from: V4, passes: false },
  { name: 'IPv6 whitelist', columns: { whitelist: ['2001:db8::/32'] }, from: V6, passes: true },
  { name: 'IPv6 blacklist', columns: { blacklist: ['2001:db8::/64'] }, from: V6, passes: false },
  { name: 'IPv4 in IPv6', columns: { whitelist: ['192.0.2.0/24'] }, from: `::ffff:${V4}`, passes: true },
  { name: 'agent that matches', columns: { userAgent: '.*QGIS.*' }, from: V4, passes: true },
  { name: 'another agent', columns: { userAgent: '^Mozilla' }, from: V4, passes: false },
  { name: 'referer that matches', columns: { referer: 'carte%.example%.org' }, from: V4, passes: true },
  { name: 'another referer', columns: { userAgent: 'QGIS', referer: '^https://other' }, from: V4, passes: false },
];

interface State {
  readonly name: string;
  readonly layer: 'closed' | 'free' | 'paused';
  readonly access: 'none' | 'without permission' | 'by permission';
  readonly permission?: {
    readonly to?: 'community' | 'left' | 'supervised';
    readonly ended?: boolean;
    readonly onlyOauth?: boolean;
    readonly covers?: boolean;
  };
  readonly opens: (type: Type) => boolean;
}
const always = () => true;
const never = () => false;
const STATES: readonly State[] = [
  { name: 'no access', layer: 'closed', access: 'none', opens: never },
  { name: 'permission of the person', layer: 'closed', access: 'by permission', permission: {}, opens: always },
  { name: 'ended', layer: 'closed', access: 'by permission', permission: { ended: true }, opens: never },
  {
    name: 'for OAUTH2 only',
    layer: 'closed',
    access: 'by permission',
    permission: { onlyOauth: true },
    opens: (type) => type === 'OAUTH2',
  },
  { name: 'community', layer: 'closed', access: 'by permission', permission: { to: 'community' }, opens: always },
  { name: 'supervisor', layer: 'closed', access: 'by permission', permission: { to: 'supervised' }, opens: always },
  { name: 'community left', layer: 'closed', access: 'by permission', permission: { to: 'left' }, opens: never },
  { name: 'not covered', layer: 'closed', access: 'by permission', permission: { covers: false }, opens: never },
  { name: 'closed, no permission', layer: 'closed', access: 'without permission', opens: never },
  { name: 'inactive datastore', layer: 'paused', access: 'by permission', permission: {}, opens: never },
  { name: 'open', layer: 'free', access: 'without permission', opens: always },
  { name: 'open, no access', layer: 'free', access: 'none', opens: never },
  { name: 'open, ended', layer: 'free', access: 'by permission', permission: { ended: true }, opens: always },
];

interface Cell {
  readonly type: Type;
  readonly filter: Filter;
  readonly state: State;
  readonly user: string;
  readonly key: string;
  readonly community: string;
}
const cells: readonly Cell[] = TYPES.flatMap((type) =>
  FILTERS.flatMap((filter) =>
    STATES.map((state) => ({
      ...{ type, filter, state },
      ...{ user: randomUUID(), key: randomUUID(), community: randomUUID() },
    })),
  ),
);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

await t.test('the matrix of private services', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, app } = emulator;
  const { prisma } = deps;
  const producer = await logIn(emulator);
  const data = await buildPrivateData(deps, producer);
  const closed = await publishEverywhere(producer, data, 'closed');
  const layers: Record<State['layer'], ReadonlyMap<string, string>> = { closed, free: new Map(), paused: new Map() };
  for (const layer of ['free', 'paused'] as const) {
    const datastoreId = layer === 'paused' ? SANDBOX_DATASTORE : DATASTORE;
    layers[layer] = new Map(
      await Promise.all(
        [...closed].map(
          async ([endpoint, id]) =>
            [endpoint, await copyOffering(deps, id, { layer, open: layer === 'free', datastoreId })] as const,
        ),
      ),
    );
  }
  await prisma.datastore.update({ where: { id: SANDBOX_DATASTORE }, data: { active: false } });
  await buildKeys();
  const tokens = new Map<string, string>();
  for (const { type, user } of cells) if (type === 'OAUTH2') tokens.set(user, await signAccessToken(deps, user));

  /** Keys, permissions and accesses of all cells, by the registry. */
  async function buildKeys() {
    const passwordHash = await hashPassword(PASSWORD);
    await prisma.apiUser.createMany({ data: cells.map(({ user }) => ({ id: user, email: `${user}@example.org` })) });
    await prisma.userKey.createMany({
      data: cells.map(({ key, user, type, filter }) => ({
        id: key,
        userId: user,
        name: 'key',
        type: type.split(' ')[0] ?? '',
        digest: type.startsWith('HASH')
          ? sha256(key)
          : type === 'HEADER'
            ? sha256(`{\n "x-first": "${key}",\n "x-second": "two"\n}`)
            : null,
        headerNames: type === 'HEADER' ? ['x-first', 'x-second'] : [],
        login: type === 'BASIC' ? key : null,
        passwordHash: type === 'BASIC' ? passwordHash : null,
        whitelist: [],
        blacklist: [],
        ...filter.columns,
      })),
    });
    await prisma.community.createMany({
      data: cells.map(({ community, user, state }) => ({
        id: community,
        name: community,
        technicalName: community,
        contact: 'a@example.org',
        supervisorId: state.permission?.to === 'supervised' ? user : (cells[0]?.user ?? ''),
      })),
    });
    await prisma.member.createMany({
      data: cells.map(({ user, state, community }) => ({
        communityId: state.permission?.to === 'community' ? community : SANDBOX_COMMUNITY,
        userId: user,
        rights: [],
      })),
    });
    const given = cells.filter(({ state }) => state.permission !== undefined);
    await prisma.permission.createMany({
      data: given.map(({ key, user, community, state: { permission } }) => ({
        id: key,
        datastoreId: DATASTORE,
        licence: 'Licence',
        endDate: new Date(permission?.ended === true ? Date.now() - 1000 : Date.now() + 3_600_000),
        onlyOauth: permission?.onlyOauth ?? false,
        userId: permission?.to === undefined ? user : null,
        communityId: permission?.to === undefined ? null : permission.to === 'left' ? PRODUCER_COMMUNITY : community,
      })),
    });
    await prisma.permissionOffering.createMany({
      data: given
        .filter(({ state }) => state.permission?.covers !== false)
        .flatMap(({ key, state }) =>
          [...layers[state.layer].values()].map((offeringId) => ({ permissionId: key, offeringId })),
        ),
    });
    await prisma.access.createMany({
      data: cells
        .filter(({ state }) => state.access !== 'none')
        .flatMap(({ key, state }) =>
          [...layers[state.layer].values()].map((offeringId) => ({
            keyId: key,
            offeringId,
            permissionId: state.access === 'by permission' ? key : null,
          })),
        ),
    });
  }

  function ask({ type, filter, user, key }: Cell, path: string) {
    const headers: Record<string, string> = { 'user-agent': AGENT, referer: REFERER };
    let url = path;
    switch (type) {
      case 'HASH in the query':
        url += `${path.includes('?') ? '&' : '?'}apikey=${key}`;
        break;
      case 'HASH in a header':
        headers.apikey = key;
        break;
      case 'BASIC':
        headers.authorization = `Basic ${Buffer.from(`${key}:${PASSWORD}`).toString('base64')}`;
        break;
      case 'OAUTH2':
        headers.authorization = `Bearer ${tokens.get(user)}`;
        break;
      case 'HEADER':
        Object.assign(headers, { 'X-First': key, 'X-Second': 'two' });
    }
    return app.inject({ url, headers, remoteAddress: filter.from });
  }

  /** The table: 200 or the status of a refusal. */
  const expected = ({ type, filter, state }: Cell) => (!filter.passes ? 403 : state.opens(type) ? 200 : 403);

  await t.test('every kind of key, with every filter, in every state', async (t) => {
    const wrong: string[] = [];
    let count = 0;
    for (const [index, cell] of cells.entries()) {
      const isPlain = cell.filter.name === 'no filter';
      const turn = PRIVATE_SERVICES[index % PRIVATE_SERVICES.length];
      for (const service of isPlain ? PRIVATE_SERVICES : PRIVATE_SERVICES.filter((one) => one === turn)) {
        count += 1;
        const { statusCode, body } = await ask(cell, service.read(cell.state.layer));
        const isRight = statusCode === expected(cell) && (statusCode === 200 || body === PAGES[403]);
        if (!isRight) {
          wrong.push(
            `${service.name}, ${cell.type}, ${cell.filter.name}, ${cell.state.name}: ${statusCode} instead of ${expected(cell)}`,
          );
        }
      }
    }
    t.comment(`${count} cells`);
    t.ok(count > 1000);
    t.same(wrong, []);
  });

  await t.test('lists hold what the key may use, and nothing else', async (t) => {
    const wrong: string[] = [];
    for (const [index, cell] of cells.filter(({ type }) => type !== 'HASH in a header').entries()) {
      if (!cell.filter.passes && index % 5 > 0) continue;
      const service = PRIVATE_SERVICES[index % PRIVATE_SERVICES.length];
      if (service === undefined) continue;
      const { statusCode, body } = await ask(cell, service.list);
      const what = `${service.name}, ${cell.type}, ${cell.filter.name}, ${cell.state.name}`;
      if (statusCode !== (cell.filter.passes ? 200 : 403)) wrong.push(`${what}: ${statusCode}`);
      if (statusCode !== 200) continue;
      for (const layer of ['closed', 'free', 'paused'] as const) {
        const isDue = layer === cell.state.layer && expected(cell) === 200;
        if (service.lists(body, layer) !== isDue) wrong.push(`${what}: ${layer} is ${isDue ? 'not ' : ''}listed`);
      }
    }
    t.same(wrong, []);
  });

  await t.test('who is not known, on every service', async (t) => {
    const [plain] = cells;
    const withoutKey = randomUUID();
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const login = cells.find(({ type }) => type === 'BASIC')?.key ?? '';
    const STRANGERS: readonly [name: string, headers: Record<string, string>, challenge: RegExp | undefined][] = [
      ['nothing', {}, undefined],
      ['another scheme', { authorization: 'Digest username="a"' }, undefined],
      ['unknown value', { apikey: randomUUID() }, undefined],
      ['digest instead of the value', { apikey: sha256(plain?.key ?? '') }, undefined],
      ['unknown login', { authorization: basic(`nobody:${PASSWORD}`) }, /^Basic realm=/],
      ['wrong password', { authorization: basic(`${login}:wrong`) }, /^Basic realm=/],
      ['unreadable login', { authorization: 'Basic &&&' }, /^Basic realm=/],
      ['unreadable token', { authorization: 'Bearer x.y.z' }, /^Bearer$/],
      ['ended token', { authorization: `Bearer ${await signAccessToken(deps, withoutKey, -1)}` }, /^Bearer$/],
      ['no OAUTH2 key', { authorization: `Bearer ${await signAccessToken(deps, withoutKey)}` }, /^Bearer$/],
      ['half of the headers', { 'x-first': cells.find(({ type }) => type === 'HEADER')?.key ?? '' }, undefined],
      ['wrong header', { 'x-first': randomUUID(), 'x-second': 'two' }, undefined],
    ];
    for (const [at, [name, headers, challenge]] of STRANGERS.entries()) {
      for (const { name: service, list, read } of PRIVATE_SERVICES) {
        const url = at % 2 === 0 ? list : read('closed');
        // Each from an address of its own: guesses are slowed.
        const address = `10.${at}.0.${PRIVATE_SERVICES.findIndex((one) => one.name === service) + 1}`;
        const answer = await app.inject({ url, headers, remoteAddress: address });
        t.equal(answer.statusCode, 401, `${name}, ${service}`);
        t.equal(answer.body, PAGES[401]);
        t.match(answer.headers['www-authenticate'] ?? 'none', challenge ?? 'none');
      }
    }
  });
  t.equal(PRIVATE_ENDPOINTS.length, 6);
});
