import t from 'tap';
import { iso19139 } from '../../../fixtures/generate/metadata.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { create, fileForm, OPEN_WFS, sentences } from '../../helpers/diffusion.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';

const METADATA = `/datastores/${DATASTORE}/metadata`;
const CATALOGUE = 'ae062611-13eb-4a18-8d04-9b7604a031cc';
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

await t.test('publication of metadata', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const add = (identifier: string) =>
    create<{ _id: string }>(producer, METADATA, fileForm(iso19139({ identifier, title: `Titre de ${identifier}` })));
  const publish = (endpoint: string, ...file_identifiers: string[]) =>
    producer.call('POST', `${METADATA}/publication`, { endpoint, file_identifiers });
  const unpublish = (endpoint: string, ...file_identifiers: string[]) =>
    producer.call('POST', `${METADATA}/unpublication`, { endpoint, file_identifiers });
  const endpointsOf = async (id: string) => {
    const { body } = await producer.call<{ endpoints: { _id: string }[] }>('GET', `${METADATA}/${id}`);
    return body.endpoints.map(({ _id }) => _id);
  };
  const useOf = async (endpoint: string) => {
    const { body } = await producer.call<{ use: number; endpoint: { _id: string } }[]>(
      'GET',
      `/datastores/${DATASTORE}/endpoints?limit=100`,
    );
    return body.find((lent) => lent.endpoint._id === endpoint)?.use;
  };

  await t.test('a published record shows its endpoint, counts in its use, and cannot be deleted', async (t) => {
    const { _id } = await add('a');
    const offerings = await useOf(OPEN_WFS);
    t.equal((await publish(CATALOGUE, 'a')).status, 204);
    t.same(await endpointsOf(_id), [CATALOGUE]);
    t.equal(await useOf(CATALOGUE), 1);
    t.equal(await useOf(OPEN_WFS), offerings);
    t.match((await producer.call('GET', `/datastores/${DATASTORE}/endpoints?type=METADATA&use_ratio=0`)).body, [
      { use: 1, endpoint: { _id: CATALOGUE } },
    ]);
    const refused = await producer.call('DELETE', `${METADATA}/${_id}`);
    t.equal(refused.status, 409);
    t.match(
      sentences(refused),
      /« Titre de a » \("a"\) est publiée sur le point d'accès « Service public de métadonnées »/,
    );
    t.equal((await publish(CATALOGUE, 'a')).status, 204, 'again');
    t.equal(await useOf(CATALOGUE), 1);
    t.equal((await unpublish(CATALOGUE, 'a')).status, 204);
    t.equal((await unpublish(CATALOGUE, 'a')).status, 204, 'again');
    t.same(await endpointsOf(_id), []);
    t.equal(await useOf(CATALOGUE), 0);
    t.equal((await producer.call('DELETE', `${METADATA}/${_id}`)).status, 204);
  });

  await t.test('unknown records are all named, and nothing is published', async (t) => {
    const { _id } = await add('b');
    const admin = await logIn(emulator, 'admin');
    const theirs = `/datastores/${SANDBOX_DATASTORE}/metadata`;
    await create(admin, theirs, fileForm(iso19139({ identifier: 'SANDBOX.b' })));
    for (const act of [publish, unpublish]) {
      const refused = await act(CATALOGUE, 'b', 'c', 'SANDBOX.b', 'd');
      t.equal(refused.status, 404);
      t.match(sentences(refused), /"c" n'existe pas.*"SANDBOX\.b" n'existe pas.*"d" n'existe pas/);
      t.notMatch(sentences(refused), /"b"/);
    }
    t.same(await endpointsOf(_id), []);
  });

  await t.test('the endpoint must be one of metadata, lent to the datastore', async (t) => {
    await add('e');
    for (const act of [publish, unpublish]) {
      const wrong = await act(OPEN_WFS, 'e');
      t.equal(wrong.status, 400);
      t.match(sentences(wrong), /est de type WFS/);
      t.equal((await act(UNKNOWN, 'e')).status, 404);
    }
    const lent = { datastoreId_endpointId: { datastoreId: DATASTORE, endpointId: CATALOGUE } };
    t.equal((await publish(CATALOGUE, 'e')).status, 204);
    const { quota } = await emulator.deps.prisma.datastoreEndpoint.delete({ where: lent });
    t.equal((await publish(CATALOGUE, 'e')).status, 404);
    t.equal((await unpublish(CATALOGUE, 'e')).status, 204, 'what was published can be taken off');
    await emulator.deps.prisma.datastoreEndpoint.create({
      data: { datastoreId: DATASTORE, endpointId: CATALOGUE, quota },
    });
  });

  await t.test('the quota of the endpoint holds, even at once', async (t) => {
    await Promise.all(['q1', 'q2', 'q3'].map(add));
    await emulator.deps.prisma.datastoreEndpoint.update({
      where: { datastoreId_endpointId: { datastoreId: DATASTORE, endpointId: CATALOGUE } },
      data: { quota: 2 },
    });
    const tooMany = await publish(CATALOGUE, 'q1', 'q2', 'q3');
    t.equal(tooMany.status, 409);
    t.match(sentences(tooMany), /quota du point d'accès « Service public de métadonnées »/);
    t.equal(await useOf(CATALOGUE), 0, 'all or nothing');
    t.equal((await publish(CATALOGUE, 'q1')).status, 204);
    const rivals = await Promise.all(['q2', 'q3'].map((identifier) => publish(CATALOGUE, identifier)));
    t.same(
      rivals.map(({ status }) => status).toSorted((a, b) => a - b),
      [204, 409],
    );
    t.equal(await useOf(CATALOGUE), 2);
    t.equal((await publish(CATALOGUE, 'q1')).status, 204, 'what is published already asks for no room');
  });

  await t.test('a deletion and a publication at once leave no trace of a record that is gone', async (t) => {
    await emulator.deps.prisma.datastoreEndpoint.update({
      where: { datastoreId_endpointId: { datastoreId: DATASTORE, endpointId: CATALOGUE } },
      data: { quota: 100 },
    });
    for (let round = 0; round < 5; round += 1) {
      const { _id } = await add(`race-${round}`);
      const [published, deleted] = await Promise.all([
        publish(CATALOGUE, `race-${round}`),
        producer.call('DELETE', `${METADATA}/${_id}`),
      ]);
      t.ok([204, 404, 409].includes(published.status), String(published.status));
      t.equal(deleted.status, published.status === 204 ? 409 : 204);
    }
  });

  await t.test('malformed bodies', async (t) => {
    t.equal((await publish(CATALOGUE)).status, 400, 'no record');
    t.equal((await publish(CATALOGUE, 'b', 'b')).status, 400, 'twice the same');
    t.equal((await publish('catalogue', 'b')).status, 400);
    t.match(
      sentences(await producer.call('POST', `${METADATA}/publication`, {})),
      /"file_identifiers" est obligatoire.*"endpoint" est obligatoire/,
    );
    const member = await logIn(emulator, 'membre');
    const body = { endpoint: CATALOGUE, file_identifiers: ['b'] };
    t.equal((await member.call('POST', `${METADATA}/publication`, body)).status, 403);
    t.equal((await member.call('POST', `${METADATA}/unpublication`, body)).status, 403);
  });
});
