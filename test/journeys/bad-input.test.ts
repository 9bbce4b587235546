import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import t from 'tap';
import { fakeGeopackage, geojson, lambertGeopackage, truncatedShapefile } from '../../fixtures/generate/vector.js';
import { type ApiUser, logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { newUpload, sendFile } from '../helpers/deposit.js';
import { fileForm, sentences } from '../helpers/diffusion.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../helpers/seed.js';

/**
 * What clients and producers send wrong: each gets the imitated component's own answer, nothing is
 * lost, and the emulator goes on. Crashes of the renderer are in routes/ogc/wms-v.test.ts.
 */

const emulator = await startTestEmulator(t);
const producer = await logIn(emulator);
const uploads = `/datastores/${DATASTORE}/uploads`;

t.afterEach(async () => {
  const { status } = await producer.call('GET', '/users/me');
  if (status !== 200) throw new Error(`the API is not well any more: ${status}`);
});

void t.test('a token that is none answers 401 in French', async (t) => {
  const response = await fetch(`${emulator.origin}/api${uploads}`, {
    headers: { authorization: 'Bearer abc.def.ghi' },
  });
  t.equal(response.status, 401);
  t.equal(response.headers.get('content-type'), 'application/json');
  t.match(await response.json(), { error: 'unauthorized', error_description: [/jeton/] });
});

void t.test('a member without the right, and a stranger, answer 403', async (t) => {
  const body = { name: 'n', description: 'd', type: 'VECTOR', srs: 'EPSG:4326' };
  const member = await (await logIn(emulator, 'membre')).call('POST', uploads, body);
  t.equal(member.status, 403);
  t.match(sentences(member), 'UPLOAD');
  const stranger = await (await logIn(emulator, 'consommateur')).call('GET', uploads);
  t.equal(stranger.status, 403);
});

void t.test('an unknown id answers 404, one of another datastore too', async (t) => {
  const unknown = await producer.call('GET', `${uploads}/00000000-0000-0000-0000-00000000dead`);
  t.equal(unknown.status, 404);
  t.match(sentences(unknown), '00000000-0000-0000-0000-00000000dead');
  const { _id } = await newUpload(producer);
  const admin = await logIn(emulator, 'admin');
  t.not((await admin.call('GET', `/datastores/${SANDBOX_DATASTORE}/uploads/${_id}`)).status, 200);
});

void t.test('malformed JSON answers 400', async (t) => {
  const response = await fetch(`${emulator.origin}/api${uploads}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${producer.token}`, 'content-type': 'application/json' },
    body: '{"name": "x",',
  });
  t.equal(response.status, 400);
  t.match(await response.json(), { error: 'bad_request', error_description: [/JSON/] });
});

void t.test('an illegal transition answers 409 and changes nothing', async (t) => {
  const { _id } = await newUpload(producer);
  const refused = await producer.call('POST', `${uploads}/${_id}/open`);
  t.equal(refused.status, 409);
  t.equal((await producer.call<{ status: string }>('GET', `${uploads}/${_id}`)).body.status, 'OPEN');
});

void t.test('a path that climbs out answers 400 and leaves no file', async (t) => {
  const { _id } = await newUpload(producer);
  for (const path of ['../evil.txt', 'data/../../evil.txt', '/etc/passwd', 'a\\..\\b', 'a\0b']) {
    t.equal((await sendFile(producer, _id, { path, content: 'x' })).status, 400, JSON.stringify(path));
  }
  t.same((await producer.call('GET', `${uploads}/${_id}/tree`)).body, []);
});

void t.test('a wrong md5 fails the standard check, which names the file', async (t) => {
  const [file] = geojson(t.testdir());
  const { status, logs } = await check(producer, [file as string], {
    md5: `${'0'.repeat(32)}  data/${basename(file as string)}\n`,
  });
  t.equal(status, 'UNSTABLE');
  t.match(logs, /ERROR\|\|.*sites\.geojson/);
});

void t.test('a truncated shapefile fails the vector check, which names the file', async (t) => {
  const { status, logs } = await check(producer, truncatedShapefile(t.testdir()));
  t.equal(status, 'UNSTABLE');
  t.match(logs, /ERROR\|\|.*coupe\.shp/);
});

void t.test('a GeoPackage that is not one fails the vector check', async (t) => {
  const { status, logs } = await check(producer, fakeGeopackage(t.testdir()));
  t.equal(status, 'UNSTABLE');
  t.match(logs, /ERROR\|\|.*faux\.gpkg/);
});

void t.test('another SRS than declared fails the vector check, which gives both', async (t) => {
  const { status, logs } = await check(producer, lambertGeopackage(t.testdir()));
  t.equal(status, 'UNSTABLE');
  t.match(logs, 'EPSG:2154');
  t.match(logs, 'SRS déclaré : EPSG:4326');
});

