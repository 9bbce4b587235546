import { join } from 'node:path';
import t from 'tap';
import { decodeBase32, totp } from '../../../src/identity/totp.js';
import { buildTestApp } from '../../helpers/app.js';
import { Browser, authorizationUrl, broughtBack, readForm } from '../../helpers/browser.js';
import { bearer, postForm } from '../../helpers/oidc.js';
import { PRODUCER } from '../../helpers/seed.js';

const REDIRECT = 'http://127.0.0.1:7070/';
const QGIS = { client_id: 'qgis', redirect_uri: REDIRECT };
const LOGIN = authorizationUrl(QGIS);
const WRONG = /Nom d’utilisateur ou mot de passe invalide\./;
const OTP_SECRET = decodeBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');

const { app } = await buildTestApp(t);
await app.inject({
  method: 'POST',
  url: '/_emulator/seed',
  payload: JSON.stringify({
    users: [
      {
        id: '00000000-0000-4000-8000-000000000001',
        username: 'gone',
        email: 'gone@example.org',
        first_name: 'Gone',
        last_name: 'Away',
        password: 'geopf-local',
        enabled: false,
      },
    ],
  }),
});

/** Who the code brought back by a login speaks for. */
async function whoLoggedIn(page: Parameters<typeof broughtBack>[0]): Promise<string> {
  const token = await postForm(app, 'token', {
    grant_type: 'authorization_code',
    client_id: 'qgis',
    client_secret: 'any',
    redirect_uri: REDIRECT,
    code: broughtBack(page).code ?? '',
  });
  const me = await app.inject({ url: '/api/users/me', headers: bearer(token.json().access_token) });
  return me.json().email;
}

void t.test('the page is French, says that it is an emulator, and loads nothing from elsewhere', async (t) => {
  const page = await new Browser(app).open(LOGIN);
  t.equal(page.status, 200);
  t.match(page.body, /<html lang="fr">/);
  t.match(page.body, /Émulateur/);
  for (const id of ['kc-form-login', 'username', 'password', 'kc-login']) t.match(page.body, `id="${id}"`);
  t.notMatch(page.body, /src=|https?:\/\//);
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
  });
});

void t.test('cookies are out of reach of scripts and of other sites, and go over TLS only when there is', async (t) => {
  const plain = await app.inject({ url: LOGIN });
  for (const line of [plain.headers['set-cookie'] ?? []].flat()) {
    t.match(line, /httponly/i);
    t.match(line, /samesite=lax/i);
    t.notMatch(line, /secure/i);
  }
  const { app: secure } = await buildTestApp(t, { PUBLIC_URL: 'https://geopf.example.org' });
  const lines = [(await secure.inject({ url: LOGIN })).headers['set-cookie'] ?? []].flat();
  t.ok(lines.length > 0);
  for (const line of lines) t.match(line, /secure/i);
});

void t.test('the e-mail address will do, whatever its case', async (t) => {
  const browser = new Browser(app);
  const page = await browser.open(LOGIN);
  const back = await browser.submit(page, { username: 'Membre@Example.org', password: 'geopf-local' });
  t.equal(await whoLoggedIn(back), 'membre@example.org');
});

void t.test(
  'unknown users and wrong passwords get the form again with the same words and the name they typed',
  async (t) => {
    for (const username of ['producteur', 'nobody', '<b>"x"</b>', 'a\0b', 'service-account-ci-service']) {
      const browser = new Browser(app);
      const page = await browser.submit(await browser.open(LOGIN), { username, password: 'wrong' });
      t.equal(page.status, 200, JSON.stringify(username));
      t.match(page.body, WRONG);
      t.notMatch(page.body, '<b>');
    }
    const browser = new Browser(app);
    const page = await browser.submit(await browser.open(LOGIN), { username: 'producteur', password: 'wrong' });
    t.match(page.body, /value="producteur"/);
    const back = await browser.submit(page, { username: 'producteur', password: 'geopf-local' });
    t.equal(await whoLoggedIn(back), 'producteur@example.org', 'the form shown again works');
  },
);

