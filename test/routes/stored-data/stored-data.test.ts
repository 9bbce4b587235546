import t from 'tap';
import { featureSchemaOf } from '../../../src/domain/execution-output.js';
import { featureRole } from '../../../src/domain/stored-data.js';
import { logIn } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { startApi } from '../../helpers/deposit.js';
import { create, sentences } from '../../helpers/diffusion.js';
import { buildClosedUpload, integration } from '../../helpers/executions.js';
import { DATASTORE } from '../../helpers/seed.js';
import { buildStoredData } from '../../helpers/stored-data.js';

const STORED_DATA = `/datastores/${DATASTORE}/stored_data`;

await t.test('stored data', async (t) => {
  const emulator = await startApi(t);
  const { deps } = emulator;
  const producer = await logIn(emulator);
  const id = await buildStoredData(deps, { name: 'Communes' });
  const path = `${STORED_DATA}/${id}`;

  await t.test('the detail shows relations as name to SQL type', async (t) => {
    const { body } = await producer.call<{ type_infos: { relations: object[] } }>('GET', path);
    t.match(body, { _id: id, name: 'Communes', type: 'VECTOR-DB', status: 'GENERATED', size: 8192, open: false });
    matchContract(t, 'StoredDataPrivateDetailResponseDto', body);
    t.same(body.type_infos.relations[1], {
      name: 'towns',
      type: 'TABLE',
      attributes: {
        fid: 'integer',
        name: 'character varying(50)',
        population: 'integer',
        geom: 'geometry(Point,4326)',
      },
      primary_key: ['fid'],
    });
  });

  await t.test('lists are filtered by name, type and place', async (t) => {
    const ids = async (query: string) =>
      (await producer.call<{ _id: string }[]>('GET', `${STORED_DATA}?${query}`)).body.map(({ _id }) => _id);
    t.same(await ids('name=comm%25'), [id]);
    t.same(await ids('name=comm'), [], 'without joker the whole name must match');
    t.same(await ids('name=communes&type=VECTOR-DB&lon=2&lat=45.5'), [id]);
    t.same(await ids('name=communes&lon=40&lat=45.5'), []);
    t.same(await ids('shared=true'), []);
    const fields = await producer.call('GET', `${STORED_DATA}?name=communes&fields=bbox,status`);
    t.same(fields.body, [{ _id: id, status: 'GENERATED', bbox: { west: 1, south: 45, east: 3, north: 46 } }]);
    t.equal((await producer.call('GET', `${STORED_DATA}?lon=2`)).status, 400);
    t.equal((await producer.call('GET', `${STORED_DATA}?fields=nope`)).status, 400);
  });

  await t.test('PATCH changes what is described, and checks extents', async (t) => {
    const edition = { from: '2024-01-01', to: '2024-12-31' };
    const { body } = await producer.call('PATCH', path, { description: 'd', open: 'True', edition, extra: { k: 1 } });
    t.match(body, { description: 'd', open: true, edition, extra: { k: 1 }, name: 'Communes' });
    t.equal((await producer.call('PATCH', path, { extent: { type: 'Point', coordinates: [1, 2] } })).status, 400);
    const far = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [200, 0],
          [0, 1],
          [0, 0],
        ],
      ],
    };
    t.equal((await producer.call('PATCH', path, { extent: far })).status, 400);
    const wrong = { edition: { from: '2025-01-01', to: '2024-01-01' }, extent: { type: 'Point', coordinates: [0, 0] } };
    t.match(await producer.call('PATCH', path, wrong), {
      status: 400,
      body: { error_description: [/extent/, /edition/] },
    });
  });

  await t.test('dependencies of a VECTOR-DB are empty', async (t) => {
    const { body } = await producer.call('GET', `${path}/dependencies`);
    t.same(body, { used_by: [], use: [] });
    matchContract(t, 'StoredDataDependenciesResponseDto', body);
  });

  await t.test('a deletion drops tables and role, and leaves a readable record', async (t) => {
    const doomed = await buildStoredData(deps);
    const role = featureRole(deps.instanceId, doomed);
    await deps.pool.query(`CREATE ROLE "${role}"; GRANT "${role}" TO CURRENT_USER;
      ALTER SCHEMA ${featureSchemaOf(doomed)} OWNER TO "${role}"`);
    t.equal((await producer.call('DELETE', `${STORED_DATA}/${doomed}`)).status, 204);
    t.match((await producer.call('GET', `${STORED_DATA}/${doomed}`)).body, {
      status: 'DELETED',
      last_event: { title: 'Suppression' },
    });
    const { rows } = await deps.pool.query(
      'SELECT 1 FROM pg_namespace WHERE nspname = $1 UNION ALL SELECT 1 FROM pg_roles WHERE rolname = $2',
      [featureSchemaOf(doomed), role],
    );
    t.same(rows, []);
    t.equal((await producer.call('DELETE', `${STORED_DATA}/${doomed}`)).status, 409, 'deleted once');
    const listed = await producer.call<{ _id: string }[]>('GET', `${STORED_DATA}?limit=100`);
    t.notOk(listed.body.some(({ _id }) => _id === doomed));
    const deleted = await producer.call<{ _id: string }[]>('GET', `${STORED_DATA}?status=DELETED`);
    t.match(deleted.body, [{ _id: doomed }]);
  });

  await t.test('an unfinished execution keeps its output and its inputs', async (t) => {
    const upload = await buildClosedUpload(deps);
    const output = { stored_data: { id } };
    const execution = await create(producer, `/datastores/${DATASTORE}/processings/executions`, {
      ...integration(upload),
      output,
    });
    const refused = await producer.call('DELETE', path);
    t.equal(refused.status, 409);
    t.match(sentences(refused), new RegExp(execution._id));
    t.equal((await producer.call('DELETE', `/datastores/${DATASTORE}/uploads/${upload}`)).status, 409);
  });

  await t.test('another datastore does not see it unless it is open', async (t) => {
    const admin = await logIn(emulator, 'admin');
    const others = await deps.prisma.datastore.findFirstOrThrow({ where: { id: { not: DATASTORE } } });
    const elsewhere = `/datastores/${others.id}/stored_data/${id}`;
    t.equal((await admin.call('GET', elsewhere)).status, 200, 'as long as it is open');
    await producer.call('PATCH', path, { open: false });
    t.equal((await admin.call('GET', elsewhere)).status, 404);
    t.equal((await producer.call('GET', `${STORED_DATA}/not-an-id`)).status, 400);
  });
});
