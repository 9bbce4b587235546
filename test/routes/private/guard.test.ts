import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { create } from '../../helpers/diffusion.js';
import { buildPrivateData, PRIVATE_SERVICES, publishPrivately } from '../../helpers/private-world.js';
import { givePermission } from '../../helpers/restricted.js';
import { CONSUMER, DATASTORE } from '../../helpers/seed.js';

const page = (title: string) =>
  `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`;
const PAGE_A = page('401 Authorization Required');
const PAGE_B = page('403 Forbidden');

interface HashKey {
  _id: string;
  type_infos: { hash: string };
}

await t.test('private services', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const [producer, consumer] = [await logIn(emulator), await logIn(emulator, 'consommateur')];
  await consumer.call('GET', '/users/me');
  const data = await buildPrivateData(deps, producer);
  const endpoints = [...new Set(PRIVATE_SERVICES.map(({ endpoint }) => endpoint))];
  const allowed: string[] = [];
  for (const endpoint of endpoints) {
    allowed.push(await publishPrivately(producer, data, { endpoint, layer: 'allowed' }));
    await publishPrivately(producer, data, { endpoint, layer: 'forbidden' });
  }
  const permission = await givePermission(producer, DATASTORE, { offerings: allowed, users: [CONSUMER] });
  const key = await create<HashKey>(consumer, '/users/me/keys', { name: 'one', type: 'HASH', type_infos: {} });
  const { status: linked } = await consumer.call('POST', `/users/me/keys/${key._id}/accesses`, {
    permission,
    offerings: allowed,
  });
  t.equal(linked, 201);
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${origin}${path}`, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const hash = { apikey: key.type_infos.hash };

  for (const { name, list, lists, read, unknown } of PRIVATE_SERVICES) {
    await t.test(name, async (t) => {
      const anonymous = await get(list);
      t.equal(anonymous.status, 401);
      t.equal(anonymous.text, PAGE_A);
      const capabilities = await get(list, hash);
      t.equal(capabilities.status, 200);
      t.ok(lists(capabilities.text, 'allowed'), 'the list names what the key may use');
      t.notOk(lists(capabilities.text, 'forbidden'), 'and nothing else');
      const answer = await get(read('allowed'), hash);
      t.equal(answer.status, 200);
      const refused = await get(read('forbidden'), hash);
      t.equal(refused.status, 403);
      t.equal(refused.text, PAGE_B);
      const absent = await get(read('absent'), hash);
      t.equal(absent.status, unknown[0]);
      t.match(absent.text, unknown[1]);
    });
  }
});
