import { type KeyObject, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import t from 'tap';
import { InvalidTokenError, createTokenVerifier } from '../../src/identity/verify.js';
import { PRODUCER } from '../helpers/seed.js';

const ISSUER = 'http://localhost:8080/realms/geoplateforme';
const KID = 'key-1';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const now = () => Math.floor(Date.now() / 1000);
const verify = createTokenVerifier({
  issuer: ISSUER,
  keyOf: async (kid): Promise<KeyObject | undefined> => (kid === KID ? publicKey : undefined),
});

const CLAIMS: JWTPayload = {
  iss: ISSUER,
  sub: PRODUCER,
  jti: 'token-1',
  aud: 'account',
  typ: 'Bearer',
  azp: 'gpf-warehouse',
  scope: 'profile email',
  preferred_username: 'producteur',
  email: 'producteur@example.org',
  given_name: 'Paule',
  family_name: 'Producteur',
  sid: 'session-1',
};

const sign = (claims: JWTPayload = {}, header: object = {}, key: KeyObject = privateKey) =>
  new SignJWT({ exp: now() + 60, ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: KID, typ: 'JWT', ...header })
    .sign(key);

void t.test('an access token of the issuer says who calls', async (t) => {
  const exp = now() + 60;
  t.strictSame(await verify(await sign({ exp })), {
    sub: CLAIMS.sub,
    azp: 'gpf-warehouse',
    scope: 'profile email',
    preferredUsername: 'producteur',
    email: 'producteur@example.org',
    givenName: 'Paule',
    familyName: 'Producteur',
    sid: 'session-1',
    jti: 'token-1',
    expiresAt: exp,
  });
});

void t.test('a token not yet valid by less than the tolerance is accepted', async (t) => {
  await t.resolves(sign({ nbf: now() + 20 }).then(verify));
});

void t.test('everything else is refused', async (t) => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = Buffer.from(createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
  const good = await sign();
  const [header, , signature] = good.split('.');
  const forged = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'someone', exp: now() + 60 })).toString('base64url');
  const refused: Record<string, string> = {
    'an expired token': await sign({ exp: now() - 1 }),
    'a token without end': await sign({ exp: undefined }),
    'a token valid later': await sign({ nbf: now() + 60 }),
    'a token of another issuer': await sign({ iss: 'https://sso.geopf.fr/realms/geoplateforme' }),
    'an identity token': await sign({ typ: 'ID' }),
    'a refresh token': await sign({ typ: 'Refresh' }),
    'a token without type': await sign({ typ: undefined }),
    'a token without subject': await sign({ sub: undefined }),
    'a token of an unknown key': await sign({}, { kid: 'key-2' }),
    'a token without key id': await sign({}, { kid: undefined }),
    'a token signed by somebody else': await sign({}, {}, other.privateKey),
    'an unsigned token': new UnsecuredJWT({ exp: now() + 60, ...CLAIMS }).encode(),
    'an HMAC made with the public key': await new SignJWT({ exp: now() + 60, ...CLAIMS })
      .setProtectedHeader({ alg: 'HS256', kid: KID })
      .sign(pem),
    'another RSA algorithm': await sign({}, { alg: 'RS512' }),
    'a changed payload': [header, forged, signature].join('.'),
    'a truncated token': good.slice(0, -10),
    'an empty text': '',
    'a word': 'token',
  };
  for (const [what, token] of Object.entries(refused)) await t.rejects(verify(token), InvalidTokenError, what);
});

void t.test('a fault of the key store is not taken for a bad token', async (t) => {
  const broken = createTokenVerifier({
    issuer: ISSUER,
    keyOf: () => Promise.reject(new TypeError('database is gone')),
  });
  await t.rejects(broken(await sign()), { message: 'database is gone' });
});
