import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type ApiUser, logIn, until } from '../../helpers/api.js';
import { buildReplica, startTestEmulator } from '../../helpers/app.js';
import { create } from '../../helpers/diffusion.js';
import { buildPrivateData, copyOffering, PRIVATE_SERVICES, publishPrivately } from '../../helpers/private-world.js';
import { givePermission } from '../../helpers/restricted.js';
import { CONSUMER, DATASTORE, MEMBER, PRODUCER, SANDBOX_COMMUNITY, SANDBOX_DATASTORE } from '../../helpers/seed.js';

/** Two servers on one registry, which tell each other nothing: what one takes away, the other refuses at once. */

const tms = PRIVATE_SERVICES.find(({ name }) => name === 'TMS');
if (tms === undefined) throw new Error('no TMS');
const { endpoint, read } = tms;

interface Key {
  _id: string;
  type_infos: { hash: string };
}

await t.test('revocation', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const other = await buildReplica(t, emulator.config);
  const [producer, consumer, member, admin] = await Promise.all([
    logIn(emulator),
    logIn(emulator, 'consommateur'),
    logIn(emulator, 'membre'),
    logIn(emulator, 'admin'),
  ]);
  for (const user of [consumer, member, admin]) await user.call('GET', '/users/me');
  await deps.prisma.apiUser.updateMany({ data: { keysQuota: 100 } });
  const data = await buildPrivateData(deps, producer);
  const first = await publishPrivately(producer, data, { endpoint, layer: 'first' });
  const root = `/datastores/${DATASTORE}`;

  /** A layer of its own, so that no case meets another. */
  const copy = (open = false, datastoreId = DATASTORE) => {
    const layer = `layer-${randomUUID()}`;
    return copyOffering(deps, first, { layer, open, datastoreId }).then((id) => ({ id, layer }));
  };
  const makeKey = (user: ApiUser) =>
    create<Key>(user, '/users/me/keys', { name: randomUUID(), type: 'HASH', type_infos: {} });
  const link = async (user: ApiUser, key: string, body: object) => {
    const { status, body: made } = await user.call<{ _id: string }[]>('POST', `/users/me/keys/${key}/accesses`, body);
    if (status !== 201) throw new Error(`no access: ${status} ${JSON.stringify(made)}`);
    return made[0]?._id ?? '';
  };
  const ask = async (layer: string, hash: string) =>
    (await other.app.inject({ url: read(layer), headers: { apikey: hash } })).statusCode;

  /** A key of the consumer with an access by a permission that is theirs, in use on the other server. */
  async function inUse(given: object = {}) {
    const { id, layer } = await copy();
    const permission = await givePermission(producer, DATASTORE, { offerings: [id], users: [CONSUMER], ...given });
    const key = await makeKey(consumer);
    const access = await link(consumer, key._id, { permission, offerings: [id] });
    const { hash } = key.type_infos;
    const status = await ask(layer, hash);
    if (status !== 200) throw new Error(`not in use: ${status}`);
    return { id, layer, permission, key, access, hash };
  }
  const settled = async (promise: Promise<{ status: number }>, ...statuses: number[]) => {
    const { status } = await promise;
    if (!statuses.includes(status)) throw new Error(`not done: ${status}`);
  };

  await t.test('the permission is deleted', async (t) => {
    const { layer, permission, hash } = await inUse();
    await settled(producer.call('DELETE', `${root}/permissions/${permission}`), 204);
    t.equal(await ask(layer, hash), 403);
  });

  await t.test('the permission is given up by its beneficiary', async (t) => {
    const { layer, permission, hash } = await inUse();
    await settled(consumer.call('DELETE', `/users/me/permissions/${permission}`), 204);
    t.equal(await ask(layer, hash), 403);
  });

  await t.test('the offering leaves the permission', async (t) => {
    const { layer, permission, hash } = await inUse();
    await settled(producer.call('PATCH', `${root}/permissions/${permission}`, { offerings: [first] }), 200);
    t.equal(await ask(layer, hash), 403);
  });

  await t.test('the permission ends, and nothing is written', async (t) => {
    const { layer, permission, hash } = await inUse();
    const end = Date.now() + 400;
    await deps.prisma.permission.update({ where: { id: permission }, data: { endDate: new Date(end) } });
    const asked: { at: number; status: number }[] = [];
    await until(
      async () => {
        const at = Date.now();
        const status = await ask(layer, hash);
        asked.push({ at, status });
        return status;
      },
      (status) => status === 403,
    );
    t.ok(Date.now() >= end, 'not before');
    t.same(
      asked.filter(({ at, status }) => at >= end && status !== 403),
      [],
      'and never after',
    );
    const back = { end_date: new Date(Date.now() + 60_000).toISOString() };
    await settled(producer.call('PATCH', `${root}/permissions/${permission}`, back), 200);
    t.equal(await ask(layer, hash), 200, 'a new date opens it again, the access is still there');
  });

  await t.test('the access is removed', async (t) => {
    const { layer, key, access, hash } = await inUse();
    await settled(consumer.call('DELETE', `/users/me/keys/${key._id}/accesses/${access}`), 204);
    t.equal(await ask(layer, hash), 403);
  });

  await t.test('the key is deleted', async (t) => {
    const { layer, key, hash } = await inUse();
    await settled(consumer.call('DELETE', `/users/me/keys/${key._id}`), 204);
    t.equal(await ask(layer, hash), 401);
  });

  await t.test('the key is narrowed', async (t) => {
    const { layer, key, hash } = await inUse();
    await settled(consumer.call('PATCH', `/users/me/keys/${key._id}`, { whitelist: ['192.0.2.1'] }), 200);
    t.equal(await ask(layer, hash), 403);
    await settled(consumer.call('PATCH', `/users/me/keys/${key._id}`, { whitelist: [] }), 200);
    t.equal(await ask(layer, hash), 200);
  });

  await t.test('the account of the owner is disabled', async (t) => {
    const { layer, hash } = await inUse();
    await deps.prisma.account.update({ where: { id: CONSUMER }, data: { enabled: false } });
    t.equal(await ask(layer, hash), 401);
    await deps.prisma.account.update({ where: { id: CONSUMER }, data: { enabled: true } });
    t.equal(await ask(layer, hash), 200);
  });

  await t.test('the owner leaves the community that the permission is for', async (t) => {
    const { id, layer } = await copy();
    await deps.prisma.member.create({ data: { communityId: SANDBOX_COMMUNITY, userId: MEMBER, rights: [] } });
    const offerings = [id];
    const permission = await givePermission(producer, DATASTORE, { offerings, communities: [SANDBOX_COMMUNITY] });
    const key = await makeKey(member);
    await link(member, key._id, { permission, offerings });
    t.equal(await ask(layer, key.type_infos.hash), 200);
    await settled(member.call('DELETE', `/users/me/communities/${SANDBOX_COMMUNITY}`), 204);
    t.equal(await ask(layer, key.type_infos.hash), 403);
  });

  await t.test('the owner is not the supervisor of the community any more', async (t) => {
    const { id, layer } = await copy();
    const community = await deps.prisma.community.create({
      data: { name: 'c', technicalName: randomUUID(), contact: 'a@example.org', supervisorId: CONSUMER },
    });
    const offerings = [id];
    const permission = await givePermission(producer, DATASTORE, { offerings, communities: [community.id] });
    const key = await makeKey(consumer);
    await link(consumer, key._id, { permission, offerings });
    t.equal(await ask(layer, key.type_infos.hash), 200);
    await settled(
      admin.call('PATCH', `/administrator/communities/${community.id}`, { supervisor: PRODUCER }),
      200,
      204,
    );
    t.equal(await ask(layer, key.type_infos.hash), 200, 'they stay a member');
    await settled(producer.call('DELETE', `/communities/${community.id}/users/${CONSUMER}`), 204);
    t.equal(await ask(layer, key.type_infos.hash), 403);
  });

  await t.test('the offering is closed', async (t) => {
    const { id, layer } = await copy(true);
    const key = await makeKey(consumer);
    t.equal(await ask(layer, key.type_infos.hash), 403, 'an open offering asks for an access');
    await link(consumer, key._id, { offerings: [id] });
    t.equal(await ask(layer, key.type_infos.hash), 200, 'which counts at once');
    await settled(producer.call('PATCH', `${root}/offerings/${id}`, { open: false }), 200, 204);
    t.equal(await ask(layer, key.type_infos.hash), 403);
  });

  await t.test('the datastore is deactivated', async (t) => {
    const { id, layer } = await copy(true, SANDBOX_DATASTORE);
    const key = await makeKey(member);
    await link(member, key._id, { offerings: [id] });
    t.equal(await ask(layer, key.type_infos.hash), 200);
    const path = `/administrator/datastores/${SANDBOX_DATASTORE}`;
    await settled(admin.call('PATCH', path, { active: false }), 200, 204);
    t.equal(await ask(layer, key.type_infos.hash), 403);
    await settled(admin.call('PATCH', path, { active: true }), 200, 204);
    t.equal(await ask(layer, key.type_infos.hash), 200);
  });

  await t.test('the offering is removed: its name is unknown', async (t) => {
    const { id, layer, hash } = await inUse();
    await settled(producer.call('DELETE', `${root}/offerings/${id}`), 204);
    await until(
      () => producer.call('GET', `${root}/offerings/${id}`),
      ({ status }) => status === 404,
    );
    t.equal(await ask(layer, hash), 400);
  });

  await t.test('the password of a login is another one', async (t) => {
    const { id, layer } = await copy(true);
    const basic = async (password: string) => {
      const authorization = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
      return (await other.app.inject({ url: read(layer), headers: { authorization } })).statusCode;
    };
    const make = async (password: string) => {
      const type_infos = { login: 'user', password };
      const key = await create<Key>(consumer, '/users/me/keys', { name: 'basic', type: 'BASIC', type_infos });
      await link(consumer, key._id, { offerings: [id] });
      return key._id;
    };
    const key = await make('before');
    t.equal(await basic('before'), 200);
    t.equal(await basic('before'), 200, 'the password is remembered');
    await settled(consumer.call('DELETE', `/users/me/keys/${key}`), 204);
    await make('after');
    t.equal(await basic('before'), 401);
    t.equal(await basic('after'), 200);
  });

  await t.test('requests go on meanwhile: none that begins after the answer is let in', async (t) => {
    for (let round = 0; round < 5; round += 1) {
      const { layer, permission, hash } = await inUse();
      const asked: { from: number; status: number }[] = [];
      let isOver = false;
      const clients = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const from = performance.now();
          asked.push({ from, status: await ask(layer, hash) });
        }
      });
      await until(
        async () => asked.length,
        (count) => count > 40,
      );
      await settled(producer.call('DELETE', `${root}/permissions/${permission}`), 204);
      const revoked = performance.now();
      await until(
        async () => asked.filter(({ from }) => from > revoked).length,
        (count) => count > 20,
      );
      isOver = true;
      await Promise.all(clients);
      t.ok(asked.some(({ status }) => status === 200));
      t.same(
        asked.filter(({ from, status }) => from > revoked && status !== 403),
        [],
      );
    }
  });
});
