import t, { type Test } from 'tap';
import { type ApiUser, logIn } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { newUpload, startApi } from '../../helpers/deposit.js';
import { DATASTORE } from '../../helpers/seed.js';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';

void t.test('uploads over HTTP', async (t) => {
  const api = await startApi(t);
  const producer = await logIn(api);
  const uploads = `/datastores/${DATASTORE}/uploads`;

  void t.test('creation answers 201 with an open, empty upload of the contract', async (t) => {
    const { status, headers, body } = await producer.call<Record<string, unknown>>('POST', uploads, {
      name: 'Communes',
      description: 'Limites',
      type: 'VECTOR',
      srs: 'EPSG:2154',
    });
    t.equal(status, 201);
    t.equal(headers.get('content-type'), 'application/json', 'without charset');
    t.match(body, {
      status: 'OPEN',
      size: 0,
      open: false,
      tags: {},
      type_infos: {},
      last_event: { title: 'Création' },
    });
    t.match(body.creation, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    t.match((body.last_event as { date: string }).date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/, 'no zone');
    t.notOk('extent' in body || 'extra' in body, 'absent values are omitted');
    matchContract(t, 'UploadPrivateDetailResponseDto', body);
    const read = await producer.call('GET', `${uploads}/${String(body._id)}`);
    t.same(read.body, body);
  });

  void t.test('creation names every missing field, and refuses unknown types and malformed srs', async (t) => {
    const missing = await producer.call<{ error_description: string[] }>('POST', uploads, {});
    t.equal(missing.status, 400);
    for (const field of ['name', 'description', 'type', 'srs']) {
      t.ok(missing.body.error_description.includes(`Le champ "${field}" est obligatoire.`), field);
    }
    const valid = { name: 'a', description: 'b', type: 'VECTOR', srs: 'EPSG:4326' };
    for (const wrong of [{ type: 'NOPE' }, { srs: '4326' }, { name: '' }, { name: 3 }, { type_infos: [] }]) {
      const { status, body } = await producer.call('POST', uploads, { ...valid, ...wrong });
      t.equal(status, 400, JSON.stringify(wrong));
      t.match(body, { error: 'bad_request', error_description: [/./] });
    }
    const pyramid = await producer.call('POST', uploads, { ...valid, type: 'ROK4-PYRAMID', type_infos: { tms: 'PM' } });
    t.match(pyramid, { status: 400, body: { error_description: ['Le champ "type_infos.format" est obligatoire.'] } });
  });

  void t.test('PATCH changes what a producer may change, ignores the rest, and does not move update', async (t) => {
    const before = await newUpload(producer);
    const extent = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [1, 2],
          [0, 2],
          [0, 0],
        ],
      ],
    };
    const { status, body } = await producer.call<Record<string, unknown>>('PATCH', `${uploads}/${before._id}`, {
      name: 'Autre',
      open: 'True',
      srs: 'EPSG:3857',
      extent,
      extra: { a: [1] },
      status: 'CLOSED',
      _id: UNKNOWN,
    });
    t.equal(status, 200);
    t.match(body, {
      _id: before._id,
      name: 'Autre',
      open: true,
      srs: 'EPSG:3857',
      extent,
      extra: { a: [1] },
      status: 'OPEN',
    });
    t.equal(body.update, before.update);
    matchContract(t, 'UploadPrivateDetailResponseDto', body);
    const listed = await producer.call<unknown[]>('GET', `${uploads}?fields=bbox,size&name=Autre`);
    t.same(listed.body, [{ _id: before._id, size: 0, bbox: { west: 0, south: 0, east: 1, north: 2 } }]);
    const inside = await producer.call('GET', `${uploads}?lon=0.5&lat=1.5`);
    t.equal(inside.headers.get('content-range'), '1-1/1', 'the point filter finds it');
    const wrong = await producer.call('PATCH', `${uploads}/${before._id}`, {
      extent: { type: 'Point', coordinates: [0, 0] },
      srs: 'Lambert 93',
    });
    t.equal(wrong.status, 400);
    t.match(wrong.body, { error_description: [/srs/, /extent/] }, 'every fault');
  });

  void t.test('tags: strings, numbers and booleans are added; keys go in any of the four spellings', async (t) => {
    const { _id } = await newUpload(producer);
    const path = `${uploads}/${_id}/tags`;
    const added = await producer.call('POST', path, { a: 'x', year: 2023, ok: true, 'with space': '{"json":1}' });
    t.match(added, {
      status: 200,
      body: { _id, tags: { a: 'x', year: '2023', ok: 'true', 'with space': '{"json":1}' } },
    });
    const replaced = await producer.call<{ tags: object }>('POST', path, { a: 'y', b: '1', c: '2' });
    t.match(replaced.body.tags, { a: 'y', year: '2023', b: '1', c: '2' });
    for (const query of ['?&tags=a&tags=b', '?tags=c,year', '?tags[]=ok', '?tags%5B0%5D=with%20space']) {
      t.equal((await producer.call('DELETE', `${path}${query}`)).status, 204, query);
    }
    t.same((await producer.call<{ tags: object }>('GET', `${uploads}/${_id}`)).body.tags, {});
    t.equal((await producer.call('DELETE', path)).status, 400, 'without key');
    t.equal((await producer.call('POST', path, { a: { b: 1 } })).status, 400, 'an object is no tag');
  });

  void t.test('DELETE keeps the upload readable with its tags, as DELETED, and out of the lists', async (t) => {
    const { _id } = await newUpload(producer, { name: 'À supprimer' });
    await producer.call('POST', `${uploads}/${_id}/tags`, { kept: 'yes' });
    t.equal((await producer.call('DELETE', `${uploads}/${_id}`)).status, 204);
    t.match((await producer.call('GET', `${uploads}/${_id}`)).body, { status: 'DELETED', tags: { kept: 'yes' } });
    t.equal((await producer.call('GET', `${uploads}/${_id}/tree`)).status, 404);
    t.same((await producer.call('GET', `${uploads}?name=À supprimer`)).body, []);
    t.equal((await producer.call<unknown[]>('GET', `${uploads}?name=À supprimer&status=DELETED`)).body.length, 1);
    const again = await producer.call('DELETE', `${uploads}/${_id}`);
    t.match(again, { status: 409, body: { error: 'conflict', error_description: [/DELETED/] } });
  });

  void t.test('events tell the life of an upload, oldest first', async (t) => {
    const { _id } = await newUpload(producer);
    await producer.call('DELETE', `${uploads}/${_id}`);
    const { headers, body } = await producer.call<{ title: string }[]>('GET', `${uploads}/${_id}/events`);
    t.same(
      body.map((event) => event.title),
      ['Création', 'Suppression'],
    );
    t.equal(headers.get('content-range'), '1-2/2');
    for (const event of body) matchContract(t, 'EventResponseDto', event);
  });

  await t.test('comments belong to the upload', async (t) => {
    const { _id } = await newUpload(producer);
    const posted = await producer.call<{ _id: string }>('POST', `${uploads}/${_id}/comments`, { text: 'Relu' });
    t.equal(posted.status, 201);
    matchContract(t, 'CommentResponseDto', posted.body);
    const listed = await producer.call<{ _id: string }[]>('GET', `${uploads}/${_id}/comments`);
    t.same(
      listed.body.map((comment) => comment._id),
      [posted.body._id],
    );
  });

  await t.test('an unknown upload is 404, a malformed id 400, on every route', async (t) => {
    const routes: [string, string, object?][] = [
      ['GET', ''],
      ['PATCH', '', {}],
      ['DELETE', ''],
      ['POST', '/open'],
      ['POST', '/close'],
      ['GET', '/checks'],
      ['POST', '/checks', [UNKNOWN]],
      ['POST', '/tags', { a: 'b' }],
      ['DELETE', '/tags?tags=a'],
      ['GET', '/events'],
      ['GET', '/tree'],
      ['GET', '/data?path=a'],
      ['DELETE', '/data?path=a'],
      ['DELETE', '/md5?path=a'],
    ];
    for (const [method, path, body] of routes) {
      const unknown = await producer.call(method, `${uploads}/${UNKNOWN}${path}`, body);
      t.match(
        unknown,
        { status: 404, body: { error: 'not_found', error_description: [/^La livraison/] } },
        `${method} ${path}`,
      );
      t.equal((await producer.call(method, `${uploads}/zzz${path}`, body)).status, 400, `${method} ${path}, malformed`);
    }
  });

  await t.test('lists', async (t) => {
    await listTests(t, producer, uploads);
  });
});

