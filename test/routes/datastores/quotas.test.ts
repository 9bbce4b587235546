import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { newUpload, sendFile, startApi } from '../../helpers/deposit.js';
import { create, OPEN_WFS, sentences, wfsConfiguration } from '../../helpers/diffusion.js';
import { DATASTORE, ORGANIZATION, SANDBOX_COMMUNITY, SANDBOX_DATASTORE } from '../../helpers/seed.js';
import { buildStoredData } from '../../helpers/stored-data.js';

const root = `/datastores/${DATASTORE}`;

interface Storages {
  data: { use: number; storage: { type: string } }[];
  uploads: { use: number; quota: number };
  annexes: { use: number; quota: number };
}

void t.test('quotas', async (t) => {
  const api = await startApi(t);
  const { prisma } = api.deps;
  const producer = await logIn(api);
  const statuses = (answers: { status: number }[]) => answers.map(({ status }) => String(status)).toSorted();
  const storages = async () => (await producer.call<Storages>('GET', `${root}/storages`)).body;

  await t.test('the last place of the uploads of a datastore is taken once', async (t) => {
    const { _id } = await newUpload(producer);
    await sendFile(producer, _id, { path: 'first', content: new Uint8Array(100) });
    await prisma.datastoreStorage.updateMany({
      where: { datastoreId: DATASTORE, usage: 'UPLOADS' },
      data: { quota: 1000n },
    });
    const sent = await Promise.all(
      ['a', 'b', 'c', 'd'].map((path) => sendFile(producer, _id, { path, content: new Uint8Array(600) })),
    );
    t.same(statuses(sent), ['204', '409', '409', '409']);
    t.match(await storages(), { uploads: { use: 700, quota: 1000 } });
    const refused = await sendFile(producer, _id, { path: 'e', content: new Uint8Array(400) });
    t.match(sentences(refused), /livraisons de l'entrepôt.*1000 octet.*700 octet.*300 octet/);
    t.equal(
      (await sendFile(producer, _id, { path: 'f', content: new Uint8Array(300) })).status,
      204,
      'to the last byte',
    );
    await prisma.datastoreStorage.updateMany({ where: { usage: 'UPLOADS' }, data: { quota: 10_000_000n } });
  });

  await t.test('datastores of an organization share its quota on uploads', async (t) => {
    await prisma.community.update({ where: { id: SANDBOX_COMMUNITY }, data: { organizationId: ORGANIZATION } });
    const { use } = (await storages()).uploads;
    await prisma.organization.update({ where: { id: ORGANIZATION }, data: { uploadsQuota: BigInt(use + 1000) } });
    const storage = await prisma.datastoreStorage.findFirstOrThrow({
      where: { datastoreId: SANDBOX_DATASTORE, usage: 'UPLOADS' },
    });
    const other = { name: 'n', description: 'd', type: 'VECTOR', srs: 'EPSG:4326', status: 'OPEN', size: 400n };
    await prisma.upload.create({ data: { ...other, datastoreId: SANDBOX_DATASTORE, storageId: storage.storageId } });

    const { _id } = await newUpload(producer);
    const refused = await sendFile(producer, _id, { path: 'a', content: new Uint8Array(700) });
    t.equal(refused.status, 409);
    t.match(sentences(refused), /l'organisme Organisme de démonstration/);
    const sent = await Promise.all(
      ['a', 'b', 'c'].map((path) => sendFile(producer, _id, { path, content: new Uint8Array(500) })),
    );
    t.same(statuses(sent), ['204', '409', '409']);
    await prisma.community.update({ where: { id: SANDBOX_COMMUNITY }, data: { organizationId: null } });
    t.equal((await sendFile(producer, _id, { path: 'b', content: new Uint8Array(500) })).status, 204);
    await prisma.organization.update({ where: { id: ORGANIZATION }, data: { uploadsQuota: 10_000_000n } });
  });

  await t.test('the last offering of an endpoint is published once, and the refusal tells the figures', async (t) => {
    const stored = await buildStoredData(api.deps);
    const configurations = await Promise.all(
      ['quota_a', 'quota_b', 'quota_c'].map((name) =>
        create(producer, `${root}/configurations`, wfsConfiguration(stored, name)),
      ),
    );
    const endpoint = { datastoreId: DATASTORE, endpointId: OPEN_WFS };
    await prisma.datastoreEndpoint.update({ where: { datastoreId_endpointId: endpoint }, data: { quota: 3 } });
    const offered = await Promise.all(
      configurations.map(({ _id }) =>
        producer.call('POST', `${root}/configurations/${_id}/offerings`, { endpoint: OPEN_WFS, open: true }),
      ),
    );
    t.same(statuses(offered), ['201', '409', '409']);
    const refused = offered.find(({ status }) => status === 409);
    t.match(refused && sentences(refused), /quota 3 offre.*utilisation 3 offre.*demande 1 offre/);
    const { body } = await producer.call<{ use: number }[]>('GET', `${root}/endpoints?type=WFS&open=true`);
    t.match(body, [{ use: 3, quota: 3 }]);
    t.equal((await producer.call<object[]>('GET', `${root}/endpoints?use_ratio=99&limit=100`)).body.length, 1);
    t.equal(
      (await producer.call<object[]>('GET', `${root}/endpoints?use_ratio=100`)).body.length,
      0,
      'full is not above',
    );
  });

  await t.test('an offering that is being removed leaves its place', async (t) => {
    const offering = await prisma.offering.findFirstOrThrow({ where: { endpointId: OPEN_WFS } });
    await prisma.offering.update({ where: { id: offering.id }, data: { status: 'UNPUBLISHING' } });
    const { body } = await producer.call<object[]>('GET', `${root}/endpoints?type=WFS&open=true`);
    t.match(body, [{ use: 2 }]);
  });

  await t.test('annexes and stored data are measured', async (t) => {
    const before = await storages();
    const annex = { key: 'k', mimeType: 'text/plain', size: 5n, digest: '00' };
    await prisma.annex.createMany({
      data: [
        { datastoreId: DATASTORE, ...annex },
        { datastoreId: DATASTORE, ...annex },
        { datastoreId: SANDBOX_DATASTORE, ...annex },
      ],
    });
    await buildStoredData(api.deps, { name: 'more' });
    const after = await storages();
    t.equal(after.annexes.use, before.annexes.use + 2, 'files, not bytes');
    const bytes = ({ data }: Storages) => data.find(({ storage }) => storage.type === 'POSTGRESQL')?.use ?? 0;
    t.equal(bytes(after), bytes(before) + 8192);
  });

  await t.test('metadata count on the endpoint that shows them', async (t) => {
    const endpoint = await prisma.endpoint.findFirstOrThrow({ where: { technicalName: 'gpf-geonetwork' } });
    await prisma.metadata.create({
      data: {
        datastoreId: DATASTORE,
        type: 'ISOAP',
        level: 'DATASET',
        fileIdentifier: 'compté',
        content: {},
        key: 'k',
        size: 1n,
        publications: { create: { endpointId: endpoint.id } },
      },
    });
    const { body } = await producer.call<{ use: number; endpoint: { _id: string } }[]>(
      'GET',
      `${root}/endpoints?type=METADATA`,
    );
    t.equal(body.find((lent) => lent.endpoint._id === endpoint.id)?.use, 1);
  });

  await t.test('a data storage that is full takes no new output', async (t) => {
    await prisma.datastoreStorage.updateMany({
      where: { datastoreId: DATASTORE, storage: { type: 'POSTGRESQL' } },
      data: { quota: 100n },
    });
    const upload = await prisma.upload.create({
      data: {
        datastoreId: DATASTORE,
        storageId: (await prisma.storage.findFirstOrThrow({ where: { type: 'FILESYSTEM' } })).id,
        type: 'VECTOR',
        name: 'n',
        description: 'd',
        srs: 'EPSG:4326',
        status: 'CLOSED',
      },
    });
    const processing = '0de8c60b-9938-4be9-aa36-9026b77c3c96';
    const checks = await prisma.check.findMany();
    await prisma.checkExecution.createMany({
      data: checks.map(({ id }) => ({ uploadId: upload.id, checkId: id, status: 'SUCCESS' })),
    });
    const refused = await producer.call('POST', `${root}/processings/executions`, {
      processing,
      inputs: { upload: [upload.id] },
      output: { stored_data: { name: 'trop' } },
    });
    t.equal(refused.status, 409);
    t.match(sentences(refused), /stockage.*quota 100 octet.*utilisation \d+ octet/);
  });
});
