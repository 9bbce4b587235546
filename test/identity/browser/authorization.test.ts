import t from 'tap';
import { REALM_PATH } from '../../../src/identity/paths.js';
import { buildTestApp } from '../../helpers/app.js';
import { Browser, authorizationUrl, broughtBack, pkce, readForm } from '../../helpers/browser.js';
import { PROTOCOL_PATH, bearer, postForm } from '../../helpers/oidc.js';

const REDIRECT = 'http://127.0.0.1:7070/';
const QGIS = { client_id: 'qgis', redirect_uri: REDIRECT };
const PUBLIC = { client_id: 'cartes-gouv-public', redirect_uri: 'http://localhost/' };
const SECRET = { client_id: 'qgis', client_secret: 'any' };

const { app, config, deps } = await buildTestApp(t);
const browser = new Browser(app);
await browser.logIn(authorizationUrl(QGIS));

/** A new code of the logged in browser. */
async function newCode(extra: Record<string, string> = {}): Promise<string> {
  return broughtBack(await browser.open(authorizationUrl({ ...QGIS, ...extra }))).code ?? '';
}

const exchange = (fields: Record<string, string>) =>
  postForm(app, 'token', { ...SECRET, grant_type: 'authorization_code', redirect_uri: REDIRECT, ...fields });

void t.test('an unknown client or address gets a page, never a redirect', async (t) => {
  const cases: [Record<string, string>, string][] = [
    [{ ...QGIS, client_id: 'nobody' }, 'Client not found.'],
    [{ ...QGIS, client_id: 'n\0' }, 'Invalid parameter: client_id'],
    [{ redirect_uri: REDIRECT }, 'Missing parameter: client_id'],
    [{ ...QGIS, redirect_uri: 'http://evil.example/' }, 'Invalid parameter: redirect_uri'],
    [{ ...QGIS, redirect_uri: 'http://127.0.0.1:7070/callback/../x' }, 'Invalid parameter: redirect_uri'],
    [{ ...QGIS, redirect_uri: 'javascript:alert(1)' }, 'Invalid parameter: redirect_uri'],
    [{ ...QGIS, redirect_uri: 'http://evil.example/', prompt: 'none' }, 'Invalid parameter: redirect_uri'],
    [{ ...QGIS, redirect_uri: 'http://evil.example/', response_type: 'token' }, 'Invalid parameter: redirect_uri'],
    [{ client_id: 'qgis' }, 'Invalid parameter: redirect_uri'],
    [{ client_id: 'ci-service', redirect_uri: REDIRECT }, 'Invalid parameter: redirect_uri'],
    [{ ...QGIS, state: '\0' }, 'Invalid parameter: state'],
  ];
  for (const [parameters, text] of cases) {
    const page = await browser.open(authorizationUrl(parameters));
    t.equal(page.status, 400, JSON.stringify(parameters));
    t.notOk(page.location);
    t.match(page.body, `role="alert">${text}</p>`);
    t.match(page.headers, { 'content-type': /^text\/html/, 'x-frame-options': 'DENY' });
  }
});

void t.test('a Host that is none breaks nothing', async (t) => {
  for (const host of ['a b', 'x:99999', '[']) {
    for (const url of [
      authorizationUrl(QGIS),
      `${REALM_PATH}/.well-known/openid-configuration`,
      `${REALM_PATH}/account`,
    ]) {
      t.ok((await app.inject({ url, headers: { host } })).statusCode < 400, `${host} ${url}`);
    }
  }
});

