import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { PRODUCER_COMMUNITY, SANDBOX_COMMUNITY } from '../../helpers/seed.js';

await t.test('the clients of a community are the service accounts among its members', async (t) => {
  const emulator = await startTestEmulator(t);
  const producer = await logIn(emulator);
  const path = `/communities/${PRODUCER_COMMUNITY}/clients`;
  const { status, body, headers } = await producer.call('GET', path);
  t.equal(status, 200);
  t.equal(headers.get('content-range'), '1-1/1');
  t.match(body, [
    {
      _id: '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0102',
      client_id: 'ci-service',
      email: 'service-account-ci-service@no-reply.fr',
      rights: ['UPLOAD', 'PROCESSING', 'BROADCAST', 'ANNEX'],
    },
  ]);
  t.equal((await (await logIn(emulator, 'membre')).call('GET', path)).status, 403);
  t.equal((await producer.call('GET', `/communities/${SANDBOX_COMMUNITY}/clients`)).status, 403);
});
