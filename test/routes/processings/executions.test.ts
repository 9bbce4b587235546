import t from 'tap';
import { finishExecution } from '../../../src/domain/executions.js';
import { tryTransition } from '../../../src/domain/transitions.js';
import { logIn } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { startApi } from '../../helpers/deposit.js';
import { create, sentences } from '../../helpers/diffusion.js';
import { buildClosedUpload, integration, VECTOR_TO_DB } from '../../helpers/executions.js';
import { DATASTORE } from '../../helpers/seed.js';
import { buildStoredData } from '../../helpers/stored-data.js';

const INDEX_TO_INDEX = 'c3297784-71e6-4417-864b-f62514768b87';
const UNKNOWN = '11111111-1111-4111-8111-111111111111';
const EXECUTIONS = `/datastores/${DATASTORE}/processings/executions`;
const STORED_DATA = `/datastores/${DATASTORE}/stored_data`;

interface ExecutionBody {
  _id: string;
  status: string;
  output: { stored_data: { _id: string; status: string } };
}

/** What vector_to_db would report. */
const RESULT = {
  srs: 'EPSG:3857',
  size: 16384,
  extent: {
    type: 'Polygon' as const,
    coordinates: [
      [
        [3, 45],
        [3, 46],
        [1, 46],
        [1, 45],
        [3, 45],
      ] as [number, number][],
    ],
  },
  typeInfos: {
    relations: [{ name: 'towns', type: 'TABLE' as const, attributes: { fid: 'integer' }, primary_key: ['fid'] }],
  },
};

