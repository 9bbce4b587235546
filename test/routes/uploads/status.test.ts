import t from 'tap';
import { uploadStates, type UploadStatus } from '../../../src/domain/states/upload.js';
import { logIn } from '../../helpers/api.js';
import { newUpload, sendFile, startApi } from '../../helpers/deposit.js';
import { DATASTORE } from '../../helpers/seed.js';

const uploads = `/datastores/${DATASTORE}/uploads`;
const STANDARD = 'ecb00ba0-eb42-427e-8418-f5d8a30e84ec';

/** Requests guarded by the status: which action of the table, and how to ask. */
const GUARDED = {
  write: [
    ['POST', '/data'],
    ['DELETE', '/data?path=kept.csv'],
    ['DELETE', '/md5?path=kept.md5'],
  ],
  close: [['POST', '/close']],
  open: [['POST', '/open']],
  check: [['POST', '/checks']],
  delete: [['DELETE', '']],
} as const;

void t.test('what an upload refuses in each status', async (t) => {
  const api = await startApi(t);
  const producer = await logIn(api);

  for (const status of uploadStates.statuses) {
    await t.test(`in ${status}`, async (t) => {
      for (const [action, requests] of Object.entries(GUARDED)) {
        const allowed = (uploadStates.actions[action as keyof typeof GUARDED].from as readonly UploadStatus[]).includes(
          status,
        );
        for (const [method, path] of requests) {
          const { _id } = await newUpload(producer);
          await sendFile(producer, _id, { path: 'kept.csv', content: 'x' });
          await sendFile(producer, _id, { kind: 'md5', name: 'kept.md5', content: 'x' });
          await api.deps.prisma.upload.update({ where: { id: _id }, data: { status } });
          const answer =
            path === '/data'
              ? await sendFile(producer, _id, { path: 'new.csv', content: 'x' })
              : await producer.call(method, `${uploads}/${_id}${path}`, path === '/checks' ? [STANDARD] : undefined);
          const what = `${method} ${path}`;
          t.equal(answer.status, allowed ? 204 : 409, what);
          if (!allowed) t.match(answer.body, { error: 'conflict', error_description: [new RegExp(status)] }, what);
          const { status: after } = await api.deps.prisma.upload.findUniqueOrThrow({ where: { id: _id } });
          t.equal(
            after,
            allowed ? (uploadStates.actions[action as keyof typeof GUARDED].to ?? status) : status,
            `after ${what}`,
          );
        }
      }
      const { _id } = await newUpload(producer);
      await api.deps.prisma.upload.update({ where: { id: _id }, data: { status } });
      for (const path of ['', '/checks', '/events', '/comments']) {
        t.equal((await producer.call('GET', `${uploads}/${_id}${path}`)).status, 200, `GET ${path}`);
      }
      t.equal((await producer.call('PATCH', `${uploads}/${_id}`, { name: 'n' })).status, 200, 'PATCH');
      t.equal((await producer.call('POST', `${uploads}/${_id}/tags`, { a: 'b' })).status, 200, 'tags');
    });
  }

  await t.test('of ten closings at once, one succeeds', async (t) => {
    const { _id } = await newUpload(producer);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => producer.call('POST', `${uploads}/${_id}/close`)),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    t.same(statuses, [204, ...Array.from({ length: 9 }, () => 409)]);
    t.equal(await api.deps.prisma.checkExecution.count({ where: { uploadId: _id } }), 2, 'two default checks, once');
  });

  await t.test('an upload used by an unfinished execution cannot be deleted', async (t) => {
    const { _id } = await newUpload(producer);
    const { prisma } = api.deps;
    await prisma.upload.update({ where: { id: _id }, data: { status: 'CLOSED' } });
    const execution = await prisma.processingExecution.create({
      data: {
        datastoreId: DATASTORE,
        processingId: '0de8c60b-9938-4be9-aa36-9026b77c3c96',
        status: 'CREATED',
        outputIsNew: true,
        inputUploads: { create: { uploadId: _id, position: 0 } },
      },
    });
    const refused = await producer.call('DELETE', `${uploads}/${_id}`);
    t.match(refused, { status: 409, body: { error_description: [new RegExp(execution.id)] } });
    t.match((await producer.call('GET', `${uploads}/${_id}`)).body, { status: 'CLOSED' }, 'nothing happened');
    await prisma.processingExecution.update({ where: { id: execution.id }, data: { status: 'ABORTED' } });
    t.equal((await producer.call('DELETE', `${uploads}/${_id}`)).status, 204);
  });
});
