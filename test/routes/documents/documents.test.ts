import t from 'tap';
import { type ApiUser, logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { sentences } from '../../helpers/diffusion.js';
import { formWith, statusesOf, storedFiles } from '../../helpers/files.js';
import { MEMBER } from '../../helpers/seed.js';

interface DocumentBody {
  _id: string;
  name: string;
  creation: string;
  update: string;
  size: number;
  mime_type: string;
  labels: string[];
  description?: string;
  public_url?: string;
  extra?: object;
}

const documents = '/users/me/documents';
const UNKNOWN = '00000000-0000-4000-8000-0000000000ff';

const post = (user: ApiUser, content: string, fields: Record<string, string | string[]>, name = 'x.pdf') =>
  user.call<DocumentBody>('POST', documents, formWith(content, fields, { name }));

const idOf = async (user: ApiUser) => (await user.call<{ _id: string }>('GET', '/users/me')).body._id;

await t.test('documents', async (t) => {
  const emulator = await startApi(t);
  const owner = await logIn(emulator);
  const member = await logIn(emulator, 'membre');
  const consumer = await logIn(emulator, 'consommateur');

  await t.test('a document is created, read, changed, replaced and deleted', async (t) => {
    const { status, body } = await post(owner, 'bytes', { name: 'Plan', description: 'd', labels: 'a, b' });
    t.equal(status, 201);
    t.match(body, { name: 'Plan', description: 'd', labels: ['a', 'b'], size: 5, mime_type: 'application/pdf' });
    t.notOk('public_url' in body || 'extra' in body);
    const url = `${documents}/${body._id}`;
    t.same((await owner.call('GET', url)).body, body);
    const file = await owner.call('GET', `${url}/file`);
    t.equal(file.body, 'bytes');
    t.match(file.headers.get('content-disposition'), /attachment.*x\.pdf/);
    t.match(file.headers.get('etag'), /^"[0-9a-f]{64}"$/);

    const patch = { name: 'Other', labels: 'c,d', description: '', extra: { k: [1] } };
    const patched = await owner.call<DocumentBody>('PATCH', url, patch);
    t.match(patched.body, { name: 'Other', labels: ['c', 'd'], description: '', extra: { k: [1] } });
    t.equal(patched.body.update, body.update);
    const before = await storedFiles(emulator, 'documents');
    const replaced = await owner.call<DocumentBody>('PUT', url, formWith('newest', {}, { name: 'y.txt' }));
    t.match(replaced.body, { name: 'Other', size: 6, mime_type: 'text/plain' });
    t.not(replaced.body.update, body.update);
    t.equal((await storedFiles(emulator, 'documents')).length, before.length);
    t.match((await owner.call('GET', '/users/me')).body, { documents_use: 6 });
    t.equal((await owner.call('DELETE', url)).status, 204);
    t.equal((await owner.call('GET', url)).status, 404);
    t.match((await owner.call('GET', '/users/me')).body, { documents_use: 0 });
    t.same(await storedFiles(emulator, 'documents'), []);
  });

  await t.test('what is refused leaves nothing', async (t) => {
    const refused = async (fields: Record<string, string>, sentence: RegExp) => {
      const answer = await post(owner, 'x', fields);
      t.equal(answer.status, 400);
      t.match(sentences(answer), sentence);
    };
    await refused({ public_url: 'maybe' }, /"name" est obligatoire.*"public_url"/);
    for (const name of ['../x', '/etc/passwd', 'a\\b', 'a\nb']) await refused({ name }, /"name" est invalide/);
    await refused({ name: 'x'.repeat(256) }, /"name" ne doit pas dépasser 255/);
    t.match(sentences(await owner.call('POST', documents, new FormData())), /"file" est obligatoire/);
    t.same(await storedFiles(emulator, 'documents'), []);
  });

  await t.test('lists: filters, fields, sort', async (t) => {
    const { body: one } = await post(owner, 'x', { name: 'Été_1', labels: 'a,b' }, 'x.png');
    const { body: two } = await post(owner, 'xyz', { name: 'hiver', labels: 'a', public_url: 'true' });
    const ids = async (query: string) =>
      (await owner.call<DocumentBody[]>('GET', `${documents}?${query}`)).body.map(({ _id }) => _id);
    t.same(await ids('name=été%25'), [one._id]);
    t.same(await ids('name=hive_'), []);
    t.same(await ids('mime_type=image/%25'), [one._id]);
    t.same(await ids('labels=a&labels=b'), [one._id]);
    t.same(await ids('labels[0]=a'), [one._id, two._id]);
    t.same(await ids('sort=creation,desc'), [two._id, one._id]);
    t.same(await ids('shared=True'), []);
    t.same(await ids('owned=1&shared=1'), [one._id, two._id]);
    t.same(await ids('owned=false'), []);

    const list = await owner.call<DocumentBody[]>('GET', `${documents}?limit=1`);
    t.equal(list.headers.get('content-range'), '1-1/2');
    t.same(Object.keys(list.body[0] ?? {}).sort(), ['_id', 'creation', 'mime_type', 'name', 'size', 'update']);
    const chosen = await owner.call<DocumentBody[]>('GET', `${documents}?fields=labels,public_url&fields=extra`);
    t.same(Object.keys(chosen.body[1] ?? {}).sort(), ['_id', 'creation', 'labels', 'public_url', 'update']);
    t.same(Object.keys(chosen.body[0] ?? {}).sort(), ['_id', 'creation', 'labels', 'update']);
    t.equal((await owner.call('GET', `${documents}?fields=creation`)).status, 400);
  });

  await t.test('a public address is random, anonymous, and new at each publication', async (t) => {
    const { body } = await post(owner, '0123456789', { name: 'Public', public_url: 'True' }, 'plan.PDF');
    const address = /^http:\/\/localhost:\d+\/documents\/[A-Za-z0-9]{46}\.PDF$/;
    t.match(body.public_url, address);
    const anonymous = await fetch(body.public_url ?? '');
    t.equal(await anonymous.text(), '0123456789');
    t.equal(anonymous.headers.get('content-type'), 'application/pdf');
    t.equal(anonymous.headers.get('access-control-allow-origin'), '*');
    t.match(anonymous.headers.get('etag'), /^"[0-9a-f]{64}"$/);
    t.equal((await fetch(body.public_url ?? '', { headers: { range: 'bytes=1-2' } })).status, 206);
    t.equal((await fetch(body.public_url ?? '', { method: 'HEAD' })).headers.get('content-length'), '10');

    const url = `${documents}/${body._id}`;
    const kept = await owner.call<DocumentBody>('PATCH', url, { name: 'Renamed', public_url: 'true' });
    t.equal(kept.body.public_url, body.public_url, 'it was public already');
    const hidden = await owner.call<DocumentBody>('PATCH', url, { public_url: 'false' });
    t.notOk('public_url' in hidden.body);
    const gone = await fetch(body.public_url ?? '');
    t.equal(gone.status, 404);
    t.match(await gone.json(), { error: 'not_found', error_description: ['Document inconnu'] });
    const again = await owner.call<DocumentBody>('PATCH', url, { public_url: true });
    t.match(again.body.public_url, address);
    t.not(again.body.public_url, body.public_url);
    t.equal((await fetch(`${emulator.origin}/documents/${'x'.repeat(400)}`)).status, 404);
    t.equal((await fetch(`${emulator.origin}/documents/a%00`)).status, 404);
    await owner.call('DELETE', url);
    t.equal((await fetch(again.body.public_url ?? '')).status, 404);
  });

  await t.test('sharing lets others read, and nothing else', async (t) => {
    const { body } = await post(owner, 'secret', { name: 'Shared' });
    const url = `${documents}/${body._id}`;
    for (const path of [url, `${url}/file`, `${url}/sharings`]) t.equal((await member.call('GET', path)).status, 404);
    t.same((await owner.call('GET', `${url}/sharings`)).body, []);

    const consumerId = await idOf(consumer);
    const shared = await owner.call<DocumentBody>('POST', `${url}/sharings`, [
      MEMBER.toUpperCase(),
      consumerId,
      MEMBER,
    ]);
    t.same(shared.body, body);
    t.equal((await owner.call('POST', `${url}/sharings`, [MEMBER])).status, 200, 'once more is no error');
    const readers = await owner.call<{ _id: string }[]>('GET', `${url}/sharings`);
    t.equal(readers.headers.get('content-range'), '1-2/2');
    t.same(new Set(readers.body.map(({ _id }) => _id)), new Set([MEMBER, consumerId]));
    t.match(readers.body[0], { first_name: String, last_name: String });

    t.same((await member.call('GET', url)).body, body);
    t.equal((await member.call('GET', `${url}/file`)).body, 'secret');
    t.same((await member.call<DocumentBody[]>('GET', documents)).body, [], 'not among their own');
    t.same(
      (await member.call<DocumentBody[]>('GET', `${documents}?shared=true`)).body.map(({ _id }) => _id),
      [body._id],
    );
    t.equal((await member.call('PATCH', url, { name: 'x' })).status, 403);
    t.equal((await member.call('PUT', url, formWith('x'))).status, 403);
    t.equal((await member.call('DELETE', url)).status, 403);
    t.equal((await member.call('GET', `${url}/sharings`)).status, 403);
    t.equal((await member.call('POST', `${url}/sharings`, [UNKNOWN])).status, 403);
    t.equal((await owner.call('GET', `${url}/file`)).body, 'secret');

    const unknown = await owner.call('POST', `${url}/sharings`, [UNKNOWN]);
    t.equal(unknown.status, 404);
    t.match(sentences(unknown), UNKNOWN);
    t.equal((await owner.call('POST', `${url}/sharings`, [await idOf(owner)])).status, 400);
    for (const wrong of [[], ['x'], { users: [MEMBER] }]) {
      t.equal((await owner.call('POST', `${url}/sharings`, wrong)).status, 400);
    }

    t.equal((await owner.call('DELETE', `${url}/sharings`)).status, 400);
    t.equal((await owner.call('DELETE', `${url}/sharings?users=x`)).status, 400);
    t.equal((await owner.call('DELETE', `${url}/sharings?users=${MEMBER},${UNKNOWN}`)).status, 204);
    t.equal((await member.call('GET', url)).status, 404);
    t.equal((await consumer.call('GET', url)).status, 200);
    t.equal((await owner.call('DELETE', `${url}/sharings?users[0]=${consumerId}`)).status, 204);
    t.equal((await consumer.call('GET', `${url}/file`)).status, 404);
  });

  await t.test('without a token nothing is told', async (t) => {
    t.equal((await fetch(`${emulator.origin}/api${documents}`)).status, 401);
  });
});

await t.test('quota', async (t) => {
  const emulator = await startApi(t);
  const owner = await logIn(emulator);
  const id = await idOf(owner);
  const setQuota = (documentsQuota: bigint) =>
    emulator.deps.prisma.apiUser.update({ where: { id }, data: { documentsQuota } });

  await t.test('the file that passes it is refused and not kept', async (t) => {
    await setQuota(1000n);
    t.equal((await post(owner, 'x'.repeat(1000), { name: 'whole' })).status, 201);
    const refused = await post(owner, 'x', { name: 'more' });
    t.equal(refused.status, 409);
    t.match(sentences(refused), /quota de stockage de vos documents/);
    t.equal((await storedFiles(emulator, 'documents')).length, 1);
  });

  await t.test('a replaced file no longer counts', async (t) => {
    const { body } = await owner.call<DocumentBody[]>('GET', documents);
    const url = `${documents}/${body[0]?._id}`;
    t.equal((await owner.call('PUT', url, formWith('y'.repeat(1000)))).status, 200);
    t.equal((await owner.call('PUT', url, formWith('z'.repeat(1001)))).status, 409);
    t.match((await owner.call('GET', `${url}/file`)).body, /^y{1000}$/);
    t.equal((await storedFiles(emulator, 'documents')).length, 1);
    await owner.call('DELETE', url);
  });

  await t.test('of several files at once, those that fit succeed', async (t) => {
    await setQuota(2500n);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => post(owner, 'x'.repeat(1000), { name: `n${index}` })),
    );
    t.same(statusesOf(answers), [201, 201, 409, 409, 409, 409]);
    t.match((await owner.call('GET', '/users/me')).body, { documents_use: 2000, documents_quota: 2500 });
    t.equal((await storedFiles(emulator, 'documents')).length, 2);
  });
});
