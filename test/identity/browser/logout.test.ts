import { SignJWT, decodeJwt } from 'jose';
import t from 'tap';
import { loadSigningKeys } from '../../../src/identity/keys.js';
import { buildTestApp } from '../../helpers/app.js';
import { Browser, authorizationUrl, broughtBack, type Page } from '../../helpers/browser.js';
import { PRODUCER_GRANT, PROTOCOL_PATH, basic, bearer, postForm } from '../../helpers/oidc.js';

const REDIRECT = 'http://localhost/login/check';
const LANDING = 'http://localhost:8000/publier-une-donnee';
const CARTES = { client_id: 'cartes-gouv', client_secret: 'any' };
const LOGIN = authorizationUrl({ client_id: 'cartes-gouv', redirect_uri: REDIRECT, scope: 'openid' });

const { app, deps } = await buildTestApp(t);

/** A browser that is logged in, with the tokens of the application. */
async function loggedIn(username = 'producteur') {
  const browser = new Browser(app);
  const { code = '' } = broughtBack(await browser.logIn(LOGIN, username));
  const answer = await postForm(app, 'token', {
    ...CARTES,
    grant_type: 'authorization_code',
    redirect_uri: REDIRECT,
    code,
  });
  return { browser, tokens: answer.json() as Record<'access_token' | 'refresh_token' | 'id_token', string> };
}

const logout = (browser: Browser, parameters: Record<string, string>): Promise<Page> =>
  browser.open(`${PROTOCOL_PATH}/logout?${new URLSearchParams(parameters).toString()}`);

const refresh = async (token: string, client: Record<string, string> = CARTES) =>
  (await postForm(app, 'token', { ...client, grant_type: 'refresh_token', refresh_token: token })).json();

async function isLoggedIn(browser: Browser): Promise<boolean> {
  return (await browser.open(LOGIN)).location !== undefined;
}

void t.test('the application that shows its identity token logs out of all', async (t) => {
  const { browser, tokens } = await loggedIn();
  const other = broughtBack(
    await browser.open(authorizationUrl({ client_id: 'qgis', redirect_uri: 'http://127.0.0.1:7070/' })),
  );
  const qgis = { client_id: 'qgis', client_secret: 'any' };
  const second = await postForm(app, 'token', {
    ...qgis,
    grant_type: 'authorization_code',
    redirect_uri: 'http://127.0.0.1:7070/',
    code: other.code ?? '',
  });
  const page = await logout(browser, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: LANDING,
    state: 'a b',
    redirect_uri: 'http://evil.example/',
    initiating_idp: 'x',
  });
  t.equal(page.status, 302);
  t.equal(page.location, `${LANDING}?state=a+b`);
  t.notOk(browser.kept.some(({ name }) => name.startsWith('KEYCLOAK_IDENTITY')));
  t.notOk(await isLoggedIn(browser));
  const ended = { error: 'invalid_grant', error_description: 'Session not active' };
  t.strictSame(await refresh(tokens.refresh_token), ended);
  t.strictSame(await refresh(second.json().refresh_token, qgis), ended);
  const userinfo = await app.inject({ url: `${PROTOCOL_PATH}/userinfo`, headers: bearer(tokens.access_token) });
  t.equal(userinfo.statusCode, 401);
  const me = await app.inject({ url: '/api/users/me', headers: bearer(tokens.access_token) });
  t.equal(me.statusCode, 200, 'the API goes on accepting an access token until it expires');
});

void t.test('an expired identity token will do, and a session that is over is no error', async (t) => {
  const { browser, tokens } = await loggedIn();
  const [key] = await loadSigningKeys(deps.prisma);
  if (key === undefined) throw new Error('no signing key');
  const expired = await new SignJWT({ ...decodeJwt(tokens.id_token), exp: 1_700_000_000 })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .sign(key.privateKey);
  for (const _ of ['open', 'over']) {
    const page = await logout(browser, { id_token_hint: expired });
    t.equal(page.status, 200);
    t.match(page.body, /Vous êtes déconnecté/);
    t.notOk(await isLoggedIn(browser));
  }
});

void t.test('a form will do as well as a query', async (t) => {
  const { browser, tokens } = await loggedIn();
  const page = await browser.open(`${PROTOCOL_PATH}/logout`, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: LANDING,
  });
  t.equal(page.location, LANDING);
  t.notOk(await isLoggedIn(browser));
});

