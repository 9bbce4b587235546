import { randomUUID } from 'node:crypto';
import t from 'tap';
import { openVisit } from '../../../src/domain/guard/visit.js';
import { publishedFeatureTypes } from '../../../src/domain/published-feature-types.js';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import {
  create,
  OPEN_WFS,
  PRIVATE_WFS,
  sentences,
  waitForAbsence,
  waitForStatus,
  wfsConfiguration,
} from '../../helpers/diffusion.js';
import { givePermission, makeKey } from '../../helpers/restricted.js';
import { CONSUMER } from '../../helpers/seed.js';
import { buildStoredData, datastoreIdOf } from '../../helpers/stored-data.js';
import { typeNamed } from '../../helpers/feature-type.js';

interface OfferingBody {
  _id: string;
  status: string;
  open: boolean;
  urls: { url: string }[];
}

await t.test('offerings on restricted endpoints', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const consumer = await logIn(emulator, 'consommateur');
  const datastore = await datastoreIdOf(deps);
  const root = `/datastores/${datastore}`;
  const storedData = await buildStoredData(deps);
  const offer = async (layerName: string, body: object) => {
    const { _id } = await create(producer, `${root}/configurations`, wfsConfiguration(storedData, layerName));
    return producer.call<OfferingBody>('POST', `${root}/configurations/${_id}/offerings`, body);
  };
  const publish = async (layerName: string, body: object = {}) => {
    const made = await offer(layerName, { endpoint: PRIVATE_WFS, ...body });
    t.equal(made.status, 201);
    await waitForStatus(producer, `${root}/offerings/${made.body._id}`, 'PUBLISHED');
    return made.body;
  };

  await t.test('are published under /private, closed unless asked otherwise', async (t) => {
    const closed = await publish('closed');
    t.equal(closed.open, false);
    t.match(closed.urls[0]?.url, `${origin}/private/wfs/?service=WFS`);
    t.equal((await publish('free', { open: 'True' })).open, true);
    const shown = await publishedFeatureTypes(deps, openVisit('/wfs'));
    t.notOk(typeNamed(shown, 'closed:towns') || typeNamed(shown, 'free:towns'), 'no open service shows them');
    const { body } = await producer.call<OfferingBody[]>('GET', `${root}/offerings?is_open=false`);
    t.same(
      body.map((offering) => offering._id),
      [closed._id],
    );
    const path = `${root}/offerings/${closed._id}`;
    t.match((await producer.call('PATCH', path, { open: true, available: false })).body, {
      open: true,
      available: true,
    });
    t.match((await producer.call('PATCH', path, { public_activity: true })).body, { open: true });
    t.match((await producer.call('PATCH', path, { open: 'false' })).body, { open: false });
  });

  await t.test('join the permissions that their creation names', async (t) => {
    const first = await publish('first_of_permission');
    const permission = await givePermission(producer, datastore, { offerings: [first._id], users: [CONSUMER] });
    const second = await publish('second_of_permission', { permissions: [permission] });
    t.match((await producer.call('GET', `${root}/permissions/${permission}`)).body, {
      offerings: [{ _id: first._id }, { _id: second._id }],
    });
    const unknown = randomUUID();
    const refused = await offer('refused', { endpoint: PRIVATE_WFS, permissions: [permission, unknown] });
    t.equal(refused.status, 404);
    t.match(sentences(refused), unknown);
    const needless = await offer('needless', { endpoint: OPEN_WFS, permissions: [permission] });
    t.equal(needless.status, 400);
    t.match(sentences(needless), /"permissions"/);
    const none = await offer('none', { endpoint: OPEN_WFS, open: false, permissions: [] });
    t.match(none, { status: 201, body: { open: true } }, 'an open endpoint makes open offerings');
  });

  await t.test('leave permissions and keys when they are removed', async (t) => {
    const [kept, removed] = [await publish('kept'), await publish('removed')];
    const offerings = [kept._id, removed._id];
    const permission = await givePermission(producer, datastore, { offerings, users: [CONSUMER] });
    const accesses = `/users/me/keys/${await makeKey(consumer)}/accesses`;
    t.equal((await consumer.call('POST', accesses, { permission, offerings })).status, 201);
    t.equal((await producer.call('DELETE', `${root}/offerings/${removed._id}`)).status, 204);
    await waitForAbsence(producer, `${root}/offerings/${removed._id}`);
    const { body } = await consumer.call<{ offering: { _id: string } }[]>('GET', accesses);
    t.same(
      body.map((access) => access.offering._id),
      [kept._id],
    );
    const seen = await producer.call<{ offerings: { _id: string }[] }>('GET', `${root}/permissions/${permission}`);
    t.same(
      seen.body.offerings.map((offering) => offering._id),
      [kept._id],
    );
  });
});
