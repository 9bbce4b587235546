import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type ApiUser, logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { sentences } from '../../helpers/diffusion.js';
import { buildOffering, givePermission, makeKey } from '../../helpers/restricted.js';
import { ADMIN, CONSUMER, MEMBER, PRODUCER_COMMUNITY, SANDBOX_COMMUNITY } from '../../helpers/seed.js';
import { datastoreIdOf } from '../../helpers/stored-data.js';

interface HeldBody {
  _id: string;
  offerings: { _id: string; urls?: { type: string; url: string }[] }[];
}

const MINE = '/users/me/permissions';

await t.test('permissions seen by those who benefit from them', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const member = await logIn(emulator, 'membre');
  const consumer = await logIn(emulator, 'consommateur');
  const admin = await logIn(emulator, 'admin');
  const datastore = await datastoreIdOf(deps);
  const offering = await buildOffering(deps, { layerName: 'held_layer' });
  const other = await buildOffering(deps, { layerName: 'other' });
  const ids = async (user: ApiUser, path: string) => {
    const { body, headers } = await user.call<HeldBody[]>('GET', path);
    t.match(headers.get('content-range'), new RegExp(`/${body.length}$`), path);
    return body.map((permission) => permission._id);
  };
  const personal = await givePermission(producer, datastore, { offerings: [offering], users: [MEMBER] });
  const common = await givePermission(producer, datastore, {
    offerings: [offering, other],
    communities: [PRODUCER_COMMUNITY],
    only_oauth: true,
  });
  const supervised = await givePermission(producer, datastore, {
    offerings: [offering],
    communities: [SANDBOX_COMMUNITY],
  });

  await t.test('a person has theirs and those of their communities', async (t) => {
    t.same(await ids(member, MINE), [personal, common]);
    t.same(await ids(consumer, MINE), []);
    t.same(await ids(producer, MINE), [common]);
    await deps.prisma.member.deleteMany({ where: { userId: ADMIN } });
    t.same(await ids(admin, MINE), [supervised], 'the supervisor need not be a member');
    const { body } = await member.call<HeldBody[]>('GET', MINE);
    for (const item of body) {
      t.same(
        Object.keys(item).sort(),
        ['_id', 'creation', 'licence', 'offerings', 'only_oauth', 'update'],
        'neither author nor beneficiary',
      );
      t.notOk(item.offerings[0]?.urls, 'addresses are in the detail');
    }
  });

  await t.test('filters', async (t) => {
    await deps.prisma.permission.update({ where: { id: personal }, data: { licence: 'Étalab 2.0' } });
    for (const [query, expected] of [
      ['personal=true', [personal]],
      ['personal=True&community=False', [personal]],
      ['personal=false', [common]],
      ['community=1', [common]],
      ['community=0', [personal]],
      ['personal=true&community=true', [personal, common]],
      ['personal=false&community=false', []],
      ['license=%25alab%25', [personal]],
      ['licence=licence', [common]],
      ['only_oauth=true', [common]],
      ['only_oauth=false', [personal]],
      ['layer_name=held%25', [personal, common]],
      ['layer_name=heldXlayer', []],
      ['layer_name=OTHER', [common]],
      ['type=WFS', [personal, common]],
      ['type=DOWNLOAD', []],
    ] as const) {
      t.same(await ids(member, `${MINE}?${query}`), expected, query);
    }
    t.equal((await member.call('GET', `${MINE}?type=NONE`)).status, 400);
    t.equal((await member.call('GET', `${MINE}?personal=maybe`)).status, 400);
  });

  await t.test('the detail has the addresses; the permission of others does not exist', async (t) => {
    const { status, body } = await member.call<HeldBody>('GET', `${MINE}/${common}`);
    t.equal(status, 200);
    t.same(body.offerings[0]?.urls, [{ type: 'WFS', url: `${origin}/private/wfs/?typeNames=held_layer:t` }]);
    for (const id of [personal, randomUUID()]) {
      t.equal((await consumer.call('GET', `${MINE}/${id}`)).status, 404);
      t.equal((await consumer.call('DELETE', `${MINE}/${id}`)).status, 404);
    }
    t.equal((await consumer.call('GET', `${MINE}/x`)).status, 400);
  });

  await t.test('an expired permission stays listed', async (t) => {
    const id = await givePermission(producer, datastore, { offerings: [offering], users: [CONSUMER] });
    await deps.prisma.permission.update({ where: { id }, data: { endDate: new Date(0) } });
    t.match((await consumer.call('GET', MINE)).body, [{ _id: id, end_date: '1970-01-01T00:00:00.000000Z' }]);
  });

  await t.test('a person renounces their own, not those of a community', async (t) => {
    const key = await makeKey(member);
    await member.call('POST', `/users/me/keys/${key}/accesses`, { permission: personal, offerings: [offering] });
    const refused = await member.call('DELETE', `${MINE}/${common}`);
    t.equal(refused.status, 403);
    t.match(sentences(refused), /communauté/);
    t.equal((await member.call('DELETE', `${MINE}/${personal}`)).status, 204);
    t.same(await ids(member, MINE), [common]);
    t.equal(await deps.prisma.access.count({ where: { keyId: key } }), 0);
    t.equal((await producer.call('GET', `/datastores/${datastore}/permissions/${personal}`)).status, 404);
  });

  await t.test('a community: members read, COMMUNITY sees the users and renounces', async (t) => {
    const root = `/communities/${PRODUCER_COMMUNITY}/permissions`;
    t.same(await ids(member, root), [common]);
    t.same(await ids(member, `${root}?type=WFS`), [common]);
    t.same(await ids(member, `${root}?type=DOWNLOAD`), []);
    t.match((await member.call('GET', `${root}/${common}`)).body, { _id: common, offerings: [{ urls: [{}] }, {}] });
    t.equal((await member.call('GET', `${root}/${supervised}`)).status, 404, "another community's");
    t.equal((await consumer.call('GET', root)).status, 403);
    t.equal((await member.call('GET', `${root}/${common}/users`)).status, 403);
    t.equal((await member.call('DELETE', `${root}/${common}`)).status, 403);

    t.same((await producer.call('GET', `${root}/${common}/users`)).body, []);
    const key = await makeKey(member, 'OAUTH2');
    await member.call('POST', `/users/me/keys/${key}/accesses`, {
      permission: common,
      offerings: [offering, other],
    });
    const users = await producer.call('GET', `${root}/${common}/users`);
    t.equal(users.headers.get('content-range'), '1-1/1');
    t.match(users.body, [{ _id: MEMBER, email: 'membre@example.org', last_name: 'Membre', first_name: 'Max' }]);
    t.equal((await producer.call('GET', `${root}/${supervised}/users`)).status, 404);

    t.equal((await producer.call('DELETE', `${root}/${supervised}`)).status, 404);
    t.equal((await producer.call('DELETE', `${root}/${common}`)).status, 204);
    t.same(await ids(member, MINE), []);
    t.equal(await deps.prisma.access.count({ where: { keyId: key } }), 0);
  });

  await t.test('organizations and administrators see those given by datastores, with their place', async (t) => {
    const organization = await deps.prisma.organization.create({
      data: { name: 'Organisme', uploadsQuota: 1n, members: { create: { userId: CONSUMER } } },
    });
    await deps.prisma.community.update({
      where: { id: PRODUCER_COMMUNITY },
      data: { organizationId: organization.id },
    });
    const elsewhere = await datastoreIdOf(deps, 'sandbox');
    const sandboxOffering = await buildOffering(deps, { datastoreId: elsewhere });
    const outside = await givePermission(admin, elsewhere, { offerings: [sandboxOffering], users: [MEMBER] });
    const inside = await givePermission(producer, datastore, { offerings: [other], users: [MEMBER] });

    const root = `/organizations/${organization.id}/permissions`;
    const { body } = await consumer.call<HeldBody[]>('GET', `${root}?sort=creation,desc&limit=1`);
    t.match(body, [
      {
        _id: inside,
        organization: organization.id,
        community: PRODUCER_COMMUNITY,
        datastore,
        datastore_author: { _id: datastore },
        beneficiary: { _id: MEMBER },
      },
    ]);
    t.notOk((await ids(consumer, `${root}?limit=100`)).includes(outside));
    t.same(await ids(consumer, `${root}?offering=${other}`), [inside]);
    t.same(await ids(consumer, `${root}?datastore=${elsewhere}`), []);
    t.same(await ids(consumer, `${root}?community=${SANDBOX_COMMUNITY}`), []);
    t.equal((await member.call('GET', root)).status, 403);

    const all = '/administrator/permissions';
    const seen = await ids(admin, `${all}?limit=100`);
    t.ok(seen.includes(inside) && seen.includes(outside));
    t.same(await ids(admin, `${all}?datastore=${elsewhere}`), [outside]);
    t.same(await ids(admin, `${all}?community=${SANDBOX_COMMUNITY}`), [outside]);
    t.ok((await ids(admin, `${all}?organization=${organization.id}`)).includes(inside));
    const detail = await admin.call<Record<string, unknown>>('GET', `${all}/${outside}`);
    t.match(detail.body, { _id: outside, community: SANDBOX_COMMUNITY, datastore: elsewhere });
    t.notOk('organization' in detail.body, 'a community without organization');
    t.equal((await admin.call('GET', `${all}/${randomUUID()}`)).status, 404);
    t.equal((await consumer.call('GET', all)).status, 403);
    t.equal((await consumer.call('GET', `${all}/${outside}`)).status, 403);
  });
});
