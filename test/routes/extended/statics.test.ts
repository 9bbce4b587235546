import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { create, fileForm } from '../../helpers/diffusion.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';

interface StaticItem {
  _id: string;
  name: string;
}

await t.test('static files beyond one datastore', async (t) => {
  const emulator = await startApi(t);
  const { prisma } = emulator.deps;
  const [producer, admin] = [await logIn(emulator), await logIn(emulator, 'admin')];
  const template = (name: string) => fileForm('${feature.a.value}', { type: 'GEOSERVER-FTL', name });
  const sql = fileForm('SELECT 1', { type: 'DERIVATION-SQL', name: 'mine too' });
  const mine = await create(producer, `/datastores/${DATASTORE}/statics`, template('mine'));
  await create(producer, `/datastores/${DATASTORE}/statics`, sql);
  await create(admin, `/datastores/${SANDBOX_DATASTORE}/statics`, template('theirs'));

  const { communityId: community } = await prisma.datastore.findUniqueOrThrow({ where: { id: DATASTORE } });
  const { id: organization } = await prisma.organization.create({ data: { name: 'Organisme', uploadsQuota: 0n } });
  await prisma.community.update({ where: { id: community }, data: { organizationId: organization } });
  const member = await logIn(emulator, 'membre');
  const membre = await prisma.account.findUniqueOrThrow({ where: { username: 'membre' } });
  await prisma.organizationMember.create({ data: { organizationId: organization, userId: membre.id } });

  const names = async (user: typeof admin, path: string) => {
    const { status, body, headers } = await user.call<StaticItem[]>('GET', path);
    t.equal(status, 200, path);
    return [...body.map(({ name }) => name), headers.get('content-range')];
  };

  await t.test('of the platform', async (t) => {
    const path = '/administrator/statics';
    t.same(await names(admin, path), ['mine', 'mine too', 'theirs', '1-3/3']);
    t.same(await names(admin, `${path}?type=GEOSERVER-FTL&sort=creation,desc`), ['theirs', 'mine', '1-2/2']);
    t.same(await names(admin, `${path}?name=MINE%25&limit=1`), ['mine', '1-1/2']);
    t.same(await names(admin, `${path}?datastore=${SANDBOX_DATASTORE}`), ['theirs', '1-1/1']);
    t.same(await names(admin, `${path}?community=${community}&name=mine`), ['mine', '1-1/1']);
    t.same(await names(admin, `${path}?organization=${organization}`), ['mine', 'mine too', '1-2/2']);
    t.match((await admin.call('GET', `${path}/${mine._id}`)).body, {
      type_infos: { used_attributes: ['a'] },
      organization,
      community,
      datastore: DATASTORE,
    });
    t.equal((await admin.call('GET', `${path}/${DATASTORE}`)).status, 404);
    t.equal((await producer.call('GET', path)).status, 403);
    t.equal((await producer.call('GET', `${path}/${mine._id}`)).status, 403);
  });

  await t.test('of an organization', async (t) => {
    const path = `/organizations/${organization}/statics`;
    t.same(await names(member, path), ['mine', 'mine too', '1-2/2']);
    t.same(await names(member, `${path}?datastore=${SANDBOX_DATASTORE}`), ['0-0/0'], 'a filter opens nothing');
    const { body } = await member.call<object[]>('GET', `${path}?name=mine`);
    t.match(body, [{ _id: mine._id, organization, community, datastore: DATASTORE }]);
    t.equal((await producer.call('GET', path)).status, 403);
  });
});
