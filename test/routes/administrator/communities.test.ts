import t from 'tap';
import { newCommunity, newDatastore, type Refusal, UNKNOWN } from '../../helpers/administration.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { MEMBER, ORGANIZATION, PRODUCER, PRODUCER_COMMUNITY } from '../../helpers/seed.js';

interface Community {
  _id: string;
  technical_name: string;
  contact: string;
  supervisor: { _id: string };
  organization?: { _id: string };
}

void t.test('communities, for administrators', async (t) => {
  const api = await startApi(t);
  const admin = await logIn(api, 'admin');
  const producer = await logIn(api);
  await producer.call('GET', '/users/me');
  const path = '/administrator/communities';

  await t.test('one is created with its supervisor as its first member', async (t) => {
    const { status, body } = await admin.call<Community>('POST', path, {
      name: 'Relevés',
      technical_name: 'releves.2026',
      description: 'Relevés de terrain',
      public: 'false',
      supervisor: PRODUCER,
      organization: ORGANIZATION,
    });
    t.equal(status, 201);
    t.match(body, {
      technical_name: 'releves.2026',
      contact: 'producteur@example.org',
      public: false,
      supervisor: { _id: PRODUCER },
      organization: { _id: ORGANIZATION },
    });
    t.notOk('datastore' in body, 'it has none yet');
    t.same((await admin.call('GET', `${path}/${body._id}`)).body, body);
    const members = await producer.call<{ user: { _id: string }; rights: string[] }[]>(
      'GET',
      `/communities/${body._id}/users`,
    );
    t.match(members.body, [{ user: { _id: PRODUCER }, rights: { length: 5 } }]);
  });

  await t.test('every problem of a body is told', async (t) => {
    const { status, body } = await admin.call<Refusal>('POST', path, { technical_name: 'é'.repeat(31), contact: 'x' });
    t.equal(status, 400);
    for (const field of ['name', 'supervisor', 'technical_name', 'contact']) {
      t.ok(
        body.error_description.some((sentence) => sentence.includes(`"${field}"`)),
        field,
      );
    }
    const unknown = await admin.call<Refusal>('POST', path, {
      name: 'a',
      technical_name: 'a',
      supervisor: UNKNOWN,
      organization: UNKNOWN,
    });
    t.equal(unknown.status, 404);
    t.same(unknown.body.error_description, [
      `L'utilisateur ${UNKNOWN} n'existe pas.`,
      `L'organisme ${UNKNOWN} n'existe pas.`,
    ]);
  });

  await t.test('a technical name is taken once, even at the same time', async (t) => {
    const body = { name: 'Course', technical_name: 'course', supervisor: PRODUCER };
    const answers = await Promise.all([1, 2, 3, 4].map(() => admin.call('POST', path, body)));
    t.same(answers.map(({ status }) => String(status)).toSorted(), ['201', '409', '409', '409']);
  });

  await t.test('a new supervisor gets every right, the former one stays a member', async (t) => {
    const id = await newCommunity(admin, PRODUCER);
    const { status, body } = await admin.call<Community>('PATCH', `${path}/${id}`, { supervisor: MEMBER });
    t.equal(status, 200);
    t.equal(body.supervisor._id, MEMBER);
    const member = await logIn(api, 'membre');
    const { body: members } = await member.call<{ user: { _id: string } }[]>('GET', `/communities/${id}/users`);
    t.same(
      members.map(({ user }) => user._id),
      [PRODUCER, MEMBER],
    );
    const { body: feed } = await member.call<{ entries: object[] }>('GET', `/communities/${id}/users/activity`);
    t.equal(feed.entries.length, 2, 'who came is told by the activity of the community');
    t.equal((await admin.call('PATCH', `${path}/${id}`, { supervisor: UNKNOWN })).status, 404);
    t.equal((await admin.call('PATCH', `${path}/${UNKNOWN}`, { name: 'x' })).status, 404);
  });

  await t.test('a change touches what is given; an empty organization takes it out', async (t) => {
    const id = await newCommunity(admin, PRODUCER);
    const inside = await admin.call<Community>('PATCH', `${path}/${id}`, { organization: ORGANIZATION });
    t.equal(inside.body.organization?._id, ORGANIZATION);
    const renamed = await admin.call<Community & { name: string }>('PATCH', `${path}/${id}`, { name: 'Autre nom' });
    t.match(renamed.body, { name: 'Autre nom', organization: { _id: ORGANIZATION } });
    const outside = await admin.call<Community>('PATCH', `${path}/${id}`, { organization: '' });
    t.notOk('organization' in outside.body);
  });

  await t.test('lists are filtered, sorted and counted', async (t) => {
    const named = await admin.call<Community[]>('GET', `${path}?name=d%25couverte`);
    t.match(named.body, [{ technical_name: 'sandbox' }]);
    t.equal(named.headers.get('content-range'), '1-1/1');
    const inside = await admin.call<Community[]>(
      'GET',
      `${path}?organization=${ORGANIZATION}&limit=1&sort=creation,asc`,
    );
    t.equal(inside.body[0]?._id, PRODUCER_COMMUNITY);
    t.equal(inside.headers.get('content-range'), '1-1/2');
    const hidden = await admin.call<{ public: boolean }[]>('GET', `${path}?public=0&limit=100`);
    t.ok(hidden.body.length > 0 && hidden.body.every((one) => !one.public));
    t.equal((await admin.call('GET', `${path}?sort=name,asc`)).status, 400);
  });

  await t.test('one that is used is not deleted', async (t) => {
    const { community, _id } = await newDatastore(admin, PRODUCER);
    const refused = await admin.call<Refusal>('DELETE', `${path}/${community}`);
    t.equal(refused.status, 409);
    t.same(refused.body.error_description, [`La communauté a l'entrepôt ${_id}.`]);
    t.equal((await admin.call('DELETE', `/administrator/datastores/${_id}`)).status, 204);
    t.equal((await admin.call('DELETE', `${path}/${community}`)).status, 204);
    t.equal((await admin.call('GET', `${path}/${community}`)).status, 404);
    t.equal((await admin.call('DELETE', `${path}/${community}`)).status, 404);
  });

  await t.test('nobody else may', async (t) => {
    t.equal((await producer.call('GET', path)).status, 403);
  });
});
