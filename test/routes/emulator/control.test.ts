import { Readable } from 'node:stream';
import t from 'tap';
import { createFeatureSchema, giveTable } from '../../../src/domain/feature-schemas.js';
import { featureRole } from '../../../src/domain/stored-data.js';
import { buildTestApp, startTestEmulator } from '../../helpers/app.js';
import { PRODUCER_GRANT, bearer, postForm } from '../../helpers/oidc.js';
import { CONSUMER, DATASTORE } from '../../helpers/seed.js';

void t.test('version says what runs', async (t) => {
  const { app } = await buildTestApp(t);
  t.match((await app.inject({ url: '/_emulator/version' })).json(), { name: 'geopf-local', version: /^\d+\.\d+\.\d+/ });
});

void t.test('ready names what is missing: no worker runs beside this server', async (t) => {
  const { app, deps } = await buildTestApp(t);
  await deps.render.ready();
  const response = await app.inject({ url: '/_emulator/ready' });
  t.equal(response.statusCode, 503);
  t.strictSame(response.json(), { status: 'starting', missing: ['worker'] });
});

void t.test('ready answers 200 once every part works', async (t) => {
  const { app, deps } = await startTestEmulator(t);
  await deps.render.ready();
  const response = await app.inject({ url: '/_emulator/ready' });
  t.strictSame(response.json(), { status: 'ready', missing: [] });
  t.equal(response.statusCode, 200);
});

void t.test('a seed is applied over what is there, as YAML or JSON, as often as wanted', async (t) => {
  const { app, deps } = await buildTestApp(t);
  const seed = (payload: string) => app.inject({ method: 'POST', url: '/_emulator/seed', payload });
  const yaml = `
users:
  - id: 00000000-0000-4000-8000-000000000001
    username: alice
    email: alice@example.org
    first_name: Alice
    last_name: Martin
    password: first`;
  t.equal((await seed(yaml)).statusCode, 204);
  t.equal((await seed(yaml)).statusCode, 204);
  t.equal((await seed(yaml.replace('password: first', 'password: second'))).statusCode, 204);
  const logIn = (password: string) => postForm(app, 'token', { ...PRODUCER_GRANT, username: 'alice', password });
  t.equal((await logIn('second')).statusCode, 200);
  t.equal((await logIn('first')).statusCode, 401);
  t.equal((await postForm(app, 'token', PRODUCER_GRANT)).statusCode, 200, 'others are left alone');
  t.equal((await seed('{"clients": [{"id": "tool", "grants": ["password"]}]}')).statusCode, 204);
  t.equal(await deps.prisma.oidcClient.count({ where: { clientId: 'tool' } }), 1);
});

void t.test('a faulty seed is refused with all its faults, and changes nothing', async (t) => {
  const { app, deps } = await buildTestApp(t);
  const seed = (payload: string) => app.inject({ method: 'POST', url: '/_emulator/seed', payload });
  const shape = await seed('users: [{username: A}]');
  t.equal(shape.statusCode, 400);
  t.ok(shape.json().error_description.length > 1);
  const taken = await seed(`
clients: [{id: tool, grants: [password]}]
users:
  - id: 00000000-0000-4000-8000-000000000001
    username: producteur
    email: other@example.org
    first_name: A
    last_name: B
    password: c`);
  t.equal(taken.statusCode, 400, 'the name belongs to another id');
  t.equal(await deps.prisma.oidcClient.count({ where: { clientId: 'tool' } }), 0);
  t.equal((await seed('')).statusCode, 400);
});

void t.test('warnings are listed by entity', async (t) => {
  const { app, deps } = await buildTestApp(t);
  const entityId = '00000000-0000-4000-8000-000000000001';
  await deps.prisma.warning.createMany({
    data: [
      { entityId, text: 'Un' },
      { entityId, text: 'Deux' },
    ],
  });
  const response = await app.inject({ url: `/_emulator/warnings?entity=${entityId}` });
  t.match(response.json(), [{ text: 'Un', creation: String }, { text: 'Deux' }]);
  t.equal((await app.inject({ url: '/_emulator/warnings?entity=x' })).statusCode, 400);
});

void t.test('a reset brings the seed back: entities, files, features, tokens, counters', async (t) => {
  const { app, deps } = await buildTestApp(t);
  const { access_token: token, refresh_token: refreshToken } = (await postForm(app, 'token', PRODUCER_GRANT)).json();
  const [storage] = await deps.prisma.storage.findMany({ where: { type: 'FILESYSTEM' } });
  const upload = await deps.prisma.upload.create({
    data: {
      datastoreId: DATASTORE,
      storageId: String(storage?.id),
      type: 'VECTOR',
      name: 'a',
      description: 'b',
      srs: 'EPSG:2154',
      status: 'OPEN',
    },
  });
  const key = `uploads/${upload.id}/file`;
  await deps.storage.write(key, Readable.from(['bytes']));
  const storedDataId = '00000000-0000-4000-8000-000000000001';
  const role = featureRole(deps.instanceId, storedDataId);
  const schema = `sd_${storedDataId.replaceAll('-', '')}`;
  const client = await deps.pool.connect();
  await createFeatureSchema(client, { schema, role });
  await client.query(`CREATE TABLE ${schema}.t (a int)`);
  await giveTable(client, { schema, role }, 't');
  client.release();
  await deps.pool.query(`DELETE FROM geopf.offering`);
  await deps.prisma.apiUser.update({
    where: { id: CONSUMER },
    data: { technical: true },
  });
  const epochs = await deps.prisma.epoch.findMany();

  const response = await app.inject({ method: 'POST', url: '/_emulator/reset' });
  t.equal(response.statusCode, 204);

  t.equal(await deps.prisma.upload.count(), 0);
  t.equal(await deps.storage.exists(key), false);
  const schemas = await deps.pool.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sd\\_%' ORDER BY 1`);
  t.strictSame(
    schemas.rows.map((row) => row.nspname),
    ['sd_9a3c5c1e6f0b4f0e8d4e2b7f4c1a3001', 'sd_9a3c5c1e6f0b4f0e8d4e2b7f4c1a3002'],
  );
  const roles = await deps.pool.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  t.equal(roles.rowCount, 0);
  t.equal(await deps.prisma.offering.count({ where: { status: 'PUBLISHED' } }), 2);
  t.equal(await deps.prisma.apiUser.count({ where: { technical: true, email: { startsWith: 'consommateur' } } }), 0);
  for (const { name, value } of epochs) {
    const after = await deps.prisma.epoch.findUnique({ where: { name } });
    t.ok(Number(after?.value) > Number(value), `caches of ${name} are forgotten`);
  }
  const refresh = { grant_type: 'refresh_token', client_id: 'gpf-warehouse', client_secret: 'any' };
  t.equal((await postForm(app, 'token', { ...refresh, refresh_token: refreshToken })).statusCode, 400);
  t.equal((await app.inject({ url: '/api/users/me', headers: bearer(token) })).statusCode, 200, 'keys stay');
});

void t.test('resets at once do not disturb each other', async (t) => {
  const { app, deps } = await buildTestApp(t);
  const reset = () => app.inject({ method: 'POST', url: '/_emulator/reset' });
  const answers = await Promise.all([reset(), reset(), reset()]);
  t.strictSame(
    answers.map((answer) => answer.statusCode),
    [204, 204, 204],
  );
  t.equal(await deps.prisma.offering.count(), 2);
});
