import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { sentences } from '../../helpers/diffusion.js';
import {
  DATASTORE,
  MEMBER,
  ORGANIZATION,
  PRODUCER,
  PRODUCER_COMMUNITY,
  SANDBOX_COMMUNITY,
} from '../../helpers/seed.js';

void t.test('a community over HTTP', async (t) => {
  const api = await startApi(t);
  const [producer, member, stranger] = await Promise.all([
    logIn(api),
    logIn(api, 'membre'),
    logIn(api, 'consommateur'),
  ]);
  const path = `/communities/${PRODUCER_COMMUNITY}`;

  await t.test('a member reads it, even without any right', async (t) => {
    const { status, body } = await member.call('GET', path);
    t.equal(status, 200);
    t.match(body, {
      _id: PRODUCER_COMMUNITY,
      name: 'Producteur de démonstration',
      technical_name: 'producteur-demo',
      contact: 'producteur@example.org',
      public: true,
      supervisor: { _id: PRODUCER, email: 'producteur@example.org' },
      datastore: { _id: DATASTORE, active: true },
      organization: { _id: ORGANIZATION, name: 'Organisme de démonstration' },
    });
  });

  await t.test('others do not: 403 when it is there, 404 when it is not', async (t) => {
    t.equal((await stranger.call('GET', path)).status, 403);
    t.equal((await producer.call('GET', `/communities/${SANDBOX_COMMUNITY}`)).status, 403);
    t.equal((await stranger.call('GET', '/communities/11111111-1111-4111-8111-111111111111')).status, 404);
    t.equal((await stranger.call('GET', '/communities/pas-un-uuid')).status, 400);
  });

  await t.test('a change needs the right COMMUNITY and leaves the rest as it was', async (t) => {
    t.equal((await member.call('PATCH', path, { name: 'Pris' })).status, 403);
    const { status, body } = await producer.call<{ creation: string; update: string }>('PATCH', path, {
      name: 'Autre nom',
      public: 'false',
    });
    t.equal(status, 200);
    t.match(body, {
      name: 'Autre nom',
      public: false,
      contact: 'producteur@example.org',
      description: /démonstration/,
    });
    t.ok(body.update > body.creation);
    const cleared = await producer.call<object>('PATCH', path, { description: '', public: true });
    t.notOk('description' in cleared.body, 'an empty description is none');
    t.match((await producer.call('GET', path)).body, { name: 'Autre nom', public: true });
  });

  await t.test('every fault of a body is told at once, and nothing is changed', async (t) => {
    const refused = await producer.call('PATCH', path, { name: '', contact: 'personne', public: 3, supervisor: 'moi' });
    t.equal(refused.status, 400);
    for (const name of ['name', 'contact', 'public', 'supervisor']) t.match(sentences(refused), `"${name}"`);
    t.equal((await producer.call('PATCH', path, { name: 'a\0' })).status, 400);
    t.match((await producer.call('GET', path)).body, { name: 'Autre nom' });
  });

  await t.test('only an administrator names another supervisor', async (t) => {
    const refused = await producer.call('PATCH', path, { supervisor: MEMBER, name: 'Putsch' });
    t.equal(refused.status, 403);
    t.match(sentences(refused), /superviseur/);
    const same = await producer.call('PATCH', path, { supervisor: PRODUCER.toUpperCase(), name: 'Le même' });
    t.match(same, { status: 200, body: { name: 'Le même', supervisor: { _id: PRODUCER } } });
  });
});
