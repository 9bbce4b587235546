import t, { type Test } from 'tap';
import { type ApiAnswer, logIn } from '../helpers/api.js';
import { newUpload, sendFile, startApi } from '../helpers/deposit.js';
import { create, OPEN_WFS, OPEN_WMS_VECTOR, wfsConfiguration } from '../helpers/diffusion.js';
import { buildClosedUpload, integration } from '../helpers/executions.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../helpers/seed.js';
import { buildStoredData } from '../helpers/stored-data.js';

/**
 * The same action asked several times at once, over HTTP and on PostgreSQL: one client gets it, the others are told
 * so. Without a worker, so that nothing but the requests moves the states.
 */

const ROUNDS = 8;
const CLIENTS = 4;
const ROOT = `/datastores/${DATASTORE}`;
const THEIRS = `/datastores/${SANDBOX_DATASTORE}`;

type Action = () => Promise<Pick<ApiAnswer, 'status' | 'body'>>;

/** Starts all the actions before any of them ends; their answers. */
const together = (actions: readonly Action[]) => Promise.all(actions.map((act) => act()));

/** Asserts that of actions asked at once exactly one succeeded, and that the others had one of the refusals. */
async function onlyOne(t: Test, actions: readonly Action[], ...refusals: readonly number[]): Promise<void> {
  const answers = await together(actions);
  const refused = answers.filter(({ status }) => status >= 300);
  t.equal(answers.length - refused.length, 1, 'one success');
  const surprising = refused.filter(({ status }) => !refusals.includes(status));
  t.same(surprising, [], `the others are refused with ${refusals.join(' or ')}`);
}

/** The same action, for each client. */
const times = (action: Action, count = CLIENTS): Action[] => Array.from({ length: count }, () => action);

