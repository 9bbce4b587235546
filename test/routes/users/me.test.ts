import t from 'tap';
import { until } from '../../helpers/api.js';
import { buildTestApp } from '../../helpers/app.js';
import { PRODUCER_GRANT, basic, bearer, postForm } from '../../helpers/oidc.js';
import { DATASTORE, PRODUCER, PRODUCER_COMMUNITY } from '../../helpers/seed.js';

const { app, deps } = await buildTestApp(t);

const RIGHTS = ['COMMUNITY', 'UPLOAD', 'PROCESSING', 'BROADCAST', 'ANNEX'];

async function tokenOf(username: string): Promise<string> {
  return (await postForm(app, 'token', { ...PRODUCER_GRANT, username })).json().access_token;
}

const me = (token: string) => app.inject({ url: '/api/users/me', headers: bearer(token) });

void t.test('the producer sees a profile, a community with its rights, and quotas', async (t) => {
  const response = await me(await tokenOf('producteur'));
  t.equal(response.statusCode, 200);
  t.equal(response.headers['content-type'], 'application/json', 'without charset: the QGIS plugin compares');
  const { creation, update, last_call: lastCall, last_login: lastLogin, ...profile } = response.json();
  t.strictSame(profile, {
    _id: PRODUCER,
    email: 'producteur@example.org',
    first_name: 'Paule',
    last_name: 'Producteur',
    communities_member: [
      {
        rights: RIGHTS,
        community: {
          _id: PRODUCER_COMMUNITY,
          name: 'Producteur de démonstration',
          technical_name: 'producteur-demo',
          public: true,
          supervisor: PRODUCER,
          datastore: DATASTORE,
        },
      },
    ],
    documents_quota: 500_000_000,
    documents_use: 0,
    keys_quota: 10,
    keys_use: 0,
    technical: false,
    administrator: false,
  });
  for (const date of [creation, update, lastCall]) t.match(date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  t.equal(lastLogin, lastCall);
});

void t.test('last_call moves with the calls, once a second at most', async (t) => {
  const token = await tokenOf('membre');
  const first = (await me(token)).json();
  const second = await until(
    async () => (await me(token)).json(),
    ({ last_call }) => last_call > first.last_call,
  );
  t.ok(Date.parse(second.last_call) - Date.parse(first.last_call) >= 1000);
  t.equal(second.creation, first.creation);
});

void t.test('a member without right, a user without community and an administrator see what they are', async (t) => {
  t.match((await me(await tokenOf('membre'))).json().communities_member, [{ rights: [] }]);
  t.strictSame((await me(await tokenOf('consommateur'))).json().communities_member, []);
  const admin = (await me(await tokenOf('admin'))).json();
  t.equal(admin.administrator, true);
  t.match(admin.communities_member, [{ rights: RIGHTS, community: { technical_name: 'sandbox', public: false } }]);
});

void t.test('a community without datastore has no datastore member, null neither', async (t) => {
  const seed = {
    users: [],
    communities: [
      {
        id: '00000000-0000-4000-8000-000000000010',
        name: 'Consommateurs',
        technical_name: 'consommateurs',
        contact: 'c@example.org',
        supervisor: 'alice',
      },
    ],
  };
  const alice = {
    id: '00000000-0000-4000-8000-000000000001',
    username: 'alice',
    email: 'alice@example.org',
    first_name: 'Alice',
    last_name: 'Martin',
    password: 'geopf-local',
  };
  const posted = await app.inject({
    method: 'POST',
    url: '/_emulator/seed',
    payload: JSON.stringify({ ...seed, users: [alice] }),
  });
  t.equal(posted.statusCode, 204);
  const [membership] = (await me(await tokenOf('alice'))).json().communities_member;
  t.strictSame(membership.rights, RIGHTS, 'the supervisor has every right without being listed');
  t.strictSame(Object.keys(membership.community).sort(), ['_id', 'name', 'public', 'supervisor', 'technical_name']);
});

void t.test('the API user of a service account is made by its first call, with the subject of its token', async (t) => {
  const id = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0102';
  await deps.prisma.apiUser.delete({ where: { id } });
  const answer = await postForm(app, 'token', { grant_type: 'client_credentials' }, basic('ci-service', 'any'));
  const profile = (await me(answer.json().access_token)).json();
  t.match(profile, { _id: id, email: 'service-account-ci-service@no-reply.fr', first_name: '', last_name: '' });
  t.equal(await deps.prisma.apiUser.count({ where: { id } }), 1);
});

void t.test('what is used is measured: the bytes of the documents, the number of the keys', async (t) => {
  const token = await tokenOf('consommateur');
  const { _id: userId } = (await me(token)).json();
  const file = { key: 'k', fileName: 'k.txt', mimeType: 'text/plain', digest: '00' };
  await deps.prisma.document.createMany({
    data: [
      { ownerId: userId, name: 'a', size: 1000n, ...file },
      { ownerId: userId, name: 'b', size: 234n, ...file },
      { ownerId: PRODUCER, name: 'c', size: 5n, ...file },
    ],
  });
  await deps.prisma.userKey.create({ data: { userId, name: 'k', type: 'OAUTH2' } });
  t.match((await me(token)).json(), { documents_use: 1234, keys_use: 1 });
});

void t.test('a right that the API does not know is not shown, a strict client reads the rest', async (t) => {
  const { _id: userId } = (await me(await tokenOf('membre'))).json();
  await deps.prisma.member.updateMany({ where: { userId }, data: { rights: ['TELEPORT', 'UPLOAD'] } });
  const [membership] = (await me(await tokenOf('membre'))).json().communities_member;
  t.strictSame(membership.rights, ['UPLOAD']);
  const strict = ['_id', 'datastore', 'name', 'public', 'supervisor', 'technical_name'];
  t.strictSame(Object.keys(membership.community).toSorted(), strict);
});

void t.test('an inactive datastore is still named', async (t) => {
  const where = { id: DATASTORE };
  await deps.prisma.datastore.update({ where, data: { active: false } });
  const token = await tokenOf('producteur');
  t.match((await me(token)).json().communities_member, [{ community: { datastore: where.id } }]);
  const refused = await app.inject({ url: `/api/datastores/${where.id}`, headers: bearer(token) });
  t.equal(refused.statusCode, 403);
  t.match(refused.json(), { error_description: [/inactif/] });
  await deps.prisma.datastore.update({ where, data: { active: true } });
  t.equal((await app.inject({ url: `/api/datastores/${where.id}`, headers: bearer(token) })).statusCode, 200);
});

void t.test('without a good token the answer is 401, in the words of the API', async (t) => {
  for (const headers of [{}, bearer('nonsense'), basic('producteur', 'geopf-local')]) {
    const response = await app.inject({ url: '/api/users/me', headers });
    t.equal(response.statusCode, 401);
    t.equal(response.headers['www-authenticate'], 'Bearer');
    t.match(response.json(), { error: 'unauthorized', error_description: [String] });
  }
});

void t.test('an identity token does not open the API', async (t) => {
  const answer = (await postForm(app, 'token', { ...PRODUCER_GRANT, scope: 'openid' })).json();
  t.equal((await me(answer.id_token)).statusCode, 401);
  t.equal((await me(answer.access_token)).statusCode, 200);
});

void t.test('a token taken through localhost works through 127.0.0.1', async (t) => {
  const taken = await postForm(app, 'token', PRODUCER_GRANT, { host: 'localhost:8080' });
  const response = await app.inject({
    url: '/api/users/me',
    headers: { ...bearer(taken.json().access_token), host: '127.0.0.1:8080' },
  });
  t.equal(response.statusCode, 200);
});