void t.test('other refusals go back to the application, with its state', async (t) => {
  const cases: [Record<string, string>, string, string | RegExp][] = [
    [{ response_type: '' }, 'invalid_request', 'Missing parameter: response_type'],
    [{ response_type: 'token' }, 'unsupported_response_type', /./],
    [{ scope: 'openid magic' }, 'invalid_scope', 'Invalid scopes: magic'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request', /code_challenge/],
    [
      { code_challenge: pkce().challenge, code_challenge_method: 'plain' },
      'invalid_request',
      'Invalid parameter: code_challenge_method',
    ],
    [PUBLIC, 'invalid_request', 'Missing parameter: code_challenge_method'],
  ];
  for (const [parameters, error, text] of cases) {
    const state = 'é+&=/ %2B';
    const answer = await browser.open(authorizationUrl({ ...QGIS, ...parameters, state }));
    t.equal(answer.status, 302, JSON.stringify(parameters));
    t.match(broughtBack(answer), { error, error_description: text, state, iss: config.issuer });
  }
  const twice = await browser.open(`${authorizationUrl(QGIS)}&scope=a&scope=b`);
  t.match(broughtBack(twice), { error: 'invalid_request', error_description: 'duplicated parameter' });
});

void t.test('unknown parameters and prompts are ignored, a form is as good as a query', async (t) => {
  const parameters = { ...QGIS, approval_prompt: 'auto', kc_locale: 'fr', prompt: 'consent', nonce: 'n', api_key: '' };
  t.ok(broughtBack(await browser.open(authorizationUrl(parameters))).code);
  const posted = await browser.open(`${PROTOCOL_PATH}/auth`, { ...parameters, response_type: 'code', state: 'p' });
  t.match(broughtBack(posted), { code: String, state: 'p' });
});

void t.test('the answer comes in the query, the fragment or a form, as asked', async (t) => {
  const fragment = await browser.open(authorizationUrl({ ...QGIS, response_mode: 'fragment', state: 'f' }));
  t.match(fragment.location, /^http:\/\/127\.0\.0\.1:7070\/#state=f&session_state=[^&]+&iss=[^&]+&code=/);
  const refused = await browser.open(authorizationUrl({ ...QGIS, response_mode: 'fragment', scope: 'x' }));
  t.match(refused.location, /#.*error=invalid_scope/);
  const form = await browser.open(authorizationUrl({ ...QGIS, response_mode: 'form_post', state: 'p' }));
  t.equal(form.status, 200);
  t.equal(readForm(form.body).action, REDIRECT);
  t.match(form.body, /name="code"/);
});

void t.test('a code works once, and its second use ends what the first one gave', async (t) => {
  const code = await newCode({ scope: 'openid' });
  const first = await exchange({ code });
  t.equal(first.statusCode, 200);
  t.match(first.json(), { session_state: code.split('.')[1] });
  const second = await exchange({ code });
  t.equal(second.statusCode, 400);
  t.strictSame(second.json(), { error: 'invalid_grant', error_description: 'Code not valid' });
  const userinfo = { url: `${PROTOCOL_PATH}/userinfo`, headers: bearer(first.json().access_token) };
  t.equal((await app.inject(userinfo)).statusCode, 401);
  t.ok((await exchange({ code: await newCode() })).statusCode === 200, 'the session goes on');
});

void t.test('of parallel uses of a code exactly one succeeds', async (t) => {
  const code = await newCode();
  const answers = await Promise.all(Array.from({ length: 6 }, () => exchange({ code })));
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1);
  for (const { statusCode } of answers) t.ok(statusCode === 200 || statusCode === 400);
});

void t.test('the refusals of a code are those of the platform', async (t) => {
  const { verifier, challenge } = pkce();
  const withPkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const cases: [string, Record<string, string>, number, string, string][] = [
    ['nonsense', { code: 'nonsense' }, 400, 'invalid_grant', 'Code not valid'],
    ['NUL', { code: 'a\0' }, 400, 'invalid_grant', 'Code not valid'],
    ['none', {}, 400, 'invalid_request', 'Missing parameter: code'],
    ['other client', { code: await newCode(), client_id: 'bruno-rest-client' }, 400, 'invalid_grant', 'Code not valid'],
    [
      'other address',
      { code: await newCode(), redirect_uri: 'http://127.0.0.1:7070/callback' },
      400,
      'invalid_grant',
      'Incorrect redirect_uri',
    ],
    ['no address', { code: await newCode(), redirect_uri: '' }, 400, 'invalid_grant', 'Incorrect redirect_uri'],
    ['no verifier', { code: await newCode(withPkce) }, 400, 'invalid_grant', 'PKCE code verifier not specified'],
    [
      'other verifier',
      { code: await newCode(withPkce), code_verifier: pkce().verifier },
      400,
      'invalid_grant',
      'PKCE verification failed: Code mismatch',
    ],
    [
      'malformed verifier',
      { code: await newCode(withPkce), code_verifier: 'é' },
      400,
      'invalid_grant',
      'PKCE verification failed: Invalid code verifier',
    ],
    [
      'no secret',
      { code: await newCode(), client_secret: '' },
      401,
      'unauthorized_client',
      'Invalid client or Invalid client credentials',
    ],
    [
      'unknown client',
      { code: await newCode(), client_id: 'nobody' },
      401,
      'invalid_client',
      'Invalid client or Invalid client credentials',
    ],
  ];
  for (const [name, fields, status, error, description] of cases) {
    const answer = await exchange(fields);
    t.equal(answer.statusCode, status, name);
    t.strictSame(answer.json(), { error, error_description: description }, name);
  }
  t.equal((await exchange({ code: await newCode(withPkce), code_verifier: verifier })).statusCode, 200);
});

void t.test('a code lives 60 seconds', async (t) => {
  const code = await newCode();
  const { rows } = await deps.pool.query(
    `SELECT round(extract(epoch FROM expires_at - now())) AS seconds FROM geopf.oidc_payload
     WHERE model = 'AuthorizationCode' ORDER BY expires_at DESC LIMIT 1`,
  );
  t.ok(Number(rows[0].seconds) >= 58 && Number(rows[0].seconds) <= 60, String(rows[0].seconds));
  await deps.pool.query(
    `UPDATE geopf.oidc_payload SET payload = jsonb_set(payload, '{exp}', to_jsonb((payload ->> 'exp')::int - 61))
     WHERE model = 'AuthorizationCode'`,
  );
  t.strictSame((await exchange({ code })).json(), { error: 'invalid_grant', error_description: 'Code not valid' });
});

void t.test('what mixes several grants is read by its grant type alone', async (t) => {
  const answer = await exchange({ code: await newCode(), refresh_token: 'x', response_type: 'code', scope: '' });
  t.equal(answer.statusCode, 200, answer.body);
});

void t.test('tokens of two tabs live together', async (t) => {
  const [one, other] = [await exchange({ code: await newCode() }), await exchange({ code: await newCode() })];
  for (const { refresh_token: token } of [one.json(), other.json()]) {
    const refreshed = await postForm(app, 'token', { ...SECRET, grant_type: 'refresh_token', refresh_token: token });
    t.equal(refreshed.statusCode, 200);
    t.equal(refreshed.json().session_state, one.json().session_state);
  }
});

void t.test('a page of an origin that the client does not allow gets no token', async (t) => {
  await app.inject({
    method: 'POST',
    url: '/_emulator/seed',
    payload: JSON.stringify({
      clients: [
        {
          id: 'one-origin',
          public: true,
          grants: ['authorization_code'],
          redirect_uris: ['/somewhere'],
          web_origins: ['http://app.example'],
        },
      ],
    }),
  });
  const { verifier, challenge } = pkce();
  const redirect = `http://localhost:${config.port}/somewhere`;
  const request = {
    client_id: 'one-origin',
    redirect_uri: redirect,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  const send = async (origin: string) =>
    postForm(
      app,
      'token',
      {
        grant_type: 'authorization_code',
        client_id: 'one-origin',
        redirect_uri: redirect,
        code_verifier: verifier,
        code: broughtBack(await browser.open(authorizationUrl(request))).code ?? '',
      },
      { origin },
    );
  const refused = await send('http://evil.example');
  t.equal(refused.statusCode, 403);
  t.strictSame(refused.json(), { error: 'Invalid origin' });
  t.notOk(refused.headers['access-control-allow-origin']);
  const accepted = await send('http://app.example');
  t.equal(accepted.statusCode, 200, 'an address without host is on the emulator itself');
  t.equal(accepted.headers['access-control-allow-origin'], 'http://app.example');
  t.notOk('refresh_token' in accepted.json(), 'a client without that grant gets no refresh token');
});
