import { randomUUID } from 'node:crypto';
import t from 'tap';
import { startTestEmulator } from '../../helpers/app.js';
import { logIn, until } from '../../helpers/api.js';
import { DATASTORE, PRODUCER_COMMUNITY } from '../../helpers/seed.js';

interface Hits {
  begin_date: string;
  end_date: string;
  hits: number;
  data_transfer: number;
}
interface Statistics {
  total: Hits;
  details: Hits[];
}

const { deps, origin } = await startTestEmulator(t);
const producer = await logIn({ origin });
const [places, zones] = await deps.prisma.offering.findMany({ orderBy: { id: 'asc' } });
if (places === undefined || zones === undefined) throw new Error('the seed has two offerings');

const getFeature = `${origin}/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&OUTPUTFORMAT=application/json&TYPENAMES=`;
const types = await deps.prisma.configuration.findMany({ orderBy: { id: 'asc' }, include: { offerings: true } });
const typeOf = async (offering: string) => {
  const layer = types.find((one) => one.offerings.some(({ id }) => id === offering));
  const publication = layer?.offerings[0]?.publication as { prefix: string; name: string }[];
  return `${publication[0]?.prefix}:${publication[0]?.name}`;
};

async function statistics(path: string): Promise<Statistics> {
  const { status, body } = await producer.call<Statistics>('GET', path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

const ofOffering = (id: string, query = '') => statistics(`/datastores/${DATASTORE}/offerings/${id}/stats${query}`);

void t.test('what a service served is counted to the byte', async (t) => {
  let bytes = 0;
  for (let count = 0; count < 3; count++) {
    const answer = await fetch(getFeature + (await typeOf(places.id)));
    t.equal(answer.status, 200);
    bytes += (await answer.arrayBuffer()).byteLength;
  }
  const { total, details } = await until(
    () => ofOffering(places.id),
    ({ total: { hits } }) => hits >= 3,
  );
  t.match(total, { hits: 3, data_transfer: bytes });
  t.match(details, [{ hits: 3, data_transfer: bytes }], 'one month');
  t.match((await ofOffering(zones.id)).total, { hits: 0, data_transfer: 0 }, 'the other offering served nothing');
  t.match((await statistics(`/datastores/${DATASTORE}/endpoints/${places.endpointId}/stats`)).total, { hits: 3 });
  t.match((await statistics(`/communities/${PRODUCER_COMMUNITY}/stats`)).total, { hits: 3, data_transfer: bytes });
  t.match((await statistics('/users/me/stats')).total, { hits: 0 }, 'nobody is known on an open endpoint');
});

void t.test('capabilities and exceptions are no consumption of an offering', async (t) => {
  const before = (await ofOffering(places.id)).total.hits;
  await (await fetch(`${origin}/wfs?SERVICE=WFS&REQUEST=GetCapabilities`)).text();
  await (await fetch(`${getFeature}${await typeOf(places.id)}&CQL_FILTER=absent=1`)).text();
  await (await fetch(getFeature + (await typeOf(zones.id)))).text();
  await until(
    () => ofOffering(zones.id),
    ({ total }) => total.hits === 1,
  );
  t.equal((await ofOffering(places.id)).total.hits, before);
});

void t.test('periods and steps', async (t) => {
  const at = (daysAgo: number) => new Date(Date.UTC(2026, 5, 15, 12) - daysAgo * 86_400_000);
  await deps.prisma.hit.createMany({
    data: [0, 20, 50].map((daysAgo) => ({
      bucket: at(daysAgo),
      offeringId: zones.id,
      endpointId: zones.endpointId,
      datastoreId: DATASTORE,
      hits: 10n,
      dataTransfer: 100n,
    })),
  });
  const period = '?start=2026-01-01T00:00:00Z&end=2026-07-01T00:00:00Z';
  const { total, details } = await ofOffering(zones.id, period);
  t.match(total, { hits: 30, data_transfer: 300, begin_date: '2026-01-01T00:00:00.000000Z' });
  t.match(details, [
    { begin_date: '2026-04-01T00:00:00.000000Z', end_date: '2026-05-01T00:00:00.000000Z', hits: 10 },
    { begin_date: '2026-05-01T00:00:00.000000Z', hits: 10 },
    { begin_date: '2026-06-01T00:00:00.000000Z', hits: 10 },
  ]);
  t.match((await ofOffering(zones.id, '?start=2026-06-15T12:01:00Z&end=2026-06-15T12:02:00Z')).total, { hits: 10 });
  t.match((await ofOffering(zones.id, '?start=2026-06-15T12:05:00Z&end=2026-06-15T12:10:00Z')).total, { hits: 0 });
  const fine = await ofOffering(zones.id, '?details=true');
  t.equal(fine.details.length, 1, 'five minutes of today, nothing of more than thirty days ago');
  const [step] = fine.details;
  t.equal(Date.parse(step?.end_date ?? '') - Date.parse(step?.begin_date ?? ''), 300_000);
});

void t.test('refusals', async (t) => {
  for (const query of [
    '?start=hier',
    '?end=x',
    '?start=0001-01-01',
    '?start=2026-02-01T00:00:00Z&end=2026-01-01T00:00:00Z',
  ]) {
    const { status, body } = await producer.call(
      'GET',
      `/datastores/${DATASTORE}/offerings/${places.id}/stats${query}`,
    );
    t.equal(status, 400, `${query} ${JSON.stringify(body)}`);
  }
  const unknown = randomUUID();
  for (const path of [
    `/datastores/${DATASTORE}/offerings/${unknown}/stats`,
    `/datastores/${DATASTORE}/endpoints/${unknown}/stats`,
    `/datastores/${DATASTORE}/permissions/${unknown}/stats`,
    `/communities/${PRODUCER_COMMUNITY}/permissions/${unknown}/stats`,
    `/users/me/keys/${unknown}/stats`,
    `/users/me/keys/${unknown}/accesses/${unknown}/stats`,
    `/users/me/permissions/${unknown}/stats`,
  ]) {
    t.equal((await producer.call('GET', path)).status, 404, path);
  }
});

void t.test('traffic with a key is told by key, access, permission and user', async (t) => {
  const { prisma, traffic } = deps;
  const { body: me } = await producer.call<{ _id: string }>('GET', '/users/me');
  const key = await prisma.userKey.create({ data: { userId: me._id, name: 'clé', type: 'OAUTH2' } });
  const permission = await prisma.permission.create({
    data: {
      datastoreId: DATASTORE,
      licence: 'Licence',
      userId: me._id,
      offerings: { create: { offeringId: places.id } },
    },
  });
  const access = await prisma.access.create({
    data: { keyId: key.id, offeringId: places.id, permissionId: permission.id },
  });
  const consumer = { user: me._id, key: key.id, access: access.id, permission: permission.id };
  traffic.record({ offerings: [places.id, zones.id], consumerOf: () => consumer }, 1001);
  for (const path of [
    '/users/me/stats',
    `/users/me/keys/${key.id}/stats`,
    `/users/me/keys/${key.id}/accesses/${access.id}/stats`,
    `/users/me/permissions/${permission.id}/stats`,
    `/datastores/${DATASTORE}/permissions/${permission.id}/stats`,
  ]) {
    t.match((await statistics(path)).total, { hits: 2, data_transfer: 1001 }, path);
  }
});

void t.test('a reset forgets what was served', async (t) => {
  await (await fetch(getFeature + (await typeOf(places.id)))).text();
  t.equal((await fetch(`${origin}/_emulator/reset`, { method: 'POST' })).status, 204);
  t.equal((await ofOffering(places.id)).total.hits, 0);
});
