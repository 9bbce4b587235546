import t from 'tap';
import { logIn, until } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { create } from '../../helpers/diffusion.js';
import { basic, postForm, PRODUCER_GRANT } from '../../helpers/oidc.js';

/** Passwords that are guessed from many addresses at once: each takes memory and a processor to compare. */

const NETWORKS = 200;
const URL = '/private/wfs?service=WFS&request=GetCapabilities';
const REFUSAL = '<title>503 Service Temporarily Unavailable</title>';

await t.test('many who guess passwords', async (t) => {
  const emulator = await startApi(t);
  const { app } = emulator;
  const consumer = await logIn(emulator, 'consommateur');
  await consumer.call('GET', '/users/me');
  for (const login of ['known', 'fresh']) {
    await create(consumer, '/users/me/keys', { name: login, type: 'BASIC', type_infos: { login, password: 'right' } });
  }
  const ask = async (login: string, password: string, remoteAddress: string) => {
    const { statusCode, headers, body } = await app.inject({
      url: URL,
      headers: basic(login, password),
      remoteAddress,
    });
    return { status: statusCode, retryAfter: headers['retry-after'], body };
  };
  t.equal((await ask('known', 'right', '198.51.100.1')).status, 200);

  await t.test('of one client some wait, the others are refused at once', async (t) => {
    const guesses = Array.from({ length: 150 }, (_, at) => ask(`nobody ${at}`, 'x', '198.51.100.9'));
    const answers = await Promise.all(guesses);
    const refused = answers.filter(({ status }) => status === 503);
    t.ok(refused.length > 0 && refused.length < 50, `${refused.length} were refused: a hundred wait`);
    t.ok(answers.every(({ status }) => status === 503 || status === 401));
    t.ok(refused.every(({ retryAfter, body }) => /^\d+$/.test(String(retryAfter)) && body.includes(REFUSAL)));
  });

  await t.test('nobody who is known waits for them', async (t) => {
    let answered = 0;
    const guesses = Array.from({ length: NETWORKS }, async (_, at) => {
      const { status } = await ask(`nobody ${at}`, 'x', `10.0.0.${at}`);
      answered += 1;
      return status;
    });
    await Promise.any(guesses);
    t.equal((await ask('known', 'right', '198.51.100.1')).status, 200);
    t.ok(answered < NETWORKS / 2, `${answered} were answered before`);
    const fresh = ask('fresh', 'right', '198.51.100.2');
    t.match(
      await Promise.all(guesses),
      Array.from({ length: NETWORKS }, () => /^(401|503)$/),
    );
    t.match((await fresh).status, /^(200|503)$/);
    await until(
      () => ask('fresh', 'right', '198.51.100.2'),
      ({ status }) => status === 200,
    );
  });

  await t.test('those who log in are refused in the words of the identity provider', async (t) => {
    const grants = Array.from({ length: 150 }, (_, at) =>
      postForm(app, 'token', { ...PRODUCER_GRANT, username: `nobody-${at}` }),
    );
    const answers = await Promise.all(grants);
    const refused = answers.filter(({ statusCode }) => statusCode === 503);
    t.ok(refused.length > 0 && refused.length < 50, `${refused.length} were refused`);
    for (const answer of refused) {
      t.match(answer.json(), { error: 'temporarily_unavailable' });
      t.match(answer.headers['retry-after'], /^\d+$/);
    }
    t.ok(answers.every(({ statusCode }) => statusCode === 503 || statusCode === 401));
    t.equal((await postForm(app, 'token', PRODUCER_GRANT)).statusCode, 200);
  });
});
