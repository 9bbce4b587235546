import t from 'tap';
import { type ApiUser, logIn, until } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { sentences } from '../../helpers/diffusion.js';
import { formWith, statusesOf, storedFiles } from '../../helpers/files.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';

interface AnnexBody {
  _id: string;
  creation: string;
  update: string;
  paths: string[];
  size: number;
  mime_type: string;
  published: boolean;
  labels: string[];
  extra?: object;
  organization?: string;
  community?: string;
  datastore?: string;
}

const annexes = `/datastores/${DATASTORE}/annexes`;

const post = (user: ApiUser, form: FormData, query = '') => user.call<AnnexBody>('POST', `${annexes}${query}`, form);

await t.test('deposit', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);

  await t.test('fields come as form parts, repeated or with commas', async (t) => {
    const fields = { paths: ['a/b.jpg', '/c.jpg'], labels: 'tutoriels, croquis', published: 'True' };
    const { status, body } = await post(producer, formWith('bytes', fields, { name: 'b.JPG' }));
    t.equal(status, 201);
    t.match(body, {
      paths: ['/a/b.jpg', '/c.jpg'],
      labels: ['tutoriels', 'croquis'],
      published: true,
      size: 5,
      mime_type: 'image/jpeg',
    });
    t.notOk('extra' in body || 'datastore' in body);
    t.equal(body.update, body.creation);
    t.match(body.creation, /\.\d{6}Z$/);
    const { body: commas } = await post(producer, formWith('', { paths: '/d,e', 'labels[0]': 'x', 'labels[1]': 'y' }));
    t.match(commas, { paths: ['/d', '/e'], labels: ['x', 'y'], published: false, size: 0 });
  });

  await t.test('or in the query, as the SDK sends them', async (t) => {
    const query = '?paths=/q/1&paths=/q/2&published=False&labels=x&labels[]=y';
    const { status, body } = await post(producer, formWith('b'), query);
    t.equal(status, 201);
    t.match(body, { paths: ['/q/1', '/q/2'], published: false, labels: ['x', 'y'] });
  });

  await t.test('an unknown extension leaves the type to the part', async (t) => {
    const part = { name: 'data', type: 'application/x-ours; charset=utf-8' };
    const { body } = await post(producer, formWith('b', { paths: '/types/1' }, part));
    t.equal(body.mime_type, 'application/x-ours');
    const { body: unknown } = await post(producer, formWith('b', { paths: '/types/2' }, { name: 'data', type: '?' }));
    t.equal(unknown.mime_type, 'application/octet-stream');
  });

  await t.test('what is refused is named and leaves no file', async (t) => {
    const before = await storedFiles(emulator, 'annexes');
    const refused = async (form: FormData, sentence: RegExp, status = 400) => {
      const answer = await post(producer, form);
      t.equal(answer.status, status, String(sentence));
      t.match(sentences(answer), sentence);
    };
    for (const path of ['../x', '/a/../b', 'a//b', 'a\\b', '/', 'a/', './a', 'a\nb', `/${'n'.repeat(256)}`]) {
      await refused(formWith('b', { paths: path }), /^Le chemin "[^]*" est invalide : /);
    }
    await refused(formWith('b', { paths: 'a\0b' }), /"paths" contient un caractère U\+0000/);
    await refused(formWith('b', { paths: ['../x', 'a//b'] }), /"\/\.\.\/x".*"\/a\/\/b"/);
    await refused(formWith('b', { published: 'maybe' }), /"paths" est obligatoire.*"published"/);
    const noFile = new FormData();
    noFile.set('paths', '/x');
    await refused(noFile, /"file" est obligatoire/);
    await refused(formWith('b', { paths: '/twice/1' }), /^$/, 201);
    await refused(formWith('b', { paths: ['/twice/0', '/twice/1'] }), /"\/twice\/1" est déjà celui de l'annexe/, 409);
    t.equal((await producer.call('POST', annexes, { paths: ['/x'] })).status, 400, 'JSON is no form');
    t.equal((await storedFiles(emulator, 'annexes')).length, before.length + 1);
  });

  await t.test('of two creations of one path at once, one succeeds', async (t) => {
    const before = await storedFiles(emulator, 'annexes');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => post(producer, formWith('b', { paths: '/race' }))),
    );
    t.same(statusesOf(answers), [201, 409, 409, 409, 409, 409]);
    t.equal((await storedFiles(emulator, 'annexes')).length, before.length + 1);
  });

  await t.test('the same path is free in another datastore', async (t) => {
    const admin = await logIn(emulator, 'admin');
    await producer.call('POST', annexes, formWith('b', { paths: '/shared-name' }));
    const other = await admin.call(
      'POST',
      `/datastores/${SANDBOX_DATASTORE}/annexes`,
      formWith('b', { paths: '/shared-name' }),
    );
    t.equal(other.status, 201);
  });

  await t.test('a file above the limit leaves nothing', async (t) => {
    const small = await startApi(t, { UPLOAD_MAX_FILE: '1000' });
    const user = await logIn(small);
    t.equal((await post(user, formWith('b'.repeat(1001), { paths: '/x' }))).status, 413);
    t.same(await storedFiles(small, 'annexes'), []);
    t.equal((await post(user, formWith('b'.repeat(1000), { paths: '/x' }))).status, 201);
  });

  await t.test('writing asks the right ANNEX, reading any membership', async (t) => {
    const member = await logIn(emulator, 'membre');
    const { body } = await post(producer, formWith('b', { paths: '/rights' }));
    t.equal((await post(member, formWith('b', { paths: '/m' }))).status, 403);
    t.equal((await member.call('GET', `${annexes}/${body._id}`)).status, 200);
    t.equal((await member.call('GET', `${annexes}/${body._id}/file`)).body, 'b');
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      t.equal((await member.call(method, `${annexes}/${body._id}`)).status, 403, method);
    }
    const consumer = await logIn(emulator, 'consommateur');
    t.equal((await consumer.call('GET', annexes)).status, 403);
  });
});

