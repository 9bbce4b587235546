import t from 'tap';
import { buildTestApp } from '../../helpers/app.js';
import { PRODUCER_GRANT, bearer, postForm } from '../../helpers/oidc.js';

const TOKEN = 'a-token-of-the-emulator';
const { app } = await buildTestApp(t, { EMULATOR_TOKEN: TOKEN });

const reset = (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/_emulator/reset', headers });

void t.test('with EMULATOR_TOKEN, what changes or shows the state asks for it', async (t) => {
  const apiToken = (await postForm(app, 'token', PRODUCER_GRANT)).json().access_token;
  for (const headers of [{}, bearer('wrong'), bearer(`${TOKEN}x`), bearer(apiToken)]) {
    t.equal((await reset(headers)).statusCode, 401);
    t.equal((await app.inject({ method: 'POST', url: '/_emulator/seed', headers })).statusCode, 401);
    t.equal((await app.inject({ url: '/_emulator/warnings', headers })).statusCode, 401);
    t.equal((await app.inject({ url: '/_emulator/exposure?datastore=sandbox', headers })).statusCode, 401);
  }
  t.equal((await reset(bearer(TOKEN))).statusCode, 204);
});

void t.test('the probes stay open', async (t) => {
  t.equal((await app.inject({ url: '/_emulator/health' })).statusCode, 200);
  t.equal((await app.inject({ url: '/_emulator/version' })).statusCode, 200);
  t.not((await app.inject({ url: '/_emulator/ready' })).statusCode, 401);
});

void t.test('a public name that was made to point here is refused', async (t) => {
  for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1.evil.example']) {
    const response = await reset({ ...bearer(TOKEN), host });
    t.equal(response.statusCode, 403, host);
    t.match(response.json(), { error: 'forbidden', error_description: [String] });
  }
  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'server:8080', 'geopf.localhost']) {
    t.equal((await app.inject({ url: '/_emulator/health', headers: { host } })).statusCode, 200, host);
  }
});

void t.test('a page of another origin is refused, and no answer allows one', async (t) => {
  const foreign: Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of foreign) {
    const response = await reset({ ...bearer(TOKEN), host: 'localhost:8080', ...headers });
    t.equal(response.statusCode, 403, JSON.stringify(headers));
    t.notOk(response.headers['access-control-allow-origin']);
  }
  const own = await reset({ ...bearer(TOKEN), host: 'localhost:8080', origin: 'http://localhost:8080' });
  t.equal(own.statusCode, 204);
});

void t.test('the host of PUBLIC_URL is a name of the emulator', async (t) => {
  const built = await buildTestApp(t, { PUBLIC_URL: 'https://geopf.example.org' });
  const health = (host: string) => built.app.inject({ url: '/_emulator/health', headers: { host } });
  t.equal((await health('geopf.example.org')).statusCode, 200);
  t.equal((await health('other.example.org')).statusCode, 403);
});

void t.test('in production the default seed stops the start', async (t) => {
  await t.rejects(buildTestApp(t, { NODE_ENV: 'production', EMULATOR_TOKEN: TOKEN }), {
    message: /default password is refused in production/,
  });
});