await t.test('executions of processings', async (t) => {
  const emulator = await startApi(t);
  const { deps } = emulator;
  const producer = await logIn(emulator);
  const upload = await buildClosedUpload(deps);
  const post = (body: object) => producer.call<ExecutionBody>('POST', EXECUTIONS, body);
  const statusOf = async (path: string) => (await producer.call<{ status: string }>('GET', path)).body.status;
  const start = (id: string) => tryTransition(deps.prisma, { entity: 'processing_execution', id, action: 'start' });

  await t.test('an execution creates its output at once and completes its parameters', async (t) => {
    const { status, body } = await post(integration(upload, { parameters: { srs: 'EPSG:3857', own: [1] } }));
    t.equal(status, 201);
    t.match(body, {
      status: 'CREATED',
      processing: { _id: VECTOR_TO_DB },
      inputs: { upload: [{ _id: upload, status: 'CLOSED', type: 'VECTOR' }], stored_data: [] },
      output: { stored_data: { name: 'integrated', type: 'VECTOR-DB', status: 'CREATED' } },
    });
    t.same((body as { parameters?: object }).parameters, {
      srs: 'EPSG:3857',
      own: [1],
      update: false,
      delete: false,
    });
    const tagged = await producer.call('POST', `${STORED_DATA}/${body.output.stored_data._id}/tags`, { a: 'b' });
    t.match(tagged.body, { status: 'CREATED', tags: { a: 'b' }, storage: { type: 'POSTGRESQL', labels: ['VECTEUR'] } });
    const list = await producer.call('GET', `${EXECUTIONS}?input_upload=${upload}&status=CREATED`);
    t.match(list.body, [{ _id: body._id, status: 'CREATED' }]);
    t.equal(list.headers.get('content-range'), '1-1/1');
    matchContract(t, 'ProcessingExecutionStandardDetailResponseDto', body);
    matchContract(t, 'ProcessingExecutionStandardListResponseDto', (list.body as object[])[0]);
    matchContract(t, 'StoredDataPrivateDetailResponseDto', tagged.body);
  });

  await t.test('what an execution names must exist and fit', async (t) => {
    t.equal((await post(integration(UNKNOWN))).status, 404);
    t.equal((await post({ ...integration(upload), processing: UNKNOWN })).status, 404);
    t.equal((await post({ ...integration(upload), output: { stored_data: { id: UNKNOWN } } })).status, 404);
    t.equal((await post({ ...integration(upload), inputs: {} })).status, 400);
    t.equal((await post({ ...integration(upload), inputs: { upload: [upload], stored_data: [UNKNOWN] } })).status, 400);
    t.equal((await post(integration(await buildClosedUpload(deps, { type: 'ARCHIVE' })))).status, 400);
    const noStorage = { stored_data: { name: 'n', storage_tags: ['PERF'] } };
    t.equal((await post({ ...integration(upload), output: noStorage })).status, 400);
    const wrong = await post(integration(upload, { parameters: { update: 'yes' } }));
    t.equal(wrong.status, 400);
    t.match(sentences(wrong), /"update"/);
  });

  await t.test('an upload must be CLOSED, its required checks passed', async (t) => {
    const open = await post(integration(await buildClosedUpload(deps, { status: 'OPEN' })));
    t.equal(open.status, 409);
    t.match(sentences(open), /CLOSED.*OPEN/);
    const unchecked = await post(integration(await buildClosedUpload(deps, { checks: ['standard'] })));
    t.equal(unchecked.status, 409);
    t.match(sentences(unchecked), /« Vérification vecteur »/);
  });

  await t.test('a processing that is listed but not built is refused, never faked', async (t) => {
    const refused = await post({ ...integration(upload), processing: INDEX_TO_INDEX });
    t.equal(refused.status, 501);
    t.match(sentences(refused), /Intégration d'un index de recherche/);
  });

  await t.test('the twin id of the QGIS plugin names the same processing, in any case of letters', async (t) => {
    const { body } = await post({ ...integration(upload), processing: '5A348542-61A7-4289-A950-8544BB0CE2B8' });
    t.match(body, { processing: { _id: VECTOR_TO_DB } });
  });

  await t.test('a launch is asked once, and a success fills the output', async (t) => {
    const { body } = await post(integration(upload));
    const path = `${EXECUTIONS}/${body._id}`;
    const output = `${STORED_DATA}/${body.output.stored_data._id}`;
    t.equal((await producer.call('POST', `${path}/launch`)).status, 204);
    t.equal(await statusOf(path), 'WAITING');
    t.equal(await statusOf(output), 'GENERATING');
    t.equal((await producer.call('POST', `${path}/launch`)).status, 409);
    t.equal((await producer.call('DELETE', path)).status, 409, 'a waiting execution cannot be deleted');
    t.equal((await producer.call('DELETE', output)).status, 409, 'nor its output');
    t.ok((await deps.jobs.pendingIds()).has(body._id), 'its job is queued');
    await start(body._id);
    t.equal(await finishExecution(deps, body._id, { status: 'SUCCESS', result: RESULT }), true);
    t.equal(await finishExecution(deps, body._id, { status: 'FAILURE' }), false, 'an end is final');
    const ended = await producer.call('GET', path);
    t.match(ended.body, { status: 'SUCCESS', finish: /Z$/ });
    matchContract(t, 'ProcessingExecutionStandardDetailResponseDto', ended.body);
    t.match((await producer.call('GET', output)).body, {
      status: 'GENERATED',
      srs: 'EPSG:3857',
      size: 16384,
      extent: RESULT.extent,
      type_infos: RESULT.typeInfos,
      last_event: { title: 'Génération' },
    });
    const events = await producer.call<{ title: string }[]>('GET', `${output}/events`);
    t.same(
      events.body.map(({ title }) => title),
      ['Création', 'Traitement demandé', 'Traitement terminé', 'Génération'],
    );
    const refused = await producer.call('PATCH', path, { callback: { type: 'email', to_address: ['a@b.fr'] } });
    t.equal(refused.status, 409, 'too late for a callback');
    t.equal((await producer.call('DELETE', path)).status, 204);
  });

  await t.test('an aborted execution leaves an output that can be deleted at once', async (t) => {
    for (const reach of ['CREATED', 'WAITING', 'PROGRESS']) {
      const { body } = await post(integration(upload));
      const path = `${EXECUTIONS}/${body._id}`;
      const output = `${STORED_DATA}/${body.output.stored_data._id}`;
      if (reach !== 'CREATED') await producer.call('POST', `${path}/launch`);
      if (reach === 'PROGRESS') await start(body._id);
      t.equal(await statusOf(path), reach);
      t.equal((await producer.call('POST', `${path}/abort`)).status, 204);
      t.equal(await statusOf(path), 'ABORTED');
      t.equal(await statusOf(output), 'UNSTABLE');
      t.equal(await finishExecution(deps, body._id, { status: 'SUCCESS', result: RESULT }), false);
      t.equal((await producer.call('DELETE', output)).status, 204);
      t.notOk((await deps.jobs.pendingIds()).has(body._id), 'no job is left');
      t.equal((await producer.call('POST', `${path}/abort`)).status, 409);
    }
  });

  await t.test('an existing output changes at the launch, not before', async (t) => {
    const existing = await buildStoredData(deps);
    const output = `${STORED_DATA}/${existing}`;
    const inPlace = { ...integration(upload), output: { stored_data: { id: existing } } };
    const never = await create(producer, EXECUTIONS, inPlace);
    t.equal(await statusOf(output), 'GENERATED');
    await producer.call('POST', `${EXECUTIONS}/${never._id}/abort`);
    t.equal(await statusOf(output), 'GENERATED', 'an abort before the launch leaves it alone');
    const { _id } = await create(producer, EXECUTIONS, inPlace);
    const rival = await create(producer, EXECUTIONS, inPlace);
    await producer.call('POST', `${EXECUTIONS}/${_id}/launch`);
    t.equal(await statusOf(output), 'MODIFYING');
    t.equal((await producer.call('POST', `${EXECUTIONS}/${rival._id}/launch`)).status, 409);
    t.equal(await statusOf(`${EXECUTIONS}/${rival._id}`), 'CREATED', 'a refused launch changes nothing');
    await producer.call('POST', `${EXECUTIONS}/${rival._id}/abort`);
    t.equal(await statusOf(output), 'MODIFYING', 'the abort of a rival does not touch it');
    await start(_id);
    await finishExecution(deps, _id, { status: 'FAILURE' });
    t.match((await producer.call('GET', output)).body, {
      status: 'UNSTABLE',
      last_event: { title: 'Traitement terminé', text: /FAILURE$/ },
    });
    const repair = await create(producer, EXECUTIONS, inPlace);
    await producer.call('POST', `${EXECUTIONS}/${repair._id}/launch`);
    await start(repair._id);
    await finishExecution(deps, repair._id, { status: 'SUCCESS', result: RESULT });
    t.match((await producer.call('GET', output)).body, { status: 'GENERATED', last_event: { title: 'Modification' } });
  });

  await t.test('of an abort and an end at the same time, one wins and the output agrees', async (t) => {
    for (let round = 0; round < 8; round += 1) {
      const { body } = await post(integration(upload));
      const path = `${EXECUTIONS}/${body._id}`;
      await producer.call('POST', `${path}/launch`);
      await start(body._id);
      const [finished, aborted] = await Promise.all([
        finishExecution(deps, body._id, { status: 'SUCCESS', result: RESULT }),
        producer.call('POST', `${path}/abort`),
      ]);
      t.equal(aborted.status, finished ? 409 : 204);
      t.equal(await statusOf(path), finished ? 'SUCCESS' : 'ABORTED');
      const output = await statusOf(`${STORED_DATA}/${body.output.stored_data._id}`);
      t.equal(output, finished ? 'GENERATED' : 'UNSTABLE');
    }
  });

  await t.test('launches at the same time start one job', async (t) => {
    const { body } = await post(integration(upload));
    const launches = await Promise.all(
      Array.from({ length: 5 }, () => producer.call('POST', `${EXECUTIONS}/${body._id}/launch`)),
    );
    t.same(
      launches.map(({ status }) => status).sort((a, b) => a - b),
      [204, 409, 409, 409, 409],
    );
  });

  await t.test('a deletion and an execution in place cannot both be accepted', async (t) => {
    for (let round = 0; round < 5; round += 1) {
      const existing = await buildStoredData(deps);
      const [deleted, created] = await Promise.all([
        producer.call('DELETE', `${STORED_DATA}/${existing}`),
        post({ ...integration(upload), output: { stored_data: { id: existing } } }),
      ]);
      t.same(
        [deleted.status, created.status].sort((a, b) => a - b),
        deleted.status === 204 ? [204, 409] : [201, 409],
      );
    }
  });

  await t.test('logs are a paginated list of lines', async (t) => {
    const { _id } = await create(producer, EXECUTIONS, integration(upload));
    await deps.prisma.logLine.createMany({ data: ['a', 'b', 'c'].map((line) => ({ executionId: _id, line })) });
    const logs = await producer.call('GET', `${EXECUTIONS}/${_id}/logs?page=2&limit=2`);
    t.same(logs.body, ['c']);
    t.equal(logs.headers.get('content-range'), '3-3/3');
  });

  await t.test('rights: a member reads, a stranger does not', async (t) => {
    const member = await logIn(emulator, 'membre');
    t.equal((await member.call('GET', EXECUTIONS)).status, 200);
    t.equal((await member.call('POST', EXECUTIONS, integration(upload))).status, 403);
    const stranger = await logIn(emulator, 'consommateur');
    t.equal((await stranger.call('GET', EXECUTIONS)).status, 403);
  });
});
