import t from 'tap';
import { ENDPOINTS } from '../../../src/catalogue/endpoints.js';
import { CHECKS } from '../../../src/catalogue/checks.js';
import { STORAGES } from '../../../src/catalogue/storages.js';
import { newCommunity, newDatastore, type Refusal, storagesWith, UNKNOWN } from '../../helpers/administration.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { CONSUMER, DATASTORE, PRODUCER } from '../../helpers/seed.js';

interface Datastore {
  _id: string;
  active: boolean;
  checks: string[];
  endpoints: { quota: number; endpoint: { _id: string } }[];
  storages: { data: { quota: number; storage: { _id: string } }[]; uploads: { use: number; quota: number } };
  metadata_file_identifier_prefix?: string;
  configuration_layer_name_prefix?: string;
}

const WFS = ENDPOINTS.find((endpoint) => endpoint.type === 'WFS')?.id ?? '';
const S3 = STORAGES.find((storage) => storage.type === 'S3')?.id ?? '';
const POSTGRESQL = STORAGES.find((storage) => storage.type === 'POSTGRESQL')?.id ?? '';
const CHECK = CHECKS[0]?.id ?? '';
const UPLOAD = { name: 'Livraison', description: 'd', type: 'VECTOR', srs: 'EPSG:2154' };

