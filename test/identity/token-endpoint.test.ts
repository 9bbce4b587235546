import t from 'tap';
import { totp, decodeBase32 } from '../../src/identity/totp.js';
import { buildTestApp } from '../helpers/app.js';
import { PRODUCER_GRANT, PROTOCOL_PATH, basic, postForm } from '../helpers/oidc.js';

const { app, deps } = await buildTestApp(t);

/** What the default seed has no example of. */
const EXTRA_SEED = {
  users: [
    {
      id: '00000000-0000-4000-8000-000000000001',
      username: 'gone',
      email: 'gone@example.org',
      first_name: 'Gone',
      last_name: 'Away',
      password: 'a password',
      enabled: false,
    },
  ],
  clients: [
    { id: 'with-secret', secret: 'right', grants: ['password', 'refresh_token'], web_origins: ['http://app.example'] },
    { id: 'disabled', enabled: false, grants: ['password'] },
    { id: 'no-refresh', grants: ['password'] },
    { id: 'public', public: true, grants: ['password', 'refresh_token'] },
  ],
};
await app.inject({ method: 'POST', url: '/_emulator/seed', payload: JSON.stringify(EXTRA_SEED) });

const REFRESH = { grant_type: 'refresh_token', client_id: 'gpf-warehouse', client_secret: 'any' };
const INVALID_CREDENTIALS = 'Invalid client or Invalid client credentials';

void t.test('a password gives tokens, in the recorded shape', async (t) => {
  const response = await postForm(app, 'token', PRODUCER_GRANT);
  t.equal(response.statusCode, 200);
  t.equal(response.headers['content-type'], 'application/json');
  t.equal(response.headers['cache-control'], 'no-store');
  t.equal(response.headers.pragma, 'no-cache');
  const answer = response.json();
  t.strictSame(Object.keys(answer), [
    'access_token',
    'expires_in',
    'refresh_expires_in',
    'refresh_token',
    'token_type',
    'not-before-policy',
    'session_state',
    'scope',
  ]);
  t.match(answer, { expires_in: 43200, token_type: 'Bearer', 'not-before-policy': 0, scope: 'profile email' });
  t.ok(answer.refresh_expires_in > 43190 && answer.refresh_expires_in <= 43200);
});

void t.test('what clients add is ignored, and they may authenticate either way', async (t) => {
  const { client_id: id, client_secret: secret, ...credentials } = PRODUCER_GRANT;
  const requests = [
    postForm(app, 'token', { ...PRODUCER_GRANT, response_type: 'token', refresh_token: 'x', foo: 'bar', totp: '' }),
    postForm(app, 'token', credentials, basic(id, secret)),
    postForm(app, 'token', { ...PRODUCER_GRANT, scope: '' }),
    postForm(app, 'token', { ...PRODUCER_GRANT, username: 'Producteur@Example.org' }),
    postForm(app, 'token', { ...PRODUCER_GRANT, client_id: 'with-secret', client_secret: 'right' }),
  ];
  for (const response of await Promise.all(requests)) t.equal(response.statusCode, 200, response.body);
});

void t.test('a public client needs no secret', async (t) => {
  const { client_secret: _secret, ...fields } = { ...PRODUCER_GRANT, client_id: 'public' };
  t.equal((await postForm(app, 'token', fields)).statusCode, 200);
});

