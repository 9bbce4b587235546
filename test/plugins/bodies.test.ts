import { connect } from 'node:net';
import t from 'tap';
import { logIn } from '../helpers/api.js';
import { newUpload, startApi } from '../helpers/deposit.js';
import { DATASTORE } from '../helpers/seed.js';

const uploads = `/datastores/${DATASTORE}/uploads`;

void t.test('bodies and refusals of the API', async (t) => {
  const api = await startApi(t, { LOG_LEVEL: 'silent' });
  const producer = await logIn(api);
  const send = (method: string, path: string, contentType: string | undefined, body?: string) =>
    fetch(`${api.origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${producer.token}`, ...(contentType && { 'content-type': contentType }) },
      body,
    });

  await t.test('an empty body of any content type is no body', async (t) => {
    for (const contentType of [undefined, 'application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
      const { _id } = await newUpload(producer);
      const response = await send('POST', `${uploads}/${_id}/close`, contentType, '');
      t.equal(response.status, 204, contentType ?? 'no type');
      t.equal(response.headers.get('content-type'), null, 'no body, no type');
    }
    const { _id } = await newUpload(producer);
    const tags = await send('DELETE', `${uploads}/${_id}/tags?tags[]=a`, 'application/json', '');
    t.equal(tags.status, 204, 'the SDK removes tags so');
  });

  await t.test('a page of another origin may do all that the API does', async (t) => {
    const response = await fetch(`${api.origin}/api${uploads}`, {
      method: 'OPTIONS',
      headers: { origin: 'http://app.example', 'access-control-request-method': 'PATCH' },
    });
    t.equal(response.headers.get('access-control-allow-origin'), '*');
    const methods = response.headers.get('access-control-allow-methods')?.split(', ') ?? [];
    t.strictSame(methods.toSorted(), ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']);
  });

  await t.test('what is no request, and what is too long for one, are refused in the words of the API', async (t) => {
    const long = await fetch(`${api.origin}/api${uploads}?name=${'x'.repeat(140_000)}`);
    t.equal(long.status, 431);
    t.match(await long.json(), { error: 'request_header_fields_too_large', error_description: [/trop longs/] });
    const { port } = new URL(api.origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('BONJOUR\r\n\r\n');
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk);
    t.match(answer, /^HTTP\/1\.1 400 /);
    t.match(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), { error: 'bad_request' });
  });

  await t.test('malformed JSON is 400 and says so', async (t) => {
    for (const body of ['{"name": ', 'null,', '{"a":1}x']) {
      const response = await send('POST', uploads, 'application/json', body);
      t.equal(response.status, 400, body);
      t.equal(response.headers.get('content-type'), 'application/json');
      t.match(await response.json(), { error: 'bad_request', error_description: [/JSON/] });
    }
  });

  await t.test('a JSON body whose objects and lists are in one another without end is 400', async (t) => {
    const { _id } = await newUpload(producer);
    const nested = (depth: number) => `{"extra":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    for (const depth of [199, 1000, 2500, 100_000]) {
      const response = await send('PATCH', `${uploads}/${_id}`, 'application/json', nested(depth));
      t.equal(response.status, 400, String(depth));
      t.match(await response.json(), { error: 'bad_request' });
    }
    t.equal((await send('PATCH', `${uploads}/${_id}`, 'application/json', nested(198))).status, 200);
  });

  await t.test('a JSON body that is not an object is 400', async (t) => {
    for (const body of ['null', '[]', '"x"', '3']) {
      t.equal((await send('POST', uploads, 'application/json', body)).status, 400, body);
    }
    t.equal((await send('POST', uploads, undefined)).status, 400, 'no body at all');
  });

  await t.test('a body of another type is 415', async (t) => {
    const response = await send('POST', uploads, 'application/x-www-form-urlencoded', 'name=a');
    t.equal(response.status, 415);
    t.match(await response.json(), { error: 'unsupported_media_type', error_description: [/./] });
  });

  await t.test('a JSON body above the limit is 413', async (t) => {
    const response = await send('POST', uploads, 'application/json', `"${'x'.repeat(11 * 1024 * 1024)}"`);
    t.equal(response.status, 413);
    t.match(await response.json(), { error: 'payload_too_large' });
  });

  await t.test('__proto__ in a body is data, never a prototype', async (t) => {
    const response = await send(
      'POST',
      uploads,
      'application/json',
      '{"__proto__": {"name": "x"}, "description": "b"}',
    );
    t.equal(response.status, 400);
    t.match(await response.json(), { error_description: ['Le champ "name" est obligatoire.'] });
  });

  await t.test('an unknown path is 404, a known one with another method 405 with Allow', async (t) => {
    t.match(await producer.call('GET', '/nowhere'), { status: 404, body: { error: 'not_found' } });
    const put = await producer.call('PUT', uploads, {});
    t.match(put, { status: 405, body: { error: 'method_not_allowed' } });
    t.equal(put.headers.get('allow'), 'GET, POST');
  });

  await t.test('a malformed or endless address is 400, in French', async (t) => {
    for (const path of ['/%zz', `/datastores/${'a'.repeat(600)}`]) {
      const answer = await producer.call('GET', path);
      t.match(answer, { status: 400, body: { error: 'bad_request', error_description: [/malformée/] } });
      t.equal(answer.headers.get('content-type'), 'application/json');
    }
  });

  await t.test('an unexpected error is a bland 500', async (t) => {
    await api.deps.prisma.$executeRaw`ALTER TABLE geopf.upload RENAME TO upload_hidden`;
    t.teardown(() => api.deps.prisma.$executeRaw`ALTER TABLE IF EXISTS geopf.upload_hidden RENAME TO upload`);
    const answer = await producer.call('GET', uploads);
    t.same(answer.body, {
      error: 'internal_server_error',
      error_description: ['Une erreur interne est survenue.'],
    });
    t.equal(answer.status, 500);
  });
});
