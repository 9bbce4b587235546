import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type ApiUser, logIn, logInService } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { sentences } from '../../helpers/diffusion.js';
import {
  CONSUMER,
  DATASTORE,
  MEMBER,
  PRODUCER,
  PRODUCER_COMMUNITY,
  SANDBOX_COMMUNITY,
  SANDBOX_DATASTORE,
} from '../../helpers/seed.js';

const RIGHTS = ['COMMUNITY', 'UPLOAD', 'PROCESSING', 'BROADCAST', 'ANNEX'];

interface Member {
  rights: string[];
  user: { _id: string; email: string };
  creation: string;
  update: string;
}

interface Profile {
  _id: string;
  communities_member: { rights: string[]; community: { _id: string; datastore?: string } }[];
}

const memberIds = ({ body }: { body: Member[] }) => body.map((member) => member.user._id);

void t.test('the members of a community', async (t) => {
  const api = await startApi(t);
  const [producer, member, consumer] = await Promise.all([
    logIn(api),
    logIn(api, 'membre'),
    logIn(api, 'consommateur'),
  ]);
  const path = `/communities/${PRODUCER_COMMUNITY}/users`;
  const list = (query = '') => producer.call<Member[]>('GET', `${path}${query}`);
  const one = async (id: string) => (await list()).body.find((item) => item.user._id === id);

  await t.test('the list needs the right COMMUNITY, which reading the rest does not', async (t) => {
    t.equal((await member.call('GET', path)).status, 403);
    t.equal((await consumer.call('GET', path)).status, 403);
    const { body, headers } = await list();
    t.equal(headers.get('content-range'), '1-3/3');
    t.match(
      body.find((item) => item.user._id === PRODUCER),
      { rights: RIGHTS, user: { email: 'producteur@example.org', first_name: 'Paule', last_name: 'Producteur' } },
    );
  });

  await t.test('it is filtered by the rights that members have, all of them', async (t) => {
    t.same(memberIds(await list('?rights=COMMUNITY')), [PRODUCER]);
    t.equal((await list('?rights=UPLOAD&rights=ANNEX')).body.length, 2);
    t.equal((await list('?rights=UPLOAD,COMMUNITY')).body.length, 1);
    const paged = await list('?rights=UPLOAD&limit=1&page=2');
    t.equal(paged.headers.get('content-range'), '2-2/2');
    const refused = await list('?rights=UPLOAD&rights=VOL');
    t.equal(refused.status, 400);
    t.match(sentences(refused), /VOL/);
  });

  await t.test('a supervisor is listed with every right, whatever was written', async (t) => {
    await api.deps.prisma.member.deleteMany({ where: { userId: PRODUCER } });
    t.match(await one(PRODUCER), { rights: RIGHTS, creation: String, update: String });
    t.equal((await list()).headers.get('content-range'), '1-3/3');
    t.same(memberIds(await list('?rights=COMMUNITY')), [PRODUCER]);
    await api.deps.prisma.member.create({
      data: { communityId: PRODUCER_COMMUNITY, userId: PRODUCER, rights: ['UPLOAD'] },
    });
    t.match(await one(PRODUCER), { rights: RIGHTS });
  });

  await t.test('a PUT adds a user, then replaces the rights, and they count at once', async (t) => {
    t.equal((await consumer.call('GET', `/datastores/${DATASTORE}`)).status, 403);
    t.equal((await producer.call('PUT', `${path}/${CONSUMER}`, { rights: ['ANNEX', 'UPLOAD'] })).status, 204);
    const added = await one(CONSUMER);
    t.same(added?.rights, ['UPLOAD', 'ANNEX']);
    t.equal(added?.update, added?.creation);
    t.equal((await consumer.call('GET', `/datastores/${DATASTORE}`)).status, 200);
    t.equal((await consumer.call('GET', path)).status, 403);
    t.equal((await producer.call('PUT', `${path}/${CONSUMER}`, { rights: ['COMMUNITY'] })).status, 204);
    const changed = await one(CONSUMER);
    t.same(changed?.rights, ['COMMUNITY'], 'the former rights are gone');
    t.equal(changed?.creation, added?.creation);
    t.ok((changed?.update ?? '') > (added?.update ?? ''));
    t.equal((await consumer.call('GET', path)).status, 200);
    t.equal((await producer.call('PUT', `${path}/${CONSUMER}`, {})).status, 204);
    t.same((await one(CONSUMER))?.rights, []);
  });

  await t.test('a PUT is refused for an unknown user, right or body', async (t) => {
    const unknown = await producer.call('PUT', `${path}/${randomUUID()}`, { rights: [] });
    t.equal(unknown.status, 404);
    t.match(sentences(unknown), /utilisateur/);
    const wrong = await producer.call('PUT', `${path}/${CONSUMER}`, { rights: ['VOL'] });
    t.equal(wrong.status, 400);
    t.match(sentences(wrong), /rights\[0\]/);
    t.equal((await producer.call('PUT', `${path}/${CONSUMER}`)).status, 400);
    t.equal((await member.call('PUT', `${path}/${MEMBER}`, { rights: RIGHTS })).status, 403, 'nobody helps themselves');
  });

  await t.test('the supervisor cannot be reduced, removed, or leave', async (t) => {
    await producer.call('PUT', `${path}/${CONSUMER}`, { rights: ['COMMUNITY'] });
    for (const id of [PRODUCER, PRODUCER.toUpperCase()]) {
      t.equal((await consumer.call('PUT', `${path}/${id}`, { rights: RIGHTS.slice(1) })).status, 409);
      t.equal((await consumer.call('DELETE', `${path}/${id}`)).status, 409);
    }
    const refused = await producer.call('DELETE', `/users/me/communities/${PRODUCER_COMMUNITY}`);
    t.equal(refused.status, 409);
    t.match(sentences(refused), /superviseur/);
    t.equal((await consumer.call('PUT', `${path}/${PRODUCER}`, { rights: RIGHTS })).status, 204);
    t.match(await one(PRODUCER), { rights: RIGHTS });
  });

  await t.test('a member is removed once, whoever asks at the same time', async (t) => {
    const answers = await Promise.all([1, 2, 3].map(() => producer.call('DELETE', `${path}/${CONSUMER}`)));
    t.same(answers.map(({ status }) => String(status)).toSorted(), ['204', '404', '404']);
    t.equal(await one(CONSUMER), undefined);
    t.equal((await consumer.call('GET', `/communities/${PRODUCER_COMMUNITY}`)).status, 403);
  });

  await t.test('a user added by several at the same time is a member once', async (t) => {
    const rights = [['UPLOAD'], ['ANNEX'], ['BROADCAST']];
    const answers = await Promise.all(
      rights.map((some) => producer.call('PUT', `${path}/${CONSUMER}`, { rights: some })),
    );
    t.same(
      answers.map(({ status }) => status),
      [204, 204, 204],
    );
    t.equal((await one(CONSUMER))?.rights.length, 1);
  });

  await t.test('a member leaves, once', async (t) => {
    t.equal((await consumer.call('DELETE', `/users/me/communities/${PRODUCER_COMMUNITY}`)).status, 204);
    t.equal((await consumer.call('DELETE', `/users/me/communities/${PRODUCER_COMMUNITY}`)).status, 404);
    t.equal((await consumer.call('DELETE', `/users/me/communities/${randomUUID()}`)).status, 404);
    t.same((await consumer.call<Profile>('GET', '/users/me')).body.communities_member, []);
  });

  await t.test('nobody manages the members of another community', async (t) => {
    const other = `/communities/${SANDBOX_COMMUNITY}/users`;
    t.equal((await producer.call('GET', other)).status, 403);
    t.equal((await producer.call('PUT', `${other}/${PRODUCER}`, { rights: RIGHTS })).status, 403);
    t.equal((await producer.call('DELETE', `${other}/${CONSUMER}`)).status, 403);
  });
});

