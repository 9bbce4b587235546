import t from 'tap';
import { finishCheckExecution } from '../../../src/domain/checks.js';
import { tryTransition } from '../../../src/domain/transitions.js';
import { logIn } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { newUpload, startApi } from '../../helpers/deposit.js';
import { DATASTORE } from '../../helpers/seed.js';

const uploads = `/datastores/${DATASTORE}/uploads`;
const checks = `/datastores/${DATASTORE}/checks`;
const STANDARD = 'ecb00ba0-eb42-427e-8418-f5d8a30e84ec';
const VECTOR = '66ed8a1b-93d9-4fe9-a413-ab93d31b2964';
const RASTER = 'a4060831-9c6f-42e2-9435-e07a4e8ef535';
const UNKNOWN = '11111111-2222-4333-8444-555555555555';

interface State {
  _id: string;
  check: { _id: string; name: string };
}
type Groups = Record<'asked' | 'in_progress' | 'passed' | 'failed', State[]>;

void t.test('checks over HTTP', async (t) => {
  const api = await startApi(t);
  const producer = await logIn(api);
  const { deps } = api;

  const groupsOf = async (upload: string) => (await producer.call<Groups>('GET', `${uploads}/${upload}/checks`)).body;
  const statusOf = async (upload: string) =>
    (await producer.call<{ status: string }>('GET', `${uploads}/${upload}`)).body.status;
  const start = (id: string) => tryTransition(deps.prisma, { entity: 'check_execution', id, action: 'start' });
  /** A closed upload with its two executions: standard and vector. */
  const closed = async () => {
    const { _id } = await newUpload(producer);
    await producer.call('POST', `${uploads}/${_id}/close`);
    const { asked } = await groupsOf(_id);
    return { upload: _id, ids: asked.map((state) => state._id) as [string, string] };
  };

  await t.test('the checks of the platform are listed and read', async (t) => {
    const list = await producer.call<object[]>('GET', `${checks}?name=vérification v%25`);
    t.match(list.body, [{ _id: VECTOR, name: 'Vérification vecteur' }]);
    t.equal(list.headers.get('content-range'), '1-1/1');
    for (const item of list.body) matchContract(t, 'CheckingListResponseDto', item);
    const byType = await producer.call<{ _id: string }[]>('GET', `${checks}?default_upload_type=VECTOR`);
    t.same(
      byType.body.map((check) => check._id),
      [STANDARD, VECTOR],
    );
    const detail = await producer.call('GET', `${checks}/${VECTOR}`);
    t.match(detail.body, { default_uploads_check: ['VECTOR'] });
    matchContract(t, 'CheckingStandardDetailResponseDto', detail.body);
    t.equal((await producer.call('GET', `${checks}/${UNKNOWN}`)).status, 404);
  });

  await t.test('close asks for the default checks of the type, then the upload is CHECKING', async (t) => {
    const { _id } = await newUpload(producer);
    t.equal((await producer.call('POST', `${uploads}/${_id}/close`)).status, 204);
    t.equal(await statusOf(_id), 'CHECKING');
    const groups = await groupsOf(_id);
    t.same(
      groups.asked.map((state) => state.check._id),
      [STANDARD, VECTOR],
    );
    t.match(groups, { in_progress: [], passed: [], failed: [] });
    matchContract(t, 'CheckResponseDto', groups);
    const pending = await deps.jobs.pendingIds();
    t.ok(
      groups.asked.every((state) => pending.has(state._id)),
      'each execution has a job',
    );
  });

  await t.test('a callback may come with close, and be changed while the execution lasts', async (t) => {
    const { _id } = await newUpload(producer);
    const callback = { type: 'email', to_address: ['a@example.org'] };
    t.equal((await producer.call('POST', `${uploads}/${_id}/close`, { callback })).status, 204);
    const execution = (await groupsOf(_id)).asked[0]?._id ?? '';
    t.match((await producer.call('GET', `${checks}/executions/${execution}`)).body, { callback });
    const other = { type: 'email', to_address: ['b@example.org'] };
    const patched = await producer.call('PATCH', `${checks}/executions/${execution}`, { callback: other });
    t.match(patched, { status: 200, body: { callback: other } });
    matchContract(t, 'CheckingExecutionStandardDetailResponseDto', patched.body);
    const untouched = await producer.call('PATCH', `${checks}/executions/${execution}`, {});
    t.match(untouched, { status: 200, body: { callback: other } }, 'nothing named, nothing changed');
    await finishCheckExecution(deps, execution, { status: 'FAILURE' });
    t.equal((await producer.call('PATCH', `${checks}/executions/${execution}`, { callback })).status, 409);
  });

  await t.test('all checks passed: CLOSED, with the extent, and events in order', async (t) => {
    const { upload, ids } = await closed();
    const extent = {
      type: 'Polygon' as const,
      coordinates: [
        [
          [1, 0],
          [1, 1],
          [0, 1],
          [0, 0],
          [1, 0],
        ],
      ] as [number, number][][],
    };
    for (const id of ids) await start(id);
    t.equal((await groupsOf(upload)).in_progress.length, 2);
    t.equal(await finishCheckExecution(deps, ids[0], { status: 'SUCCESS' }), true);
    t.equal(await statusOf(upload), 'CHECKING', 'one is still pending');
    t.equal(await finishCheckExecution(deps, ids[1], { status: 'SUCCESS', extent }), true);
    t.match((await producer.call('GET', `${uploads}/${upload}`)).body, { status: 'CLOSED', extent });
    t.equal((await groupsOf(upload)).passed.length, 2);
    const events = await producer.call<{ title: string; text?: string }[]>('GET', `${uploads}/${upload}/events`);
    t.same(
      events.body.map(({ title, text }) => text ?? title),
      ['Création', 'Fermeture', 'Vérification standard SUCCESS', 'Vérification vecteur SUCCESS'],
    );
    t.equal(await finishCheckExecution(deps, ids[1], { status: 'FAILURE' }), false, 'an end counts once');
    t.equal(await statusOf(upload), 'CLOSED');
  });

  await t.test('one failure makes the upload UNSTABLE, even if it ends first', async (t) => {
    const { upload, ids } = await closed();
    for (const id of ids) await start(id);
    await finishCheckExecution(deps, ids[0], { status: 'FAILURE' });
    t.equal(await statusOf(upload), 'CHECKING');
    await finishCheckExecution(deps, ids[1], { status: 'SUCCESS' });
    t.equal(await statusOf(upload), 'UNSTABLE');
  });

  await t.test('two checks ending at the same moment close the upload once', async (t) => {
    for (let round = 0; round < 10; round += 1) {
      const { upload, ids } = await closed();
      for (const id of ids) await start(id);
      await Promise.all(ids.map((id) => finishCheckExecution(deps, id, { status: 'SUCCESS' })));
      t.equal(await statusOf(upload), 'CLOSED');
      const moves = await deps.prisma.event.findMany({ where: { entityId: upload, toStatus: 'CLOSED' } });
      t.equal(moves.length, 1);
    }
  });

  await t.test('a failed check asked again may close the upload; reopening keeps the history', async (t) => {
    const { upload, ids } = await closed();
    for (const id of ids) await start(id);
    await finishCheckExecution(deps, ids[0], { status: 'SUCCESS' });
    await finishCheckExecution(deps, ids[1], { status: 'FAILURE' });
    t.equal((await producer.call('POST', `${uploads}/${upload}/checks`, [VECTOR])).status, 204);
    const again = (await groupsOf(upload)).asked;
    t.same(
      again.map((state) => state.check._id),
      [VECTOR],
    );
    await start(again[0]?._id ?? '');
    await finishCheckExecution(deps, again[0]?._id ?? '', { status: 'SUCCESS' });
    t.equal(await statusOf(upload), 'CLOSED');

    await producer.call('POST', `${uploads}/${upload}/open`);
    await producer.call('POST', `${uploads}/${upload}/close`);
    const groups = await groupsOf(upload);
    t.same([groups.asked.length, groups.passed.length, groups.failed.length], [2, 0, 0], 'the latest run only');
    const all = await producer.call<object[]>('GET', `${checks}/executions?upload=${upload}`);
    t.equal(all.body.length, 5);
    for (const item of all.body) matchContract(t, 'CheckingExecutionListResponseDto', item);
    const failed = await producer.call<State[]>(
      'GET',
      `${checks}/executions?upload=${upload}&status=FAILURE&check=${VECTOR}`,
    );
    t.same(
      failed.body.map((state) => state._id),
      [ids[1]],
    );
  });

  await t.test('stopping the last pending check leaves CHECKING, and the upload can be opened', async (t) => {
    const { upload, ids } = await closed();
    await start(ids[0]);
    for (const id of ids) t.equal((await producer.call('DELETE', `${checks}/executions/${id}`)).status, 204);
    t.equal(await statusOf(upload), 'UNSTABLE');
    t.equal((await producer.call('DELETE', `${checks}/executions/${ids[0]}`)).status, 409, 'it is over');
    t.equal((await producer.call('POST', `${uploads}/${upload}/open`)).status, 204);
    const pending = await deps.jobs.pendingIds();
    t.notOk(
      ids.some((id) => pending.has(id)),
      'the jobs are gone',
    );
  });

  await t.test('a type without default check owned by the datastore is CLOSED at once', async (t) => {
    await deps.prisma.datastoreCheck.deleteMany({ where: { datastoreId: DATASTORE, checkId: STANDARD } });
    const { _id } = await newUpload(producer, { type: 'POINT-CLOUD' });
    await producer.call('POST', `${uploads}/${_id}/close`);
    t.equal(await statusOf(_id), 'CLOSED');
    const refused = await producer.call('POST', `${uploads}/${_id}/checks`, [STANDARD]);
    t.match(refused, { status: 404, body: { error_description: [/^La vérification/] } }, 'not lent: unknown');
    await deps.prisma.datastoreCheck.create({ data: { datastoreId: DATASTORE, checkId: STANDARD } });
    t.equal((await producer.call('POST', `${uploads}/${_id}/checks`, [])).status, 400);
    t.equal((await producer.call('POST', `${uploads}/${_id}/checks`, [RASTER, RASTER])).status, 204);
    t.equal((await groupsOf(_id)).asked.length, 1);
  });

  await t.test('logs are paginated lines, in order', async (t) => {
    const { ids } = await closed();
    const lines = Array.from({ length: 12 }, (_, index) => `ligne ${index + 1}`);
    await deps.prisma.logLine.createMany({ data: lines.map((line) => ({ executionId: ids[0], line })) });
    const first = await producer.call('GET', `${checks}/executions/${ids[0]}/logs`);
    t.same(first.body, lines.slice(0, 10));
    t.equal(first.headers.get('content-range'), '1-10/12');
    const second = await producer.call('GET', `${checks}/executions/${ids[0]}/logs?page=2`);
    t.same(second.body, lines.slice(10));
    const empty = await producer.call('GET', `${checks}/executions/${ids[1]}/logs`);
    t.equal(empty.headers.get('content-range'), '0-0/0');
    t.equal((await producer.call('GET', `${checks}/executions/${UNKNOWN}/logs`)).status, 404);
  });
});
