import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import t from 'tap';
import { REALM_PATH } from '../../src/identity/paths.js';
import { buildTestApp } from '../helpers/app.js';
import { PRODUCER_GRANT, PROTOCOL_PATH, basic, bearer, postForm } from '../helpers/oidc.js';
import { PRODUCER } from '../helpers/seed.js';

const { app, config, deps } = await buildTestApp(t);

/** A token answer for the producer. */
async function logIn(extra: Record<string, string> = {}) {
  return (await postForm(app, 'token', { ...PRODUCER_GRANT, ...extra })).json();
}

const userinfo = (token?: string) =>
  app.inject({
    url: `${PROTOCOL_PATH}/userinfo`,
    headers: token === undefined ? {} : bearer(token),
  });

void t.test('the discovery document has the issuer of the configuration and addresses of the request', async (t) => {
  const response = await app.inject({
    url: `${REALM_PATH}/.well-known/openid-configuration`,
    headers: { host: '127.0.0.1:9999' },
  });
  t.equal(response.statusCode, 200);
  const addresses = `http://127.0.0.1:9999${PROTOCOL_PATH}`;
  t.match(response.json(), {
    issuer: config.issuer,
    authorization_endpoint: `${addresses}/auth`,
    token_endpoint: `${addresses}/token`,
    userinfo_endpoint: `${addresses}/userinfo`,
    end_session_endpoint: `${addresses}/logout`,
    revocation_endpoint: `${addresses}/revoke`,
    introspection_endpoint: `${addresses}/token/introspect`,
    check_session_iframe: `${addresses}/login-status-iframe.html`,
    jwks_uri: `${addresses}/certs`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  });
  t.strictSame((response.json().grant_types_supported as string[]).toSorted(), [
    'authorization_code',
    'client_credentials',
    'password',
    'refresh_token',
  ]);
});

void t.test('with PUBLIC_URL every address is below it, whatever the Host', async (t) => {
  const built = await buildTestApp(t, { PUBLIC_URL: 'https://geopf.example.org' });
  const response = await built.app.inject({
    url: `${REALM_PATH}/.well-known/openid-configuration`,
    headers: { host: 'elsewhere.example' },
  });
  t.match(response.json(), {
    issuer: `https://geopf.example.org${REALM_PATH}`,
    token_endpoint: `https://geopf.example.org${PROTOCOL_PATH}/token`,
  });
});

