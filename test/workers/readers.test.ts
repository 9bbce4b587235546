import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { create, OPEN_WFS, waitForStatus } from '../helpers/diffusion.js';
import { holdCommit } from '../helpers/held-jobs.js';
import { deliver, ended, integrate, into, launch, rowsOf } from '../helpers/integration.js';
import { DATASTORE } from '../helpers/seed.js';

/** What the services answer while a stored data is modified, and after a failure (lifecycle §10 rows 8 and 9). */

const ROOT = `/datastores/${DATASTORE}`;
const SEEDED = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a3001';
const SITES = { path: 'sites.csv', content: 'lon,lat,nom\n1,45,a\n2,45,b\n' };

void t.test('readers never wait for an integration', async (t) => {
  const emulator = await startTestEmulator(t, { STATEMENT_TIMEOUT: '1000' });
  const user = await logIn(emulator);
  const first = await integrate(user, (await deliver(user, [SITES])).id);
  t.equal(first.status, 'SUCCESS', first.log);
  const configuration = await create(user, `${ROOT}/configurations`, {
    type: 'WFS',
    name: 'sites',
    layer_name: 'lecteurs',
    type_infos: {
      used_data: [
        { stored_data: first.storedData, relations: [{ native_name: 'sites', title: 'Sites', abstract: 'Sites' }] },
      ],
    },
  });
  const offering = await create(user, `${ROOT}/configurations/${configuration._id}/offerings`, {
    endpoint: OPEN_WFS,
    open: true,
  });
  await waitForStatus(user, `${ROOT}/offerings/${offering._id}`, 'PUBLISHED');
  const names = async () => {
    const answer = await fetch(
      `${emulator.origin}/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=lecteurs:sites&OUTPUTFORMAT=application/json`,
    );
    const { features } = (await answer.json()) as { features: { properties: { nom: string } }[] };
    return features.map(({ properties }) => properties.nom);
  };
  const statusOf = async (path: string) => (await user.call<{ status: string }>('GET', path)).body.status;
  t.strictSame(await names(), ['a', 'b']);

  const upload = await deliver(user, [
    SITES,
    { path: 'neuf.csv', content: 'lon,lat,nom\n1,45,n\n' },
    { path: 'sites.delete', content: 'nom\na\n' },
    { path: 'sites.update', content: 'ogc_fid,nom\n2,B\n' },
  ]);
  const parameters = { update: true, delete: true };
  const commit = await holdCommit(t, emulator, first.schema);
  const launched = await launch(user, upload.id, { ...into(first.storedData), parameters });
  await commit.reached(launched.id);
  t.strictSame(await names(), ['a', 'b'], 'the state before, at once');
  t.equal(await statusOf(`${ROOT}/stored_data/${first.storedData}`), 'MODIFYING');
  await commit.release();
  const end = await ended(user, launched);
  t.equal(end.status, 'SUCCESS', end.log);
  t.strictSame(await names(), ['B', 'a', 'b']);

  const abortedCommit = await holdCommit(t, emulator, first.schema);
  const aborted = await launch(user, upload.id, { ...into(first.storedData), parameters });
  await abortedCommit.reached(aborted.id);
  t.equal((await user.call('POST', `${aborted.path}/abort`)).status, 204);
  t.equal(await statusOf(`${ROOT}/stored_data/${first.storedData}`), 'UNSTABLE');
  t.strictSame(await names(), ['B', 'a', 'b'], 'an aborted change leaves nothing');
  await abortedCommit.release();

  const bad = await deliver(user, [SITES, { path: 'sites.delete', content: 'inconnue\n1\n' }]);
  const failed = await integrate(user, bad.id, { ...into(first.storedData), parameters });
  t.strictSame([failed.status, failed.data.status], ['FAILURE', 'UNSTABLE']);
  t.strictSame(await names(), ['B', 'a', 'b'], 'nor does a failed one');

  // The tables of a seed change hands at their first change.
  const town = await deliver(user, [
    {
      path: 'chefs_lieux.geojson',
      content: JSON.stringify({
        type: 'Feature',
        properties: { code: '00', nom: 'Guéret', region: 'Marche' },
        geometry: { type: 'Point', coordinates: [1.87, 46.17] },
      }),
    },
  ]);
  const [schema] = await rowsOf<{ name: string }>(
    emulator,
    `SELECT schema_name AS name FROM geopf.stored_data WHERE id = '${SEEDED}'`,
  );
  const seededCommit = await holdCommit(t, emulator, schema?.name ?? '');
  const seeded = await launch(user, town.id, into(SEEDED));
  await seededCommit.reached(seeded.id);
  const count = `SET LOCAL statement_timeout = 1000; SELECT count(*) FROM ${schema?.name}.chefs_lieux`;
  await t.resolves(emulator.deps.pool.query(`BEGIN; ${count}; COMMIT`));
  await seededCommit.release();
  t.equal((await ended(user, seeded)).status, 'SUCCESS');
});
