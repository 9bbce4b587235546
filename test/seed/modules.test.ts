import t from 'tap';
import { ENDPOINTS } from '../../src/catalogue/endpoints.js';
import { ENTITY_MODULES, KEPT_TABLES } from '../../src/seed/modules.js';
import { applySeed } from '../../src/seed/apply.js';
import { loadSeed } from '../../src/seed/load.js';
import { buildTestApp } from '../helpers/app.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../helpers/seed.js';

const { deps } = await buildTestApp(t);

void t.test('every table of the registry belongs to one module, or is kept by a reset', async (t) => {
  const { rows } = await deps.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'geopf'`,
  );
  const known = [...ENTITY_MODULES.flatMap((module) => module.tables), ...KEPT_TABLES];
  t.strictSame(known.toSorted(), rows.map((row) => row.name).toSorted());
});

void t.test('the producer has every storage, check, processing and endpoint but those of the sandbox', async (t) => {
  const datastore = await deps.prisma.datastore.findUniqueOrThrow({
    where: { id: '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a2001' },
    include: { storages: true, checks: true, processings: true, endpoints: true },
  });
  t.equal(datastore.active, true);
  t.equal(datastore.storages.length, await deps.prisma.storage.count());
  t.equal(datastore.checks.length, await deps.prisma.check.count());
  t.equal(datastore.processings.length, await deps.prisma.processing.count());
  const sandbox = ENDPOINTS.filter((endpoint) => endpoint.sandbox === true).map(({ id }) => id);
  t.equal(datastore.endpoints.length, (await deps.prisma.endpoint.count()) - sandbox.length);
  t.notOk(datastore.endpoints.some(({ endpointId }) => sandbox.includes(endpointId)));
  t.ok(datastore.endpoints.length > 10);
});

void t.test('the datasets of the seed have features, an index and a published feature type', async (t) => {
  const data = await deps.prisma.storedData.findMany({ orderBy: { id: 'asc' } });
  t.match(data, [
    { name: 'Chefs-lieux de région', status: 'GENERATED', srs: 'EPSG:4326', type: 'VECTOR-DB' },
    { name: 'Fuseaux UTM de la métropole', status: 'GENERATED' },
  ]);
  const { rows } = await deps.pool.query(
    `SELECT nom, ST_AsText(geom) AS geometry FROM sd_9a3c5c1e6f0b4f0e8d4e2b7f4c1a3001.chefs_lieux WHERE code = '11'`,
  );
  t.strictSame(rows, [{ nom: 'Paris', geometry: 'POINT(2.35 48.86)' }]);
  const offerings = await deps.prisma.offering.findMany({ orderBy: { id: 'asc' } });
  t.match(offerings, [
    {
      status: 'PUBLISHED',
      urls: [{ type: 'WFS', url: /^\/wfs\?.*typeNames=demo_regions:chefs_lieux$/ }],
      publication: [{ prefix: 'demo_regions', name: 'chefs_lieux', bbox: { west: -1.68 } }],
    },
    { status: 'PUBLISHED', publication: [{ prefix: 'demo_projections', name: 'fuseaux_utm' }] },
  ]);
});

void t.test('passwords are kept as argon2id hashes, each with its own salt', async (t) => {
  const accounts = await deps.prisma.account.findMany({ where: { serviceClientId: null } });
  t.equal(accounts.length, 5);
  t.equal(new Set(accounts.map((account) => account.passwordHash)).size, 5);
  for (const { passwordHash } of accounts) t.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

void t.test('over what is there, a datastore keeps the endpoints that it lists and those that it uses', async (t) => {
  const { prisma } = deps;
  const namesOf = async (datastoreId: string) => {
    const lent = await prisma.datastoreEndpoint.findMany({ where: { datastoreId }, include: { endpoint: true } });
    return lent.map(({ endpoint }) => endpoint.technicalName).toSorted();
  };
  const { seed } = await loadSeed(deps.config);
  const before = await namesOf(SANDBOX_DATASTORE);
  // As earlier versions did.
  const all = await prisma.endpoint.findMany({ where: { technicalName: { notIn: before } } });
  await prisma.datastoreEndpoint.createMany({
    data: all.map(({ id }) => ({ datastoreId: SANDBOX_DATASTORE, endpointId: id, quota: 1 })),
  });
  await applySeed(deps, seed);
  t.same(await namesOf(SANDBOX_DATASTORE), before);
  t.notOk(before.includes('gpf-geoserver-wfs'));

  const communities = seed.communities.map((community) =>
    community.datastore?.id === DATASTORE
      ? { ...community, datastore: { ...community.datastore, endpoints: ['gpf-download'] } }
      : community,
  );
  await applySeed(deps, { ...seed, communities });
  t.same(await namesOf(DATASTORE), ['gpf-download', 'gpf-geoserver-wfs']);
  await applySeed(deps, seed);
  t.equal((await namesOf(DATASTORE)).length, all.length);
});
