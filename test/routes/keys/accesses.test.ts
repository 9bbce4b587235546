import { randomUUID } from 'node:crypto';
import t from 'tap';
import { forgetMemberAccesses } from '../../../src/domain/access-loss.js';
import { type ApiUser, logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { OPEN_WFS, sentences } from '../../helpers/diffusion.js';
import { buildOffering, givePermission, makeKey } from '../../helpers/restricted.js';
import { CONSUMER, MEMBER, PRODUCER, PRODUCER_COMMUNITY, SANDBOX_COMMUNITY } from '../../helpers/seed.js';
import { datastoreIdOf } from '../../helpers/stored-data.js';

interface AccessBody {
  _id: string;
  permission?: { _id: string };
  offering: { _id: string };
  key?: { _id: string };
}

await t.test('accesses of keys', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const producer = await logIn(emulator);
  const consumer = await logIn(emulator, 'consommateur');
  const member = await logIn(emulator, 'membre');
  await deps.prisma.apiUser.updateMany({ data: { keysQuota: 1000 } });
  const datastore = await datastoreIdOf(deps);
  const accessesOf = (key: string) => `/users/me/keys/${key}/accesses`;
  const link = (user: ApiUser, key: string, body: { permission?: string; offerings: string[] }) =>
    user.call<AccessBody[]>('POST', accessesOf(key), body);
  const linked = async (user: ApiUser, key: string) =>
    (await user.call<AccessBody[]>('GET', `${accessesOf(key)}?limit=100`)).body.map((access) => access.offering._id);

  await t.test('one access per offering, in the order of the request', async (t) => {
    const offerings = [await buildOffering(deps, { layerName: 'one' }), await buildOffering(deps)];
    const permission = await givePermission(producer, datastore, { offerings, users: [CONSUMER] });
    const key = await makeKey(consumer);
    const { status, body } = await link(consumer, key, { permission, offerings: offerings.toReversed() });
    t.equal(status, 201);
    t.same(
      body.map((access) => access.offering._id),
      offerings.toReversed(),
    );
    const { creation, update, ...access } = body[1] as AccessBody & { creation: string; update: string };
    t.equal(creation, update);
    t.strictSame(access, {
      _id: body[1]?._id,
      permission: { _id: permission, licence: 'Licence', only_oauth: false },
      offering: {
        _id: offerings[0],
        type: 'WFS',
        status: 'PUBLISHED',
        layer_name: 'one',
        open: false,
        available: true,
      },
    });
    const list = await consumer.call<AccessBody[]>('GET', `${accessesOf(key)}?limit=1`);
    t.equal(list.headers.get('content-range'), '1-1/2');
    const all = await consumer.call<AccessBody[]>('GET', '/users/me/accesses?limit=100');
    t.equal(all.headers.get('content-range'), '1-2/2');
    t.same(new Set(all.body.map((one) => one.key?._id)), new Set([key]));
    t.same(Object.keys(all.body[0]?.key ?? {}).sort(), ['_id', 'name', 'type']);

    t.equal((await consumer.call('DELETE', `${accessesOf(key)}/${body[0]?._id}`)).status, 204);
    t.equal((await consumer.call('DELETE', `${accessesOf(key)}/${body[0]?._id}`)).status, 404);
    t.same(await linked(consumer, key), [offerings[0]]);
    t.equal((await link(consumer, key, { permission, offerings: [offerings[1] ?? ''] })).status, 201, 'and made again');
  });

  await t.test('the table of refusals', async (t) => {
    const [covered, other] = [await buildOffering(deps), await buildOffering(deps)];
    const free = await buildOffering(deps, { open: true });
    const open = await buildOffering(deps, { endpoint: OPEN_WFS });
    const permission = await givePermission(producer, datastore, { offerings: [covered], users: [CONSUMER] });
    const foreign = await givePermission(producer, datastore, { offerings: [covered], users: [MEMBER] });
    const ofCommunity = await givePermission(producer, datastore, {
      offerings: [covered],
      communities: [PRODUCER_COMMUNITY],
    });
    const oauth = await givePermission(producer, datastore, {
      offerings: [covered],
      users: [CONSUMER],
      only_oauth: true,
    });
    const expired = await givePermission(producer, datastore, { offerings: [covered], users: [CONSUMER] });
    await deps.prisma.permission.update({ where: { id: expired }, data: { endDate: new Date(0) } });
    const key = await makeKey(consumer);
    const unknown = randomUUID();

    const refused: readonly [expected: number, pattern: RegExp, body: { permission?: string; offerings: string[] }][] =
      [
        [404, /permission/, { permission: foreign, offerings: [covered] }],
        [404, /permission/, { permission: ofCommunity, offerings: [covered] }],
        [404, /permission/, { permission: unknown, offerings: [covered] }],
        [400, /expiré/, { permission: expired, offerings: [covered] }],
        [400, new RegExp(`${other} ne fait pas partie`), { permission, offerings: [covered, other] }],
        [400, new RegExp(`${unknown} ne fait pas partie`), { permission, offerings: [covered, unknown] }],
        [400, new RegExp(`${free} ne fait pas partie`), { permission, offerings: [free] }],
        [400, /qu'avec une permission/, { offerings: [covered] }],
        [400, new RegExp(`${unknown} .*qu'avec une permission`), { offerings: [free, unknown] }],
        [400, /ouvert : aucun accès/, { offerings: [open] }],
        [400, /ouvert : aucun accès/, { permission, offerings: [open] }],
        [400, /OAUTH2.*HASH/, { permission: oauth, offerings: [covered] }],
        [400, /"offerings"/, { permission, offerings: [] }],
        [400, /doublon/, { permission, offerings: [covered, covered.toUpperCase()] }],
        [400, /"offerings\[0\]".*UUID/, { permission, offerings: ['x'] }],
        [400, /expiré.* ne fait pas partie/, { permission: expired, offerings: [other] }],
      ];
    for (const [expected, pattern, body] of refused) {
      const answer = await link(consumer, key, body);
      t.equal(answer.status, expected, JSON.stringify(body));
      t.match(sentences(answer), pattern);
    }
    t.same(await linked(consumer, key), [], 'all or nothing');

    t.equal((await link(consumer, key, { offerings: [free] })).status, 201, 'open offerings need no permission');
    t.equal((await link(consumer, key, { permission, offerings: [covered] })).status, 201);
    const twice = await link(consumer, key, { permission, offerings: [covered] });
    t.equal(twice.status, 409);
    t.match(sentences(twice), new RegExp(covered));
    const oauthKey = await makeKey(consumer, 'OAUTH2');
    t.equal((await link(consumer, oauthKey, { permission: oauth, offerings: [covered] })).status, 201);
    const both = await givePermission(producer, datastore, { offerings: [covered, other], users: [CONSUMER] });
    t.equal((await link(consumer, oauthKey, { permission: both, offerings: [other, covered] })).status, 409);
    t.same(await linked(consumer, oauthKey), [covered], 'nothing of a refused request is kept');
    const free1 = (await consumer.call<AccessBody[]>('GET', accessesOf(key))).body[0];
    t.notOk(free1 === undefined || 'permission' in free1, 'an access without permission has none, not null');
  });

  await t.test("somebody else's keys and accesses do not exist", async (t) => {
    const offering = await buildOffering(deps, { open: true });
    const key = await makeKey(member);
    const { body } = await link(member, key, { offerings: [offering] });
    const mine = await makeKey(consumer);
    t.equal((await consumer.call('GET', accessesOf(key))).status, 404);
    t.equal((await link(consumer, key, { offerings: [offering] })).status, 404);
    t.equal((await consumer.call('DELETE', `${accessesOf(key)}/${body[0]?._id}`)).status, 404);
    t.equal((await consumer.call('DELETE', `${accessesOf(mine)}/${body[0]?._id}`)).status, 404);
    t.same(await linked(member, key), [offering]);
    const { body: all } = await consumer.call<AccessBody[]>('GET', '/users/me/accesses?limit=100');
    t.notOk(all.some((access) => access._id === body[0]?._id));
  });

  await t.test('of two identical requests at once, one succeeds', async (t) => {
    const offerings = [await buildOffering(deps, { open: true }), await buildOffering(deps, { open: true })];
    const key = await makeKey(consumer);
    const answers = await Promise.all([
      link(consumer, key, { offerings }),
      link(consumer, key, { offerings: offerings.toReversed() }),
      link(consumer, key, { offerings }),
    ]);
    t.same(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409, 409],
    );
    t.equal((await linked(consumer, key)).length, 2);
  });

  await t.test('accesses go with what they relied on', async (t) => {
    const [first, second] = [await buildOffering(deps), await buildOffering(deps)];
    const permission = await givePermission(producer, datastore, { offerings: [first, second], users: [CONSUMER] });
    const path = `/datastores/${datastore}/permissions/${permission}`;
    const key = await makeKey(consumer);
    await link(consumer, key, { permission, offerings: [first, second] });

    await producer.call('PATCH', path, { offerings: [second] });
    t.same(await linked(consumer, key), [second], 'an offering that leaves the permission');
    await producer.call('PATCH', path, { offerings: [first, second] });
    t.same(await linked(consumer, key), [second], 'coming back gives nothing back');
    await deps.prisma.permission.update({ where: { id: permission }, data: { endDate: new Date(0) } });
    t.same(await linked(consumer, key), [second], 'expiry keeps the rows');
    t.equal((await producer.call('DELETE', path)).status, 204);
    t.same(await linked(consumer, key), [], 'the permission');

    const removed = await makeKey(consumer);
    await link(consumer, removed, { offerings: [await buildOffering(deps, { open: true })] });
    await consumer.call('DELETE', `/users/me/keys/${removed}`);
    t.equal(await deps.prisma.access.count({ where: { keyId: removed } }), 0, 'the key');
  });

  await t.test('an offering that is no longer open to all keys loses the accesses without permission', async (t) => {
    const offering = await buildOffering(deps, { open: true });
    const permission = await givePermission(producer, datastore, { offerings: [offering], users: [CONSUMER] });
    const [withOne, without] = [await makeKey(consumer), await makeKey(consumer)];
    await link(consumer, withOne, { permission, offerings: [offering] });
    await link(consumer, without, { offerings: [offering] });
    const path = `/datastores/${datastore}/offerings/${offering}`;
    await producer.call('PATCH', path, { open: true });
    t.same(await linked(consumer, without), [offering]);
    t.match((await producer.call('PATCH', path, { open: false })).body, { open: false });
    t.same(await linked(consumer, without), []);
    t.same(await linked(consumer, withOne), [offering]);
    t.equal((await link(consumer, without, { offerings: [offering] })).status, 400);
  });

  await t.test('closing an offering while accesses are asked for leaves none without permission', async (t) => {
    const offering = await buildOffering(deps, { open: true });
    const keys = await Promise.all(Array.from({ length: 4 }, () => makeKey(consumer)));
    const path = `/datastores/${datastore}/offerings/${offering}`;
    await Promise.all([
      ...keys.map((key) => link(consumer, key, { offerings: [offering] })),
      producer.call('PATCH', path, { open: false }),
    ]);
    t.equal(await deps.prisma.access.count({ where: { offeringId: offering } }), 0);
  });

  await t.test('who leaves a community loses the accesses by its permissions, and only these', async (t) => {
    const offerings = [await buildOffering(deps), await buildOffering(deps), await buildOffering(deps)];
    const [common = '', personal = '', elsewhere = ''] = offerings;
    const communities = [PRODUCER_COMMUNITY, SANDBOX_COMMUNITY];
    const [byFirst, bySecond] = await Promise.all(
      communities.map((community) =>
        givePermission(producer, datastore, { offerings: [common, elsewhere], communities: [community] }),
      ),
    );
    const own = await givePermission(producer, datastore, { offerings: [personal], users: [MEMBER] });
    await deps.prisma.member.create({ data: { communityId: SANDBOX_COMMUNITY, userId: MEMBER, rights: [] } });
    const key = await makeKey(member);
    const producerKey = await makeKey(producer);
    await link(member, key, { permission: byFirst, offerings: [common] });
    await link(member, key, { permission: own, offerings: [personal] });
    await link(member, key, { permission: bySecond, offerings: [elsewhere] });
    await link(producer, producerKey, { permission: byFirst, offerings: [common] });
    await deps.prisma.$transaction(async (tx) => {
      await tx.member.deleteMany({ where: { communityId: PRODUCER_COMMUNITY, userId: PRODUCER } });
      await forgetMemberAccesses(tx, { communityId: PRODUCER_COMMUNITY, userId: PRODUCER });
    });
    t.same(await linked(producer, producerKey), [common], 'a supervisor is in the community without being listed');

    const late = await makeKey(member);
    const [left, answer] = await Promise.all([
      member.call('DELETE', `/users/me/communities/${PRODUCER_COMMUNITY}`),
      link(member, late, { permission: byFirst, offerings: [common] }),
    ]);
    t.equal(left.status, 204);
    t.ok([201, 404].includes(answer.status));
    t.same(await linked(member, late), [], 'an access asked for at the same moment does not stay');
    t.same(new Set(await linked(member, key)), new Set([personal, elsewhere]));
    t.equal((await link(member, late, { permission: byFirst, offerings: [common] })).status, 404);
  });
});