void t.test('datastores, for administrators', async (t) => {
  const api = await startApi(t);
  const admin = await logIn(api, 'admin');
  const producer = await logIn(api);
  const path = '/administrator/datastores';

  await t.test('one is born inactive, and serves its supervisor once it is opened', async (t) => {
    const supervisor = await logIn(api, 'consommateur');
    const { _id } = await newDatastore(admin, CONSUMER);
    const uploads = `/datastores/${_id}/uploads`;
    t.match((await admin.call('GET', `${path}/${_id}`)).body, { active: false, processings: [], checks: [] });
    t.equal((await supervisor.call('POST', uploads, UPLOAD)).status, 403);
    const opened = await admin.call<Datastore>('PATCH', `${path}/${_id}`, { active: true });
    t.match(opened, { status: 200, body: { active: true } });
    t.equal((await supervisor.call('POST', uploads, UPLOAD)).status, 201);
    await admin.call('PATCH', `${path}/${_id}`, { active: 'false' });
    t.equal((await supervisor.call('GET', uploads)).status, 403, 'blocked at once');
  });

  await t.test('what it may use is lent at its creation', async (t) => {
    const community = await newCommunity(admin, PRODUCER);
    const { status, body } = await admin.call<Datastore>('POST', path, {
      community,
      storages: storagesWith(5000),
      endpoints: [{ endpoint: WFS, quota: 3 }],
      checks: [CHECK],
      configuration_layer_name_prefix: 'TEST_',
      metadata_file_identifier_prefix: 'fr.test',
    });
    t.equal(status, 201);
    t.match(body, {
      checks: [CHECK],
      endpoints: [{ quota: 3, endpoint: { _id: WFS } }],
      storages: { uploads: { use: 0, quota: 5000 } },
      configuration_layer_name_prefix: 'TEST_',
      metadata_file_identifier_prefix: 'fr.test',
    });
    const second = await admin.call<Refusal>('POST', path, { community, storages: storagesWith(1), endpoints: [] });
    t.match(second, { status: 409, body: { error_description: [`La communauté ${community} a déjà un entrepôt.`] } });
  });

  await t.test('every problem of a body is told', async (t) => {
    const empty = await admin.call<Refusal>('POST', path, {});
    t.equal(empty.status, 400);
    t.same(
      ['community', 'storages', 'endpoints'].map((field) => `Le champ "${field}" est obligatoire.`).toSorted(),
      empty.body.error_description.toSorted(),
    );
    const quotas = await admin.call<Refusal>('POST', path, {
      community: UNKNOWN,
      storages: storagesWith(-1),
      endpoints: [{ endpoint: WFS, quota: -1 }],
    });
    t.equal(quotas.status, 400);
    t.ok(quotas.body.error_description.length >= 3);
    const unknown = await admin.call<Refusal>('POST', path, {
      community: UNKNOWN,
      storages: { ...storagesWith(1), data: [{ storage: UNKNOWN, quota: 1 }] },
      endpoints: [{ endpoint: UNKNOWN, quota: 1 }],
      checks: [UNKNOWN],
      processings: [UNKNOWN],
    });
    t.equal(unknown.status, 404);
    t.equal(unknown.body.error_description.length, 5);
    const { _id } = await newDatastore(admin, PRODUCER);
    const twice = await admin.call('PATCH', `${path}/${_id}`, {
      endpoints: [
        { endpoint: WFS, quota: 1 },
        { endpoint: WFS.toUpperCase(), quota: 2 },
      ],
    });
    t.match(twice, { status: 400, body: { error_description: [/deux fois/] } });
    const wrongKind = await admin.call('PATCH', `${path}/${_id}`, {
      storages: { uploads: { storage: POSTGRESQL, quota: 1 } },
    });
    t.match(wrongKind, { status: 400, body: { error_description: [/FILESYSTEM ou S3/] } });
  });

  await t.test('a change touches the parts given; an empty prefix is removed', async (t) => {
    const { _id } = await newDatastore(admin, PRODUCER, {
      checks: [CHECK],
      endpoints: [{ endpoint: WFS, quota: 3 }],
      configuration_layer_name_prefix: 'TEST_',
    });
    const one = await admin.call<Datastore>('PATCH', `${path}/${_id}`, { endpoints: [{ endpoint: WFS, quota: 7 }] });
    t.match(one.body, { checks: [CHECK], endpoints: [{ quota: 7 }], configuration_layer_name_prefix: 'TEST_' });
    const two = await admin.call<Datastore>('PATCH', `${path}/${_id}`, {
      configuration_layer_name_prefix: '',
      checks: [],
      storages: { data: [{ storage: S3, quota: 1 }] },
    });
    t.notOk('configuration_layer_name_prefix' in two.body);
    t.same(two.body.checks, []);
    t.match(two.body.storages, { data: [{ quota: 1, storage: { _id: S3 } }], uploads: { quota: 1_000_000 } });
    t.equal(two.body.storages.data.length, 1);
    t.equal((await admin.call('PATCH', `${path}/${UNKNOWN}`, { active: true })).status, 404);
  });

  await t.test(
    'the storage of uploads changes while there are some; a quota below its use refuses what comes',
    async (t) => {
      const { _id } = await newDatastore(admin, PRODUCER);
      await admin.call('PATCH', `${path}/${_id}`, { active: true });
      const { body: upload } = await producer.call<{ _id: string }>('POST', `/datastores/${_id}/uploads`, UPLOAD);
      const send = (name: string) => {
        const form = new FormData();
        form.append('file', new Blob(['0123456789']), name);
        return producer.call('POST', `/datastores/${_id}/uploads/${upload._id}/data?path=${name}`, form);
      };
      t.equal((await send('a')).status, 204);
      const moved = await admin.call<Datastore>('PATCH', `${path}/${_id}`, {
        storages: { uploads: { storage: S3, quota: 4 } },
      });
      t.match(moved, { status: 200, body: { storages: { uploads: { use: 10, quota: 4, storage: { _id: S3 } } } } });
      t.equal((await send('b')).status, 409);
      t.equal((await producer.call('GET', `/datastores/${_id}/uploads/${upload._id}`)).status, 200);
    },
  );

  await t.test('what is used is not taken back', async (t) => {
    const storages = await admin.call<Refusal>('PATCH', `${path}/${DATASTORE}`, { storages: { data: [] } });
    t.match(storages, { status: 409, body: { error_description: [/« Bases de données vecteur »/] } });
    const endpoints = await admin.call<Refusal>('PATCH', `${path}/${DATASTORE}`, { endpoints: [] });
    t.match(endpoints, { status: 409, body: { error_description: [/« Service public WFS »/] } });
    const { body } = await admin.call<Datastore>('GET', `${path}/${DATASTORE}`);
    t.ok(body.endpoints.length > 10 && body.storages.data.length === 4, 'nothing was changed');
  });

  await t.test('lists are filtered and counted', async (t) => {
    const named = await admin.call<Datastore[]>('GET', `${path}?name=producteur%25&active=true`);
    t.match(named.body, [{ _id: DATASTORE, technical_name: 'producteur-demo', active: true }]);
    t.equal(named.headers.get('content-range'), '1-1/1');
    const closed = await admin.call<Datastore[]>('GET', `${path}?active=False&limit=100&sort=creation,desc`);
    t.ok(closed.body.length > 0 && closed.body.every(({ active }) => !active));
  });

  await t.test('one is deleted when nothing is left but traces', async (t) => {
    const { _id } = await newDatastore(admin, PRODUCER);
    await admin.call('PATCH', `${path}/${_id}`, { active: true });
    const { body: upload } = await producer.call<{ _id: string }>('POST', `/datastores/${_id}/uploads`, UPLOAD);
    await producer.call('POST', `/datastores/${_id}/uploads/${upload._id}/comments`, { text: 'Remarque' });
    const refused = await admin.call<Refusal>('DELETE', `${path}/${_id}`);
    t.match(refused, { status: 409, body: { error_description: ["L'entrepôt a encore 1 livraison(s)."] } });
    t.equal((await producer.call('DELETE', `/datastores/${_id}/uploads/${upload._id}`)).status, 204);
    t.equal((await admin.call('DELETE', `${path}/${_id}`)).status, 204);
    t.equal((await admin.call('GET', `${path}/${_id}`)).status, 404);
    t.equal((await admin.call('GET', `/administrator/uploads/${upload._id}`)).status, 404);
  });
});
