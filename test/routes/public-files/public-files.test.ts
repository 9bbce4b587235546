import { request } from 'node:http';
import t from 'tap';
import { type ApiUser, logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { formWith } from '../../helpers/files.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';

const annexes = `/datastores/${DATASTORE}/annexes`;

const emulator = await startApi(t);
const producer = await logIn(emulator);

async function publish(
  user: ApiUser,
  path: string,
  content: string,
  file: { name?: string; type?: string; published?: string } = {},
): Promise<string> {
  const form = formWith(content, { paths: path, published: file.published ?? 'true' }, file);
  const { status, body } = await user.call<{ _id: string }>('POST', annexes, form);
  if (status !== 201) throw new Error(`no annex: ${status} ${JSON.stringify(body)}`);
  return body._id;
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${emulator.origin}/annexes/producteur-demo${path}`, { method, headers });

/** Sends a path as it is: fetch would resolve its dots. */
function rawStatus(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: emulator.config.port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}

await t.test('a published annex is served to everybody', async (t) => {
  await publish(producer, '/dir/été 1?#%.txt', '0123456789', { name: 'a.txt' });
  const url = `/dir/${encodeURIComponent('été 1?#%.txt')}`;
  const answer = await get(url, { origin: 'https://elsewhere.example' });
  t.equal(answer.status, 200);
  t.equal(await answer.text(), '0123456789');
  t.match(answer.headers.get('content-type'), /^text\/plain/);
  t.equal(answer.headers.get('content-length'), '10');
  t.equal(answer.headers.get('accept-ranges'), 'bytes');
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  t.equal(answer.headers.get('access-control-allow-origin'), '*');
  t.equal(answer.headers.get('x-emulator-fidelity'), 'documented');
  t.match(answer.headers.get('etag'), /^"[0-9a-f]{64}"$/);
  t.match(answer.headers.get('last-modified'), /GMT$/);
  t.equal(answer.headers.get('content-disposition'), null);

  const head = await get(url, {}, 'HEAD');
  t.equal(head.status, 200);
  t.equal(head.headers.get('content-length'), '10');
  t.equal(head.headers.get('etag'), answer.headers.get('etag'));
  t.equal(head.headers.get('x-emulator-fidelity'), 'documented');
  t.equal(await head.text(), '');
});

await t.test('what is not published here is unknown', async (t) => {
  await publish(producer, '/hidden.txt', 'x', { published: 'false' });
  const admin = await logIn(emulator, 'admin');
  const elsewhere = formWith('theirs', { paths: '/theirs.txt', published: '1' });
  await admin.call('POST', `/datastores/${SANDBOX_DATASTORE}/annexes`, elsewhere);
  for (const path of ['/hidden.txt', '/theirs.txt', '/none', '/', '', '/a%00b', '/%ef%bf%bf', `/${'x'.repeat(5000)}`]) {
    const answer = await get(path);
    t.equal(answer.status, 404, path.slice(0, 20));
  }
  const unknown = await get('/none');
  t.equal(unknown.headers.get('content-type'), 'application/json');
  t.match(await unknown.json(), { error: 'not_found', error_description: ['Annexe inconnue'] });
  t.equal((await fetch(`${emulator.origin}/annexes/sandbox/theirs.txt`)).status, 200);
  t.equal((await fetch(`${emulator.origin}/annexes/nobody/theirs.txt`)).status, 404);
  for (const path of [
    '/annexes/../api/users/me',
    '/annexes/producteur-demo/../../etc/passwd',
    '/annexes/a%2f..%2fb/x',
  ]) {
    t.match(await rawStatus(path), 404, path);
  }
  t.equal(await rawStatus('/annexes/producteur-demo/%zz'), 400);
});

await t.test('publication shows and hides at once', async (t) => {
  const id = await publish(producer, '/toggle.txt', 'x');
  t.equal((await get('/toggle.txt')).status, 200);
  await producer.call('PATCH', `${annexes}/${id}`, { published: 'false' });
  t.equal((await get('/toggle.txt')).status, 404);
});

await t.test('an inactive datastore serves nothing', async (t) => {
  await publish(producer, '/inactive.txt', 'x');
  const setActive = (active: boolean) =>
    emulator.deps.prisma.datastore.update({ where: { id: DATASTORE }, data: { active } });
  await setActive(false);
  t.equal((await get('/inactive.txt')).status, 404);
  await setActive(true);
  t.equal((await get('/inactive.txt')).status, 200);
});

await t.test('conditions', async (t) => {
  const id = await publish(producer, '/conditions.txt', 'first');
  const { headers } = await get('/conditions.txt');
  const etag = headers.get('etag') ?? '';
  const modified = headers.get('last-modified') ?? '';
  const status = async (conditions: Record<string, string>) => (await get('/conditions.txt', conditions)).status;
  const unchanged = await get('/conditions.txt', { 'if-none-match': etag });
  t.equal(unchanged.status, 304);
  t.equal(await unchanged.text(), '');
  t.equal(unchanged.headers.get('etag'), etag);
  t.equal(await status({ 'if-none-match': `"other", W/${etag}` }), 304);
  t.equal(await status({ 'if-none-match': '*' }), 304);
  t.equal(await status({ 'if-none-match': '"other"' }), 200);
  t.equal(await status({ 'if-modified-since': modified }), 304);
  t.equal(await status({ 'if-modified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }), 200);
  t.equal(await status({ 'if-match': etag }), 200);
  t.equal(await status({ 'if-match': '"other"' }), 412);
  t.equal(await status({ 'if-match': `W/${etag}` }), 412);
  t.equal(await status({ 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }), 412);
  t.equal((await get('/conditions.txt', { 'if-none-match': etag }, 'HEAD')).status, 304);

  await producer.call('PUT', `${annexes}/${id}`, formWith('second'));
  const after = await get('/conditions.txt', { 'if-none-match': etag });
  t.equal(after.status, 200, 'new bytes, new tag');
  t.equal(await after.text(), 'second');
});

await t.test('ranges', async (t) => {
  await publish(producer, '/range.txt', '0123456789');
  await publish(producer, '/empty.txt', '');
  const range = async (value: string, more: Record<string, string> = {}, path = '/range.txt') => {
    const answer = await get(path, { range: value, ...more });
    return [answer.status, answer.headers.get('content-range'), answer.status < 400 ? await answer.text() : null];
  };
  t.same(await range('bytes=2-4'), [206, 'bytes 2-4/10', '234']);
  t.same(await range('bytes=7-'), [206, 'bytes 7-9/10', '789']);
  t.same(await range('bytes=-3'), [206, 'bytes 7-9/10', '789']);
  t.same(await range('bytes=0-999'), [206, 'bytes 0-9/10', '0123456789']);
  t.same(await range('bytes=10-'), [416, 'bytes */10', null]);
  t.same(await range('bytes=-0'), [416, 'bytes */10', null]);
  t.same(await range('bytes=0-', {}, '/empty.txt'), [416, 'bytes */0', null]);
  t.same(await range('bytes=4-2'), [200, null, '0123456789'], 'no range at all');
  const [status, one, several] = await range('bytes=0-1,4-5');
  t.same([status, one], [206, null]);
  t.match(
    several,
    /Content-Type: text\/plain\r\nContent-Range: bytes 0-1\/10\r\n\r\n01\r\n--[^]*4-5\/10\r\n\r\n45\r\n--/,
  );
  t.same(await range('bytes=0-9,0-9'), [200, null, '0123456789'], 'more than the file');
  t.same(await range('lines=1-2'), [200, null, '0123456789']);
  const etag = (await get('/range.txt')).headers.get('etag') ?? '';
  const modified = (await get('/range.txt')).headers.get('last-modified') ?? '';
  t.equal((await range('bytes=2-4', { 'if-range': etag }))[0], 206);
  t.equal((await range('bytes=2-4', { 'if-range': modified }))[0], 206);
  t.equal((await range('bytes=2-4', { 'if-range': '"other"' }))[0], 200);
  t.equal((await range('bytes=2-4', { 'if-range': `W/${etag}` }))[0], 200);
  const empty = await get('/empty.txt');
  t.equal(empty.status, 200);
  t.equal(empty.headers.get('content-length'), '0');
  t.equal((await get('/range.txt', { range: 'bytes=2-4' }, 'HEAD')).headers.get('content-length'), '10');
});

await t.test('clients keep the capabilities of their datastore', async (t) => {
  const path = '/gpf-geoserver-wfs/capabilities.xml';
  const id = await publish(producer, path, '<first/>', { name: 'capabilities.xml', type: 'application/xml' });
  const first = await get(path);
  t.equal(await first.text(), '<first/>');
  t.match(first.headers.get('content-type'), /xml/);
  const etag = first.headers.get('etag') ?? '';
  await producer.call('PUT', `${annexes}/${id}`, formWith('<second/>', {}, { name: 'capabilities.xml' }));
  const second = await get(path, { 'if-none-match': etag });
  t.same([second.status, await second.text()], [200, '<second/>']);
  await producer.call('PATCH', `${annexes}/${id}`, { published: false });
  const gone = await get(path);
  t.equal(gone.status, 404);
  t.match(await gone.json(), { error_description: ['Annexe inconnue'] });
});

await t.test('pages and drawings cannot act in our name', async (t) => {
  for (const name of ['page.html', 'drawing.svg', 'x.xml', 'image.png']) {
    await publish(producer, `/csp/${name}`, 'x', { name });
    const policy = (await get(`/csp/${name}`)).headers.get('content-security-policy') ?? '';
    t.match(policy, /default-src 'none'.*sandbox$/, name);
  }
  await publish(producer, '/csp/declared', 'x', { name: 'declared', type: 'text/html' });
  t.match((await get('/csp/declared')).headers.get('content-security-policy'), /sandbox/);
});

await t.test('members download with the same care', async (t) => {
  const id = await publish(producer, '/member/été.txt', '0123456789');
  const url = `${emulator.origin}/api${annexes}/${id}/file`;
  const authorization = `Bearer ${producer.token}`;
  const whole = await fetch(url, { headers: { authorization } });
  t.equal(whole.headers.get('content-disposition'), `attachment; filename*=UTF-8''%C3%A9t%C3%A9.txt`);
  const etag = whole.headers.get('etag') ?? '';
  t.equal((await fetch(url, { headers: { authorization, 'if-none-match': etag } })).status, 304);
  t.equal(await (await fetch(url, { headers: { authorization, range: 'bytes=-2' } })).text(), '89');
  const outside = await fetch(url, { headers: { authorization, range: 'bytes=50-' } });
  t.match(await outside.json(), { error: 'range_not_satisfiable' });
  const failed = await fetch(url, { headers: { authorization, 'if-match': '"x"' } });
  t.match(await failed.json(), { error: 'precondition_failed' });
});

await t.test('readers never see a file half replaced', async (t) => {
  const id = await publish(producer, '/busy.txt', 'a'.repeat(1000));
  let isWriting = true;
  const write = async () => {
    for (const letter of 'bcdefghij') await producer.call('PUT', `${annexes}/${id}`, formWith(letter.repeat(1000)));
    isWriting = false;
  };
  const read = async () => {
    const seen = new Set<string>();
    while (isWriting) {
      const answer = await get('/busy.txt');
      const text = await answer.text();
      seen.add(answer.status === 200 && /^(.)\1{999}$/.test(text) ? 'whole' : `${answer.status} ${text.slice(0, 80)}`);
    }
    return [...seen];
  };
  const [, ...seen] = await Promise.all([write(), read(), read()]);
  t.same(seen, [['whole'], ['whole']]);
});