async function listTests(t: Test, producer: ApiUser, uploads: string): Promise<void> {
  for (const name of ['liste_a', 'listeXa', 'Liste_B']) await newUpload(producer, { name });
  const names = async (query: string) => {
    const { body } = await producer.call<{ name: string }[]>('GET', `${uploads}?${query}&limit=100`);
    return body.map((upload) => upload.name);
  };

  await t.test('% is a joker, _ is itself, case does not count, no joker means the whole value', async (t) => {
    t.same(await names('name=liste_%25'), ['liste_a', 'Liste_B']);
    t.same(await names('name=LISTE%25a'), ['liste_a', 'listeXa']);
    t.same(await names('name=liste'), []);
    t.same(await names("name=liste%25' OR '1'='1"), [], 'a quote is text');
  });

  await t.test('sort, pages and Content-Range agree', async (t) => {
    t.same(await names('name=liste%25&sort=creation,desc'), ['Liste_B', 'listeXa', 'liste_a']);
    t.same(await names('name=liste%25&sort=last_event,desc'), ['Liste_B', 'listeXa', 'liste_a']);
    const second = await producer.call<{ name: string }[]>('GET', `${uploads}?name=liste%25&limit=2&page=2`);
    t.same(
      second.body.map((upload) => upload.name),
      ['Liste_B'],
    );
    t.equal(second.headers.get('content-range'), '3-3/3');
    const past = await producer.call('GET', `${uploads}?name=liste%25&limit=2&page=9`);
    t.match(past, { status: 200, body: [] });
    t.equal(past.headers.get('content-range'), '0-0/3');
    const none = await producer.call('GET', `${uploads}?name=zzz`);
    t.equal(none.headers.get('content-range'), '0-0/0');
  });

  await t.test('an item holds the default fields, or those asked for', async (t) => {
    const byDefault = await producer.call<object[]>('GET', `${uploads}?name=liste_a`);
    t.same(Object.keys(byDefault.body[0] ?? {}).toSorted(), [
      '_id',
      'description',
      'name',
      'open',
      'srs',
      'status',
      'type',
    ]);
    const chosen = await producer.call<object[]>('GET', `${uploads}?name=liste_a&fields=tags&fields=last_event,bbox`);
    t.same(Object.keys(chosen.body[0] ?? {}).toSorted(), ['_id', 'last_event', 'tags'], 'no bbox: it has no extent');
    for (const item of [...byDefault.body, ...chosen.body]) {
      matchContract(t, 'UploadStandardListResponseDto', item, { partial: true });
    }
  });

  await t.test('tags filter by exact value, several narrow', async (t) => {
    const { _id } = await newUpload(producer, { name: 'tagged' });
    await producer.call('POST', `${uploads}/${_id}/tags`, { a: '1', b: '2' });
    t.same(await names('tags[a]=1&tags%5Bb%5D=2'), ['tagged']);
    t.same(await names('tags[a]=1&tags[b]=3'), []);
  });

  await t.test('bad parameters are 400', async (t) => {
    for (const query of [
      'limit=0',
      'limit=101',
      'page=0',
      'page=x',
      'sort=name',
      'fields=zzz',
      'status=ZZZ',
      'lon=1',
      'before=hier',
      'open=peut-être',
    ]) {
      t.equal((await producer.call('GET', `${uploads}?${query}`)).status, 400, query);
    }
  });
}
