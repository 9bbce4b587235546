import { readFile } from 'node:fs/promises';
import t from 'tap';
import { defaultSeedFile } from '../../src/supervisor/paths.js';
import { SeedError, parseSeed } from '../../src/seed/parse.js';

const development = { production: false };

const USER = `
  - id: 00000000-0000-4000-8000-000000000001
    username: alice
    email: alice@example.org
    first_name: Alice
    last_name: Martin
    password: secret`;

/** The faults of a text, `[]` when there is none. */
function faultsOf(text: string, options = development): readonly string[] {
  try {
    parseSeed(text, options);
    return [];
  } catch (error) {
    if (error instanceof SeedError) return error.faults;
    throw error;
  }
}

void t.test('the default seed is valid in development', async (t) => {
  const seed = parseSeed(await readFile(defaultSeedFile(), 'utf8'), development);
  t.strictSame(
    seed.users.map((user) => user.username),
    ['producteur', 'membre', 'consommateur', 'admin', 'otp-user'],
  );
  t.strictSame(
    seed.communities.map((community) => community.datastore?.id),
    ['9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a2001', '122b878c-aad8-4507-87b2-465e664467d3'],
  );
});

void t.test('the default seed is refused in production: everybody knows its passwords', async (t) => {
  const faults = faultsOf(await readFile(defaultSeedFile(), 'utf8'), { production: true });
  t.match(faults, ['user producteur: the default password is refused in production']);
  t.ok(faults.includes('client gpf-warehouse: a secret is needed in production'));
});

void t.test('an empty file is an empty seed', async (t) => {
  t.strictSame(parseSeed('', development), {
    users: [],
    clients: [],
    organizations: [],
    communities: [],
    feature_types: [],
  });
});

void t.test('JSON is accepted, and defaults are filled in', async (t) => {
  const seed = parseSeed('{"clients": [{"id": "a", "grants": ["password"]}]}', development);
  t.match(seed.clients, [{ id: 'a', enabled: true, public: false, redirect_uris: [], web_origins: [] }]);
});

void t.test('every fault of the shape is told at once, with its place', async (t) => {
  const faults = faultsOf(`users:${USER}\n    age: 3\ncommunities:\n  - {name: A}\nclients: 3`);
  t.ok(faults.some((fault) => fault.startsWith('users.0: ') && fault.includes('age')));
  t.ok(faults.some((fault) => fault.startsWith('communities.0: ')));
  t.ok(faults.some((fault) => fault.startsWith('clients: ')));
});

void t.test('a YAML fault is told with its line', async (t) => {
  t.match(faultsOf('users: [\n  a: b: c'), [/line 2/]);
});

void t.test('a name of something that is not there is a fault', async (t) => {
  const faults = faultsOf(`
users:${USER}
communities:
  - id: 00000000-0000-4000-8000-000000000002
    name: A
    technical_name: a
    contact: a@example.org
    supervisor: bob
    members: [{user: carol}]
  - id: 00000000-0000-4000-8000-000000000006
    name: B
    technical_name: b
    contact: b@example.org
    supervisor: alice
    datastore: {id: 00000000-0000-4000-8000-000000000007, endpoints: [gpf-geoserver-wfs, gpf-magic]}
feature_types:
  - community: a
    stored_data: 00000000-0000-4000-8000-000000000003
    configuration: 00000000-0000-4000-8000-000000000004
    offering: 00000000-0000-4000-8000-000000000005
    layer_name: layer
    table: cities
    title: Cities
    abstract: ''
    geometry: Point
    columns: {name: text}
    features: [{geometry: POINT (0 0), properties: {size: 3}}]`);
  t.strictSame(faults, [
    'community a: no user bob to supervise it',
    'community a: no user carol for its members',
    'community b: no endpoint gpf-magic',
    'feature type layer: no datastore in a community a',
    'feature type layer, feature 0: no column size',
  ]);
});

void t.test('an organization has members and communities that are there', async (t) => {
  t.strictSame(
    faultsOf(`
users:${USER}
organizations:
  - {id: 00000000-0000-4000-8000-000000000008, name: Body, members: [alice, bob], economical_model: BARTER}
  - {id: 00000000-0000-4000-8000-000000000009, name: Body}
communities:
  - {id: 00000000-0000-4000-8000-000000000002, name: A, technical_name: a, contact: a@b.c, supervisor: alice, organization: Soul}`),
    [
      'organization name Body is used more than once',
      'organization Body: no user bob for its members',
      'organization Body: no economical model BARTER',
      'community a: no organization Soul',
    ],
  );
});

void t.test('names and ids must be unique', async (t) => {
  t.strictSame(faultsOf(`users:${USER}${USER}`), [
    'user id 00000000-0000-4000-8000-000000000001 is used more than once',
    'username alice is used more than once',
    'email alice@example.org is used more than once',
  ]);
});

void t.test('a client must be able to use its grants', async (t) => {
  t.strictSame(
    faultsOf(`
clients:
  - {id: a, grants: [client_credentials]}
  - {id: b, grants: [authorization_code]}
  - {id: c, grants: [password], public: true, secret: x}`),
    [
      'client a: service_account and the grant client_credentials go together',
      'client b: the grant authorization_code needs redirect_uris',
      'client c: a public client has no secret',
    ],
  );
});

void t.test('an alias bomb is a fault, not an exhausted memory', async (t) => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const name of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
    const previous = String.fromCharCode(name.charCodeAt(0) - 1);
    lines.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${previous}`).join(', ')}]`);
  }
  t.match(faultsOf(lines.join('\n')), [/alias/]);
});
