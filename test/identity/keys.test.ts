import { decodeProtectedHeader } from 'jose';
import t from 'tap';
import { ensureSigningKey, loadSigningKeys } from '../../src/identity/keys.js';
import { buildTestApp } from '../helpers/app.js';
import { PRODUCER_GRANT, PROTOCOL_PATH, bearer, postForm } from '../helpers/oidc.js';

void t.test('replicas that start together on an empty database make one key', async (t) => {
  const { deps } = await buildTestApp(t);
  await deps.prisma.signingKey.deleteMany();
  await Promise.all([1, 2, 3].map(() => ensureSigningKey(deps.prisma)));
  const keys = await loadSigningKeys(deps.prisma);
  t.equal(keys.length, 1);
  t.equal(keys[0]?.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
  await ensureSigningKey(deps.prisma);
  t.strictSame(
    (await loadSigningKeys(deps.prisma)).map((key) => key.kid),
    [keys[0]?.kid],
  );
});

void t.test('after a rotation the new key signs, and tokens of both keys are good on every replica', async (t) => {
  const { app: before, deps, config } = await buildTestApp(t);
  const old = (await postForm(before, 'token', PRODUCER_GRANT)).json().access_token;
  const [key] = await deps.prisma.signingKey.findMany();
  await deps.prisma.signingKey.deleteMany();
  await ensureSigningKey(deps.prisma);
  await deps.prisma.signingKey.create({
    data: { kid: String(key?.kid), jwk: key?.jwk as object, creation: new Date(0) },
  });
  const { app: after } = await buildTestApp(t, {
    DATABASE_URL: String(config.databaseUrl),
    PORT: String(config.port),
  });
  t.equal((await after.inject({ url: `${PROTOCOL_PATH}/certs` })).json().keys.length, 2);
  const fresh = (await postForm(after, 'token', PRODUCER_GRANT)).json().access_token;
  t.not(decodeProtectedHeader(fresh).kid, decodeProtectedHeader(old).kid);
  for (const app of [before, after]) {
    for (const token of [old, fresh]) {
      t.equal((await app.inject({ url: '/api/users/me', headers: bearer(token) })).statusCode, 200);
    }
  }
});