await t.test('changes', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);

  await t.test('PUT replaces the file only, and moves the update', async (t) => {
    const fields = { paths: '/put.txt', labels: 'x', published: 'true' };
    const { body } = await post(producer, formWith('old', fields));
    const before = await storedFiles(emulator, 'annexes');
    const url = `${annexes}/${body._id}`;
    const replaced = await producer.call<AnnexBody>('PUT', url, formWith('"new"', { paths: '/z' }, { name: 'n.json' }));
    t.equal(replaced.status, 200);
    t.match(replaced.body, {
      paths: ['/put.txt'],
      labels: ['x'],
      published: true,
      size: 5,
      mime_type: 'application/json',
    });
    t.not(replaced.body.update, body.update);
    t.equal(replaced.body.creation, body.creation);
    t.equal((await producer.call('GET', `${url}/file`)).body, 'new');

    const after = await storedFiles(emulator, 'annexes');
    t.equal(after.length, before.length, 'the old bytes are gone');
    t.notSame(after, before);
    const gone = await producer.call('PUT', `${annexes}/${DATASTORE}`, formWith('x'));
    t.equal(gone.status, 404);
    t.same(await storedFiles(emulator, 'annexes'), after);
  });

  await t.test('PATCH reads loosely and does not move the update', async (t) => {
    const { body } = await post(producer, formWith('b', { paths: '/patch' }));
    const url = `${annexes}/${body._id}`;
    const loose = { published: 'true', labels: 'a, b', extra: { k: 1 }, _id: 'x', size: 3 };
    const patched = await producer.call<AnnexBody>('PATCH', url, loose);
    t.match(patched.body, { published: true, labels: ['a', 'b'], extra: { k: 1 }, paths: ['/patch'], size: 1 });
    t.equal(patched.body.update, body.update);
    const moved = await producer.call<AnnexBody>('PATCH', url, { paths: ['p2', '/p1'], published: 'False' });
    t.match(moved.body, { published: false, paths: ['/p2', '/p1'], labels: ['a', 'b'] });
    const cleared = await producer.call<AnnexBody>('PATCH', url, { labels: [], extra: null });
    t.same(cleared.body.labels, []);
    t.notOk('extra' in cleared.body);
    t.equal((await post(producer, formWith('b', { paths: '/patch' }))).status, 201, 'the first path is free again');
    t.equal((await producer.call('PATCH', url, { paths: ['/p1', '/patch'] })).status, 409);
    t.match((await producer.call<AnnexBody>('GET', url)).body.paths, ['/p2', '/p1']);
    for (const wrong of [{ paths: [] }, { paths: '' }, { paths: ['../x'] }, { labels: ['a,b'] }, { published: 'no' }]) {
      t.equal((await producer.call('PATCH', url, wrong)).status, 400, JSON.stringify(wrong));
    }
  });

  await t.test('DELETE removes the file', async (t) => {
    const { body } = await post(producer, formWith('b', { paths: '/delete' }));
    const before = await storedFiles(emulator, 'annexes');
    t.equal((await producer.call('DELETE', `${annexes}/${body._id}`)).status, 204);
    t.equal((await producer.call('GET', `${annexes}/${body._id}`)).status, 404);
    t.equal((await producer.call('DELETE', `${annexes}/${body._id}`)).status, 404);
    t.equal((await storedFiles(emulator, 'annexes')).length, before.length - 1);
  });

  await t.test('an annex of another datastore is unknown here', async (t) => {
    const admin = await logIn(emulator, 'admin');
    const elsewhere = `/datastores/${SANDBOX_DATASTORE}/annexes`;
    const { body } = await admin.call<AnnexBody>('POST', elsewhere, formWith('b', { paths: '/x', labels: 'only' }));
    const url = `${annexes}/${body._id}`;
    for (const [method, sent] of [
      ['GET', undefined],
      ['PATCH', { published: true }],
      ['PUT', formWith('x')],
      ['DELETE', undefined],
    ] as const) {
      t.equal((await producer.call(method, url, sent)).status, 404, method);
    }
    t.equal((await producer.call('GET', `${url}/file`)).status, 404);
    t.equal((await producer.call('POST', `${annexes}/publication?labels=only`)).body, 0);
    t.equal((await admin.call<AnnexBody>('GET', `${elsewhere}/${body._id}`)).body.published, false);
  });

  await t.test('publication by labels counts what changed', async (t) => {
    for (const [paths, labels] of [
      ['/l/1', 'lab-a,lab-b'],
      ['/l/2', 'lab-a'],
      ['/l/3', 'lab-b'],
    ] as const) {
      await post(producer, formWith('x', { paths, labels }));
    }
    const publish = (segment: string, query: string) => producer.call('POST', `${annexes}/${segment}?${query}`);
    t.equal((await publish('publication', 'labels=lab-a&labels=lab-b')).body, 1);
    const all = await publish('publication', 'labels[0]=lab-a');
    t.equal(all.body, 1, 'the other was published already');
    t.equal(all.headers.get('content-type'), 'application/json');
    t.equal((await publish('unpublication', 'labels=lab-a')).body, 2);
    t.equal((await publish('publication', 'labels=unknown')).body, 0);
    t.match(sentences(await publish('publication', '')), /"labels" est obligatoire/);
  });
});

