import { decodeJwt } from 'jose';
import t from 'tap';
import { buildTestApp } from '../../helpers/app.js';
import { Browser, authorizationUrl, broughtBack, pkce } from '../../helpers/browser.js';
import { PROTOCOL_PATH, bearer, postForm } from '../../helpers/oidc.js';

/** The requests of four real applications, one by one (access.md §1.5). */

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const { app, config } = await buildTestApp(t);

void t.test('QGIS: confidential client, empty scope, no PKCE, any loopback port', async (t) => {
  const browser = new Browser(app);
  const redirect = 'http://127.0.0.1:7080/callback';
  const page = await browser.open(
    authorizationUrl({ client_id: 'qgis-plugin', redirect_uri: redirect, scope: '', state: 'aZ09' }),
  );
  t.equal(page.status, 200);
  t.match(page.body, /id="username"/);
  const back = await browser.submit(page, { username: 'producteur', password: 'geopf-local' });
  t.equal(back.status, 302);
  t.match(
    back.location,
    new RegExp(
      `^http://127\\.0\\.0\\.1:7080/callback\\?state=aZ09&session_state=(${UUID})&iss=http%3A%2F%2Flocalhost%3A\\d+%2Frealms%2Fgeoplateforme&code=${UUID}\\.\\1\\.${UUID}$`,
    ),
  );
  const { code = '' } = broughtBack(back);
  const client = { client_id: 'qgis-plugin', client_secret: 'injected' };
  const token = await postForm(app, 'token', {
    code,
    ...client,
    redirect_uri: redirect,
    grant_type: 'authorization_code',
  });
  t.equal(token.statusCode, 200, token.body);
  t.match(token.json(), { scope: 'profile email', token_type: 'Bearer', expires_in: 43200, refresh_token: String });
  t.notOk('id_token' in token.json());

  const refreshed = await postForm(app, 'token', {
    ...client,
    refresh_token: token.json().refresh_token,
    grant_type: 'refresh_token',
  });
  t.equal(refreshed.statusCode, 200);
  const me = await app.inject({ url: '/api/users/me', headers: bearer(refreshed.json().access_token) });
  t.equal(me.headers['content-type'], 'application/json');
  t.match(me.json(), { email: 'producteur@example.org' });
});

void t.test('cartes.gouv.fr: Symfony client, signed state, userinfo, logout', async (t) => {
  const browser = new Browser(app);
  const redirect = 'https://localhost:9092/login/check';
  const state = `${Buffer.from('{"t":1}').toString('base64url')}.${Buffer.from('signature').toString('base64url')}`;
  const back = await browser.logIn(
    authorizationUrl({
      scope: 'openid profile email',
      state,
      approval_prompt: 'auto',
      redirect_uri: redirect,
      client_id: 'cartes-gouv',
    }),
  );
  t.match(broughtBack(back), { state, code: String });
  const answer = (
    await postForm(app, 'token', {
      client_id: 'cartes-gouv',
      client_secret: 'secret',
      redirect_uri: redirect,
      grant_type: 'authorization_code',
      code: broughtBack(back).code ?? '',
    })
  ).json();
  t.match(answer, { scope: 'openid profile email', id_token: String });
  const cookie = JSON.stringify(answer).length;
  t.ok(cookie < 3600, `tokens fit in one cookie: ${cookie} bytes`);
  const userinfo = await app.inject({ url: `${PROTOCOL_PATH}/userinfo`, headers: bearer(answer.access_token) });
  t.match(userinfo.json(), { email: 'producteur@example.org', preferred_username: 'producteur', sub: String });

  const logout = await browser.open(
    `${PROTOCOL_PATH}/logout?${new URLSearchParams({
      id_token_hint: answer.id_token,
      post_logout_redirect_uri: 'https://localhost:9092/publier-une-donnee',
    }).toString()}`,
  );
  t.equal(logout.status, 302);
  t.equal(logout.location, 'https://localhost:9092/publier-une-donnee');
  const again = await browser.open(authorizationUrl({ client_id: 'cartes-gouv', redirect_uri: redirect }));
  t.match(again.body, /id="kc-form-login"/, 'the next login asks again');
});