void t.test('an SLD with an entity bomb answers 400', async (t) => {
  const entities = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('');
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">${entities}]><StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld"><NamedLayer><Name>&e9;</Name></NamedLayer></StyledLayerDescriptor>`;
  const refused = await producer.call(
    'POST',
    `/datastores/${DATASTORE}/statics`,
    fileForm(bomb, { type: 'GEOSERVER-STYLE', name: 'bombe' }),
  );
  t.equal(refused.status, 400);
  t.match(sentences(refused), /ligne 1/);
});

void t.test('SQL in a WFS filter is a value or an exception, never SQL', async (t) => {
  const injection = "nom = 'x''; DROP TABLE geopf.upload; --'";
  const asValue = await getFeature({ cql_filter: injection, outputFormat: 'application/json' });
  t.equal(asValue.status, 200);
  t.match(await asValue.json(), { numberMatched: 0 });
  for (const cql_filter of ["nom = 'x'; DROP TABLE geopf.upload", '1 = 1; SELECT pg_sleep(10)', 'nom" = 1 --']) {
    const refused = await getFeature({ cql_filter });
    t.equal(refused.status, 400, cql_filter);
    t.match(await refused.text(), '<ows:ExceptionReport');
  }
  t.equal((await producer.call('GET', uploads)).status, 200, 'the table is still there');
});

void t.test('a filter of 60,000 characters reaches the service, in its URL', async (t) => {
  const names = Array.from({ length: 6000 }, (_, i) => `'n${i}'`).join(',');
  const answer = await getFeature({ cql_filter: `nom IN (${names})`, outputFormat: 'application/json' });
  t.equal(answer.status, 200);
  t.match(await answer.json(), { numberMatched: 0 });
});

void t.test('a bbox of NaN is an exception on both services', async (t) => {
  const wfs = await getFeature({ bbox: 'NaN,NaN,NaN,NaN' });
  t.equal(wfs.status, 400);
  t.match(await wfs.text(), '<ows:ExceptionReport');
  const wms = await getMap({ bbox: 'NaN,0,1,1' });
  t.match(await wms.text(), '<ServiceExceptionReport');
});

void t.test('a map of 100 000 pixels a side is an exception', async (t) => {
  const answer = await getMap({ width: '100000', height: '100000' });
  t.match(answer.headers.get('content-type'), 'xml');
  t.match(await answer.text(), '<ServiceExceptionReport');
});

function getFeature(parameters: Record<string, string>): Promise<Response> {
  const query = new URLSearchParams({
    service: 'WFS',
    version: '2.0.0',
    request: 'GetFeature',
    typeNames: 'demo_regions:chefs_lieux',
    ...parameters,
  });
  return fetch(`${emulator.origin}/wfs?${query.toString()}`);
}

function getMap(parameters: Record<string, string>): Promise<Response> {
  const query = new URLSearchParams({
    service: 'WMS',
    version: '1.3.0',
    request: 'GetMap',
    layers: 'none',
    styles: '',
    crs: 'EPSG:3857',
    bbox: '0,0,1,1',
    width: '10',
    height: '10',
    format: 'image/png',
    ...parameters,
  });
  return fetch(`${emulator.origin}/wms-v?${query.toString()}`);
}

/** Delivers files in EPSG:4326, closes, and gives the status of the upload once checked, with the logs of all checks. */
async function check(
  user: ApiUser,
  files: readonly string[],
  { md5 }: { md5?: string } = {},
): Promise<{ status: string; logs: string }> {
  const { _id } = await newUpload(user);
  for (const file of files) {
    await sendFile(user, _id, { path: `data/${basename(file)}`, content: new Uint8Array(readFileSync(file)) });
  }
  if (md5 !== undefined) await sendFile(user, _id, { kind: 'md5', content: md5, name: 'list.md5' });
  await user.call('POST', `${uploads}/${_id}/close`);
  const { body } = await until(
    () => user.call<{ status: string }>('GET', `${uploads}/${_id}`),
    ({ body: upload }) => upload.status !== 'CHECKING',
  );
  const { body: checks } = await user.call<Record<'passed' | 'failed', { _id: string }[]>>(
    'GET',
    `${uploads}/${_id}/checks`,
  );
  const logs = await Promise.all(
    [...checks.failed, ...checks.passed].map((execution) =>
      user.call<string[]>('GET', `/datastores/${DATASTORE}/checks/executions/${execution._id}/logs?limit=100`),
    ),
  );
  return { status: body.status, logs: logs.flatMap((answer) => answer.body).join('\n') };
}
