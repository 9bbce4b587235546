import crypto, { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import t from 'tap';
import { equalSecrets } from '../src/equal-secrets.js';
import { hashClientSecret } from '../src/identity/clients.js';
import { decodeBase32, totp } from '../src/identity/totp.js';
import { buildTestApp } from './helpers/app.js';
import { Browser, authorizationUrl } from './helpers/browser.js';
import { bearer, postForm, PRODUCER_GRANT } from './helpers/oidc.js';

/** Secrets are compared in a time that tells nothing of them. */

const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** Digests that were compared in constant time, in pairs, since the test began. */
const compared: string[][] = [];
const { timingSafeEqual } = crypto;
crypto.timingSafeEqual = (one, other) => {
  compared.push([one, other].map((side) => Buffer.from(side.buffer, side.byteOffset, side.byteLength).toString('hex')));
  return timingSafeEqual(one, other);
};
syncBuiltinESMExports();
t.teardown(() => {
  crypto.timingSafeEqual = timingSafeEqual;
  syncBuiltinESMExports();
});

/** Whether a secret that was given has been compared with another one. */
function wasCompared(given: string, expected?: string): boolean {
  return compared.some(
    (pair) => pair.includes(digestOf(given)) && (expected === undefined || pair.includes(digestOf(expected))),
  );
}

void t.test('equal secrets, and others', async (t) => {
  const long = 'x'.repeat(10_000);
  for (const secret of ['', 'secret', 'clé été 🔑', '\0', long])
    t.ok(equalSecrets(secret, `${secret}`), secret.slice(0, 9));
  for (const [one, other] of [
    ['secret', 'secreT'],
    ['secret', 'secret '],
    ['secret', 'secre'],
    ['secret', ''],
    ['secret', 'secret\0'],
    ['é', 'e\u0301'],
    [long, `${long}x`],
  ] as const) {
    t.notOk(equalSecrets(one, other), `${one.slice(0, 9)} and ${other.slice(0, 9)}`);
    t.notOk(equalSecrets(other, one));
  }
  t.ok(
    compared.length > 0 && compared.every((pair) => pair.every((side) => side.length === 64)),
    'whatever their lengths, as much is compared',
  );
});

void t.test('each secret that is shown is compared so', async (t) => {
  const token = 'the token of the emulator';
  const { app } = await buildTestApp(t, { EMULATOR_TOKEN: token });
  const clients = [{ id: 'with-secret', secret: 'right', grants: ['password'] }];
  const seeded = await app.inject({
    method: 'POST',
    url: '/_emulator/seed',
    payload: JSON.stringify({ clients }),
    headers: bearer(token),
  });
  t.equal(seeded.statusCode, 204);
  t.ok(wasCompared(token, token));

  await t.test('the token of the emulator', async (t) => {
    for (const wrong of ['wrong', `${token}x`, token.slice(0, -1)]) {
      const { statusCode } = await app.inject({ method: 'POST', url: '/_emulator/reset', headers: bearer(wrong) });
      t.equal(statusCode, 401);
      t.ok(wasCompared(wrong, token), wrong);
    }
  });

  await t.test('the secret of a client', async (t) => {
    for (const wrong of ['wrong', 'righT', 'right ']) {
      const fields = { ...PRODUCER_GRANT, client_id: 'with-secret', client_secret: wrong };
      t.equal((await postForm(app, 'token', fields)).statusCode, 401);
      t.ok(wasCompared(hashClientSecret(wrong), hashClientSecret('right')), wrong);
    }
  });

  await t.test('a one-time password', async (t) => {
    const right = totp(decodeBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'), Date.now() / 1000);
    const wrong = `${right.slice(0, -1)}${(Number(right.slice(-1)) + 5) % 10}`;
    const answer = await postForm(app, 'token', { ...PRODUCER_GRANT, username: 'otp-user', totp: wrong });
    t.equal(answer.statusCode, 401);
    const pairs = compared.filter((pair) => pair.includes(digestOf(wrong)));
    t.equal(pairs.length, 3, 'with those of all the steps that may be meant');
  });

  await t.test('the token of a form', async (t) => {
    const browser = new Browser(app);
    const page = await browser.open(authorizationUrl({ client_id: 'qgis', redirect_uri: 'http://127.0.0.1:7070/' }));
    const wrong = 'a forged token';
    const forged = await browser.submit(page, { username: 'producteur', password: 'geopf-local', csrf: wrong });
    t.equal(forged.status, 400);
    t.ok(wasCompared(wrong));
  });
});
