import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { childEnvironment } from '../../src/config.js';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { create, PRIVATE_WFS, waitForStatus, wfsConfiguration } from '../helpers/diffusion.js';
import { pythonWith } from '../helpers/python.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData } from '../helpers/stored-data.js';

/** Programs of people who have a key, as docs/acces-restreint.md tells them. */

const execute = promisify(execFile);

const emulator = await startTestEmulator(t);
const [producer, consumer] = [await logIn(emulator), await logIn(emulator, 'consommateur')];
await consumer.call('GET', '/users/me');
const storedData = await buildStoredData(emulator.deps);
const root = `/datastores/${DATASTORE}`;
const { _id: configuration } = await create(
  producer,
  `${root}/configurations`,
  wfsConfiguration(storedData, 'reserve'),
);
const offering = await create(producer, `${root}/configurations/${configuration}/offerings`, {
  endpoint: PRIVATE_WFS,
  open: true,
});
await waitForStatus(producer, `${root}/offerings/${offering._id}`, 'PUBLISHED');

async function makeKey(user: ApiUser, body: object): Promise<string> {
  const key = await create<{ _id: string; type_infos: { hash?: string } }>(user, '/users/me/keys', body);
  await user.call('POST', `/users/me/keys/${key._id}/accesses`, { offerings: [offering._id] });
  return key.type_infos.hash ?? '';
}
const hash = await makeKey(consumer, { name: 'hash', type: 'HASH', type_infos: {} });
await makeKey(consumer, { name: 'basic', type: 'BASIC', type_infos: { login: 'moi', password: 'secret' } });
await makeKey(consumer, { name: 'oauth', type: 'OAUTH2', type_infos: {} });
const url = `${emulator.origin}/private/wfs`;

const folder = await mkdtemp(join(tmpdir(), 'geopf-private-'));
t.teardown(() => rm(folder, { recursive: true }));

const hasOgr = await execute('ogr2ogr', ['--version']).then(
  () => false,
  () => 'no ogr2ogr here',
);

void t.test('ogr2ogr', { skip: hasOgr }, async (t) => {
  const USES: Record<string, [address: string, env: Record<string, string>]> = {
    'key in the address': [`WFS:${url}?apikey=${hash}`, {}],
    'key in a header': [`WFS:${url}`, { GDAL_HTTP_HEADERS: `apikey: ${hash}` }],
    'login and password': [`WFS:${url}`, { GDAL_HTTP_AUTH: 'BASIC', GDAL_HTTP_USERPWD: 'moi:secret' }],
    token: [`WFS:${url}`, { GDAL_HTTP_HEADERS: `Authorization: Bearer ${consumer.token}` }],
  };
  for (const [at, [what, [address, more]]] of Object.entries(USES).entries()) {
    const file = join(folder, `${at}.geojson`);
    await execute('ogr2ogr', ['-f', 'GeoJSON', file, address, 'reserve:towns'], { env: childEnvironment(more) });
    const { features } = JSON.parse(await readFile(file, 'utf8')) as { features: { properties: { name: string } }[] };
    t.same(
      features.map(({ properties }) => properties.name),
      ['town 1', 'town 2', 'town 3'],
      what,
    );
  }
  await t.rejects(execute('ogr2ogr', ['-f', 'GeoJSON', join(folder, 'none'), `WFS:${url}`, 'reserve:towns']));
});

const SCRIPT = `
import json, sys
from owslib.wfs import WebFeatureService
from owslib.util import Authentication
url, key = sys.argv[1:]
found = []
for options in [
  {"headers": {"apikey": key}},
  {"auth": Authentication(username="moi", password="secret")},
]:
  wfs = WebFeatureService(url, version="2.0.0", **options)
  found.append(list(wfs.contents))
  page = wfs.getfeature(typename=["reserve:towns"], maxfeatures=1, outputFormat="application/json")
  found.append(json.loads(page.read())["features"][0]["properties"]["name"])
print(json.dumps(found))
`;

const python = await pythonWith('OWSLib==0.29.3');

void t.test('OWSLib', { skip: 'missing' in python ? python.missing : false }, async (t) => {
  if ('missing' in python) return;
  const script = join(folder, 'read.py');
  await writeFile(script, SCRIPT);
  const one = [['reserve:towns'], 'town 1'];
  // Warnings of the library come along.
  const [answer = ''] = (await python.run([script, url, hash])).match(/^\[.*\]$/m) ?? [];
  t.same(JSON.parse(answer), [...one, ...one]);
});
