import { randomUUID } from 'node:crypto';
import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { OPEN_WFS } from '../../helpers/diffusion.js';
import {
  CONSUMER,
  DATASTORE,
  ORGANIZATION,
  PRODUCER,
  PRODUCER_COMMUNITY,
  SANDBOX_COMMUNITY,
  SANDBOX_DATASTORE,
} from '../../helpers/seed.js';

interface Placed {
  use: number;
  quota: number;
  endpoint: { _id: string; type: string; open: boolean };
  organization?: string;
  community: string;
  datastore: string;
}

void t.test('an organization over HTTP', async (t) => {
  const api = await startApi(t);
  const [producer, consumer, admin] = await Promise.all([logIn(api), logIn(api, 'consommateur'), logIn(api, 'admin')]);
  const path = `/organizations/${ORGANIZATION}`;

  await t.test('its members manage its members, with no finer right', async (t) => {
    const users = `${path}/users`;
    t.equal((await consumer.call('GET', users)).status, 403);
    t.equal((await admin.call('GET', users)).status, 403, 'administrators have their own routes');
    t.equal((await admin.call('GET', `/organizations/${randomUUID()}/users`)).status, 404);
    t.match((await producer.call('GET', users)).body, [{ _id: PRODUCER, email: 'producteur@example.org' }]);

    t.equal((await consumer.call('PUT', `${users}/${CONSUMER}`)).status, 403);
    t.equal((await producer.call('PUT', `${users}/${randomUUID()}`)).status, 404);
    const added = await Promise.all([1, 2, 3].map(() => producer.call('PUT', `${users}/${CONSUMER}`)));
    t.same(
      added.map(({ status }) => status),
      [204, 204, 204],
    );
    const list = await consumer.call<{ _id: string }[]>('GET', `${users}?limit=1&page=2`);
    t.equal(list.headers.get('content-range'), '2-2/2');
    t.same(
      list.body.map((user) => user._id),
      [CONSUMER],
    );
    t.equal(
      (await consumer.call('GET', `/datastores/${DATASTORE}`)).status,
      403,
      'this makes no member of a community',
    );

    const removed = await Promise.all([1, 2].map(() => producer.call('DELETE', `${users}/${CONSUMER}`)));
    t.same(removed.map(({ status }) => String(status)).toSorted(), ['204', '404']);
    t.equal((await consumer.call('GET', users)).status, 403);
  });

  await t.test('it lists its communities, private ones too, and no others', async (t) => {
    await api.deps.prisma.community.update({ where: { id: PRODUCER_COMMUNITY }, data: { public: false } });
    const { body, headers } = await producer.call<{ _id: string }[]>('GET', `${path}/communities`);
    t.match(body, [{ _id: PRODUCER_COMMUNITY, public: false, organization: { _id: ORGANIZATION } }]);
    t.equal(headers.get('content-range'), '1-1/1');
    t.equal((await consumer.call('GET', `${path}/communities`)).status, 403);
  });

  await t.test('it lists the endpoints of its datastores, with their use and quota', async (t) => {
    const list = (query: string) => producer.call<Placed[]>('GET', `${path}/endpoints?limit=100${query}`);
    const own = await api.deps.prisma.datastoreEndpoint.count({ where: { datastoreId: DATASTORE } });
    const all = await list('');
    t.equal(all.headers.get('content-range'), `1-${own}/${own}`);
    t.match(
      all.body.find((item) => item.endpoint._id === OPEN_WFS),
      { use: 2, quota: 500, organization: ORGANIZATION, community: PRODUCER_COMMUNITY, datastore: DATASTORE },
    );

    await api.deps.prisma.community.update({
      where: { id: SANDBOX_COMMUNITY },
      data: { organizationId: ORGANIZATION },
    });
    const theirs = await api.deps.prisma.datastoreEndpoint.count({ where: { datastoreId: SANDBOX_DATASTORE } });
    t.equal((await list('')).headers.get('content-range'), `1-${own + theirs}/${own + theirs}`);
    const wfs = await list('&type=WFS&open=true');
    t.same(wfs.body.map((item) => `${item.datastore} ${item.use}`).toSorted(), [
      `${SANDBOX_DATASTORE} 0`,
      `${DATASTORE} 2`,
    ]);
    t.equal((await list(`&community=${SANDBOX_COMMUNITY}`)).body.length, theirs);
    t.equal((await list(`&datastore=${DATASTORE}&type=WFS`)).body.length, 2);
    t.equal((await list(`&datastore=${randomUUID()}`)).body.length, 0);
    t.equal((await list('&name=%25WFS%25&open=1')).body.length, 2);
    const used = await list('&use_ratio=0.3');
    t.same(
      used.body.map((item) => [item.datastore, item.endpoint._id]),
      [[DATASTORE, OPEN_WFS]],
    );
    t.equal((await list('&use_ratio=0.4')).body.length, 0, 'two of five hundred are 0.4 %, not above');
    await api.deps.prisma.community.update({ where: { id: SANDBOX_COMMUNITY }, data: { organizationId: null } });
  });

  await t.test('a filter never widens what the organization has', async (t) => {
    const { body, headers } = await producer.call('GET', `${path}/endpoints?datastore=${SANDBOX_DATASTORE}`);
    t.same(body, []);
    t.equal(headers.get('content-range'), '0-0/0');
  });
});