await t.test('lists', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const create = async (path: string, labels: string, name: string) =>
    (await post(producer, formWith('b', { paths: path, labels }, { name }))).body._id;
  const first = await create('/l/first.json', 'datasheet_name=X,type=thumbnail', 'a.json');
  const second = await create('/l/second.png', 'datasheet_name=X', 'a.png');
  const third = await create('/L_third.png', 'type=thumbnail', 'a.png');

  const ids = async (query: string) => {
    const { status, body, headers } = await producer.call<AnnexBody[]>('GET', `${annexes}?${query}`);
    t.equal(status, 200, query);
    t.equal(headers.get('content-range')?.split('/')[1], String(body.length), 'total');
    return body.map(({ _id }) => _id);
  };

  await t.test('labels narrow, in both encodings', async (t) => {
    const [name, type] = ['datasheet_name%3DX', 'type%3Dthumbnail'];
    t.same(await ids(`labels=${name}&labels=${type}`), [first]);
    t.same(await ids(`labels[0]=${name}&labels[1]=${type}`), [first]);
    t.same(await ids(`labels%5B0%5D=${name}`), [first, second]);
    t.same(await ids('labels=datasheet_name'), []);
  });

  await t.test('path and mime_type take jokers', async (t) => {
    t.same(await ids('path=/l/first.json'), [first]);
    t.same(await ids('path=l/first.json'), []);
    t.same(await ids('path=%25.png'), [second, third]);
    t.same(await ids('path=/l_%25'), [third], '_ is itself');
    t.same(await ids('mime_type=IMAGE/%25'), [second, third]);
    t.same(await ids('mime_type=application/json&path=%25.png'), []);
  });

  await t.test('sort and pages', async (t) => {
    t.same(await ids('sort=creation,desc'), [third, second, first]);
    await producer.call('PUT', `${annexes}/${second}`, formWith('b'));
    t.same(await ids('sort=update,desc'), [second, third, first]);
    const page = await producer.call<AnnexBody[]>('GET', `${annexes}?page=2&limit=2`);
    t.same(
      page.body.map(({ _id }) => _id),
      [third],
    );
    t.equal(page.headers.get('content-range'), '3-3/3');
    t.equal((await producer.call('GET', `${annexes}?page=9`)).headers.get('content-range'), '0-0/3');
    t.equal((await producer.call('GET', `${annexes}?sort=paths`)).status, 400);
    t.equal((await producer.call('GET', `${annexes}?path=%00`)).status, 400);
  });

  await t.test('an organization and the administrators see where annexes live', async (t) => {
    const admin = await logIn(emulator, 'admin');
    const { prisma } = emulator.deps;
    const { community, communityId } = await prisma.datastore.findUniqueOrThrow({
      where: { id: DATASTORE },
      include: { community: true },
    });
    const { id: organization } = await prisma.organization.create({ data: { name: 'Organisme', uploadsQuota: 1n } });
    const elsewhere = `/datastores/${SANDBOX_DATASTORE}/annexes`;
    const other = await admin.call<AnnexBody>('POST', elsewhere, formWith('b', { paths: '/other' }));

    const listed = await admin.call<AnnexBody[]>('GET', '/administrator/annexes?limit=50');
    t.equal(listed.body.length, 4);
    const alone = listed.body.find(({ _id }) => _id === other.body._id);
    t.notOk('organization' in (alone ?? {}), 'absent for a community without organization');

    await prisma.community.update({ where: { id: communityId }, data: { organizationId: organization } });
    const url = `/organizations/${organization}/annexes`;
    t.equal((await producer.call('GET', url)).status, 403, 'a member of the community is no member of it');
    await prisma.organizationMember.create({ data: { organizationId: organization, userId: community.supervisorId } });
    const ofOrganization = await producer.call<AnnexBody[]>('GET', `${url}?labels=type%3Dthumbnail`);
    t.same(
      ofOrganization.body.map(({ _id }) => _id),
      [first, third],
    );
    t.match(ofOrganization.body[0], { organization, community: communityId, datastore: DATASTORE });
    t.same((await producer.call('GET', `${url}?datastore=${SANDBOX_DATASTORE}`)).body, []);
    t.equal((await producer.call<AnnexBody[]>('GET', `${url}?community=${communityId}`)).body.length, 3);

    const narrowed = async (query: string) =>
      (await admin.call<AnnexBody[]>('GET', `/administrator/annexes?${query}`)).body.map(({ _id }) => _id);
    t.same(await narrowed(`datastore=${SANDBOX_DATASTORE}`), [other.body._id]);
    t.same(await narrowed(`organization=${organization}&path=/l/%25`), [first, second]);
    const detail = await admin.call<AnnexBody>('GET', `/administrator/annexes/${first}`);
    t.match(detail.body, { _id: first, organization, community: communityId, datastore: DATASTORE });
    t.equal((await admin.call('GET', `/administrator/annexes/${DATASTORE}`)).status, 404);
    t.equal((await producer.call('GET', '/administrator/annexes')).status, 403);
  });
});

