import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import type { ExposedOffering, ExposureDocument, Reader } from '../../../src/domain/exposure/document.js';
import { exposureTable } from '../../../src/exposure/table.js';
import { projectRoot } from '../../../src/supervisor/paths.js';
import { type ApiUser, logIn, logInService } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { OPEN_DOWNLOAD } from '../../helpers/archives.js';
import {
  create,
  OPEN_ALTIMETRY,
  OPEN_VECTOR_TMS,
  OPEN_WFS,
  SANDBOX_WFS,
  OPEN_WMS_RASTER,
  OPEN_WMS_VECTOR,
  OPEN_WMTS_TMS,
  PRIVATE_WFS,
  PRIVATE_WMTS_TMS,
  publish,
  tmsConfiguration,
  wfsConfiguration,
} from '../../helpers/diffusion.js';
import { readsOf, VECTOR_TILE } from '../../helpers/exposed-reads.js';
import { basic, bearer } from '../../helpers/oidc.js';
import {
  buildPrivateData,
  copyOffering,
  PRIVATE_ALTIMETRY,
  PRIVATE_DOWNLOAD,
  PRIVATE_WMS_RASTER,
  PRIVATE_WMS_VECTOR,
  publishEverywhere,
} from '../../helpers/private-world.js';
import { buildPyramid, pointTile } from '../../helpers/pyramid.js';
import { givePermission } from '../../helpers/restricted.js';
import { CONSUMER, DATASTORE, PRODUCER, PRODUCER_COMMUNITY, SANDBOX_DATASTORE } from '../../helpers/seed.js';

const REFERER = 'https://carte.example.org/';
const OTP_USER = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a0005';

const TOWNS = { name: 'towns', geometry: 'POINT', attributes: [{ name: 'name', type: 'text', count: 1 }] };

/** Headers that present a key. */
type Credentials = Readonly<Record<string, string>>;