void t.test('a disabled account is told so once its password is right', async (t) => {
  const browser = new Browser(app);
  const page = await browser.open(LOGIN);
  t.match((await browser.submit(page, { username: 'gone', password: 'wrong' })).body, WRONG);
  t.match((await browser.submit(page, { username: 'gone', password: 'geopf-local' })).body, /Compte désactivé/);
});

void t.test('guessing is slowed as elsewhere: after 30 failures the right password is refused too', async (t) => {
  for (let failure = 0; failure < 30; failure += 1) {
    const redis = app.deps.redis;
    await redis.incr(`geopf:${app.deps.instanceId}:login:consommateur|127.0.0.1`);
  }
  const browser = new Browser(app);
  t.match((await browser.logIn(LOGIN, 'consommateur')).body, WRONG);
});

void t.test('who has a one-time password gives it on a second page', async (t) => {
  const browser = new Browser(app);
  const second = await browser.logIn(LOGIN, 'otp-user');
  t.equal(second.status, 200);
  t.match(second.body, /id="otp"/);
  t.notMatch(second.body, /id="password"/);
  const code = totp(OTP_SECRET, Date.now() / 1000);
  const wrong = await browser.submit(second, { otp: code === '000000' ? '000001' : '000000' });
  t.equal(wrong.status, 200);
  t.match(wrong.body, /Code d’authentification invalide\./);
  const back = await browser.submit(wrong, { otp: `${code.slice(0, 3)} ${code.slice(3)}` });
  t.equal(await whoLoggedIn(back), 'otp-user@example.org');
});

void t.test('a code without the password before it is nothing', async (t) => {
  const browser = new Browser(app);
  const page = await browser.open(LOGIN);
  const answer = await browser.submit(page, { otp: totp(OTP_SECRET, Date.now() / 1000) });
  t.match(answer.body, WRONG);
});

void t.test('the second page leads back to the first, and the login cannot be resumed half-way', async (t) => {
  const browser = new Browser(app);
  const second = await browser.logIn(LOGIN, 'otp-user');
  const resume = new URL(second.url).pathname.replace('/login-actions/authenticate', '/protocol/openid-connect/auth');
  t.match((await new Browser(app).open(resume)).status, 400);
  const restarted = await browser.submit(second, { restart: '1' }, undefined);
  t.match(restarted.body, /id="password"/);
  const again = await browser.submit(restarted, { username: 'otp-user', password: 'geopf-local' });
  const resumed = await browser.open(resume);
  t.match(again.body, /id="otp"/);
  t.match(resumed.body, /id="password"/, 'nobody is logged in');
});

void t.test('a form needs its token and its cookie', async (t) => {
  const browser = new Browser(app);
  const page = await browser.open(LOGIN);
  const { action } = readForm(page.body);
  const credentials = { username: 'producteur', password: 'geopf-local' };
  for (const form of [credentials, { ...credentials, csrf: 'x' }]) {
    const answer = await browser.open(action, form);
    t.equal(answer.status, 400);
    t.notOk(answer.location);
  }
  const stranger = await new Browser(app).submit(page, credentials);
  t.equal(stranger.status, 400);
  t.match(stranger.body, /La page a expiré/);
});

void t.test('a second application does not ask again, unless it wants to', async (t) => {
  const browser = new Browser(app);
  const first = broughtBack(await browser.logIn(LOGIN));
  const second = await browser.open(authorizationUrl({ client_id: 'cartes-gouv', redirect_uri: 'http://localhost/' }));
  t.equal(broughtBack(second).session_state, first.session_state);
  const asked = await browser.open(authorizationUrl({ ...QGIS, prompt: 'login' }));
  t.match(asked.body, /id="kc-form-login"/);
  t.match(asked.body, /value="producteur"/, 'who is expected is known');
  const back = await browser.submit(asked, { username: 'producteur', password: 'geopf-local' });
  t.equal(broughtBack(back).session_state, first.session_state, 'the session goes on');
  const old = await browser.open(authorizationUrl({ ...QGIS, scope: 'openid', max_age: '0' }));
  t.match(old.body, /id="kc-form-login"/);
});