void t.test('the published key verifies tokens and holds no private part', async (t) => {
  const keys = (await app.inject({ url: `${PROTOCOL_PATH}/certs` })).json();
  t.match(keys, { keys: [{ kty: 'RSA', alg: 'RS256', use: 'sig', kid: String, n: String, e: 'AQAB' }] });
  t.strictSame(Object.keys(keys.keys[0]).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  t.ok(Buffer.from(keys.keys[0].n, 'base64url').length >= 256, '2048 bits');
  const { access_token: token } = await logIn();
  await t.resolves(jwtVerify(token, createLocalJWKSet(keys), { issuer: config.issuer, audience: 'account' }));
});

void t.test('an access token has the claims of the platform', async (t) => {
  const { access_token: token, session_state: session } = await logIn();
  t.match(decodeProtectedHeader(token), { alg: 'RS256', typ: 'JWT', kid: String });
  const { exp, iat, auth_time: authTime, jti, ...claims } = decodeJwt(token);
  t.equal(Number(exp) - Number(iat), 43200);
  t.equal(authTime, iat);
  t.type(jti, 'string');
  t.strictSame(claims, {
    iss: config.issuer,
    aud: 'account',
    sub: PRODUCER,
    typ: 'Bearer',
    azp: 'gpf-warehouse',
    session_state: session,
    acr: '1',
    'allowed-origins': ['*'],
    realm_access: { roles: ['default-roles-geoplateforme', 'offline_access', 'uma_authorization'] },
    resource_access: { account: { roles: ['manage-account', 'manage-account-links', 'view-profile'] } },
    scope: 'profile email',
    sid: session,
    email_verified: true,
    name: 'Paule Producteur',
    preferred_username: 'producteur',
    given_name: 'Paule',
    family_name: 'Producteur',
    email: 'producteur@example.org',
  });
});

void t.test('a service account has a token without session', async (t) => {
  const { access_token: token } = (
    await postForm(app, 'token', { grant_type: 'client_credentials' }, basic('ci-service', 'any'))
  ).json();
  const claims = decodeJwt(token);
  t.match(claims, {
    sub: '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0102',
    azp: 'ci-service',
    clientId: 'ci-service',
    preferred_username: 'service-account-ci-service',
    email: 'service-account-ci-service@no-reply.fr',
    name: '',
  });
  for (const name of ['auth_time', 'sid', 'session_state']) t.notOk(name in claims, name);
});

void t.test('an identity token comes with the scope openid only, and says who logged in', async (t) => {
  t.notOk((await logIn()).id_token);
  const answer = await logIn({ scope: 'openid' });
  t.equal(answer.scope, 'openid profile email');
  t.match(decodeJwt(answer.id_token), {
    typ: 'ID',
    iss: config.issuer,
    aud: 'gpf-warehouse',
    azp: 'gpf-warehouse',
    sub: PRODUCER,
    sid: answer.session_state,
    preferred_username: 'producteur',
    email: 'producteur@example.org',
    at_hash: String,
  });
});

void t.test('userinfo describes the owner of a token with the scope openid', async (t) => {
  const { access_token: token } = await logIn({ scope: 'openid email' });
  const response = await userinfo(token);
  t.equal(response.statusCode, 200);
  t.equal(response.headers['content-type'], 'application/json');
  t.strictSame(response.json(), {
    sub: PRODUCER,
    email_verified: true,
    name: 'Paule Producteur',
    preferred_username: 'producteur',
    given_name: 'Paule',
    family_name: 'Producteur',
    email: 'producteur@example.org',
  });
});

void t.test('userinfo answers 403 without the scope openid', async (t) => {
  const response = await userinfo((await logIn()).access_token);
  t.equal(response.statusCode, 403);
  t.strictSame(response.json(), { error: 'insufficient_scope', error_description: 'Missing openid scope' });
});

void t.test('userinfo answers 401 for anything that is not a good access token', async (t) => {
  const { id_token: idToken, refresh_token: refreshToken } = await logIn({ scope: 'openid' });
  for (const token of ['nonsense', idToken, refreshToken, undefined]) {
    const response = await userinfo(token);
    t.equal(response.statusCode, 401);
    t.strictSame(response.json(), { error: 'invalid_token', error_description: 'Token verification failed' });
    t.equal(
      response.headers['www-authenticate'],
      'Bearer realm="geoplateforme", error="invalid_token", error_description="Token verification failed"',
    );
  }
});

void t.test('introspection gives the claims of a good token and nothing of others', async (t) => {
  const { access_token: token } = await logIn();
  const client = { client_id: 'gpf-warehouse', client_secret: 'any' };
  const active = (await postForm(app, 'token/introspect', { ...client, token })).json();
  t.match(active, { ...decodeJwt(token), active: true, username: 'producteur', client_id: 'gpf-warehouse' });
  const inactive = await postForm(app, 'token/introspect', { ...client, token: 'nonsense' });
  t.strictSame(inactive.json(), { active: false });
  const stranger = await postForm(app, 'token/introspect', { client_id: 'nobody', client_secret: 'any', token });
  t.equal(stranger.statusCode, 401);
});

void t.test('a revoked token is no longer known to the provider; unknown ones are no error', async (t) => {
  const client = { client_id: 'gpf-warehouse', client_secret: 'any' };
  const { access_token: token } = await logIn({ scope: 'openid' });
  const response = await postForm(app, 'revoke', { ...client, token });
  t.equal(response.statusCode, 200);
  t.equal(response.body, '');
  t.equal((await userinfo(token)).statusCode, 401);
  t.equal((await postForm(app, 'revoke', { ...client, token: 'nonsense' })).statusCode, 200);
});

void t.test('revoking a refresh token ends its session', async (t) => {
  const client = { client_id: 'gpf-warehouse', client_secret: 'any' };
  const { refresh_token: token } = await logIn();
  await postForm(app, 'revoke', { ...client, token, token_type_hint: 'refresh_token' });
  const response = await postForm(app, 'token', { ...client, grant_type: 'refresh_token', refresh_token: token });
  t.strictSame(response.json(), { error: 'invalid_grant', error_description: 'Invalid refresh token' });
});

void t.test('a token of one replica is good on the others', async (t) => {
  const { app: replica } = await buildTestApp(t, {
    DATABASE_URL: String(config.databaseUrl),
    PORT: String(config.port),
  });
  const { access_token: token, refresh_token: refreshToken } = await logIn({ scope: 'openid' });
  for (const url of ['/api/users/me', `${PROTOCOL_PATH}/userinfo`]) {
    t.equal((await replica.inject({ url, headers: bearer(token) })).statusCode, 200, url);
  }
  const refreshed = await postForm(replica, 'token', {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: 'gpf-warehouse',
    client_secret: 'any',
  });
  t.equal(refreshed.statusCode, 200);
});

void t.test('a refreshed token keeps the time of the login', async (t) => {
  const first = await logIn();
  await deps.pool.query(
    `UPDATE geopf.oidc_payload SET payload = jsonb_set(payload, '{iat}', to_jsonb((payload ->> 'iat')::int - 100))
     WHERE model = 'Grant' AND id =
       (SELECT grant_id FROM geopf.oidc_payload WHERE model = 'RefreshToken' AND payload ->> 'sid' = $1)`,
    [first.session_state],
  );
  const second = await postForm(app, 'token', {
    grant_type: 'refresh_token',
    refresh_token: first.refresh_token,
    client_id: 'gpf-warehouse',
    client_secret: 'any',
  });
  t.equal(decodeJwt(second.json().access_token).auth_time, Number(decodeJwt(first.access_token).auth_time) - 100);
});

void t.test('the realm describes itself', async (t) => {
  const response = await app.inject({ url: REALM_PATH });
  t.match(response.json(), {
    realm: 'geoplateforme',
    public_key: /^MII/,
    'token-service': `${config.issuer}/protocol/openid-connect`,
  });
});

void t.test('a path that the provider does not have is unknown', async (t) => {
  const response = await app.inject({ url: `${PROTOCOL_PATH}/magic` });
  t.equal(response.statusCode, 404);
  t.match(response.json(), { error: 'Unable to find matching target resource method' });
});

void t.test('a client cannot revoke the tokens of another one', async (t) => {
  const { access_token: token } = await logIn();
  const response = await postForm(app, 'revoke', { client_id: 'bruno-rest-client', client_secret: 'any', token });
  t.equal(response.statusCode, 400);
  t.strictSame(response.json(), { error: 'invalid_token', error_description: 'Unmatching clients' });
});

void t.test('another realm does not exist', async (t) => {
  const response = await app.inject({ url: '/realms/master/.well-known/openid-configuration' });
  t.equal(response.statusCode, 404);
  t.strictSame(response.json(), { error: 'Realm does not exist' });
});