void t.test('without identity token the person confirms', async (t) => {
  for (const parameters of [{ client_id: 'cartes-gouv', post_logout_redirect_uri: LANDING, state: 's' }, {}]) {
    const { browser } = await loggedIn();
    const page = await logout(browser, parameters as Record<string, string>);
    t.equal(page.status, 200);
    t.match(page.body, /id="kc-logout"/);
    t.ok(await isLoggedIn(browser), 'not yet');
    const forged = await browser.open(`${PROTOCOL_PATH}/logout/logout-confirm`, { csrf: 'x', confirmLogout: '1' });
    t.equal(forged.status, 400);
    t.ok(await isLoggedIn(browser), 'a form of elsewhere changes nothing');
    const again = await logout(browser, parameters as Record<string, string>);
    const done = await browser.submit(again, { confirmLogout: '1' });
    if ('state' in parameters) t.equal(done.location, `${LANDING}?state=s`);
    else t.match(done.body, /Vous êtes déconnecté/);
    t.notOk(await isLoggedIn(browser));
  }
});

void t.test('the token of somebody else makes the person confirm', async (t) => {
  const { browser } = await loggedIn();
  const stranger = await loggedIn('membre');
  const page = await logout(browser, { id_token_hint: stranger.tokens.id_token, post_logout_redirect_uri: LANDING });
  t.match(page.body, /id="kc-logout"/);
  t.ok(await isLoggedIn(browser));
});

void t.test('what is refused ends nothing and redirects nowhere', async (t) => {
  const { browser, tokens } = await loggedIn();
  const forged = `${tokens.id_token.slice(0, -8)}AAAAAAAA`;
  const cases: [Record<string, string>, string][] = [
    [{ post_logout_redirect_uri: LANDING }, 'Missing parameters: id_token_hint'],
    [{ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://evil.example/' }, 'Invalid redirect uri'],
    [{ id_token_hint: tokens.id_token, post_logout_redirect_uri: '//evil.example/' }, 'Invalid redirect uri'],
    [{ client_id: 'cartes-gouv', post_logout_redirect_uri: `${LANDING}/more` }, 'Invalid redirect uri'],
    [{ client_id: 'nobody' }, 'Client not found.'],
    [{ client_id: 'n\0' }, 'Client not found.'],
    [{ id_token_hint: tokens.id_token, client_id: 'qgis' }, 'Invalid parameter: client_id'],
    [{ id_token_hint: 'nonsense' }, 'Invalid parameter: id_token_hint'],
    [{ id_token_hint: forged }, 'Invalid parameter: id_token_hint'],
    [{ id_token_hint: tokens.access_token }, 'Invalid parameter: id_token_hint'],
    [{ id_token_hint: 'e30.e30.' }, 'Invalid parameter: id_token_hint'],
  ];
  for (const [parameters, text] of cases) {
    const page = await logout(browser, parameters);
    t.equal(page.status, 400, text);
    t.match(page.body, `role="alert">${text}</p>`);
  }
  t.ok(await isLoggedIn(browser));
});

void t.test('an application without browser sends its refresh token', async (t) => {
  const post = (fields: Record<string, string>, headers?: Record<string, string>) =>
    postForm(app, 'logout', fields, headers);
  const { browser, tokens } = await loggedIn();
  const refusals: [Record<string, string>, number, string, string][] = [
    [{ ...CARTES, refresh_token: 'nonsense' }, 400, 'invalid_grant', 'Invalid refresh token'],
    [
      { ...CARTES, client_id: 'qgis', refresh_token: tokens.refresh_token },
      400,
      'invalid_grant',
      'Invalid refresh token',
    ],
    [CARTES, 400, 'invalid_request', 'No refresh token'],
    [
      { client_id: 'cartes-gouv', refresh_token: tokens.refresh_token },
      401,
      'unauthorized_client',
      'Invalid client or Invalid client credentials',
    ],
    [
      { ...CARTES, client_id: 'nobody', refresh_token: tokens.refresh_token },
      401,
      'invalid_client',
      'Invalid client or Invalid client credentials',
    ],
  ];
  for (const [fields, status, error, description] of refusals) {
    const answer = await post(fields);
    t.equal(answer.statusCode, status);
    t.equal(answer.headers['content-type'], 'application/json');
    t.strictSame(answer.json(), { error, error_description: description });
  }
  t.ok(await isLoggedIn(browser));
  const done = await post({ refresh_token: tokens.refresh_token, extra: 'x' }, basic('cartes-gouv', 'a%20secret'));
  t.equal(done.statusCode, 204);
  t.equal(done.body, '');
  t.notOk(await isLoggedIn(browser));
  t.match(await refresh(tokens.refresh_token), { error_description: 'Session not active' });
  t.equal((await post({ ...CARTES, refresh_token: tokens.refresh_token })).statusCode, 204, 'twice is no error');
});

void t.test('so does the session of a password login end', async (t) => {
  const { refresh_token: token } = (await postForm(app, 'token', PRODUCER_GRANT)).json();
  const client = { client_id: 'gpf-warehouse', client_secret: 'any' };
  t.equal((await postForm(app, 'logout', { ...client, refresh_token: token })).statusCode, 204);
  t.match(await refresh(token, client), { error: 'invalid_grant', error_description: 'Session not active' });
});
