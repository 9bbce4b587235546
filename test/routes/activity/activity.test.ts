import t, { type Test } from 'tap';
import { recordMemberEvent, recordPermissionEvent } from '../../../src/domain/community-events.js';
import { recordEvent } from '../../../src/domain/events.js';
import { tryTransition } from '../../../src/domain/transitions.js';
import { childrenNamed, child, readXml } from '../../../src/ogc/xml.js';
import { logIn } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { newUpload, startApi } from '../../helpers/deposit.js';
import { create, OPEN_WFS, sentences, waitForStatus, wfsConfiguration } from '../../helpers/diffusion.js';
import { startTestEmulator } from '../../helpers/app.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';
import { buildStoredData } from '../../helpers/stored-data.js';

interface Entry {
  id: string;
  title: string;
  updated: string;
  content: string;
  links: { href: string; rel: string; type: string }[];
  categories: { term: string }[];
  polygon?: object;
}
interface Feed {
  id: string;
  title: string;
  updated: string;
  links: { href: string; rel: string; type: string }[];
  author: { name: string; email: string };
  entries: Entry[];
}

const ROOT = `/datastores/${DATASTORE}`;
const titles = (feed: Feed) => feed.entries.map(({ title }) => title);

void t.test('feeds of a datastore', async (t) => {
  const api = await startApi(t);
  const { prisma } = api.deps;
  const producer = await logIn(api);
  const first = await newUpload(producer, { name: 'Première' });
  await newUpload(producer, { name: 'Seconde <&>' });
  await producer.call('POST', `${ROOT}/uploads/${first._id}/close`);
  const feedOf = async (query = '') => {
    const { status, body } = await producer.call<Feed>('GET', `${ROOT}/uploads/activity${query}`);
    t.equal(status, 200, JSON.stringify(body));
    return body;
  };

  await t.test('the events that the API shows, newest first, with who did them', async (t) => {
    const feed = await feedOf();
    t.same(titles(feed), ['Fermeture : Première', 'Création : Seconde <&>', 'Création : Première']);
    t.equal(feed.updated, feed.entries[0]?.updated);
    t.match(feed.author, { name: 'Producteur de démonstration', email: /@/ });
    t.match(feed.entries[0], {
      content: 'Par Paule Producteur',
      categories: [{ term: 'upload' }],
      links: [{ href: `${api.origin}/api${ROOT}/uploads/${first._id}`, rel: 'alternate' }],
    });
    t.equal(new Set(feed.entries.map(({ id }) => id)).size, 3);
    t.same((await feedOf()).entries, feed.entries, 'reading again gives the same entries');
    matchContract(t, 'FeedDto', feed);
  });

  await t.test('a period is chosen by dates or instants, both included', async (t) => {
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    t.equal((await feedOf(`?before=${day(0)}`)).entries.length, 3, 'today has the events of today');
    t.equal((await feedOf(`?after=${day(0)}`)).entries.length, 3);
    t.equal((await feedOf(`?before=${day(-1)}`)).entries.length, 0);
    t.equal((await feedOf(`?after=${day(1)}&before=${day(2)}`)).entries.length, 0);
    await prisma.event.updateMany({ where: { title: 'Fermeture' }, data: { date: new Date('2026-01-10T12:00:00Z') } });
    t.equal((await feedOf()).entries.length, 2, 'fifteen days without more');
    t.same(titles(await feedOf('?before=2026-01-20')), ['Fermeture : Première'], 'the fifteen days before that');
    for (const before of [
      '2026-01-10T12:00:00Z',
      '2026-01-10T12:00:00',
      '2026-01-10T13:00:00%2B01:00',
      '2026-01-10T13:00:00+01:00',
    ]) {
      t.equal((await feedOf(`?before=${before}`)).entries.length, 1, before);
    }
    t.equal((await feedOf('?before=2026-01-10T11:59:59Z')).entries.length, 0);
  });

  await t.test('a faulty period is refused with every fault', async (t) => {
    const refused = async (query: string) => {
      const answer = await producer.call<{ error_description: string[] }>('GET', `${ROOT}/uploads/activity?${query}`);
      t.equal(answer.status, 400, query);
      return sentences(answer);
    };
    t.match(await refused('before=hier&after=2026-02-31'), /"before".*"after"/);
    t.match(await refused('before=2026-01-01&after=2026-01-02'), /"after" doit être antérieur/);
    for (const query of [
      'before=5',
      'before=0001-01-02',
      'before=',
      'after=2026-13-01',
      'after=2026-01-01T25:00',
      'before=2026-01-01&before=2026-01-02',
      'after=%00',
      'after=0000-01-01',
    ]) {
      await refused(query);
    }
  });

  await t.test('a feed is bounded, and does not show the events of others', async (t) => {
    const { _id } = await newUpload(producer, { name: 'Bavarde' });
    await prisma.event.createMany({
      data: Array.from({ length: 250 }, () => ({
        entityType: 'upload',
        entityId: _id,
        title: 'Vérification terminée',
      })),
    });
    t.equal((await feedOf()).entries.length, 200);
    await prisma.upload.update({ where: { id: _id }, data: { datastoreId: SANDBOX_DATASTORE } });
    t.notOk(titles(await feedOf()).some((title) => title.includes('Bavarde')));
    const refused = await producer.call('GET', `/datastores/${SANDBOX_DATASTORE}/uploads/activity`);
    t.equal(refused.status, 403);
  });

  await t.test('as Atom, for feed readers', async (t) => {
    const get = (accept: string) =>
      fetch(`${api.origin}/api${ROOT}/uploads/activity`, {
        headers: { accept, authorization: `Bearer ${producer.token}` },
      });
    const response = await get('application/atom+xml, application/rss+xml;q=0.9, */*;q=0.1');
    t.equal(response.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
    t.match(response.headers.get('vary'), /accept/i);
    const feed = readXml(await response.text());
    t.equal(`${feed.namespace} ${feed.name}`, 'http://www.w3.org/2005/Atom feed');
    for (const name of ['id', 'title', 'updated', 'author', 'rights']) t.ok(child(feed, name), name);
    const links = childrenNamed(feed, 'link').map(({ attributes }) => `${attributes.rel} ${attributes.type}`);
    t.same(links, ['self application/atom+xml', 'alternate application/json']);
    const entries = childrenNamed(feed, 'entry');
    t.equal(entries.length, 2);
    const [entry] = entries;
    t.equal(entry && child(entry, 'title')?.text, 'Création : Seconde <&>');
    t.match(entry && child(entry, 'id')?.text, /^tag:localhost,\d{4}-\d\d-\d\d:event\/\d+$/);
    t.match(entry && child(entry, 'updated')?.text, /Z$/);
    for (const accept of ['application/json', '*/*', 'text/html', 'application/atom+xml;q=0.5, application/json']) {
      t.equal((await get(accept)).headers.get('content-type'), 'application/json', accept);
    }
  });

  await t.test('deleted uploads and data stay in the feed', async (t) => {
    await producer.call('DELETE', `${ROOT}/uploads/${(await newUpload(producer, { name: 'Passagère' }))._id}`);
    t.same(titles(await feedOf()).slice(0, 2), ['Suppression : Passagère', 'Création : Passagère']);
    const id = await buildStoredData(api.deps, { name: 'Villes' });
    await tryTransition(prisma, { entity: 'stored_data', id, action: 'modify' });
    await tryTransition(prisma, { entity: 'stored_data', id, action: 'modified' });
    const { body } = await producer.call<Feed>('GET', `${ROOT}/stored_data/activity`);
    t.same(titles(body), ['Modification : Villes', 'Traitement demandé : Villes']);
    t.same(body.entries[0]?.polygon, { west: 1, south: 45, east: 3, north: 46 });
    t.equal(body.entries[0]?.content, 'Modification : Donnée stockée Villes');
  });
});

void t.test('feeds of a community', async (t: Test) => {
  const api = await startApi(t);
  const { prisma } = api.deps;
  const supervisor = await logIn(api);
  const me = await prisma.apiUser.findFirstOrThrow({ where: { firstName: 'Paule' } });
  const { id: communityId } = await prisma.community.findFirstOrThrow({ where: { technicalName: 'producteur-demo' } });
  const other = await prisma.community.findFirstOrThrow({ where: { technicalName: 'sandbox' } });
  const feedOf = async (family: string, community = communityId) =>
    supervisor.call<Feed>('GET', `/communities/${community}/${family}/activity`);

  await t.test('who joins, changes and leaves', async (t) => {
    t.same((await feedOf('users')).body.entries, []);
    const stranger = await logIn(api, 'consommateur');
    const { body: profile } = await stranger.call<{ _id: string }>('GET', '/users/me');
    const path = `/communities/${communityId}/users/${profile._id}`;
    for (const rights of [['UPLOAD', 'ANNEX'], []]) {
      t.equal((await supervisor.call('PUT', path, { rights })).status, 204);
    }
    t.equal((await stranger.call('DELETE', `/users/me/communities/${communityId}`)).status, 204);
    await recordMemberEvent(prisma, { communityId: other.id, userId: profile._id, change: 'joined' });
    const { body } = await feedOf('users');
    t.same(
      body.entries.map(({ title, content }) => [title, content]),
      [
        ["Départ d'un membre", 'Camille Consommateur\nPar Camille Consommateur'],
        ["Modification des droits d'un membre", 'Camille Consommateur : aucun droit\nPar Paule Producteur'],
        ["Arrivée d'un membre", 'Camille Consommateur : UPLOAD, ANNEX\nPar Paule Producteur'],
      ],
    );
    t.same(body.entries[0]?.links, []);
  });

  await t.test('permissions, given and received', async (t) => {
    const permission = await prisma.permission.create({
      data: { datastoreId: SANDBOX_DATASTORE, licence: 'Licence ouverte', communityId },
    });
    await recordPermissionEvent(prisma, { permissionId: permission.id, change: 'given', initiatorId: me.id });
    await prisma.permission.delete({ where: { id: permission.id } });
    const { body } = await feedOf('permissions');
    t.same(titles(body), ['Permission accordée']);
    t.match(body.entries[0]?.content, /Licence ouverte ; producteur : Découverte ; bénéficiaire : Producteur de/);
    t.equal(await prisma.event.count({ where: { entityType: 'permission', entityId: other.id } }), 1);
    await recordPermissionEvent(prisma, { permissionId: permission.id, change: 'withdrawn' });
    t.equal(await prisma.event.count({ where: { entityType: 'permission' } }), 2, 'too late: nothing is known of it');
  });

  await t.test('their managers read them, members and strangers do not', async (t) => {
    const member = await logIn(api, 'membre');
    const stranger = await logIn(api, 'consommateur');
    for (const family of ['users', 'permissions']) {
      const path = `/communities/${communityId}/${family}/activity`;
      t.equal((await member.call('GET', path)).status, 403, `${family}: a member without the right`);
      t.equal((await stranger.call('GET', path)).status, 403);
      t.equal((await feedOf(family, '00000000-0000-4000-8000-000000000009')).status, 404);
    }
  });

  await t.test('whom the platform makes a supervisor', async (t) => {
    const administrator = await logIn(api, 'admin');
    const { body: admin } = await administrator.call<{ _id: string }>('GET', '/users/me');
    const path = `/administrator/communities/${communityId}`;
    t.equal((await administrator.call('PATCH', path, { supervisor: admin._id })).status, 200);
    t.match((await feedOf('users')).body.entries[0], {
      title: "Arrivée d'un membre",
      content: 'Alix Admin : COMMUNITY, UPLOAD, PROCESSING, BROADCAST, ANNEX',
    });
  });
});

void t.test('the public feed', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const get = (name: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}/api/communities/${name}/activity`, { headers });
  const read = async () => (await (await get('producteur-demo')).json()) as Feed;
  const [shown, hidden] = [
    await buildStoredData(deps, { name: 'Montrée' }),
    await buildStoredData(deps, { name: 'Cachée' }),
  ];
  for (const id of [shown, hidden]) {
    await recordEvent(deps.prisma, { entity: 'stored_data', id, title: 'Traitement terminé', text: 'interne' });
    await tryTransition(deps.prisma, { entity: 'stored_data', id, action: 'modify' });
    await tryTransition(deps.prisma, { entity: 'stored_data', id, action: 'modified', event: { text: 'interne' } });
  }
  const publish = async (layer: string, publicActivity: boolean) => {
    const configuration = await create(producer, `${ROOT}/configurations`, wfsConfiguration(shown, layer));
    const path = `${ROOT}/configurations/${configuration._id}/offerings`;
    const body = { endpoint: OPEN_WFS, open: true, public_activity: publicActivity };
    const offering = await create(producer, path, body);
    await waitForStatus(producer, `${ROOT}/offerings/${offering._id}`, 'PUBLISHED');
    return `${ROOT}/offerings/${offering._id}`;
  };

  await t.test('shows nothing that was not made public', async (t) => {
    await publish('cachee', false);
    t.same((await read()).entries, []);
  });

  await t.test('shows what became available, without people and inner texts', async (t) => {
    t.equal((await producer.call('PATCH', `${ROOT}/stored_data/${shown}`, { public_activity: true })).status, 200);
    await publish('montree', true);
    const feed = await read();
    t.same(titles(feed), ['Publication : montree', 'Modification : Montrée']);
    t.match(feed.entries[0]?.links, [{ href: `${origin}/wfs?SERVICE=WFS&REQUEST=GetCapabilities`, rel: 'related' }]);
    t.same(feed.entries[1]?.links, []);
    t.notMatch(JSON.stringify(feed), /interne|Paule/);
    matchContract(t, 'FeedDto', feed);
    const atom = await get('producteur-demo', { accept: 'application/atom+xml' });
    t.equal(childrenNamed(readXml(await atom.text()), 'entry').length, 2);
  });

  await t.test('what is no longer public leaves it', async (t) => {
    await producer.call('PATCH', `${ROOT}/stored_data/${shown}`, { public_activity: false });
    t.same(titles(await read()), ['Publication : montree']);
  });

  await t.test('there is none of an unknown or private community', async (t) => {
    for (const name of ['sandbox', 'inconnue', '00000000-0000-4000-8000-000000000009']) {
      t.equal((await get(name)).status, 404, name);
    }
    for (const name of ['a%20b', '%00', "'--"]) t.equal((await get(name)).status, 400, name);
  });
});
