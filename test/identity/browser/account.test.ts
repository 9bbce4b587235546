import t from 'tap';
import { REALM_PATH } from '../../../src/identity/paths.js';
import { buildTestApp } from '../../helpers/app.js';
import { Browser, authorizationUrl } from '../../helpers/browser.js';
import { PROTOCOL_PATH } from '../../helpers/oidc.js';

const ACCOUNT = `${REALM_PATH}/account`;
const { app } = await buildTestApp(t);

void t.test('the account page asks to log in, then shows the profile', async (t) => {
  const browser = new Browser(app);
  const page = await browser.logIn(ACCOUNT);
  t.equal(page.status, 200);
  t.equal(new URL(page.url).pathname + new URL(page.url).search, ACCOUNT, 'no code stays in the address');
  for (const text of ['producteur', 'Paule', 'Producteur', 'producteur@example.org']) t.match(page.body, text);
  t.match(page.body, /<dd id="totp">non<\/dd>/);
  t.match(page.body, /\(celle-ci\)/);
  t.match(page.headers, { 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
});

void t.test('it lists the sessions of the person and of nobody else', async (t) => {
  await new Browser(app).logIn(
    authorizationUrl({ client_id: 'qgis', redirect_uri: 'http://127.0.0.1:7070/' }),
    'admin',
  );
  await new Browser(app).logIn(
    authorizationUrl({ client_id: 'qgis', redirect_uri: 'http://127.0.0.1:7070/' }),
    'membre',
  );
  const page = await new Browser(app).logIn(ACCOUNT, 'admin');
  t.equal(page.body.match(/<time /g)?.length, 2);
  t.match(page.body, /qgis/);
});

void t.test('its button logs out', async (t) => {
  const browser = new Browser(app);
  const page = await browser.logIn(ACCOUNT);
  const done = await browser.submit(page, { confirmLogout: '1' });
  t.match(done.body, /Vous êtes déconnecté/);
  t.match((await browser.open(ACCOUNT)).body, /id="kc-form-login"/);
});

void t.test('a browser without cookies is not sent round for ever', async (t) => {
  const page = await new Browser(app).request(`${ACCOUNT}?code=x`);
  t.equal(page.status, 200);
  t.match(page.body, /Vous n’êtes pas connecté/);
});

void t.test('it works on the address that the browser uses', async (t) => {
  const page = await new Browser(app, 'http://127.0.0.1:8080').logIn(ACCOUNT);
  t.match(page.body, /Paule/);
  t.equal(new URL(page.url).host, '127.0.0.1:8080');
});

void t.test('frames of applications learn nothing but whether the session is theirs', async (t) => {
  const frame = await new Browser(app).request(`${PROTOCOL_PATH}/login-status-iframe.html`);
  t.match(frame.headers['content-security-policy'], /frame-ancestors \*/);
  t.notOk(frame.headers['x-frame-options']);
  const init = (query: string) => new Browser(app).request(`${PROTOCOL_PATH}/login-status-iframe.html/init?${query}`);
  t.equal((await init('client_id=nobody&origin=http://a.example')).status, 403);
  t.equal((await init('client_id=qgis&origin=http://a.example')).status, 403);
  t.equal((await init('client_id=gpf-swagger&origin=http://a.example')).body, 'unchanged');
  t.equal((await init('client_id=gpf-swagger&origin=http://a.example&session_state=x')).body, 'changed');
  t.equal((await new Browser(app).request(`${PROTOCOL_PATH}/3p-cookies/step2.html`)).body, 'unsupported');
});
