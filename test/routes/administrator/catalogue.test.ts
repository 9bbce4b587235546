import t from 'tap';
import { CHECKS } from '../../../src/catalogue/checks.js';
import { ENDPOINTS } from '../../../src/catalogue/endpoints.js';
import { PROCESSINGS } from '../../../src/catalogue/processings.js';
import { STORAGES } from '../../../src/catalogue/storages.js';
import { newDatastore, type Refusal, storagesWith, UNKNOWN } from '../../helpers/administration.js';
import { logIn } from '../../helpers/api.js';
import { newUpload, sendFile, startApi } from '../../helpers/deposit.js';
import { DATASTORE, PRODUCER } from '../../helpers/seed.js';

interface Entry {
  _id: string;
  name: string;
}

void t.test('the catalogue, for administrators', async (t) => {
  const api = await startApi(t);
  const admin = await logIn(api, 'admin');
  const producer = await logIn(api);

  await t.test('storages', async (t) => {
    const path = '/administrator/storages';
    const s3 = { name: 'Grand stockage', type: 'S3', labels: ['PYRAMIDE'], type_infos: { pot_name: 'pot' } };

    await t.test('are listed, filtered by type, and read', async (t) => {
      const { body, headers } = await admin.call<Entry[]>('GET', path);
      t.equal(headers.get('content-range'), `1-${STORAGES.length}/${STORAGES.length}`);
      t.equal(body[0]?._id, STORAGES[0]?.id);
      t.equal((await admin.call<Entry[]>('GET', `${path}?type=S3`)).body.length, 3);
      t.match((await admin.call('GET', `${path}/${body[0]?._id}`)).body, { type: 'POSTGRESQL', labels: ['VECTEUR'] });
      t.equal((await admin.call('GET', `${path}/${UNKNOWN}`)).status, 404);
    });

    await t.test('are created with the informations of their type, changed and deleted', async (t) => {
      const { status, body } = await admin.call<Entry>('POST', path, s3);
      t.equal(status, 201);
      t.match(body, s3);
      t.equal((await admin.call('POST', path, s3)).status, 409, 'names are unique');
      const wrong = await admin.call<Refusal>('POST', path, { ...s3, type: 'POSTGRESQL', name: 'Autre' });
      t.equal(wrong.status, 400);
      for (const field of ['host', 'port', 'port_read_only', 'database_name']) {
        t.ok(wrong.body.error_description.includes(`Le champ "type_infos.${field}" est obligatoire.`), field);
      }
      const changed = await admin.call('PATCH', `${path}/${body._id}`, { labels: ['ARCHIVE'] });
      t.match(changed.body, { name: s3.name, labels: ['ARCHIVE'] });
      const taken = await admin.call('PATCH', `${path}/${body._id}`, { name: STORAGES[0]?.name });
      t.equal(taken.status, 409);
      t.equal((await admin.call('DELETE', `${path}/${body._id}`)).status, 204);
      t.equal((await admin.call('GET', `${path}/${body._id}`)).status, 404);
    });

    await t.test('tell what datastores use of them, and are not deleted then', async (t) => {
      const uploads = STORAGES.find((storage) => storage.usage === 'UPLOADS')?.id ?? '';
      const { _id } = await newUpload(producer);
      await sendFile(producer, _id, { path: 'a', content: 'four' });
      const { body } = await admin.call<{ _id: string }[]>('GET', `${path}/${uploads}/datastores?limit=50`);
      const demo = body.find((datastore) => datastore._id === DATASTORE);
      t.match(demo, { technical_name: 'producteur-demo', storage_uploads_use: 4 });
      t.notOk(demo !== undefined && 'storage_data_use' in demo);
      const refused = await admin.call<Refusal>('DELETE', `${path}/${uploads}`);
      t.equal(refused.status, 409);
      t.ok(refused.body.error_description.includes("L'entrepôt « Producteur de démonstration » en dispose."));
      t.ok(refused.body.error_description.some((sentence) => sentence.includes('1 livraison(s)')));
    });
  });

  await t.test('endpoints', async (t) => {
    const path = '/administrator/endpoints';
    const wfs = {
      name: 'Service WFS bis',
      technical_name: 'wfs-bis',
      type: 'WFS',
      open: true,
      urls: [{ type: 'WFS', url: `${api.origin}/wfs` }],
      metadata_fi: 'fr-wfs-bis',
    };

    await t.test('are listed and filtered', async (t) => {
      const all = await admin.call<Entry[]>('GET', path);
      t.equal(all.headers.get('content-range'), `1-10/${ENDPOINTS.length}`);
      const named = await admin.call<Entry[]>('GET', `${path}?type=WFS&name=%25priv%25`);
      t.match(named.body, [{ name: 'Service privé WFS' }]);
      t.equal(named.body.length, 1);
    });

    await t.test('are created at addresses that are served, changed and deleted', async (t) => {
      const { status, body } = await admin.call<Entry>('POST', path, wfs);
      t.equal(status, 201);
      t.match(body, wfs);
      t.match((await admin.call('GET', `${path}/${body._id}`)).body, wfs);
      t.equal((await admin.call('POST', path, { ...wfs, name: 'Autre' })).status, 409, 'technical names are unique');
      const elsewhere = { ...wfs, name: 'a', technical_name: 'a', urls: [{ type: 'WFS', url: 'https://x.test/wfs' }] };
      t.match(await admin.call('POST', path, elsewhere), {
        status: 400,
        body: { error_description: [/"urls\[0\]".*WFS \/wfs/] },
      });
      const changed = await admin.call('PATCH', `${path}/${body._id}`, { force_metadata: 'true' });
      t.match(changed.body, { ...wfs, force_metadata: true });
      t.equal((await admin.call('DELETE', `${path}/${body._id}`)).status, 204);
    });

    await t.test('tell what datastores use of them, and are not deleted then', async (t) => {
      const id = ENDPOINTS.find((endpoint) => endpoint.type === 'WFS')?.id ?? '';
      const { body } = await admin.call<{ _id: string }[]>('GET', `${path}/${id}/datastores`);
      const demo = body.find((datastore) => datastore._id === DATASTORE);
      t.match(demo, { use: 2, quota: 500 });
      const refused = await admin.call<Refusal>('DELETE', `${path}/${id}`);
      t.equal(refused.status, 409);
      t.ok(refused.body.error_description.includes("Le point d'accès a 2 offre(s)."));
    });
  });

  await t.test('checks', async (t) => {
    const path = '/administrator/checks';
    const check = {
      name: 'Arborescence des archives',
      description: 'd',
      orchestrator_job_name: 'standard',
      default_uploads_check: ['ARCHIVE'],
    };

    await t.test('those of the platform show their job', async (t) => {
      const { body } = await admin.call<Entry[]>('GET', `${path}?default_upload_type=VECTOR`);
      t.equal(body.length, 2);
      t.match((await admin.call('GET', `${path}/${CHECKS[2]?.id}`)).body, {
        orchestrator_job_name: 'raster',
        priority: 'STANDARD',
        default_uploads_check: ['RASTER'],
      });
    });

    await t.test('are created of a job that the emulator runs, changed and deleted', async (t) => {
      const { status, body } = await admin.call<Entry>('POST', path, check);
      t.equal(status, 201);
      t.match(body, check);
      const unknown = await admin.call<Refusal>('POST', path, { ...check, name: 'a', orchestrator_job_name: 'magie' });
      t.equal(unknown.status, 400);
      t.same(unknown.body.error_description, [
        'Le champ "orchestrator_job_name" doit être l\'une des valeurs : standard, vector, raster, archive, rok4-pyramid.',
      ]);
      t.equal((await admin.call('POST', path, check)).status, 409);
      const changed = await admin.call('PATCH', `${path}/${body._id}`, { default_uploads_check: [] });
      t.match(changed.body, { name: check.name, default_uploads_check: [] });
      const { _id: datastore } = await newDatastore(admin, PRODUCER, { checks: [body._id] });
      const lent = await admin.call<Entry[]>('GET', `${path}/${body._id}/datastores`);
      t.same(
        lent.body.map(({ _id }) => _id),
        [datastore],
      );
      t.equal((await admin.call('DELETE', `${path}/${body._id}`)).status, 409);
      await admin.call('PATCH', `/administrator/datastores/${datastore}`, { checks: [] });
      t.equal((await admin.call('DELETE', `${path}/${body._id}`)).status, 204);
    });

    await t.test('one that processings require is not deleted', async (t) => {
      const refused = await admin.call<Refusal>('DELETE', `${path}/${CHECKS[1]?.id}`);
      t.equal(refused.status, 409);
      t.ok(refused.body.error_description.some((sentence) => sentence.includes(PROCESSINGS[0]?.name ?? '?')));
    });
  });

  await t.test('processings', async (t) => {
    const path = '/administrator/processings';
    const processing = {
      name: 'Intégration sans vérification',
      description: 'd',
      orchestrator_job_name: 'vector_to_db',
      output_type: { stored_data: 'VECTOR-DB', storage: ['POSTGRESQL'] },
      parameters: [{ name: 'srs', description: 'SCR', mandatory: true, constraints: { type: 'string' } }],
      required_checks: [CHECKS[0]?.id ?? ''],
    };

    await t.test('are listed with fields and filters; those of the platform show their job', async (t) => {
      const { body } = await admin.call<Entry[]>('GET', `${path}?fields=priority&output_stored_data_type=VECTOR-DB`);
      t.ok(body.length > 0 && body.every((item) => Object.keys(item).toSorted().join() === '_id,priority'));
      t.match((await admin.call('GET', `${path}/${PROCESSINGS[0]?.id}`)).body, {
        orchestrator_job_name: 'vector_to_db',
        required_checks: { length: 2 },
      });
    });

    await t.test('are created of a job that the emulator runs, replaced, changed and deleted', async (t) => {
      const { status, body } = await admin.call<Entry>('POST', path, processing);
      t.equal(status, 201);
      t.match(body, {
        ...processing,
        priority: 'STANDARD',
        input_types: { upload: ['VECTOR'], stored_data: [] },
        required_checks: [{ _id: CHECKS[0]?.id }],
      });
      t.equal((await admin.call('POST', path, processing)).status, 409);
      const patched = await admin.call('PATCH', `${path}/${body._id}`, { priority: 'PREMIUM' });
      t.match(patched.body, { name: processing.name, priority: 'PREMIUM', parameters: { length: 1 } });
      const { parameters: _none, ...bare } = processing;
      const replaced = await admin.call('PUT', `${path}/${body._id}`, { ...bare, name: 'Remplacé' });
      t.match(replaced.body, { name: 'Remplacé', priority: 'STANDARD', parameters: { length: 0 } });
      t.equal((await admin.call('DELETE', `${path}/${body._id}`)).status, 204);
      t.equal((await admin.call('PUT', `${path}/${body._id}`, processing)).status, 404);
    });

    await t.test('say what their job does, and nothing else', async (t) => {
      const wrong = await admin.call<Refusal>('POST', path, {
        ...processing,
        name: 'Faux',
        input_types: { upload: ['RASTER'] },
        output_type: { stored_data: 'ARCHIVE', storage: ['S3'] },
        parameters: [
          { name: 'magie', description: '', mandatory: false },
          { name: 'srs', description: '', mandatory: false, default_value: 3, constraints: { type: 'string' } },
          { name: 'srs', description: '', mandatory: false, constraints: { type: 'string', pattern: '(' } },
        ],
      });
      t.equal(wrong.status, 400);
      t.match(wrong.body.error_description, [/RASTER/, /magie/, /default_value/, /constraints/, /output_type/]);
      const job = await admin.call<Refusal>('POST', path, {
        ...processing,
        orchestrator_job_name: 'index2index',
      });
      t.match(job, { status: 400, body: { error_description: [/vector_to_db/] } });
      const check = await admin.call<Refusal>('POST', path, { ...processing, required_checks: [UNKNOWN] });
      t.match(check, { status: 404, body: { error_description: [`La vérification ${UNKNOWN} n'existe pas.`] } });
    });

    await t.test('one that a datastore has is not deleted', async (t) => {
      const id = PROCESSINGS[0]?.id ?? '';
      const { body } = await admin.call<Entry[]>('GET', `${path}/${id}/datastores`);
      t.ok(body.some(({ _id }) => _id === DATASTORE));
      t.equal((await admin.call('DELETE', `${path}/${id}`)).status, 409);
    });
  });

  await t.test('what is in a new datastore comes from the catalogue, new entries too', async (t) => {
    const created = await admin.call<Entry>('POST', '/administrator/checks', {
      name: 'Vérification locale',
      description: '',
      orchestrator_job_name: 'vector',
    });
    const { _id } = await newDatastore(admin, PRODUCER, {
      checks: [created.body._id],
      processings: PROCESSINGS.map(({ id }) => id),
      storages: storagesWith(10),
    });
    await admin.call('PATCH', `/administrator/datastores/${_id}`, { active: true });
    const checks = await producer.call<Entry[]>('GET', `/datastores/${_id}/checks`);
    t.match(checks.body, [{ name: 'Vérification locale' }]);
    const processings = await producer.call<Entry[]>('GET', `/datastores/${_id}/processings?limit=100`);
    t.equal(processings.body.length, PROCESSINGS.length);
  });
});
