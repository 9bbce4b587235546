import t from 'tap';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { create, PRIVATE_WFS, waitForStatus, wfsConfiguration } from '../helpers/diffusion.js';
import { PAGES } from '../helpers/private-world.js';
import { CONSUMER, DATASTORE, MEMBER, SANDBOX_COMMUNITY } from '../helpers/seed.js';
import { buildStoredData } from '../helpers/stored-data.js';

/** A layer for some people only, from its publication to the end of what was given, over HTTP (lifecycle §8, private). */

const ROOT = `/datastores/${DATASTORE}`;

interface Permission {
  _id: string;
  licence: string;
  offerings: { _id: string }[];
}
interface Key {
  _id: string;
  type_infos: { hash?: string; login?: string; password?: string };
}

await t.test('a private layer', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const [producer, consumer, member] = await Promise.all([
    logIn(emulator),
    logIn(emulator, 'consommateur'),
    logIn(emulator, 'membre'),
  ]);
  for (const user of [consumer, member]) await user.call('GET', '/users/me');
  await deps.prisma.member.create({ data: { communityId: SANDBOX_COMMUNITY, userId: MEMBER, rights: [] } });
  const storedData = await buildStoredData(deps);

  const { _id: configuration } = await create(
    producer,
    `${ROOT}/configurations`,
    wfsConfiguration(storedData, 'reserve'),
  );
  const offering = await create<{ _id: string; open: boolean; status: string; urls: { type: string; url: string }[] }>(
    producer,
    `${ROOT}/configurations/${configuration}/offerings`,
    { endpoint: PRIVATE_WFS, open: false },
  );
  t.match(offering, { open: false });
  const [{ url: address } = { url: '' }] = offering.urls;
  t.match(address, new RegExp(`^${origin}/private/wfs/?\\?`));
  await waitForStatus(producer, `${ROOT}/offerings/${offering._id}`, 'PUBLISHED');

  const [base = ''] = address.split('?');
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { headers });
    return { status: response.status, text: await response.text() };
  };
  const capabilities = `${base}?SERVICE=WFS&REQUEST=GetCapabilities`;
  const features = `${address}&outputFormat=application/json`;
  const give = async (body: object) => {
    const answer = await producer.call<Permission[]>('POST', `${ROOT}/permissions`, {
      licence: 'Convention 2026',
      offerings: [offering._id],
      ...body,
    });
    t.equal(answer.status, 201);
    t.equal(answer.body.length, 1);
    return answer.body[0]?._id ?? '';
  };
  const linked = async (user: ApiUser, key: Key, permission: string) => {
    const body = { permission, offerings: [offering._id] };
    t.equal((await user.call('POST', `/users/me/keys/${key._id}/accesses`, body)).status, 201);
  };

  await t.test('without a key there is nothing to see', async (t) => {
    t.match(await get(capabilities), { status: 401, text: PAGES[401] });
    t.equal((await get(`${origin}/wfs?SERVICE=WFS&REQUEST=GetCapabilities`)).text.includes('reserve:towns'), false);
  });

  await t.test('a person: permission, key, access, use, end', async (t) => {
    const permission = await give({ type: 'ACCOUNT', users: [CONSUMER] });
    const held = await consumer.call<Permission[]>('GET', '/users/me/permissions?personal=true&community=false');
    t.match(held.body, [{ _id: permission, licence: 'Convention 2026', offerings: [{ _id: offering._id }] }]);
    const key = await create<Key>(consumer, '/users/me/keys', { name: 'QGIS', type: 'HASH', type_infos: {} });
    const withKey = (url: string) => get(`${url}&apikey=${key.type_infos.hash}`);
    t.match(await withKey(capabilities), { status: 200 });
    t.notMatch((await withKey(capabilities)).text, 'reserve:towns', 'a key without access shows no layer');
    t.match(await withKey(features), { status: 403, text: PAGES[403] });
    await linked(consumer, key, permission);
    t.match((await withKey(capabilities)).text, 'reserve:towns');
    t.match((await withKey(features)).text, '"town 1"');
    t.match((await get(features, { apikey: key.type_infos.hash ?? '' })).text, '"town 1"');

    const basic = await create<Key>(consumer, '/users/me/keys', {
      name: 'ogr2ogr',
      type: 'BASIC',
      type_infos: { login: 'consommateur-wfs', password: 'un secret' },
    });
    await linked(consumer, basic, permission);
    const authorization = `Basic ${Buffer.from('consommateur-wfs:un secret').toString('base64')}`;
    t.match((await get(features, { authorization })).text, '"town 1"');
    t.equal((await get(features, { authorization: `Bearer ${consumer.token}` })).status, 401, 'no OAUTH2 key yet');

    t.equal((await producer.call('DELETE', `${ROOT}/permissions/${permission}`)).status, 204);
    t.equal((await withKey(features)).status, 403);
    t.equal((await get(features, { authorization })).status, 403);
    t.notMatch((await withKey(capabilities)).text, 'reserve:towns');
    const { body: accesses } = await consumer.call<object[]>('GET', `/users/me/keys/${key._id}/accesses`);
    t.same(accesses, []);
  });

  await t.test('a community, with tokens only', async (t) => {
    const permission = await give({
      type: 'COMMUNITY',
      communities: [SANDBOX_COMMUNITY],
      only_oauth: true,
      end_date: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const held = await member.call<Permission[]>('GET', '/users/me/permissions?personal=false&community=true');
    t.match(held.body, [{ _id: permission }]);
    const key = await create<Key>(member, '/users/me/keys', { name: 'jeton', type: 'OAUTH2', type_infos: {} });
    await linked(member, key, permission);
    const authorization = `Bearer ${member.token}`;
    t.match((await get(features, { authorization })).text, '"town 1"');
    t.equal((await get(features, { authorization: `Bearer ${consumer.token}` })).status, 401);
    t.equal((await member.call('DELETE', `/users/me/communities/${SANDBOX_COMMUNITY}`)).status, 204);
    t.equal((await get(features, { authorization })).status, 403);
  });

  await t.test('open to all keys, then closed again', async (t) => {
    const path = `${ROOT}/offerings/${offering._id}`;
    t.ok((await producer.call('PATCH', path, { open: true })).status < 300);
    const key = await create<Key>(consumer, '/users/me/keys', { name: 'libre', type: 'HASH', type_infos: {} });
    const withKey = () => get(`${features}&apikey=${key.type_infos.hash}`);
    t.equal((await withKey()).status, 403, 'an access is asked for all the same');
    const access = { offerings: [offering._id] };
    t.equal((await consumer.call('POST', `/users/me/keys/${key._id}/accesses`, access)).status, 201);
    t.match((await withKey()).text, '"town 1"');
    t.equal((await get(features)).status, 401);
    t.ok((await producer.call('PATCH', path, { open: false })).status < 300);
    t.equal((await withKey()).status, 403);
  });
});