/** What cartes.gouv.fr does when somebody opens the sandbox for the first time. */
async function openSandbox(person: ApiUser, service: ApiUser): Promise<Profile> {
  const { body: me } = await person.call<Profile>('GET', '/users/me');
  if (!me.communities_member.some(({ community }) => community._id === SANDBOX_COMMUNITY)) {
    const rights = ['ANNEX', 'BROADCAST', 'PROCESSING', 'UPLOAD'];
    const { status } = await service.call('PUT', `/communities/${SANDBOX_COMMUNITY}/users/${me._id}`, { rights });
    if (status !== 204) throw new Error(`the sandbox answers ${status}`);
  }
  return (await person.call<Profile>('GET', '/users/me')).body;
}

void t.test('the service account lets anybody into the sandbox, as cartes.gouv.fr asks it to', async (t) => {
  const api = await startApi(t);
  const [consumer, service] = await Promise.all([logIn(api, 'consommateur'), logInService(api, 'sandbox-service')]);

  t.match((await service.call('GET', `/communities/${SANDBOX_COMMUNITY}`)).body, {
    datastore: { _id: SANDBOX_DATASTORE },
  });
  t.equal((await consumer.call('GET', `/datastores/${SANDBOX_DATASTORE}`)).status, 403);
  for (const time of ['first', 'second']) {
    const { communities_member: memberships } = await openSandbox(consumer, service);
    t.match(
      memberships,
      [
        {
          rights: ['UPLOAD', 'PROCESSING', 'BROADCAST', 'ANNEX'],
          community: { technical_name: 'sandbox', datastore: SANDBOX_DATASTORE },
        },
      ],
      `${time} time`,
    );
    t.equal(memberships.length, 1);
  }

  const uploads = `/datastores/${SANDBOX_DATASTORE}/uploads`;
  const upload = { name: 'Essai', description: 'Essai', type: 'VECTOR', srs: 'EPSG:4326' };
  t.equal((await consumer.call('POST', uploads, upload)).status, 201);
  t.equal((await service.call('POST', uploads, upload)).status, 403, 'the service account has only COMMUNITY');
  t.equal((await consumer.call('GET', `/communities/${SANDBOX_COMMUNITY}/users`)).status, 403);
  t.equal((await consumer.call('DELETE', `/users/me/communities/${SANDBOX_COMMUNITY}`)).status, 204);
  t.equal((await openSandbox(consumer, service)).communities_member.length, 1, 'who left may come back');
});
