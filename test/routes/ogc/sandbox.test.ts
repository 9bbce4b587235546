import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { create, OPEN_WFS, publish, SANDBOX_WFS, sentences } from '../../helpers/diffusion.js';
import {
  buildPrivateData,
  PRIVATE_ALTIMETRY,
  PRIVATE_DOWNLOAD,
  PRIVATE_SERVICES,
  type PrivateService,
} from '../../helpers/private-world.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';

/** The services of the sandbox: what is published there shows there, and nowhere else. */

const ROOT = `/datastores/${SANDBOX_DATASTORE}`;

interface Lent {
  endpoint: { _id: string; type: string; open: boolean; urls: { type: string; url: string }[] };
}

/** Layers have one name per type of configuration: TMS shows those of WMTS. */
const LAYERS = { WFS: 'SANDBOX_a', 'WMS-VECTOR': 'SANDBOX_a', 'WMS-RASTER': 'SANDBOX_a', 'WMTS-TMS': 'SANDBOX.a' };

const SERVICES = PRIVATE_SERVICES.filter(({ endpoint }) => ![PRIVATE_ALTIMETRY, PRIVATE_DOWNLOAD].includes(endpoint));

await t.test('services of the sandbox', async (t) => {
  const emulator = await startTestEmulator(t);
  const [producer, admin] = await Promise.all([logIn(emulator), logIn(emulator, 'admin')]);
  const data = await buildPrivateData(emulator.deps, producer);
  const { body: stored } = await producer.call<{ _id: string }[]>('GET', `/datastores/${DATASTORE}/stored_data`);
  for (const { _id } of stored) {
    await producer.call('POST', `/datastores/${DATASTORE}/stored_data/${_id}/sharings`, [SANDBOX_DATASTORE]);
  }
  const lent = (await admin.call<Lent[]>('GET', `${ROOT}/endpoints?limit=100`)).body.map(({ endpoint }) => endpoint);
  const bodies = new Map(
    SERVICES.map(({ endpoint }) => {
      const { type } = data.configuration(endpoint, '') as { type: keyof typeof LAYERS };
      return [type, data.configuration(endpoint, LAYERS[type])];
    }),
  );
  const read = async (path: string) => {
    const answer = await fetch(`${emulator.origin}${path}`);
    return { status: answer.status, text: Buffer.from(await answer.arrayBuffer()).toString('latin1') };
  };
  const at = (place: string, path: string) => path.replace('/private', place);
  const pathOf = (url: string) => url.slice(emulator.origin.length);

  await t.test('the endpoints of its datastore', async (t) => {
    t.same(
      lent.map((endpoint) => [endpoint.type, endpoint.open, ...endpoint.urls.map(({ url }) => pathOf(url))]),
      [
        ['WFS', true, '/sandbox/wfs'],
        ['WMS-VECTOR', true, '/sandbox/wms-v'],
        ['WMTS-TMS', true, '/sandbox/wmts', '/sandbox/tms/'],
        ['WMS-RASTER', true, '/sandbox/wms-r'],
        ['METADATA', true, '/sandbox/csw'],
      ],
    );
    t.equal(lent[3]?._id, '52964d9c-dc3c-48e3-a87e-754937583216');
    const { body } = await producer.call<Lent[]>('GET', `/datastores/${DATASTORE}/endpoints?limit=100`);
    const paths = body.flatMap(({ endpoint }) => endpoint.urls.map(({ url }) => pathOf(url)));
    t.ok(paths.includes('/wfs') && !paths.some((path) => path.startsWith('/sandbox')), 'no other datastore has them');
  });

  await t.test('public endpoints are not for the sandbox, nor its own for others', async (t) => {
    const { _id } = await create(admin, `${ROOT}/configurations`, { ...bodies.get('WFS'), layer_name: 'SANDBOX_no' });
    const path = `${ROOT}/configurations/${_id}/offerings`;
    const refused = await admin.call('POST', path, { endpoint: OPEN_WFS, open: true });
    t.match([refused.status, sentences(refused)], [404, /point d'accès/]);
    const theirs = await create(producer, `/datastores/${DATASTORE}/configurations`, {
      ...bodies.get('WFS'),
      layer_name: 'ours',
    });
    const ours = `/datastores/${DATASTORE}/configurations/${theirs._id}/offerings`;
    t.equal((await producer.call('POST', ours, { endpoint: SANDBOX_WFS, open: true })).status, 404);
  });

  for (const [type, body] of bodies) {
    const layer = LAYERS[type];
    const endpoint = lent.find((one) => one.type === type);
    const services: readonly PrivateService[] = SERVICES.filter(
      ({ endpoint: id }) => (data.configuration(id, '') as { type: string }).type === type,
    );
    await t.test(`${type}: shown in the sandbox only`, async (t) => {
      const { offering } = await publish(admin, SANDBOX_DATASTORE, body, endpoint?._id ?? '');
      const { urls } = (await admin.call<{ urls: { url: string }[] }>('GET', offering)).body;
      t.ok(urls.length > 0 && urls.every(({ url }) => url.startsWith(`${emulator.origin}/sandbox/`)));
      for (const { name, list, lists, read: reading, unknown } of services) {
        const here = await read(at('/sandbox', list));
        t.equal(here.status, 200, name);
        t.ok(lists(here.text, layer), `${name} lists it`);
        // Legends are files of the platform.
        const addresses = here.text.match(new RegExp(`${emulator.origin}/(?!annexes/)[^"<?]*`, 'g')) ?? [];
        t.ok(addresses.length > 0, `${name} tells where it is`);
        t.same(
          addresses.filter((url) => !url.startsWith(`${emulator.origin}/sandbox/`)),
          [],
          name,
        );
        const there = await read(at('/sandbox', reading(layer)));
        t.equal(there.status, 200, name);
        t.notMatch(there.text.slice(0, 2000), /Exception/, name);
        t.notOk(lists((await read(at('', list))).text, layer), `${name}: not on the public service`);
        const [status, text] = unknown;
        const outside = await read(at('', reading(layer)));
        t.match([outside.status, outside.text.toLowerCase()], [status, text.toLowerCase()], `${name}: unknown outside`);
        t.equal((await read(reading(layer))).status, 401, `${name}: nor on the private one`);
      }
      t.equal((await admin.call('DELETE', offering)).status, 204);
    });
  }

  await t.test('a publication on a public service stays out of the sandbox', async (t) => {
    const wfs = SERVICES.find(({ name }) => name === 'WFS');
    await publish(producer, DATASTORE, { ...bodies.get('WFS'), layer_name: 'outside' }, OPEN_WFS);
    t.ok(wfs?.lists((await read(at('', wfs.list))).text, 'outside'));
    t.notOk(wfs?.lists((await read(at('/sandbox', wfs.list))).text, 'outside'));
  });

  await t.test('addresses of the platform', async (t) => {
    const capabilities = {
      WFS: ['/sandbox/wfs', '/sandbox/wfs/', '/sandbox/wfs/ows', '/sandbox/wfs/wfs', '/sandbox/wfs/geoserver/ows'],
      WMS: ['/sandbox/wms-v', '/sandbox/wms-v/ows', '/sandbox/wms-v/wms', '/sandbox/wms-v/geoserver/ows'],
      WMTS: ['/sandbox/wmts', '/sandbox/wmts/'],
    };
    const paths = [
      ...Object.entries(capabilities).flatMap(([service, all]) => all.map((path) => ({ service, path }))),
      { service: 'WMS', path: '/sandbox/wms-r/wms' },
    ];
    for (const { service, path } of paths) {
      const { status, text } = await read(`${path}?SERVICE=${service}&REQUEST=GetCapabilities`);
      t.match([status, text], [200, /Capabilities/], path);
      t.ok(text.includes(`${emulator.origin}${path.split('/').slice(0, 3).join('/')}`), path);
    }
    t.equal((await read('/sandbox/tms/1.0.0')).status, 200);
    t.equal((await read('/sandbox/tms/')).status, 200);
  });
});
