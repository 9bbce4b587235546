import t from 'tap';
import { logIn } from '../helpers/api.js';
import { newUpload, startApi } from '../helpers/deposit.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../helpers/seed.js';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const uploads = `/datastores/${DATASTORE}/uploads`;
const UPLOAD = { name: 'a', description: 'b', type: 'VECTOR', srs: 'EPSG:4326' };

void t.test('tokens and rights of the API', async (t) => {
  const api = await startApi(t);
  const producer = await logIn(api);

  await t.test('without a valid token the answer is 401, French, with WWW-Authenticate', async (t) => {
    const tampered = `${producer.token.slice(0, -6)}AAAAAA`;
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${producer.token.split('.')[1] ?? ''}.`;
    for (const authorization of [
      undefined,
      'Bearer',
      'Bearer x',
      'Basic eDp5',
      `Bearer ${tampered}`,
      `Bearer ${unsigned}`,
    ]) {
      const response = await fetch(`${api.origin}/api${uploads}`, { headers: authorization ? { authorization } : {} });
      t.equal(response.status, 401, authorization ?? 'no header');
      t.equal(response.headers.get('www-authenticate'), 'Bearer');
      t.equal(response.headers.get('content-type'), 'application/json');
      t.match(await response.json(), { error: 'unauthorized', error_description: [/jeton/] });
    }
  });

  await t.test('a token taken through another name of the host works', async (t) => {
    const response = await fetch(`http://127.0.0.1:${api.config.port}/api${uploads}`, {
      headers: { authorization: `Bearer ${producer.token}` },
    });
    t.equal(response.status, 200);
  });

  await t.test('a member without rights reads everything and writes nothing', async (t) => {
    const member = await logIn(api, 'membre');
    const { _id } = await newUpload(producer);
    t.equal((await member.call('GET', uploads)).status, 200);
    t.equal((await member.call('GET', `${uploads}/${_id}/tree`)).status, 200);
    const writes: [string, string, object?][] = [
      ['POST', uploads, UPLOAD],
      ['PATCH', `${uploads}/${_id}`, {}],
      ['DELETE', `${uploads}/${_id}`],
      ['POST', `${uploads}/${_id}/close`],
      ['POST', `${uploads}/${_id}/tags`, { a: 'b' }],
      ['DELETE', `${uploads}/${_id}/data?path=a`],
    ];
    for (const [method, path, body] of writes) {
      const answer = await member.call(method, path, body);
      t.match(
        answer,
        { status: 403, body: { error: 'forbidden', error_description: [/droit UPLOAD/] } },
        `${method} ${path}`,
      );
    }
  });

  await t.test('who is not a member is 403 on an existing datastore, 404 on an unknown one', async (t) => {
    const stranger = await logIn(api, 'consommateur');
    t.equal((await stranger.call('GET', uploads)).status, 403);
    t.equal((await producer.call('GET', `/datastores/${SANDBOX_DATASTORE}/uploads`)).status, 403);
    t.equal((await producer.call('GET', `/datastores/${UNKNOWN}/uploads`)).status, 404);
    t.equal((await producer.call('GET', `/datastores/not-a-uuid/uploads`)).status, 400);
  });

  await t.test('an entity of another datastore is unknown', async (t) => {
    const { _id } = await newUpload(producer);
    const { prisma } = api.deps;
    await prisma.upload.update({ where: { id: _id }, data: { datastoreId: SANDBOX_DATASTORE } });
    t.equal((await producer.call('GET', `${uploads}/${_id}`)).status, 404);
    t.equal((await producer.call('DELETE', `${uploads}/${_id}`)).status, 404);
  });

  await t.test('a right given or taken counts at the next request', async (t) => {
    const { prisma } = api.deps;
    const member = await logIn(api, 'membre');
    const { id: userId } = await prisma.apiUser.findFirstOrThrow({ where: { email: { contains: 'membre' } } });
    t.equal((await member.call('POST', uploads, UPLOAD)).status, 403);
    await prisma.member.updateMany({ where: { userId }, data: { rights: ['UPLOAD'] } });
    t.equal((await member.call('POST', uploads, UPLOAD)).status, 201);
    await prisma.member.updateMany({ where: { userId }, data: { rights: [] } });
    t.equal((await member.call('POST', uploads, UPLOAD)).status, 403);
  });

  await t.test('the supervisor has every right without being told', async (t) => {
    const { prisma } = api.deps;
    const community = await prisma.community.findFirstOrThrow({ where: { datastore: { id: DATASTORE } } });
    await prisma.member.deleteMany({ where: { communityId: community.id, userId: community.supervisorId } });
    const owner = await prisma.apiUser.findUniqueOrThrow({ where: { id: community.supervisorId } });
    const supervisor = await logIn(api, owner.email);
    t.equal((await supervisor.call('POST', uploads, UPLOAD)).status, 201);
  });

  await t.test('an inactive datastore refuses every call', async (t) => {
    const { prisma } = api.deps;
    await prisma.datastore.update({ where: { id: DATASTORE }, data: { active: false } });
    t.match(await producer.call('GET', uploads), { status: 403, body: { error_description: [/inactif/] } });
    await prisma.datastore.update({ where: { id: DATASTORE }, data: { active: true } });
    t.equal((await producer.call('GET', uploads)).status, 200);
  });
});
