import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { sentences } from '../helpers/diffusion.js';
import { DATASTORE } from '../helpers/seed.js';

void t.test('validation of bodies and queries', async (t) => {
  const producer = await logIn(await startApi(t));

  await t.test('a refusal tells every fault of the body, however many', async (t) => {
    const users = Array.from({ length: 30 }, (_, index) => `user ${index}`);
    const body = { licence: 3, offerings: ['x'], users, only_oauth: 'perhaps' };
    const refused = await producer.call('POST', `/datastores/${DATASTORE}/permissions`, body);
    t.equal(refused.status, 400);
    const told = sentences(refused);
    for (const field of ['licence', 'offerings[0]', 'users[0]', 'users[29]', 'only_oauth']) {
      t.ok(told.includes(`"${field}"`), field);
    }
  });

  await t.test('a number in a query is written in decimal digits', async (t) => {
    for (const limit of ['1.5', '', 'true', '0x10', '1e1', '5n', '100.5']) {
      const refused = await producer.call('GET', `/statics/tms?limit=${limit}`);
      t.match(refused, { status: 400, body: { error_description: [/"limit" doit être un nombre entier/] } }, limit);
    }
    for (const lon of ['', 'true', '0x1', 'NaN']) {
      const refused = await producer.call('GET', `/datastores/${DATASTORE}/uploads?lat=1&lon=${lon}`);
      t.match(refused, { status: 400, body: { error_description: [/"lon" doit être un nombre/] } }, lon);
    }
    t.equal((await producer.call('GET', '/statics/tms?limit=%2005')).status, 200);
    t.equal((await producer.call('GET', `/datastores/${DATASTORE}/uploads?lat=-1.5&lon=.5e1`)).status, 200);
  });
});
