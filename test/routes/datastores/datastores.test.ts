import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { newUpload, sendFile, startApi } from '../../helpers/deposit.js';
import { DATASTORE } from '../../helpers/seed.js';

interface Lent {
  use: number;
  quota: number;
  endpoint: { _id: string; type: string; open: boolean; technical_name: string; urls: { type: string; url: string }[] };
}

interface Detail {
  community: object;
  checks: string[];
  processings: string[];
  storages: { data: { type: string; storage: { type: string; labels: string[] } }[] };
}

void t.test('the datastore over HTTP', async (t) => {
  const api = await startApi(t);
  const producer = await logIn(api);
  const path = `/datastores/${DATASTORE}`;

  await t.test('it holds what clients read: names, ids, endpoints, storages with measured use', async (t) => {
    const { _id } = await newUpload(producer);
    await sendFile(producer, _id, { path: 'a', content: 'four' });
    const { body, headers } = await producer.call<Detail>('GET', path);
    matchContract(t, 'DatastoreDetailResponseDto', body);
    t.notOk(headers.has('content-range'), 'one object is no list');
    t.match(body, {
      _id: DATASTORE,
      technical_name: 'producteur-demo',
      active: true,
      storages: {
        uploads: { use: 4, storage: { type: 'FILESYSTEM' } },
        annexes: { use: 0 },
      },
    });
    const { data } = body.storages;
    t.same(
      data.map(({ type, storage }) => [type, storage.type, storage.labels]),
      [
        ['POSTGRESQL', 'POSTGRESQL', ['VECTEUR']],
        ['S3', 'S3', ['PYRAMIDE']],
        ['S3', 'S3', ['ARCHIVE']],
        ['OPENSEARCH', 'OPENSEARCH', []],
      ],
    );
    t.same(Object.keys(body.community).toSorted(), ['_id', 'contact', 'public']);
    t.equal(body.checks[0], 'ecb00ba0-eb42-427e-8418-f5d8a30e84ec');
    t.equal(body.processings[0], '0de8c60b-9938-4be9-aa36-9026b77c3c96');
  });

  await t.test('open endpoints come first, with their public addresses', async (t) => {
    const { body } = await producer.call<{ endpoints: Lent[] }>('GET', path);
    const open = body.endpoints.map((lent) => lent.endpoint.open);
    t.equal(open.lastIndexOf(true) + 1, open.indexOf(false));
    const first = body.endpoints.find((lent) => lent.endpoint.type === 'WFS');
    t.match(first?.endpoint, {
      technical_name: 'gpf-geoserver-wfs',
      urls: [{ type: 'WFS', url: `${api.origin}/wfs` }],
    });
    const downloads = body.endpoints.filter((lent) => lent.endpoint.type === 'DOWNLOAD');
    t.equal(downloads[0]?.endpoint.technical_name, 'gpf-download');
  });

  await t.test('endpoints are listed, filtered and paged', async (t) => {
    const list = await producer.call<Lent[]>('GET', `${path}/endpoints?type=WFS`);
    t.same(
      list.body.map((lent) => lent.endpoint.open),
      [true, false],
    );
    t.equal(list.headers.get('content-range'), '1-2/2');
    for (const item of list.body) matchContract(t, 'DatastoreEndpointStandardResponseDto', item);
    const named = await producer.call<Lent[]>('GET', `${path}/endpoints?name=%25wfs&open=1`);
    t.equal(named.body.length, 1);
    const used = await producer.call<Lent[]>('GET', `${path}/endpoints?use_ratio=0`);
    t.ok(
      used.body.every((lent) => lent.use > 0),
      'only what is used at all',
    );
    t.equal((await producer.call('GET', `${path}/endpoints?type=ZZZ`)).status, 400);
  });

  await t.test('storages are one object, filtered by type and use', async (t) => {
    const all = await producer.call<{ data: object[] }>('GET', `${path}/storages`);
    matchContract(t, 'DatastoreStoragesResponseDto', all.body);
    t.equal(all.body.data.length, 4);
    const s3 = await producer.call<{ data: object[] }>('GET', `${path}/storages?type=S3`);
    t.equal(s3.body.data.length, 2);
    t.same((await producer.call('GET', `${path}/storages?use_ratio=99`)).body, { data: [] });
  });
});