await t.test('quota', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const { prisma } = emulator.deps;
  const storages = async () =>
    (await producer.call<{ annexes: { use: number; quota: number } }>('GET', `/datastores/${DATASTORE}/storages`)).body;

  await t.test('a number of annexes; the last place is taken once', async (t) => {
    await prisma.datastoreStorage.updateMany({
      where: { datastoreId: DATASTORE, usage: 'ANNEXES' },
      data: { quota: 3n },
    });
    await post(producer, formWith('b', { paths: '/1' }));
    t.match(await storages(), { annexes: { use: 1, quota: 3 } });
    await post(producer, formWith('b', { paths: '/2' }));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => post(producer, formWith('b', { paths: `/last/${index}` }))),
    );
    t.same(statusesOf(answers), [201, 409, 409, 409, 409, 409]);
    t.match(await storages(), { annexes: { use: 3, quota: 3 } });
    t.equal((await storedFiles(emulator, 'annexes')).length, 3);
    const refused = await post(producer, formWith('b', { paths: '/4' }));
    t.match(sentences(refused), /quota d'annexes/);
  });

  await t.test('administrators who change the quota are waited for', async (t) => {
    await prisma.annexPath.deleteMany();
    await prisma.annex.deleteMany();
    const { pool } = emulator.deps;
    const client = await pool.connect();
    t.teardown(() => client.release());
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM geopf.datastore WHERE id = $1 FOR UPDATE', [DATASTORE]);
    const created = post(producer, formWith('b', { paths: '/waits' }));
    await until(
      async () =>
        (
          await pool.query(`SELECT 1 FROM pg_catalog.pg_locks WHERE NOT granted AND pid IN (
            SELECT pid FROM pg_catalog.pg_stat_activity WHERE datname = current_database())`)
        ).rowCount,
      (count) => count === 1,
    );
    await client.query('UPDATE geopf.datastore_storage SET quota = quota WHERE datastore_id = $1', [DATASTORE]);
    await client.query('COMMIT');
    t.equal((await created).status, 201);
  });

  await t.test('a datastore without storage for annexes has none', async (t) => {
    await prisma.annexPath.deleteMany();
    await prisma.annex.deleteMany();
    await prisma.datastoreStorage.deleteMany({ where: { datastoreId: DATASTORE, usage: 'ANNEXES' } });
    const refused = await post(producer, formWith('b', { paths: '/x' }));
    t.equal(refused.status, 409);
    t.match(sentences(refused), /pas de stockage pour les annexes/);
  });
});

await t.test('a reset forgets annexes and their files', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  await post(producer, formWith('b', { paths: '/x' }));
  const reset = await fetch(`${emulator.origin}/_emulator/reset`, { method: 'POST' });
  t.equal(reset.status, 204);
  t.same(await storedFiles(emulator, 'annexes'), []);
  t.equal(await emulator.deps.prisma.annex.count(), 0);
});
