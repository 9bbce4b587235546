import t from 'tap';
import { newCommunity, type Refusal, UNKNOWN } from '../../helpers/administration.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { CONSUMER, ORGANIZATION, PRODUCER, PRODUCER_COMMUNITY } from '../../helpers/seed.js';

interface Entry {
  _id: string;
}

void t.test('organizations, nomenclatures and users, for administrators', async (t) => {
  const api = await startApi(t);
  const admin = await logIn(api, 'admin');
  const organizations = '/administrator/organizations';
  const nomenclatures = '/administrator/nomenclatures';

  await t.test('nomenclatures are unique by type and term', async (t) => {
    const term = { type: 'ECONOMICAL_MODEL', term: 'ESSAI', label: 'Essai' };
    const { status, body } = await admin.call<Entry>('POST', nomenclatures, term);
    t.equal(status, 201);
    t.match(body, term);
    const again = await admin.call<Refusal>('POST', nomenclatures, term);
    t.match(again, { status: 409, body: { error_description: [/« ESSAI »/] } });
    const elsewhere = await admin.call<Entry>('POST', nomenclatures, { ...term, type: 'ZONE' });
    t.equal(elsewhere.status, 201);
    const relabelled = await admin.call('PATCH', `${nomenclatures}/${body._id}`, { label: 'À l’essai' });
    t.match(relabelled.body, { ...term, label: 'À l’essai' });
    const list = await admin.call<{ type: string; term: string }[]>('GET', `${nomenclatures}?type=ECONOMICAL_MODEL`);
    t.ok(list.body.some((one) => one.term === 'ESSAI') && list.body.every((one) => one.type === 'ECONOMICAL_MODEL'));
    const wrong = await admin.call<Refusal>('POST', nomenclatures, { type: 'X' });
    t.equal(wrong.body.error_description.length, 3, 'every problem');
    t.equal((await admin.call('DELETE', `${nomenclatures}/${body._id}`)).status, 204);
    t.equal((await admin.call('GET', `${nomenclatures}/${body._id}`)).status, 404);
    t.equal((await admin.call('PATCH', `${nomenclatures}/${body._id}`, { label: 'x' })).status, 404);
  });

  await t.test('an organization is created, changed and deleted', async (t) => {
    const model = await admin.call<Entry>('POST', nomenclatures, { type: 'ECONOMICAL_MODEL', term: 'T', label: 'L' });
    const zone = await admin.call<Entry>('POST', nomenclatures, { type: 'ZONE', term: 'T', label: 'L' });
    const given = { name: 'Syndicat', siren: '123456789', tva_intracom: 'FR12345678901', uploads_quota: 1000 };
    const { status, body } = await admin.call<Entry>('POST', organizations, {
      ...given,
      economical_model: model.body._id,
      members: [CONSUMER],
    });
    t.equal(status, 201);
    t.match(body, { ...given, economical_model: { term: 'T', label: 'L' } });
    t.equal((await admin.call('POST', organizations, given)).status, 409, 'names are unique');

    const member = await logIn(api, 'consommateur');
    t.equal((await member.call('GET', `/organizations/${body._id}/users`)).status, 200, 'its first member gets in');

    const refused = await admin.call<Refusal>('DELETE', `${nomenclatures}/${model.body._id}`);
    t.same(refused.body.error_description, ["L'organisme « Syndicat » a ce modèle économique."]);
    const path = `${organizations}/${body._id}`;
    const changed = await admin.call('PATCH', path, { uploads_quota: 0, extra: { a: 1 } });
    t.match(changed.body, { ...given, uploads_quota: 0, extra: { a: 1 }, economical_model: { term: 'T' } });
    t.equal((await admin.call('PATCH', path, { economical_model: zone.body._id })).status, 400);
    t.equal((await admin.call('PATCH', path, { members: [UNKNOWN] })).status, 404);
    await admin.call('PATCH', path, { members: [] });
    t.equal((await member.call('GET', `/organizations/${body._id}/users`)).status, 403);

    const community = await newCommunity(admin, PRODUCER);
    await admin.call('PATCH', `/administrator/communities/${community}`, { organization: body._id });
    const used = await admin.call<Refusal>('DELETE', path);
    t.match(used, {
      status: 409,
      body: { error_description: ["La communauté « Nouvelle » appartient à l'organisme."] },
    });
    await admin.call('PATCH', `/administrator/communities/${community}`, { organization: null });
    t.equal((await admin.call('DELETE', path)).status, 204);
    t.equal((await admin.call('GET', path)).status, 404);
  });

  await t.test('every problem of a body is told', async (t) => {
    const { status, body } = await admin.call<Refusal>('POST', organizations, {
      name: 'n'.repeat(100),
      siren: '12',
      siret: 'x',
      tva_intracom: 'fr',
      uploads_quota: -1,
    });
    t.equal(status, 400);
    t.equal(body.error_description.length, 5);
  });

  await t.test('lists show the name, or the fields asked for', async (t) => {
    const { body } = await admin.call<Entry[]>('GET', `${organizations}?name=organisme%25`);
    t.same(body, [{ _id: ORGANIZATION, name: 'Organisme de démonstration' }]);
    const fields = await admin.call<object[]>('GET', `${organizations}?fields=uploads_quota,creation`);
    t.same(Object.keys(fields.body[0] ?? {}).toSorted(), ['_id', 'creation', 'uploads_quota']);
    t.equal((await admin.call('GET', `${organizations}?fields=magie`)).status, 400);
  });

  await t.test('users are listed and read, and their quotas changed', async (t) => {
    const { body, headers } = await admin.call<Entry[]>('GET', '/administrator/users?limit=2');
    t.equal(body.length, 2);
    t.match(headers.get('content-range'), /^1-2\/\d+$/);
    const path = `/administrator/users/${PRODUCER}`;
    t.match((await admin.call('GET', path)).body, { communities_member: [{ community: { _id: PRODUCER_COMMUNITY } }] });
    const changed = await admin.call('PATCH', path, { documents_quota: 12, keys_quota: 0 });
    t.match(changed.body, { documents_quota: 12, keys_quota: 0, email: 'producteur@example.org' });
    const wrong = await admin.call<Refusal>('PATCH', path, { documents_quota: -1, keys_quota: 3_000_000_000 });
    t.equal(wrong.status, 400);
    t.equal(wrong.body.error_description.length, 2);
    t.equal((await admin.call('GET', `/administrator/users/${UNKNOWN}`)).status, 404);
    t.equal((await admin.call('PATCH', `/administrator/users/${UNKNOWN}`, {})).status, 404);
  });
});
