import t from 'tap';
import { newDatastore, UNKNOWN } from '../../helpers/administration.js';
import { logIn } from '../../helpers/api.js';
import { newUpload, startApi } from '../../helpers/deposit.js';
import { buildClosedUpload, integration } from '../../helpers/executions.js';
import { DATASTORE, ORGANIZATION, PRODUCER, PRODUCER_COMMUNITY, SANDBOX_DATASTORE } from '../../helpers/seed.js';

interface Item {
  _id: string;
  organization?: string;
  community: string;
  datastore: string;
}

const PLACE = { organization: ORGANIZATION, community: PRODUCER_COMMUNITY, datastore: DATASTORE };

void t.test('lists and reads beyond one datastore', async (t) => {
  const api = await startApi(t);
  const admin = await logIn(api, 'admin');
  const producer = await logIn(api);
  const here = await newUpload(producer, { name: 'Ici' });
  const there = await admin.call<{ _id: string }>('POST', `/datastores/${SANDBOX_DATASTORE}/uploads`, {
    name: 'Là',
    description: 'd',
    type: 'VECTOR',
    srs: 'EPSG:2154',
  });
  const input = await buildClosedUpload(api.deps);
  const execution = await producer.call<{ _id: string }>(
    'POST',
    `/datastores/${DATASTORE}/processings/executions`,
    integration(input),
  );
  t.equal(execution.status, 201);

  await t.test('administrators see everything, with its place beside the default fields', async (t) => {
    const { body, headers } = await admin.call<Item[]>('GET', '/administrator/uploads');
    t.match(headers.get('content-range'), /\/3$/);
    const one = body.find(({ _id }) => _id === here._id);
    t.same(Object.keys(one ?? {}).toSorted(), [
      '_id',
      'community',
      'datastore',
      'description',
      'name',
      'open',
      'organization',
      'srs',
      'status',
      'type',
    ]);
    t.match(one, PLACE);
    const other = body.find(({ _id }) => _id === there.body._id);
    t.match(other, { datastore: SANDBOX_DATASTORE });
    t.notOk(other !== undefined && 'organization' in other, 'its community belongs to none');
    const asked = await admin.call<Item[]>('GET', '/administrator/uploads?fields=size&name=ici');
    t.same(asked.body, [{ _id: here._id, size: 0, ...PLACE }]);
  });

  await t.test('every family is narrowed by organization, community and datastore', async (t) => {
    for (const family of ['uploads', 'stored_data', 'configurations', 'offerings', 'processings/executions']) {
      const path = `/administrator/${family}`;
      const total = async (query: string) =>
        (await admin.call('GET', `${path}?${query}`)).headers.get('content-range')?.split('/')[1];
      const inside = await total(`datastore=${DATASTORE}`);
      t.not(inside, '0', family);
      t.equal(await total(`community=${PRODUCER_COMMUNITY}`), inside, family);
      t.equal(await total(`organization=${ORGANIZATION}`), inside, family);
      t.equal(await total(`organization=${ORGANIZATION}&datastore=${SANDBOX_DATASTORE}`), '0', family);
      t.equal(await total(`organization=${UNKNOWN}`), '0', family);
      t.equal((await admin.call('GET', `${path}?datastore=x`)).status, 400, family);

      const ofOrganization = await producer.call<Item[]>('GET', `/organizations/${ORGANIZATION}/${family}?limit=50`);
      t.equal(ofOrganization.headers.get('content-range')?.split('/')[1], inside, family);
      for (const item of ofOrganization.body) t.match(item, PLACE, family);
      const elsewhere = await producer.call(
        'GET',
        `/organizations/${ORGANIZATION}/${family}?datastore=${SANDBOX_DATASTORE}&organization=${UNKNOWN}`,
      );
      t.same(elsewhere.body, [], `${family}: nothing of another organization`);
    }
  });

  await t.test('members of its communities are not members of the organization', async (t) => {
    const member = await logIn(api, 'membre');
    t.equal((await member.call('GET', `/organizations/${ORGANIZATION}/uploads`)).status, 403);
  });

  await t.test('filters and sorts of the datastore lists hold', async (t) => {
    const newest = await admin.call<Item[]>('GET', '/administrator/uploads?sort=creation,desc&limit=1');
    t.equal(newest.body[0]?._id, input);
    const { body } = await admin.call<{ layer_name: string }[]>(
      'GET',
      '/administrator/offerings?layer_name=%25regions',
    );
    t.match(body, [{ layer_name: 'demo_regions' }]);
    const created = await admin.call<Item[]>('GET', '/administrator/processings/executions?status=CREATED');
    t.match(created.body, [{ _id: execution.body._id, processing: {}, ...PLACE }]);
  });

  await t.test('administrators read any entity', async (t) => {
    for (const family of ['uploads', 'stored_data', 'configurations', 'offerings', 'processings/executions']) {
      const list = await admin.call<Item[]>('GET', `/administrator/${family}?datastore=${DATASTORE}&limit=1`);
      const id = list.body[0]?._id ?? '';
      const { status, body } = await admin.call<Item>('GET', `/administrator/${family}/${id}`);
      t.equal(status, 200, family);
      t.match(body, { _id: id, ...PLACE }, family);
      const own = await producer.call<object>('GET', `/datastores/${DATASTORE}/${family}/${id}`);
      t.match(body, own.body, `${family}: as its members see it`);
      t.equal((await admin.call('GET', `/administrator/${family}/${UNKNOWN}`)).status, 404, family);
    }
    const logs = await admin.call('GET', `/administrator/processings/executions/${execution.body._id}/logs`);
    t.match(logs, { status: 200, body: [] });
    t.equal((await admin.call('GET', `/administrator/processings/executions/${UNKNOWN}/logs`)).status, 404);
  });

  await t.test('executions of checks too, with their logs', async (t) => {
    const run = await api.deps.prisma.checkExecution.findFirstOrThrow({ where: { uploadId: input } });
    await api.deps.prisma.logLine.create({ data: { executionId: run.id, line: 'une ligne' } });
    const path = `/administrator/checks/executions/${run.id}`;
    t.match((await admin.call('GET', path)).body, { _id: run.id, upload: { _id: input }, ...PLACE });
    const logs = await admin.call('GET', `${path}/logs`);
    t.same(logs.body, ['une ligne']);
    t.equal(logs.headers.get('content-range'), '1-1/1');
    t.equal((await admin.call('GET', `/administrator/checks/executions/${UNKNOWN}`)).status, 404);
  });

  await t.test('an inactive datastore is seen all the same', async (t) => {
    const { _id } = await newDatastore(admin, PRODUCER);
    await admin.call('PATCH', `/administrator/datastores/${_id}`, { active: true });
    await producer.call('POST', `/datastores/${_id}/uploads`, {
      name: 'Fermée',
      description: '',
      type: 'VECTOR',
      srs: 'EPSG:2154',
    });
    await admin.call('PATCH', `/administrator/datastores/${_id}`, { active: false });
    t.equal((await admin.call<Item[]>('GET', `/administrator/uploads?datastore=${_id}`)).body.length, 1);
  });
});
