import t, { type Test } from 'tap';
import { postForm, PRODUCER_GRANT } from '../helpers/oidc.js';
import { buildTestApp, type Overrides } from '../helpers/app.js';
import { DATASTORE } from '../helpers/seed.js';

/** The address of the open WFS endpoint, as a request with these headers sees it. */
async function wfsUrl(t: Test, overrides: Overrides, headers: Record<string, string>): Promise<string | undefined> {
  const { app } = await buildTestApp(t, overrides);
  const token = (await postForm(app, 'token', PRODUCER_GRANT)).json<{ access_token: string }>().access_token;
  const answer = await app.inject({
    url: `/api/datastores/${DATASTORE}/endpoints?type=WFS&open=true`,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  return answer.json<{ endpoint: { urls: { url: string }[] } }[]>()[0]?.endpoint.urls[0]?.url;
}

void t.test('without PUBLIC_URL, addresses follow the Host of the request', async (t) => {
  t.equal(await wfsUrl(t, {}, { host: 'geopf.test:8081' }), 'http://geopf.test:8081/wfs');
});

void t.test('a Host that is no host name is not copied into a document', async (t) => {
  t.match(await wfsUrl(t, { PORT: '8080' }, { host: 'evil"<x>' }), 'http://localhost:8080/wfs');
});

void t.test('forwarded headers count only from TRUSTED_PROXIES', async (t) => {
  const forwarded = { host: 'inside:8080', 'x-forwarded-host': 'geopf.test', 'x-forwarded-proto': 'https' };
  t.equal(await wfsUrl(t, {}, forwarded), 'http://inside:8080/wfs');
  t.equal(await wfsUrl(t, { TRUSTED_PROXIES: '127.0.0.1' }, forwarded), 'https://geopf.test/wfs');
});

void t.test('PUBLIC_URL is the only origin when it is set', async (t) => {
  const url = await wfsUrl(t, { PUBLIC_URL: 'https://geopf.test' }, { host: 'other:1' });
  t.equal(url, 'https://geopf.test/wfs');
});
