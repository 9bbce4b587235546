import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';
import { buildStoredData } from '../../helpers/stored-data.js';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const MINE = '/users/me/stored_data';

type Listed = { _id: string; name: string }[];

await t.test('stored data visible to a user', async (t) => {
  const api = await startApi(t);
  const { prisma } = api.deps;
  const producer = await logIn(api);
  const stranger = await logIn(api, 'consommateur');
  const other = await logIn(api, 'admin');
  const path = (id: string) => `/datastores/${DATASTORE}/stored_data/${id}`;
  const id = await buildStoredData(api.deps, { name: 'routes_2026' });
  const { id: community } = await prisma.community.findFirstOrThrow({
    where: { datastore: { id: SANDBOX_DATASTORE } },
  });

  await t.test('visibility is given to communities and taken back, with a JSON body both times', async (t) => {
    const visibility = `${path(id)}/visibility`;
    t.same((await producer.call('GET', visibility)).body, []);
    t.equal((await other.call('GET', `${MINE}/${id}`)).status, 404);
    const given = await producer.call<Listed>('POST', visibility, [community]);
    t.match(given, { status: 200, body: [{ _id: community, name: /./, creation: /Z$/, update: /Z$/ }] });
    t.equal((await producer.call<Listed>('POST', visibility, [community])).body.length, 1, 'again');
    t.match(await other.call('GET', `${MINE}/${id}`), { status: 200, body: { _id: id, name: 'routes_2026' } });
    const seen = await other.call<object>('GET', `${MINE}/${id}`);
    for (const hidden of ['tags', 'last_event', 'storage', 'public_activity']) t.notOk(hidden in seen.body, hidden);
    t.equal((await other.call('GET', `/datastores/${SANDBOX_DATASTORE}/stored_data/${id}`)).status, 404, 'people only');
    t.equal((await stranger.call('GET', `${MINE}/${id}`)).status, 404);
    const unknown = await producer.call('POST', visibility, [UNKNOWN]);
    t.match(unknown, { status: 404, body: { error_description: [/communauté/] } });
    t.equal((await producer.call('POST', visibility, ['x'])).status, 400);
    t.equal((await producer.call('DELETE', visibility)).status, 400, 'nobody named');
    const member = await logIn(api, 'membre');
    t.equal((await member.call('DELETE', visibility, [community])).status, 403);
    t.equal((await producer.call('DELETE', visibility, [community, UNKNOWN])).status, 404, 'all or none');
    t.equal((await producer.call<Listed>('GET', visibility)).body.length, 1);
    t.equal((await producer.call('DELETE', visibility, [community.toUpperCase()])).status, 204);
    t.equal((await producer.call('DELETE', visibility, [community])).status, 404, 'taken once');
    t.equal((await other.call('GET', `${MINE}/${id}`)).status, 404);
    t.equal((await producer.call('GET', `${path(UNKNOWN)}/visibility`)).status, 404);
  });

  await t.test('a share with the user’s datastore, or being open, makes visible too', async (t) => {
    t.equal((await producer.call('GET', `${MINE}/${id}`)).status, 200, 'own');
    await producer.call('POST', `${path(id)}/sharings`, [SANDBOX_DATASTORE]);
    t.equal((await other.call('GET', `${MINE}/${id}`)).status, 200, 'shared');
    await producer.call('DELETE', `${path(id)}/sharings?datastores=${SANDBOX_DATASTORE}`);
    t.equal((await other.call('GET', `${MINE}/${id}`)).status, 404);
    await producer.call('PATCH', path(id), { open: true });
    t.equal((await stranger.call('GET', `${MINE}/${id}`)).status, 200, 'open');
    await producer.call('PATCH', path(id), { open: false });
    t.equal((await stranger.call('GET', `${MINE}/${id}`)).status, 404);
    t.equal((await stranger.call('GET', `${MINE}/zzz`)).status, 400);
  });

  await t.test('the list: filters, fields, pages; tags are those of one’s own data', async (t) => {
    const open = await buildStoredData(api.deps, { name: 'routesX2026' });
    await producer.call('PATCH', path(open), { open: true });
    await producer.call('POST', `${path(open)}/tags`, { theme: 'roads' });
    const names = async (user: typeof producer, query: string) =>
      (await user.call<Listed>('GET', `${MINE}?${query}`)).body.map((item) => item.name);
    t.same(await names(producer, 'name=routes%25'), ['routes_2026', 'routesX2026']);
    t.same(await names(stranger, 'name=routes%25'), ['routesX2026']);
    t.same(await names(producer, 'name=ROUTES_%25'), ['routes_2026']);
    t.same(await names(producer, 'tags[theme]=roads'), ['routesX2026']);
    t.same(await names(stranger, 'tags[theme]=roads'), [], 'not one’s own');
    t.same(
      await names(
        producer,
        'name=routes%25&sort=creation,desc&type=VECTOR-DB&status=GENERATED&lon=2&lat=45.5&after=2020-01-01',
      ),
      ['routesX2026', 'routes_2026'],
    );
    t.same(await names(producer, 'before=2020-01-01'), []);
    const page = await producer.call<Listed>('GET', `${MINE}?name=routes%25&limit=1&page=2`);
    t.equal(page.headers.get('content-range'), '2-2/2');
    const past = await producer.call('GET', `${MINE}?name=routes%25&limit=1&page=3`);
    t.match(past, { status: 200, body: [] });
    t.equal(past.headers.get('content-range'), '0-0/2');
    const fields = await stranger.call<Listed>('GET', `${MINE}?fields=name,tags,public_activity,size`);
    t.same(fields.body, [{ _id: open, name: 'routesX2026', size: 8192 }]);
    for (const query of ['limit=0', 'limit=101', 'fields=_id', 'sort=name,asc', 'lon=1', 'type=x']) {
      t.equal((await producer.call('GET', `${MINE}?${query}`)).status, 400, query);
    }
  });
});