await t.test('actions asked at once', async (t) => {
  const api = await startApi(t);
  const { deps } = api;
  const producer = await logIn(api);
  const receiver = await logIn(api, 'admin');
  const execute = (body: object) => create(producer, `${ROOT}/processings/executions`, body);
  const rounds = async (run: (round: number) => Promise<void>) => {
    for (let round = 0; round < ROUNDS; round++) await run(round);
  };

  await t.test('an upload is closed once, opened once, deleted once', async (t) => {
    await rounds(async () => {
      const { _id } = await newUpload(producer);
      const path = `${ROOT}/uploads/${_id}`;
      await onlyOne(
        t,
        times(() => producer.call('POST', `${path}/close`)),
        409,
      );
      const { body } = await producer.call<unknown[]>('GET', `${ROOT}/checks/executions?upload=${_id}`);
      t.equal(body.length, 2, 'one execution per default check');
      const closed = await buildClosedUpload(deps);
      await onlyOne(
        t,
        times(() => producer.call('POST', `${ROOT}/uploads/${closed}/open`)),
        409,
      );
      await onlyOne(
        t,
        times(() => producer.call('DELETE', `${ROOT}/uploads/${closed}`)),
        409,
      );
    });
  });

  await t.test('closing and deleting an upload exclude each other', async (t) => {
    await rounds(async () => {
      const { _id } = await newUpload(producer);
      const path = `${ROOT}/uploads/${_id}`;
      const close = () => producer.call('POST', `${path}/close`);
      const remove = () => producer.call('DELETE', path);
      await onlyOne(t, [close, remove, close, remove], 409);
    });
  });

  await t.test('a check is stopped once, and its upload settles', async (t) => {
    await rounds(async () => {
      const { _id } = await newUpload(producer);
      await producer.call('POST', `${ROOT}/uploads/${_id}/close`);
      const { body } = await producer.call<{ _id: string }[]>('GET', `${ROOT}/checks/executions?upload=${_id}`);
      const paths = body.map((execution) => `${ROOT}/checks/executions/${execution._id}`);
      const answers = await together(paths.flatMap((path) => times(() => producer.call('DELETE', path), 2)));
      t.equal(answers.filter(({ status }) => status === 204).length, 2, 'each once');
      t.equal(answers.filter(({ status }) => status === 409).length, 2);
      t.match((await producer.call('GET', `${ROOT}/uploads/${_id}`)).body, { status: 'UNSTABLE' });
    });
  });

  await t.test('an execution is launched once, aborted once, deleted once', async (t) => {
    await rounds(async () => {
      const upload = await buildClosedUpload(deps);
      const { _id } = await execute(integration(upload));
      const path = `${ROOT}/processings/executions/${_id}`;
      await onlyOne(
        t,
        times(() => producer.call('POST', `${path}/launch`)),
        409,
      );
      await onlyOne(
        t,
        times(() => producer.call('POST', `${path}/abort`)),
        409,
      );
      await onlyOne(
        t,
        times(() => producer.call('DELETE', path)),
        404,
        409,
      );
    });
  });

  await t.test('an execution is launched or deleted, never both', async (t) => {
    await rounds(async () => {
      const upload = await buildClosedUpload(deps);
      const { _id } = await execute(integration(upload));
      const path = `${ROOT}/processings/executions/${_id}`;
      const launch = () => producer.call('POST', `${path}/launch`);
      const remove = () => producer.call('DELETE', path);
      await onlyOne(t, [launch, remove, launch, remove], 404, 409);
    });
  });

  await t.test('two executions that write the same stored data are not launched together', async (t) => {
    await rounds(async () => {
      const id = await buildStoredData(deps);
      const upload = await buildClosedUpload(deps);
      const launches: Action[] = [];
      for (let client = 0; client < CLIENTS; client++) {
        const { _id } = await execute(integration(upload, { output: { stored_data: { id } } }));
        launches.push(() => producer.call('POST', `${ROOT}/processings/executions/${_id}/launch`));
      }
      await onlyOne(t, launches, 409);
    });
  });

  await t.test('an upload is given to a processing or deleted, never both', async (t) => {
    await rounds(async () => {
      const upload = await buildClosedUpload(deps);
      const use = () => producer.call('POST', `${ROOT}/processings/executions`, integration(upload));
      const remove = () => producer.call('DELETE', `${ROOT}/uploads/${upload}`);
      await onlyOne(t, [use, remove], 409);
    });
  });

  await t.test('a layer name is taken once', async (t) => {
    const storedData = await buildStoredData(deps);
    await rounds(async (round) => {
      const body = wfsConfiguration(storedData, `taken_${round}`);
      await onlyOne(
        t,
        times(() => producer.call('POST', `${ROOT}/configurations`, body)),
        409,
      );
    });
  });

  await t.test('a configuration is published once per endpoint, and deleted once', async (t) => {
    const storedData = await buildStoredData(deps);
    await rounds(async (round) => {
      const { _id } = await create(
        producer,
        `${ROOT}/configurations`,
        wfsConfiguration(storedData, `published_${round}`),
      );
      const path = `${ROOT}/configurations/${_id}`;
      const publish = () => producer.call<{ _id: string }>('POST', `${path}/offerings`, { endpoint: OPEN_WFS });
      await onlyOne(t, times(publish), 409);
      const { body } = await producer.call<{ _id: string }[]>('GET', `${path}/offerings`);
      t.equal(body.length, 1);
      const offering = `${ROOT}/offerings/${body[0]?._id}`;
      await onlyOne(
        t,
        times(() => producer.call('DELETE', offering)),
        409,
      );
      const { _id: free } = await create(
        producer,
        `${ROOT}/configurations`,
        wfsConfiguration(storedData, `free_${round}`),
      );
      await onlyOne(
        t,
        times(() => producer.call('DELETE', `${ROOT}/configurations/${free}`)),
        404,
        409,
      );
    });
  });

  await t.test('an unpublished configuration is published or deleted, never both', async (t) => {
    const storedData = await buildStoredData(deps);
    await rounds(async (round) => {
      const { _id } = await create(producer, `${ROOT}/configurations`, wfsConfiguration(storedData, `either_${round}`));
      const path = `${ROOT}/configurations/${_id}`;
      const publish = () => producer.call('POST', `${path}/offerings`, { endpoint: OPEN_WFS });
      await onlyOne(t, [publish, () => producer.call('DELETE', path)], 404, 409);
    });
  });

  await t.test('the last place on an endpoint is taken once', async (t) => {
    const storedData = await buildStoredData(deps);
    const grant = { datastoreId_endpointId: { datastoreId: DATASTORE, endpointId: OPEN_WFS } };
    const { quota } = await deps.prisma.datastoreEndpoint.findUniqueOrThrow({ where: grant });
    t.teardown(() => deps.prisma.datastoreEndpoint.update({ where: grant, data: { quota } }));
    await rounds(async (round) => {
      const publications: Action[] = [];
      for (let client = 0; client < CLIENTS; client++) {
        const body = wfsConfiguration(storedData, `place_${round}_${client}`);
        const { _id } = await create(producer, `${ROOT}/configurations`, body);
        const path = `${ROOT}/configurations/${_id}/offerings`;
        publications.push(() => producer.call('POST', path, { endpoint: OPEN_WFS }));
      }
      const use = await deps.prisma.offering.count({
        where: { endpointId: OPEN_WFS, configuration: { datastoreId: DATASTORE }, status: { not: 'UNPUBLISHING' } },
      });
      await deps.prisma.datastoreEndpoint.update({ where: grant, data: { quota: use + 1 } });
      await onlyOne(t, publications, 409);
    });
  });

  await t.test('the last bytes for uploads are taken once: of the datastore, then of its organization', async (t) => {
    const quotaOf = (quota: bigint) =>
      deps.prisma.datastoreStorage.updateMany({ where: { datastoreId: DATASTORE, usage: 'UPLOADS' }, data: { quota } });
    const organization = await deps.prisma.organization.create({ data: { name: 'Org', uploadsQuota: 0n } });
    const usedBytes = async () => {
      const { _sum } = await deps.prisma.upload.aggregate({ where: { datastoreId: DATASTORE }, _sum: { size: true } });
      return _sum.size ?? 0n;
    };
    const content = new Uint8Array(1000);
    await rounds(async (round) => {
      const ofOrganization = round >= ROUNDS / 2;
      const room = (await usedBytes()) + 1500n;
      await quotaOf(ofOrganization ? 1_000_000_000n : room);
      await deps.prisma.organization.update({ where: { id: organization.id }, data: { uploadsQuota: room } });
      await deps.prisma.community.updateMany({
        where: { datastore: { id: DATASTORE } },
        data: { organizationId: ofOrganization ? organization.id : null },
      });
      const transfers: Action[] = [];
      for (let client = 0; client < CLIENTS; client++) {
        const { _id } = await newUpload(producer);
        transfers.push(() => sendFile(producer, _id, { path: 'a', content }));
      }
      await onlyOne(t, transfers, 409);
    });
    await quotaOf(1_000_000_000n);
    await deps.prisma.community.updateMany({ data: { organizationId: null } });
  });

  await t.test('a stored data is deleted once, or used', async (t) => {
    await rounds(async (round) => {
      const doomed = await buildStoredData(deps);
      await onlyOne(
        t,
        times(() => producer.call('DELETE', `${ROOT}/stored_data/${doomed}`)),
        409,
      );
      const id = await buildStoredData(deps);
      const use = () => producer.call('POST', `${ROOT}/configurations`, wfsConfiguration(id, `used_${round}`));
      await onlyOne(t, [use, () => producer.call('DELETE', `${ROOT}/stored_data/${id}`)], 409);
    });
  });

  await t.test('a share is withdrawn once, and not from under a use', async (t) => {
    await rounds(async (round) => {
      const id = await buildStoredData(deps);
      const sharings = `${ROOT}/stored_data/${id}/sharings`;
      const withdraw = () => producer.call('DELETE', `${sharings}?datastores=${SANDBOX_DATASTORE}`);
      const share = () => producer.call('POST', sharings, [SANDBOX_DATASTORE]);
      const shared = await together(times(share));
      t.ok(
        shared.every(({ status }) => status === 200),
        'sharing twice is sharing',
      );
      await onlyOne(t, times(withdraw), 404);
      await share();
      const body = wfsConfiguration(id, `SANDBOX_lent_${round}`);
      await onlyOne(t, [() => receiver.call('POST', `${THEIRS}/configurations`, body), withdraw], 404, 409);
    });
  });

  await t.test('what may be done together is done: tags, comments, files and many readers', async (t) => {
    const { _id } = await newUpload(producer);
    const path = `${ROOT}/uploads/${_id}`;
    const answers = await together(
      Array.from({ length: 40 }, (_, client): Action => {
        if (client % 4 === 0) return () => producer.call('POST', `${path}/tags`, { [`tag${client}`]: String(client) });
        if (client % 4 === 1) return () => sendFile(producer, _id, { path: `data/${client}`, content: 'x' });
        if (client % 4 === 2) return () => producer.call('POST', `${path}/comments`, { text: `comment ${client}` });
        return () => producer.call('GET', `${ROOT}/uploads?limit=100`);
      }),
    );
    t.same(
      answers.filter(({ status }) => status >= 300),
      [],
    );
    const { body } = await producer.call<{ tags: object; size: number }>('GET', path);
    t.equal(Object.keys(body.tags).length, 10, 'no tag was lost');
    t.equal(body.size, 10, 'nor a file');
    t.equal((await producer.call('GET', `${path}/comments`)).headers.get('content-range'), '1-10/10');
  });

  await t.test('changes of one configuration and its offering follow one another without deadlock', async (t) => {
    const storedData = await buildStoredData(deps);
    await rounds(async (round) => {
      const { _id } = await create(producer, `${ROOT}/configurations`, wfsConfiguration(storedData, `many_${round}`));
      const path = `${ROOT}/configurations/${_id}`;
      const { _id: offering } = await create(producer, `${path}/offerings`, { endpoint: OPEN_WFS });
      const answers = await together([
        () => producer.call('PATCH', `${ROOT}/offerings/${offering}`, { extra: { round } }),
        () => producer.call('DELETE', `${ROOT}/offerings/${offering}`),
        () => producer.call('PUT', path, wfsConfiguration(storedData, `many_${round}`, 'Renamed')),
        () => producer.call('POST', `${path}/offerings`, { endpoint: OPEN_WMS_VECTOR }),
        () => producer.call('POST', `${path}/tags`, { round: String(round) }),
        () => producer.call('GET', path),
      ]);
      const [patched, deleted, replaced, wrongType, tagged, read] = answers.map(({ status }) => status);
      t.ok(patched === 200 || patched === 409, 'PATCH before or after the removal');
      t.match(
        { deleted, replaced, wrongType, tagged, read },
        { deleted: 204, replaced: 200, wrongType: 400, tagged: 200, read: 200 },
      );
    });
  });
});
