import { randomUUID } from 'node:crypto';
import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { OPEN_WFS, sentences } from '../../helpers/diffusion.js';
import { buildOffering, givePermission } from '../../helpers/restricted.js';
import { ADMIN, CONSUMER, MEMBER, PRODUCER_COMMUNITY, SANDBOX_COMMUNITY } from '../../helpers/seed.js';
import { datastoreIdOf } from '../../helpers/stored-data.js';

interface PermissionBody {
  _id: string;
  licence: string;
  end_date?: string;
  only_oauth: boolean;
  offerings: { _id: string }[];
  beneficiary: Record<string, unknown>;
  creation: string;
}

await t.test('permissions given by a datastore', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const producer = await logIn(emulator);
  const member = await logIn(emulator, 'membre');
  const admin = await logIn(emulator, 'admin');
  const consumer = await logIn(emulator, 'consommateur');
  const datastore = await datastoreIdOf(deps);
  const otherDatastore = await datastoreIdOf(deps, 'sandbox');
  const root = `/datastores/${datastore}/permissions`;
  const give = (body: object) => producer.call<PermissionBody[]>('POST', root, body);
  const [first, second] = [await buildOffering(deps, { layerName: 'first' }), await buildOffering(deps)];

  await t.test('one permission per person, with exactly the members that clients know', async (t) => {
    const { status, body } = await give({
      licence: 'Licence A',
      offerings: [first, second],
      type: 'ACCOUNT',
      users: [CONSUMER, MEMBER],
      end_date: '2099-12-31T23:59:59Z',
      only_oauth: true,
    });
    t.equal(status, 201);
    t.same(
      body.map((permission) => permission.beneficiary),
      [
        { _id: CONSUMER, last_name: 'Consommateur', first_name: 'Camille' },
        { _id: MEMBER, last_name: 'Membre', first_name: 'Max' },
      ],
    );
    const { _id, creation, update, ...permission } = body[0] as PermissionBody & { update: string };
    t.match(creation, /^\d{4}-.*\.\d{6}Z$/);
    t.equal(update, creation);
    t.strictSame(
      { ...permission, offerings: permission.offerings.slice(0, 1) },
      {
        licence: 'Licence A',
        end_date: '2099-12-31T23:59:59.000000Z',
        only_oauth: true,
        offerings: [
          { _id: first, type: 'WFS', status: 'PUBLISHED', layer_name: 'first', open: false, available: true },
        ],
        datastore_author: {
          _id: datastore,
          name: 'Producteur de démonstration',
          technical_name: 'producteur-demo',
          active: true,
        },
        beneficiary: { _id: CONSUMER, last_name: 'Consommateur', first_name: 'Camille' },
      },
    );
    t.same(
      permission.offerings.map((offering) => offering._id),
      [first, second],
    );
    t.same((await member.call('GET', `${root}/${_id}`)).body, body[0], 'any member reads it');
  });

  await t.test('communities are named in either field, and a missing type is deduced', async (t) => {
    const beneficiary = {
      _id: SANDBOX_COMMUNITY,
      name: 'Découverte',
      technical_name: 'sandbox',
      contact: 'admin@example.org',
      public: false,
    };
    for (const named of [
      { type: 'COMMUNITY', communities: [SANDBOX_COMMUNITY] },
      { type: 'COMMUNITY', users: [SANDBOX_COMMUNITY] },
      { communities: [SANDBOX_COMMUNITY] },
    ]) {
      const { status, body } = await give({ licence: 'L', offerings: [first], ...named });
      t.equal(status, 201, JSON.stringify(named));
      t.strictSame(body[0]?.beneficiary, beneficiary);
      t.equal(body[0]?.only_oauth, false);
      t.notOk('end_date' in (body[0] ?? {}), 'absent, never null');
    }
    const { body } = await give({ licence: 'L', offerings: [first], users: [ADMIN], only_oauth: 'True' });
    t.match(body, [{ beneficiary: { _id: ADMIN }, only_oauth: true }]);
  });

  await t.test('dates of end: with or without fractions and zone', async (t) => {
    for (const [given, shown] of [
      ['2099-12-31T23:59:59.123Z', '2099-12-31T23:59:59.123000Z'],
      ['2099-12-31T23:59:59.123456Z', '2099-12-31T23:59:59.123000Z'],
      ['2099-12-31T23:59:59', '2099-12-31T23:59:59.000000Z'],
      ['2099-12-31T23:59:59+02:00', '2099-12-31T21:59:59.000000Z'],
      ['2099-12-31', '2099-12-31T00:00:00.000000Z'],
      [null, undefined],
    ]) {
      const { body } = await give({ licence: 'L', offerings: [first], users: [CONSUMER], end_date: given });
      t.equal(body[0]?.end_date, shown, String(given));
    }
  });

  await t.test('an offering that is being published may be given', async (t) => {
    for (const status of ['PUBLISHING', 'MODIFYING', 'UNSTABLE']) {
      const coming = await buildOffering(deps, { status });
      const answer = await give({ licence: 'L', offerings: [coming], users: [CONSUMER] });
      t.equal(answer.status, 201, status);
      t.match(answer.body, [{ offerings: [{ _id: coming, status }] }]);
    }
  });

  await t.test('refusals name every problem', async (t) => {
    const open = await buildOffering(deps, { endpoint: OPEN_WFS });
    const leaving = await buildOffering(deps, { status: 'UNPUBLISHING' });
    const foreign = await buildOffering(deps, { datastoreId: otherDatastore });
    const unknown = randomUUID();
    const good = { licence: 'L', offerings: [first], users: [CONSUMER] };
    const before = await deps.prisma.permission.count();
    const refused: readonly [expected: number, body: object, ...patterns: RegExp[]][] = [
      [400, {}, /"licence"/, /"offerings"/],
      [400, { ...good, licence: '  ' }, /"licence"/],
      [400, { ...good, offerings: [] }, /"offerings"/],
      [400, { ...good, offerings: [first, first.toUpperCase()] }, /"offerings".*doublon/],
      [400, { ...good, offerings: [open] }, /point d'accès ouvert/],
      [400, { ...good, offerings: [foreign] }, new RegExp(`${foreign} n'existe pas`)],
      [400, { ...good, offerings: [unknown, leaving] }, new RegExp(`${unknown} n'existe pas`), /UNPUBLISHING/],
      [400, { ...good, users: [] }, /"users"/],
      [400, { ...good, users: [CONSUMER, CONSUMER] }, /"users".*doublon/],
      [400, { ...good, users: undefined }, /"users" est obligatoire/],
      [400, { ...good, users: undefined, type: 'COMMUNITY' }, /"communities" est obligatoire/],
      [
        400,
        { ...good, users: undefined, type: 'ACCOUNT', communities: [SANDBOX_COMMUNITY] },
        /"users" est obligatoire/,
      ],
      [400, { ...good, communities: [SANDBOX_COMMUNITY] }, /ensemble/],
      [400, { ...good, type: 'OTHER' }, /"type"/],
      [400, { ...good, end_date: '2020-01-01T00:00:00Z' }, /"end_date".*future/],
      [400, { ...good, end_date: 'tomorrow' }, /"end_date".*ISO/],
      [400, { ...good, end_date: '2099-99-99' }, /"end_date".*ISO/],
      [404, { ...good, users: [unknown] }, new RegExp(`L'utilisateur ${unknown}`)],
      [404, { ...good, users: [CONSUMER, SANDBOX_COMMUNITY] }, new RegExp(`L'utilisateur ${SANDBOX_COMMUNITY}`)],
      [404, { ...good, users: undefined, communities: [unknown] }, new RegExp(`La communauté ${unknown}`)],
      [
        400,
        { licence: ' ', offerings: [open, unknown], users: [unknown], end_date: '2020-01-01' },
        ...[/"licence"/, /ouvert/, /n'existe pas dans l'entrepôt/, /L'utilisateur/, /future/],
      ],
    ];
    for (const [expected, body, ...patterns] of refused) {
      const answer = await give(body);
      t.equal(answer.status, expected, JSON.stringify(body));
      for (const pattern of patterns) t.match(sentences(answer), pattern, JSON.stringify(body));
    }
    t.equal(await deps.prisma.permission.count(), before, 'nothing was made');
  });

  await t.test('rights: any member reads, BROADCAST writes, others see nothing', async (t) => {
    const id = await givePermission(producer, datastore, { offerings: [first], users: [CONSUMER] });
    const body = { licence: 'L', offerings: [first], users: [CONSUMER] };
    t.equal((await member.call('GET', root)).status, 200);
    t.equal((await member.call('POST', root, body)).status, 403);
    t.equal((await member.call('PATCH', `${root}/${id}`, { licence: 'M' })).status, 403);
    t.equal((await member.call('DELETE', `${root}/${id}`)).status, 403);
    t.equal((await consumer.call('GET', `${root}/${id}`)).status, 403);
    const elsewhere = `/datastores/${otherDatastore}/permissions/${id}`;
    t.equal((await admin.call('GET', elsewhere)).status, 404, 'it is not of that datastore');
    t.equal((await admin.call('PATCH', elsewhere, { licence: 'M' })).status, 404);
    t.equal((await admin.call('DELETE', elsewhere)).status, 404);
    t.equal((await producer.call('GET', `${root}/${id}`)).status, 200);
  });

  await t.test('PATCH changes the licence, the end and the offerings, and nothing else', async (t) => {
    const id = await givePermission(producer, datastore, { offerings: [first], users: [CONSUMER] });
    const change = async (body: object) => producer.call<PermissionBody>('PATCH', `${root}/${id}`, body);
    const { status, body } = await change({
      licence: 'Other',
      end_date: '2099-01-01T00:00:00Z',
      offerings: [second],
      only_oauth: true,
      type: 'COMMUNITY',
      communities: [SANDBOX_COMMUNITY],
    });
    t.equal(status, 200);
    t.match(body, {
      _id: id,
      licence: 'Other',
      end_date: '2099-01-01T00:00:00.000000Z',
      only_oauth: false,
      beneficiary: { _id: CONSUMER },
    });
    t.same(
      body.offerings.map((offering) => offering._id),
      [second],
    );
    t.match((await change({ licence: 'Again' })).body, { end_date: /^2099/, offerings: [{ _id: second }] });
    t.notOk('end_date' in (await change({ end_date: null })).body, 'null removes the end');

    const open = await buildOffering(deps, { endpoint: OPEN_WFS });
    const bad = await change({ licence: ' ', offerings: [open], end_date: '2020-01-01' });
    t.equal(bad.status, 400);
    t.match(sentences(bad), /"licence".*"end_date".*ouvert/);
    t.equal((await change({ offerings: [] })).status, 400);
    t.match((await change({})).body, { licence: 'Again', offerings: [{ _id: second }] });

    await deps.prisma.offering.update({ where: { id: second }, data: { status: 'UNPUBLISHING' } });
    t.equal((await change({ offerings: [first, second] })).status, 200, 'what it covers already may stay');
    await deps.prisma.offering.update({ where: { id: second }, data: { status: 'PUBLISHED' } });
    await deps.prisma.permission.update({ where: { id }, data: { endDate: new Date(0) } });
    t.equal((await change({ licence: 'Late', end_date: '1970-01-01T00:00:00Z' })).status, 200, 'the same end again');
    t.equal((await change({ end_date: '1971-01-01T00:00:00Z' })).status, 400);
    t.equal((await producer.call('PATCH', `${root}/${randomUUID()}`, { licence: ' ' })).status, 404);
  });

  await t.test('the list: filter by offering, sort, pages', async (t) => {
    const only = await buildOffering(deps);
    const made: string[] = [];
    for (const user of [CONSUMER, MEMBER, ADMIN]) {
      made.push(await givePermission(producer, datastore, { offerings: [only], users: [user] }));
    }
    const list = async (query: string) => producer.call<PermissionBody[]>('GET', `${root}?${query}`);
    const ids = async (query: string) => (await list(query)).body.map((permission) => permission._id);
    t.same(await ids(`offering=${only}`), made);
    t.same(await ids(`offering=${only}&sort=creation,desc`), made.toReversed());
    t.same(await ids(`offering=${only}&limit=1&page=2`), [made[1]]);
    t.equal((await list(`offering=${only}&limit=2`)).headers.get('content-range'), '1-2/3');
    t.same(await ids(`offering=${randomUUID()}`), []);
    t.equal((await list('sort=licence')).status, 400);
    t.equal((await list('offering=x')).status, 400);
  });

  await t.test('DELETE takes it back, once', async (t) => {
    const id = await givePermission(producer, datastore, { offerings: [first], users: [CONSUMER] });
    const answers = await Promise.all([1, 2].map(() => producer.call('DELETE', `${root}/${id}`)));
    t.same(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [204, 404],
    );
    t.equal((await producer.call('GET', `${root}/${id}`)).status, 404);
  });

  await t.test('what happens is recorded for both communities', async (t) => {
    await deps.prisma.event.deleteMany({ where: { entityType: 'permission' } });
    const given = { offerings: [first], communities: [SANDBOX_COMMUNITY] };
    const [kept, renounced] = [
      await givePermission(producer, datastore, given),
      await givePermission(producer, datastore, given),
    ];
    await producer.call('PATCH', `${root}/${kept}`, { licence: 'M' });
    await producer.call('DELETE', `${root}/${kept}`);
    await admin.call('DELETE', `/communities/${SANDBOX_COMMUNITY}/permissions/${renounced}`);
    const events = await deps.prisma.event.findMany({ where: { entityType: 'permission' }, orderBy: { id: 'asc' } });
    t.equal(
      events[0]?.text,
      'Licence : Licence ; producteur : Producteur de démonstration ; bénéficiaire : Découverte ; couches : first',
    );
    for (const community of [PRODUCER_COMMUNITY, SANDBOX_COMMUNITY]) {
      t.same(
        events.filter((event) => event.entityId === community).map((event) => event.title),
        [
          'Permission accordée',
          'Permission accordée',
          'Permission modifiée',
          'Permission retirée',
          'Renoncement à une permission',
        ],
      );
    }
  });
});