void t.test('keycloak-js: public client, PKCE, silent check, CORS', async (t) => {
  const browser = new Browser(app);
  const origin = 'http://localhost:5173';
  const client = { client_id: 'cartes-gouv-public', response_mode: 'query', scope: 'openid', nonce: 'n-0S6' };
  const redirect = `${origin}/aide/silent-check-sso.html`;
  const silent = (challenge: string) =>
    authorizationUrl({
      ...client,
      redirect_uri: redirect,
      state: 's1',
      prompt: 'none',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });

  const probe = await browser.request(`${PROTOCOL_PATH}/3p-cookies/step1.html`);
  t.match(probe.body, /postMessage/);
  t.notOk(probe.headers['x-frame-options'], 'the page may be framed');
  t.equal((await browser.request(`${PROTOCOL_PATH}/3p-cookies/step2.html`)).body, 'supported');

  const unknown = await browser.open(silent(pkce().challenge));
  t.match(broughtBack(unknown), { error: 'login_required', state: 's1', iss: config.issuer });

  const first = pkce();
  const login = await browser.logIn(
    authorizationUrl({
      ...client,
      redirect_uri: `${origin}/`,
      state: 's2',
      code_challenge: first.challenge,
      code_challenge_method: 'S256',
    }),
  );
  t.match(login.location, /^http:\/\/localhost:5173\/\?state=s2&/);

  const second = pkce();
  const known = broughtBack(await browser.open(silent(second.challenge)));
  t.equal(known.session_state, broughtBack(login).session_state);
  const exchange = (fields: Record<string, string>) =>
    postForm(
      app,
      'token',
      { client_id: 'cartes-gouv-public', grant_type: 'authorization_code', ...fields },
      { origin, accept: '*/*' },
    );
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: `${PROTOCOL_PATH}/token`,
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  t.equal(preflight.headers['access-control-allow-origin'], origin);
  const token = await exchange({ code: known.code ?? '', redirect_uri: redirect, code_verifier: second.verifier });
  t.equal(token.statusCode, 200, token.body);
  t.equal(token.headers['access-control-allow-origin'], origin);
  const idToken = decodeJwt(token.json().id_token);
  t.match(idToken, {
    typ: 'ID',
    aud: 'cartes-gouv-public',
    azp: 'cartes-gouv-public',
    nonce: 'n-0S6',
    sid: known.session_state,
    acr: '1',
  });
  t.match(decodeJwt(token.json().access_token), { sid: known.session_state, auth_time: idToken.auth_time });

  const status = (session: string) =>
    browser.request(
      `${PROTOCOL_PATH}/login-status-iframe.html/init?${new URLSearchParams({ client_id: 'cartes-gouv-public', origin, session_state: session }).toString()}`,
    );
  t.equal((await status(known.session_state ?? '')).body, 'unchanged');
  const logout = await browser.open(
    `${PROTOCOL_PATH}/logout?${new URLSearchParams({ client_id: 'cartes-gouv-public', id_token_hint: token.json().id_token, post_logout_redirect_uri: `${origin}/` }).toString()}`,
  );
  t.equal(logout.location, `${origin}/`);
  t.equal((await status(known.session_state ?? '')).body, 'changed');
  const after = await postForm(app, 'token', {
    grant_type: 'refresh_token',
    client_id: 'cartes-gouv-public',
    refresh_token: token.json().refresh_token,
  });
  t.strictSame(after.json(), { error: 'invalid_grant', error_description: 'Session not active' });
});

void t.test('Swagger UI: public client, redirect page of the API, secret left empty', async (t) => {
  const browser = new Browser(app);
  const { verifier, challenge } = pkce();
  const origin = `http://localhost:${config.port}`;
  const redirect = `${origin}/api/swagger-ui/oauth2-redirect.html`;
  const document = (await app.inject({ url: '/api/v3/api-docs' })).json();
  const { authorizationUrl: authorization, tokenUrl } =
    document.components.securitySchemes.geoplateforme.flows.authorizationCode;
  t.equal(tokenUrl, `${PROTOCOL_PATH}/token`);
  const state = Buffer.from('Mon Nov 30 2026 10:00:00 GMT+0100').toString('base64');
  const query = `response_type=code&client_id=gpf-swagger&redirect_uri=${encodeURIComponent(redirect)}&state=${encodeURIComponent(state)}`;
  const back = await browser.logIn(
    `${authorization}?${query}&code_challenge=${challenge}&code_challenge_method=S256`,
    'admin',
  );
  t.equal(broughtBack(back).state, state);
  const landing = await app.inject({ url: String(back.location).slice(origin.length) });
  t.match(landing.headers.location, /static\/oauth2-redirect\.html\?state=.*&code=/);
  for (const secret of ['', 'undefined']) {
    const token = await postForm(
      app,
      'token',
      {
        grant_type: 'authorization_code',
        code:
          broughtBack(
            await browser.open(`${authorization}?${query}&code_challenge=${challenge}&code_challenge_method=S256`),
          ).code ?? '',
        client_id: 'gpf-swagger',
        client_secret: secret,
        redirect_uri: redirect,
        code_verifier: verifier,
      },
      { origin, 'x-requested-with': 'XMLHttpRequest' },
    );
    t.equal(token.statusCode, 200, token.body);
    const me = await app.inject({ url: '/api/users/me', headers: bearer(token.json().access_token) });
    t.match(me.json(), { email: 'admin@example.org' });
  }
  t.equal((await browser.open(`${authorization}?${query}`)).status, 302, 'PKCE may be left out');
});