void t.test('the one-time password is asked of those who have one', async (t) => {
  const login = { ...PRODUCER_GRANT, username: 'otp-user' };
  const code = totp(decodeBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'), Date.now() / 1000);
  const wrong = code === '000000' ? '000001' : '000000';
  for (const fields of [login, { ...login, totp: wrong }, { ...login, totp: code, password: 'wrong' }]) {
    const response = await postForm(app, 'token', fields);
    t.equal(response.statusCode, 401);
    t.strictSame(response.json(), { error: 'invalid_grant', error_description: 'Invalid user credentials' });
  }
  t.equal((await postForm(app, 'token', { ...login, totp: code })).statusCode, 200);
  t.equal((await postForm(app, 'token', { ...login, totp: code })).statusCode, 200, 'again in the same 30 s');
});

void t.test('a service account gets an access token alone', async (t) => {
  const answer = (
    await postForm(app, 'token', {
      grant_type: 'client_credentials',
      client_id: 'sandbox-service',
      client_secret: 'any',
    })
  ).json();
  t.equal(answer.refresh_expires_in, 0);
  t.notOk(answer.refresh_token);
  t.notOk(answer.session_state);
});

void t.test('a refresh token gives new ones for the same session, and stays good', async (t) => {
  const first = (await postForm(app, 'token', { ...PRODUCER_GRANT, scope: 'openid' })).json();
  const second = (await postForm(app, 'token', { ...REFRESH, refresh_token: first.refresh_token })).json();
  t.not(second.access_token, first.access_token);
  t.not(second.refresh_token, first.refresh_token);
  t.equal(second.session_state, first.session_state);
  t.equal(second.scope, 'openid profile email');
  t.type(second.id_token, 'string');
  const again = await postForm(app, 'token', { ...REFRESH, refresh_token: first.refresh_token });
  t.equal(again.statusCode, 200);
});

void t.test('refresh tokens are not readable in the database', async (t) => {
  const { refresh_token: token } = (await postForm(app, 'token', PRODUCER_GRANT)).json();
  const { rows } = await deps.pool.query('SELECT 1 FROM geopf.oidc_payload WHERE id = $1 OR payload::text LIKE $2', [
    token,
    `%${token}%`,
  ]);
  t.equal(rows.length, 0);
});

void t.test('each refusal has the status, the code and the words of Keycloak', async (t) => {
  const password = { ...PRODUCER_GRANT };
  const refusals: readonly (readonly [string, Record<string, string>, number, string, string])[] = [
    ['no grant type', { client_id: 'x' }, 400, 'invalid_request', 'Missing form parameter: grant_type'],
    [
      'unknown grant type',
      { ...password, grant_type: 'magic' },
      400,
      'unsupported_grant_type',
      'Unsupported grant_type',
    ],
    [
      'implicit grant',
      { ...password, grant_type: 'implicit' },
      400,
      'unsupported_grant_type',
      'Unsupported grant_type',
    ],
    ['unknown client', { ...password, client_id: 'nobody' }, 401, 'invalid_client', INVALID_CREDENTIALS],
    ['disabled client', { ...password, client_id: 'disabled' }, 401, 'invalid_client', INVALID_CREDENTIALS],
    ['no client', { ...password, client_id: '', client_secret: '' }, 401, 'invalid_client', INVALID_CREDENTIALS],
    ['wrong secret', { ...password, client_id: 'with-secret' }, 401, 'unauthorized_client', INVALID_CREDENTIALS],
    ['no secret', { ...password, client_secret: '' }, 401, 'unauthorized_client', INVALID_CREDENTIALS],
    [
      'password grant off',
      { ...password, client_id: 'qgis' },
      400,
      'unauthorized_client',
      'Client not allowed for direct access grants',
    ],
    [
      'service account off',
      { ...password, grant_type: 'client_credentials' },
      401,
      'unauthorized_client',
      'Client not enabled to retrieve service account',
    ],
    ['wrong password', { ...password, password: 'wrong' }, 401, 'invalid_grant', 'Invalid user credentials'],
    ['no password', { ...password, password: '' }, 401, 'invalid_grant', 'Invalid user credentials'],
    ['unknown user', { ...password, username: 'nobody' }, 401, 'invalid_grant', 'Invalid user credentials'],
    [
      'a service account by its name',
      { ...password, username: 'service-account-ci-service', password: '' },
      401,
      'invalid_grant',
      'Invalid user credentials',
    ],
    ['no user', { ...password, username: '' }, 400, 'invalid_request', 'Missing parameter: username'],
    [
      'disabled user',
      { ...password, username: 'gone', password: 'a password' },
      400,
      'invalid_grant',
      'Account disabled',
    ],
    ['unknown scope', { ...password, scope: 'openid magic' }, 400, 'invalid_scope', 'Invalid scopes: magic'],
    ['no refresh token', REFRESH, 400, 'invalid_request', 'No refresh token'],
    ['malformed refresh token', { ...REFRESH, refresh_token: 'x' }, 400, 'invalid_grant', 'Invalid refresh token'],
    [
      'refresh off',
      { ...REFRESH, refresh_token: 'x', client_id: 'no-refresh' },
      400,
      'unauthorized_client',
      'Client is not allowed to use refresh tokens',
    ],
    [
      'unknown code',
      {
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: 'http://127.0.0.1/',
        client_id: 'qgis',
        client_secret: 'x',
      },
      400,
      'invalid_grant',
      'Code not valid',
    ],
  ];
  for (const [what, fields, status, error, description] of refusals) {
    const sent = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
    const response = await postForm(app, 'token', sent);
    t.equal(response.statusCode, status, what);
    t.strictSame(response.json(), { error, error_description: description }, what);
    t.equal(response.headers['cache-control'], 'no-store', what);
    t.equal(response.headers['content-type'], 'application/json', what);
  }
});

void t.test('a refresh token of another client is refused', async (t) => {
  const { refresh_token: token } = (await postForm(app, 'token', PRODUCER_GRANT)).json();
  const response = await postForm(app, 'token', { ...REFRESH, client_id: 'bruno-rest-client', refresh_token: token });
  t.equal(response.statusCode, 400);
  t.match(response.json(), { error: 'invalid_grant', error_description: 'Invalid refresh token' });
});

void t.test('an expired refresh token, and one whose session ended, are told apart', async (t) => {
  const expired = (await postForm(app, 'token', PRODUCER_GRANT)).json();
  await deps.pool.query(
    `UPDATE geopf.oidc_payload SET payload = jsonb_set(payload, '{exp}', '1') WHERE model = 'RefreshToken' AND payload ->> 'sid' = $1`,
    [expired.session_state],
  );
  t.match((await postForm(app, 'token', { ...REFRESH, refresh_token: expired.refresh_token })).json(), {
    error: 'invalid_grant',
    error_description: 'Token is not active',
  });
  const ended = (await postForm(app, 'token', PRODUCER_GRANT)).json();
  await deps.pool.query(
    `DELETE FROM geopf.oidc_payload WHERE model = 'Grant' AND id =
       (SELECT grant_id FROM geopf.oidc_payload WHERE model = 'RefreshToken' AND payload ->> 'sid' = $1)`,
    [ended.session_state],
  );
  t.match((await postForm(app, 'token', { ...REFRESH, refresh_token: ended.refresh_token })).json(), {
    error: 'invalid_grant',
    error_description: 'Session not active',
  });
});

void t.test('a page of an allowed origin may ask for tokens, another one may not', async (t) => {
  const fields = { ...PRODUCER_GRANT, client_id: 'with-secret', client_secret: 'right' };
  const allowed = await postForm(app, 'token', fields, { origin: 'http://app.example' });
  t.equal(allowed.statusCode, 200);
  t.equal(allowed.headers['access-control-allow-origin'], 'http://app.example');
  const refused = await postForm(app, 'token', fields, { origin: 'http://evil.example' });
  t.equal(refused.statusCode, 403);
  t.strictSame(refused.json(), { error: 'Invalid origin' });
  t.notOk(refused.headers['access-control-allow-origin']);
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: `${PROTOCOL_PATH}/token`,
    headers: { origin: 'http://app.example', 'access-control-request-method': 'POST' },
  });
  t.equal(preflight.statusCode, 204);
  t.equal(preflight.headers['access-control-allow-origin'], 'http://app.example');
});

void t.test('a body that is not a form is refused', async (t) => {
  const response = await app.inject({
    method: 'POST',
    url: `${PROTOCOL_PATH}/token`,
    payload: { grant_type: 'password' },
  });
  t.equal(response.statusCode, 400);
  t.match(response.json(), { error: 'invalid_request' });
});

void t.test('a user or client whose name holds U+0000 is an unknown one', async (t) => {
  const user = await postForm(app, 'token', { ...PRODUCER_GRANT, username: 'a\0b' });
  t.equal(user.statusCode, 401);
  t.match(user.json(), { error: 'invalid_grant', error_description: 'Invalid user credentials' });
  const client = await postForm(app, 'token', { ...PRODUCER_GRANT, client_id: 'a\0b' });
  t.equal(client.statusCode, 401);
  t.match(client.json(), { error: 'invalid_client', error_description: INVALID_CREDENTIALS });
});