await t.test('the exposure matrix is what the services answer', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const { prisma } = deps;
  const users = {
    producer: await logIn(emulator),
    consumer: await logIn(emulator, 'consommateur'),
    member: await logIn(emulator, 'membre'),
    admin: await logIn(emulator, 'admin'),
    service: await logInService(emulator, 'ci-service'),
  };
  const { producer, consumer } = users;
  const idOf = new Map<string, ApiUser>();
  for (const user of Object.values(users)) {
    const { body } = await user.call<{ _id: string }>('GET', '/users/me');
    idOf.set(body._id, user);
  }

  const matrix = async (datastore = DATASTORE) => {
    const response = await fetch(`${origin}/_emulator/exposure?${new URLSearchParams({ datastore }).toString()}`);
    t.equal(response.status, 200);
    return (await response.json()) as ExposureDocument;
  };
  const get = async (path: string, credentials: Credentials = {}) => {
    const response = await fetch(`${origin}${path}`, { headers: credentials });
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, body };
  };
  /** Whether every request for what an offering shows is answered; they are all refused otherwise. */
  const reads = async (offering: ExposedOffering, credentials: Credentials): Promise<boolean> => {
    const requests = offering.shows.flatMap((shown) => readsOf(offering, shown));
    const statuses: number[] = [];
    for (const { path } of requests) {
      const { status, body } = await get(path, credentials);
      if (status === 200) t.notMatch(body.toString('latin1'), 'ServiceException', path);
      statuses.push(status);
    }
    const answered = statuses.filter((status) => status === 200).length;
    const refused = statuses.filter((status) => status === 401 || status === 403).length;
    t.ok(
      requests.length > 0 && [answered, refused].includes(requests.length),
      `${offering.layer_name}: ${statuses.join(', ')}`,
    );
    return answered > 0;
  };

  const data = await buildPrivateData(deps, producer);
  const pyramid = await buildPyramid(deps, {
    levels: [
      {
        id: VECTOR_TILE.level,
        tiles: [{ ...VECTOR_TILE, bytes: await pointTile(deps, 'towns', 'one') }],
        tables: [TOWNS],
      },
    ],
  });
  const tiles = [{ stored_data: pyramid, bottom_level: VECTOR_TILE.level, top_level: VECTOR_TILE.level }];
  const { used_data: tables } = (data.configuration(PRIVATE_WFS, 'x') as ReturnType<typeof wfsConfiguration>)
    .type_infos;
  const storedData = tables[0]?.stored_data ?? '';
  for (const [endpoint, configuration] of [
    [OPEN_WFS, data.configuration(PRIVATE_WFS, 'shown')],
    [OPEN_WMS_VECTOR, data.configuration(PRIVATE_WMS_VECTOR, 'shown')],
    [OPEN_WMS_RASTER, data.configuration(PRIVATE_WMS_RASTER, 'shown')],
    [OPEN_WMTS_TMS, data.configuration(PRIVATE_WMTS_TMS, 'shown')],
    [OPEN_WMTS_TMS, tmsConfiguration('vector', tiles)],
    [OPEN_ALTIMETRY, data.configuration(PRIVATE_ALTIMETRY, 'shown')],
    [OPEN_DOWNLOAD, data.configuration(PRIVATE_DOWNLOAD, 'shown')],
    [
      OPEN_VECTOR_TMS,
      {
        type: 'VECTOR-TMS',
        name: 'shown',
        layer_name: 'shown',
        type_infos: {
          used_data: [{ stored_data: storedData, relations: [{ native_name: 'towns', abstract: 'Small ones.' }] }],
        },
      },
    ],
  ] as const) {
    await publish(producer, DATASTORE, configuration, endpoint);
  }
  const closed = await publishEverywhere(producer, data, 'closed');
  const free: string[] = [];
  for (const id of closed.values()) {
    free.push(await copyOffering(deps, id, { layer: 'free', open: true, datastoreId: DATASTORE }));
  }
  const copy = (layer: string, datastoreId = DATASTORE) =>
    copyOffering(deps, closed.get(PRIVATE_WFS) ?? '', { layer, open: false, datastoreId });
  const [ended, oauth, shared, nobody] = [
    await copy('ended'),
    await copy('oauth'),
    await copy('shared'),
    await copy('nobody'),
  ];

  const give = (offerings: string[], more: object) =>
    givePermission(producer, DATASTORE, { offerings, ...more } as Parameters<typeof givePermission>[2]);
  const permissions = {
    closed: await give([...closed.values()], { users: [CONSUMER] }),
    ended: await give([ended], { users: [CONSUMER] }),
    oauth: await give([oauth], { users: [CONSUMER], only_oauth: true }),
    shared: await give([shared], { communities: [PRODUCER_COMMUNITY] }),
  };

  /** Keys of the consumer, and how each is presented. */
  const credentials = new Map<string, Credentials>();
  const makeKey = async (user: ApiUser, type: string, infos: object, more: object = {}) => {
    const body = { name: `key ${credentials.size}`, type, type_infos: infos, ...more };
    return create<{ _id: string; type_infos: { hash?: string } }>(user, '/users/me/keys', body);
  };
  const hash = await makeKey(consumer, 'HASH', { hash: 'the-hash-of-a-key' });
  credentials.set(hash._id, { apikey: 'the-hash-of-a-key' });
  const login = await makeKey(consumer, 'BASIC', { login: 'someone', password: 'a-secret-word' });
  credentials.set(login._id, basic('someone', 'a-secret-word'));
  const token = await makeKey(consumer, 'OAUTH2', {});
  credentials.set(token._id, bearer(consumer.token));
  const header = await makeKey(consumer, 'HEADER', { headers: { 'x-secret': 'of-a-header' } });
  credentials.set(header._id, { 'x-secret': 'of-a-header' });
  const narrowed = await makeKey(
    consumer,
    'HASH',
    { hash: 'the-hash-of-a-map' },
    { referer: 'carte%.example%.org', whitelist: ['127.0.0.0/8', '::1'] },
  );
  credentials.set(narrowed._id, { apikey: 'the-hash-of-a-map', referer: REFERER });
  const disabled = await prisma.userKey.create({
    data: {
      name: 'disabled',
      type: 'OAUTH2',
      user: {
        connectOrCreate: { where: { id: OTP_USER }, create: { id: OTP_USER, email: 'otp@example.org' } },
      },
    },
  });
  await prisma.account.update({ where: { id: OTP_USER }, data: { enabled: false } });

  // By the registry: some of these accesses are those of another time.
  const link = async (keyId: string, offeringIds: readonly string[], permissionId: string | null) => {
    await prisma.access.createMany({ data: offeringIds.map((offeringId) => ({ keyId, offeringId, permissionId })) });
  };
  for (const key of [...credentials.keys(), disabled.id]) {
    await link(key, [...closed.values()], permissions.closed);
    await link(key, [ended], permissions.ended);
    await link(key, [oauth], permissions.oauth);
    if (key !== login._id) await link(key, free, null);
  }
  await link(hash._id, [nobody], null);
  await prisma.permission.update({ where: { id: permissions.ended }, data: { endDate: new Date(Date.now() - 1000) } });

  const readerOf = ({ readers }: ExposedOffering, key: string) =>
    readers.find((reader) => reader.who === 'key' && reader.key === key);
  const named = (document: ExposureDocument, id: string) => {
    const offering = document.offerings.find(({ _id }) => _id === id);
    if (offering === undefined) throw new Error(`no offering ${id}`);
    return offering;
  };
  const first = await matrix();

  await t.test('every offering is there, with the readers that really read', async (t) => {
    t.equal(first.offerings.length, await prisma.offering.count());
    let cells = 0;
    const told = { allowed: 0, refused: 0 };
    for (const offering of first.offerings) {
      t.equal(offering.absence, undefined, offering.layer_name);
      const isPublic = offering.readers.some(({ who }) => who === 'public');
      t.equal(await reads(offering, {}), isPublic, `${offering.layer_name} (${offering.type}) for everybody`);
      if (offering.endpoint.open) continue;
      for (const [key, presented] of credentials) {
        const reader = readerOf(offering, key);
        const state = reader?.state === 'allowed' ? 'allowed' : 'refused';
        const answer = (await reads(offering, presented)) ? 'allowed' : 'refused';
        t.equal(answer, state, `${offering.layer_name} (${offering.type}) by ${key}: ${reader?.reason}`);
        told[state] += 1;
        cells += 1;
      }
    }
    t.ok(cells >= 80, `${cells} cells of keys`);
    t.ok(told.allowed > 30 && told.refused > 15, JSON.stringify(told));
    const restricted = first.offerings.filter(({ endpoint }) => !endpoint.open);
    t.ok(
      restricted.every((offering) => readerOf(offering, disabled.id)?.state !== 'allowed'),
      'the key of a disabled account reads nothing',
    );
    const { referer: _referer, ...without } = credentials.get(narrowed._id) ?? {};
    t.equal(await reads(named(first, closed.get(PRIVATE_WFS) ?? ''), without), false, 'restrictions of a key hold');
    t.match(
      first.keys.find(({ _id }) => _id === narrowed._id),
      { referer: 'carte%.example%.org', whitelist: ['127.0.0.0/8', '::1'] },
    );
  });

  await t.test('refusals are explained', async (t) => {
    const why = (offering: string, key: string) => readerOf(named(first, offering), key)?.reason;
    t.match(why(ended, hash._id), /a expiré/);
    t.match(why(oauth, hash._id), /OAUTH2/);
    t.match(why(oauth, token._id), permissions.oauth);
    t.match(why(nobody, hash._id), /plus ouverte/);
    t.match(why(ended, disabled.id), /désactivé/);
  });

  await t.test('attributes are those that answers have', async (t) => {
    const checked = new Set<string>();
    for (const offering of first.offerings) {
      const presented = offering.endpoint.open ? {} : (credentials.get(hash._id) ?? {});
      if (!offering.endpoint.open && readerOf(offering, hash._id)?.state !== 'allowed') continue;
      // Requests know where the towns are, not the demonstration of the seed.
      if (offering.type === 'WMS-VECTOR' && offering.layer_name.startsWith('demo')) continue;
      for (const shown of offering.shows) {
        for (const { path, told } of readsOf(offering, shown)) {
          if (told === null) continue;
          const found = told((await get(path, presented)).body);
          t.same(found.attributes, shown.attributes, path);
          if (found.geometry !== undefined) t.equal(found.geometry, shown.geometry, path);
          if (found.hasId !== undefined) t.equal(found.hasId, shown.identifiers.length > 0, path);
          if (found.files !== undefined) t.equal(found.files, shown.files, path);
          checked.add(offering.type);
        }
      }
    }
    t.same([...checked].sort(), ['DOWNLOAD', 'VECTOR-TMS', 'WFS', 'WMS-VECTOR', 'WMTS-TMS']);
    const relation = first.stored_data
      .find(({ _id }) => _id === storedData)
      ?.relations.find(({ name }) => name === 'towns');
    const roles = (name: string) => [
      ...new Set(relation?.attributes.find((one) => one.name === name)?.exposures.map(({ as }) => as)),
    ];
    t.same(roles('fid'), ['identifier']);
    t.same(roles('population'), ['attribute']);
    t.same(roles('geom'), ['geometry']);
    const roads = first.stored_data
      .find(({ _id }) => _id === storedData)
      ?.relations.find(({ name }) => name === 'roads');
    t.ok(
      roads?.attributes.every(({ exposures }) => exposures.length === 0),
      'nobody reads the other table',
    );
  });

  await t.test('who may read by a new key does, and nobody else', async (t) => {
    const possible = (offering: ExposedOffering) =>
      offering.readers.filter((reader): reader is Reader => ['user', 'anybody'].includes(reader.who));
    let made = 0;
    for (const id of [shared, ended, oauth, ...free.slice(0, 1)]) {
      const offering = named(first, id);
      for (const { who, state, user, permission } of possible(offering)) {
        if (state === 'allowed') continue;
        const person = who === 'anybody' ? users.admin : idOf.get(user?._id ?? '');
        if (person === undefined) throw new Error(`nobody is ${user?.name}`);
        if (person === users.service) {
          t.equal(state, 'refused', 'who may make no key reads nothing');
          continue;
        }
        const key = await makeKey(person, 'HASH', { hash: `made-${(made += 1)}` });
        const { status } = await person.call('POST', `/users/me/keys/${key._id}/accesses`, {
          permission,
          offerings: [id],
        });
        t.equal(status === 201, state === 'possible', `${offering.layer_name} for ${user?.name ?? 'anybody'}`);
        t.equal(await reads(offering, { apikey: `made-${made}` }), state === 'possible');
        if (who === 'user' && state === 'possible') {
          const now = named(await matrix(), id);
          t.equal(readerOf(now, key._id)?.state, 'allowed');
          t.equal(now.readers.find((each) => each.who === 'user' && each.user?._id === user?._id)?.state, 'allowed');
        }
      }
    }
    t.ok(made >= 4, `${made} keys made`);
    const people = possible(named(first, shared)).map(({ user }) => user?._id);
    t.ok(people.includes(PRODUCER), 'the supervisor benefits too');
    t.equal(people.length, 3);
  });

  await t.test('a permission that goes and comes back changes both', async (t) => {
    const wfs = closed.get(PRIVATE_WFS) ?? '';
    const both = async () => {
      const offering = named(await matrix(), wfs);
      return [readerOf(offering, hash._id)?.state, await reads(offering, credentials.get(hash._id) ?? {})];
    };
    const change = async (offerings: string[]) => {
      const path = `/datastores/${DATASTORE}/permissions/${permissions.closed}`;
      t.equal((await producer.call('PATCH', path, { offerings })).status, 200);
    };
    t.same(await both(), ['allowed', true]);
    await change([...closed.values()].filter((id) => id !== wfs));
    t.same(await both(), [undefined, false]);
    await change([...closed.values()]);
    await link(hash._id, [wfs], permissions.closed);
    t.same(await both(), ['allowed', true]);
    await prisma.datastore.update({ where: { id: DATASTORE }, data: { active: false } });
    t.same(await both(), ['refused', false]);
    await prisma.datastore.update({ where: { id: DATASTORE }, data: { active: true } });
  });

  await t.test('data are followed to other datastores, and beside offerings', async (t) => {
    const path = `/datastores/${DATASTORE}/stored_data/${storedData}/sharings`;
    t.equal((await producer.call('POST', path, [SANDBOX_DATASTORE])).status, 200);
    const configuration = wfsConfiguration(storedData, 'SANDBOX_towns');
    await publish(users.admin, SANDBOX_DATASTORE, configuration, SANDBOX_WFS);
    const { stored_data: all, offerings, files } = await matrix();
    const found = all.find(({ _id }) => _id === storedData);
    t.match(found?.shared_with, [{ _id: SANDBOX_DATASTORE }]);
    const foreign = offerings.find(({ layer_name: layer }) => layer === 'SANDBOX_towns');
    t.match(foreign, { datastore: { _id: SANDBOX_DATASTORE }, readers: [{ who: 'public' }] });
    t.ok(found?.offerings.includes(foreign?._id ?? ''));
    t.equal(await reads(foreign as ExposedOffering, {}), true);
    t.match(
      files.members.find(({ user }) => user._id === PRODUCER),
      { supervisor: true },
    );
    t.ok(files.uploads.length > 0);
  });

  await t.test('by id or technical name; no secret is told', async (t) => {
    const text = JSON.stringify(await matrix('producteur-demo'));
    t.equal((JSON.parse(text) as ExposureDocument).datastore._id, DATASTORE);
    for (const secret of ['the-hash-of-a-key', 'a-secret-word', 'of-a-header', 'someone', 'argon2']) {
      t.notMatch(text, secret);
    }
    for (const datastore of ['unknown', CONSUMER, "'", '\ud83d']) {
      const query = new URLSearchParams({ datastore }).toString();
      t.equal((await fetch(`${origin}/_emulator/exposure?${query}`)).status, 404, datastore);
    }
    t.equal((await fetch(`${origin}/_emulator/exposure`)).status, 400);
    t.equal((await fetch(`${origin}/_emulator/exposure?datastore=a&datastore=b`)).status, 400);
  });

  await t.test('script/exposure prints it', async (t) => {
    const run = promisify(execFile);
    const script = join(projectRoot(), 'script', 'exposure');
    const { stdout } = await run(script, ['producteur-demo', '--url', origin]);
    t.match(stdout, /shown — WFS \(gpf-geoserver-wfs, ouvert\)/);
    t.match(stdout, /towns\.population +tout le monde \[WFS/);
    t.match(stdout, /roads\.class +personne/);
    t.match(
      stdout,
      /— ARCHIVE, GENERATED\n(?: {4}.*\n)*? {4}tout le monde \[DOWNLOAD\]/,
      'data without attributes have readers',
    );
    t.match(stdout, new RegExp(`✘ clé « key 0 » \\(HASH\\) de .* La permission ${permissions.ended} a expiré`));
    const { stdout: json } = await run(script, ['producteur-demo', '--url', origin, '--json']);
    const document = JSON.parse(json) as ExposureDocument;
    t.equal(exposureTable({ ...document, date: '' }), exposureTable({ ...(await matrix()), date: '' }));
    const unread = document.offerings.map((offering) => ({ ...offering, readers: [] }));
    t.match(
      exposureTable({ ...document, offerings: unread }),
      /shown — WFS .*\n.*\n +✘ personne +Ni clé, ni permission\./,
    );
    await t.rejects(run(script, ['unknown', '--url', origin]), {
      code: 1,
      stderr: /Erreur : L'entrepôt "unknown" n'existe pas/,
    });
    await t.rejects(run(script, []), { code: 2, stderr: /Usage/ });
  });
});