void t.test(
  'another person who logs in takes the browser over, and nothing of the former session remains',
  async (t) => {
    const browser = new Browser(app);
    const first = await browser.logIn(LOGIN);
    const client = { client_id: 'qgis', client_secret: 'any' };
    const token = await postForm(app, 'token', {
      ...client,
      grant_type: 'authorization_code',
      redirect_uri: REDIRECT,
      code: broughtBack(first).code ?? '',
    });
    const second = await browser.logIn(authorizationUrl({ ...QGIS, prompt: 'login' }), 'membre');
    t.not(broughtBack(second).session_state, broughtBack(first).session_state);
    t.equal(await whoLoggedIn(second), 'membre@example.org');
    const refresh = await postForm(app, 'token', {
      ...client,
      grant_type: 'refresh_token',
      refresh_token: token.json().refresh_token,
    });
    t.match(refresh.json(), { error_description: 'Session not active' });
    t.equal(await whoLoggedIn(await browser.open(LOGIN)), 'membre@example.org');
  },
);

void t.test('login_hint fills the name in', async (t) => {
  const page = await new Browser(app).open(authorizationUrl({ ...QGIS, login_hint: 'x"><script>' }));
  t.match(page.body, 'value="x&quot;&gt;&lt;script&gt;"');
});

void t.test('an account disabled meanwhile must log in again', async (t) => {
  const browser = new Browser(app);
  await browser.logIn(LOGIN, 'membre');
  await app.deps.pool.query(`UPDATE geopf.account SET enabled = false WHERE username = 'membre'`);
  t.match((await browser.open(LOGIN)).body, /id="kc-form-login"/);
  const silent = await browser.open(authorizationUrl({ ...QGIS, prompt: 'none' }));
  t.match(broughtBack(silent), { error: 'login_required' });
  await app.deps.pool.query(`UPDATE geopf.account SET enabled = true WHERE username = 'membre'`);
});

void t.test('FranceConnect and AgentConnect are simulated: a person is picked', async (t) => {
  for (const federation of ['franceconnect', 'agentconnect']) {
    const browser = new Browser(app);
    const page = await browser.open(LOGIN);
    t.match(page.body, `id="social-${federation}"`);
    const list = await browser.open(`${new URL(page.url).pathname}/${federation}`);
    t.match(list.body, /Paule Producteur/);
    t.notMatch(list.body, /Gone Away|service-account/);
    const id = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0005';
    t.equal(await whoLoggedIn(await browser.submit(list, { person: id })), 'otp-user@example.org');
  }
});

void t.test('the simulation logs in nobody else', async (t) => {
  const browser = new Browser(app);
  const page = await browser.open(LOGIN);
  const path = new URL(page.url).pathname;
  const list = await browser.open(`${path}/franceconnect`);
  for (const person of ['00000000-0000-4000-8000-000000000001', '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0102', 'x\0', '']) {
    t.equal((await browser.submit(list, { person })).status, 400, JSON.stringify(person));
  }
  t.equal((await browser.open(`${path}/franceconnect`, { person: PRODUCER })).status, 400);
  t.equal((await new Browser(app).open(`${path}/franceconnect`)).status, 400);
  t.equal((await browser.open(`${path}/constructor`)).status, 404);
});

void t.test('in production the simulation is neither shown nor answered', async (t) => {
  const folder = t.testdir({ 'seed.yaml': 'users: []' });
  const { app: production } = await buildTestApp(t, {
    NODE_ENV: 'production',
    EMULATOR_TOKEN: 'a long token',
    SEED_FILE: join(folder, 'seed.yaml'),
  });
  const browser = new Browser(production);
  const page = await browser.open(LOGIN);
  t.notMatch(page.body, /social-/);
  const path = new URL(page.url).pathname;
  t.equal((await browser.open(`${path}/franceconnect`)).status, 403);
  t.equal((await browser.open(`${path}/franceconnect`, { person: PRODUCER })).status, 403);
});
