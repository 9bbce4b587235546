import t from 'tap';
import { buildTestApp } from '../../helpers/app.js';
import { PRIVATE_WFS } from '../../helpers/diffusion.js';
import { DATASTORE, PRODUCER_COMMUNITY, SANDBOX_COMMUNITY } from '../../helpers/seed.js';

const { app, deps } = await buildTestApp(t);

const REGIONS = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a5001';
const ZONES = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a5002';

/** What anybody gets, without a token. */
async function list<Item = { _id: string }>(path: string): Promise<{ items: Item[]; range: unknown; status: number }> {
  const answer = await app.inject({ url: `/api/catalogs${path}` });
  return { items: answer.json(), range: answer.headers['content-range'], status: answer.statusCode };
}

const ids = async (path: string) => (await list(path)).items.map((item) => item._id);

void t.test('communities: the public ones', async (t) => {
  const { items, range, status } = await list('/communities');
  t.equal(status, 200);
  t.match(items, [{ _id: PRODUCER_COMMUNITY, technical_name: 'producteur-demo', contact: 'producteur@example.org' }]);
  t.equal(range, '1-1/1', 'the sandbox is not one');
  t.notOk('supervisor' in (items[0] ?? {}), 'nobody is named');
  await deps.prisma.community.update({ where: { id: SANDBOX_COMMUNITY }, data: { public: true } });
  t.same((await ids('/communities')).toSorted(), [PRODUCER_COMMUNITY, SANDBOX_COMMUNITY]);
  t.equal((await list('/communities?limit=1')).range, '1-1/2', 'the QGIS plugin reads the total of a list of one');
  await deps.prisma.community.update({ where: { id: SANDBOX_COMMUNITY }, data: { public: false } });
});

void t.test('organizations: what they are, their extra, not their quotas', async (t) => {
  await deps.prisma.organization.create({
    data: {
      name: 'Autre organisme',
      siren: '123456789',
      uploadsQuota: 5n,
      extra: { logo: 'https://example.org/a.png' },
    },
  });
  const { items, range } = await list<object>('/organizations');
  t.equal(range, '1-2/2');
  t.match(items, [
    { name: 'Autre organisme', siren: '123456789', extra: { logo: 'https://example.org/a.png' } },
    { name: 'Organisme de démonstration' },
  ]);
  for (const item of items) t.notOk('uploads_quota' in item || 'economical_model' in item);
});

void t.test('offerings: open and published, with an address and a contact', async (t) => {
  const { items, range } = await list<{ urls: { url: string }[] }>('/offerings');
  t.equal(range, '1-2/2');
  t.match(items[0], {
    _id: REGIONS,
    layer_name: 'demo_regions',
    type: 'WFS',
    status: 'PUBLISHED',
    open: true,
    contact: 'producteur@example.org',
    endpoint: { name: String },
    configuration: { name: String },
  });
  t.match(items[0]?.urls[0]?.url, /^http.*\/wfs\?/);
});

void t.test('offerings: by type and kind of endpoint', async (t) => {
  t.equal((await list('/offerings?type=WFS')).range, '1-2/2');
  t.same(await ids('/offerings?type=WMS-VECTOR'), []);
  t.equal((await list('/offerings?type=VECTOR')).status, 400, 'offerings have no type of uploads');
  await deps.prisma.offering.update({ where: { id: ZONES }, data: { endpointId: PRIVATE_WFS } });
  t.same(await ids('/offerings?is_endpoint_open=true'), [REGIONS]);
  t.same(await ids('/offerings?is_endpoint_open=0'), [ZONES], 'open to all those who have a key');
  await deps.prisma.offering.update({ where: { id: ZONES }, data: { open: false } });
  t.same(await ids('/offerings'), [REGIONS], 'what needs a permission is not shown');
});

void t.test(
  'offerings: nothing that is not published, of a private community or of an inactive datastore',
  async (t) => {
    const shown = async () => (await ids('/offerings')).length;
    for (const status of ['PUBLISHING', 'UNPUBLISHING', 'UNSTABLE']) {
      await deps.prisma.offering.update({ where: { id: REGIONS }, data: { status } });
      t.equal(await shown(), 0, status);
    }
    await deps.prisma.offering.update({ where: { id: REGIONS }, data: { status: 'MODIFYING' } });
    t.equal(await shown(), 1, 'what is being synchronised is still served');
    await deps.prisma.community.update({ where: { id: PRODUCER_COMMUNITY }, data: { public: false } });
    t.equal(await shown(), 0);
    await deps.prisma.community.update({ where: { id: PRODUCER_COMMUNITY }, data: { public: true } });
    await deps.prisma.datastore.update({ where: { id: DATASTORE }, data: { active: false } });
    t.equal(await shown(), 0);
  },
);
