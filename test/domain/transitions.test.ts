import t from 'tap';
import { Prisma } from '../../src/generated/prisma/client.js';
import { type Action, nextStatus, refusalSentence, type StateTable } from '../../src/domain/states/table.js';
import { STATE_TABLES, transition, type TransitionRequest, tryTransition } from '../../src/domain/transitions.js';
import { ApiError } from '../../src/errors.js';
import { buildTestApp } from '../helpers/app.js';
import { DATASTORE } from '../helpers/seed.js';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';

void t.test('every action from every status does what its table says', async (t) => {
  const { deps } = await buildTestApp(t);
  const { prisma } = deps;
  const { id: initiatorId } = await prisma.apiUser.findFirstOrThrow({ where: { firstName: 'Paule' } });
  const storage = await prisma.storage.findFirstOrThrow();
  const upload = await prisma.upload.create({
    data: {
      datastoreId: DATASTORE,
      storageId: storage.id,
      type: 'VECTOR',
      name: 'a',
      description: '',
      srs: 'EPSG:4326',
      status: 'OPEN',
    },
  });
  const check = await prisma.check.findFirstOrThrow();
  const processing = await prisma.processing.findFirstOrThrow();
  const ids = {
    upload: upload.id,
    stored_data: (await prisma.storedData.findFirstOrThrow()).id,
    configuration: (await prisma.configuration.findFirstOrThrow()).id,
    offering: (await prisma.offering.findFirstOrThrow()).id,
    check_execution: (
      await prisma.checkExecution.create({ data: { uploadId: upload.id, checkId: check.id, status: 'WAITING' } })
    ).id,
    processing_execution: (
      await prisma.processingExecution.create({
        data: { datastoreId: DATASTORE, processingId: processing.id, status: 'CREATED', outputIsNew: true },
      })
    ).id,
  };
  const ask = (entity: string, id: string, action: string) =>
    ({ entity, id, action, initiatorId }) as TransitionRequest;
  const row = async (entity: string, id: string) => {
    const rows = await prisma.$queryRaw<Record<string, unknown>[]>`
      SELECT * FROM ${Prisma.raw(`geopf.${entity}`)} WHERE id = ${id}::uuid`;
    return rows[0] ?? {};
  };

  for (const [entity, table] of Object.entries(STATE_TABLES) as [keyof typeof ids, StateTable][]) {
    await t.test(entity, async (t) => {
      const id = ids[entity];
      for (const status of table.statuses) {
        for (const [action, rule] of Object.entries(table.actions) as [string, Action][]) {
          const what = `${action} from ${status}`;
          await prisma.$executeRaw`UPDATE ${Prisma.raw(`geopf.${entity}`)} SET status = ${status} WHERE id = ${id}::uuid`;
          await prisma.event.deleteMany({ where: { entityId: id } });
          const to = nextStatus(table, action, status);
          if (to === null) {
            await t.rejects(
              transition(prisma, ask(entity, id, action)),
              { code: 'conflict', descriptions: [refusalSentence(rule, status)] },
              what,
            );
            t.equal(await tryTransition(prisma, ask(entity, id, action)), null);
            t.equal(await prisma.event.count({ where: { entityId: id } }), 0, 'a refusal leaves no event');
          } else {
            t.strictSame(await transition(prisma, ask(entity, id, action)), { from: status, to }, what);
            const events = await prisma.event.findMany({ where: { entityId: id } });
            t.match(events, [
              { entityType: entity, fromStatus: status, toStatus: to, title: rule.title ?? null, initiatorId },
            ]);
            const after = await row(entity, id);
            if (rule.stamp !== undefined) t.type(after[rule.stamp], Date, `${what} stamps ${rule.stamp}`);
            if (rule.title !== undefined && 'last_event' in after) {
              t.match(after.last_event, { title: rule.title, initiator: { _id: initiatorId, first_name: 'Paule' } });
            }
          }
          t.equal((await row(entity, id)).status, to ?? status, `status after ${what}`);
        }
      }
    });
  }

  await t.test('an unknown entity is not found', async (t) => {
    await t.rejects(
      transition(prisma, ask('upload', UNKNOWN, 'close')),
      new ApiError('not_found', `La livraison ${UNKNOWN} n'existe pas.`),
    );
  });

  await t.test('a transition of a transaction that fails leaves nothing', async (t) => {
    await prisma.upload.update({ where: { id: ids.upload }, data: { status: 'OPEN' } });
    await prisma.event.deleteMany({ where: { entityId: ids.upload } });
    await t.rejects(
      prisma.$transaction(async (tx) => {
        await transition(tx, ask('upload', ids.upload, 'close'));
        throw new Error('later failure');
      }),
      { message: 'later failure' },
    );
    t.equal((await row('upload', ids.upload)).status, 'OPEN');
    t.equal(await prisma.event.count({ where: { entityId: ids.upload } }), 0);
  });
});
