import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { buildApp } from '../../../src/app.js';
import { throttlePrefix } from '../../../src/identity/throttle.js';
import { logIn, until } from '../../helpers/api.js';
import { buildReplica, startTestEmulator } from '../../helpers/app.js';
import { create, PRIVATE_WFS } from '../../helpers/diffusion.js';
import {
  buildPrivateData,
  copyOffering,
  PAGES,
  PRIVATE_SERVICES,
  PRIVATE_WMS_RASTER,
  publishEverywhere,
} from '../../helpers/private-world.js';
import { startReceiver } from '../../helpers/receiver.js';
import { givePermission } from '../../helpers/restricted.js';
import { CONSUMER, DATASTORE } from '../../helpers/seed.js';

interface HashKey {
  _id: string;
  type_infos: { hash: string };
}

await t.test('private services', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, app, origin } = emulator;
  const [producer, consumer] = [await logIn(emulator), await logIn(emulator, 'consommateur')];
  await consumer.call('GET', '/users/me');
  await deps.prisma.apiUser.updateMany({ data: { keysQuota: 100 } });
  const data = await buildPrivateData(deps, producer);
  const allowed = await publishEverywhere(producer, data, 'allowed');
  for (const id of allowed.values()) {
    await copyOffering(deps, id, { layer: 'forbidden', open: false, datastoreId: DATASTORE });
  }
  const offerings = [...allowed.values()];
  const permission = await givePermission(producer, DATASTORE, { offerings, users: [CONSUMER] });
  const makeKey = async (body: object) => {
    const key = await create<HashKey>(consumer, '/users/me/keys', { name: randomUUID(), ...body });
    const { status } = await consumer.call('POST', `/users/me/keys/${key._id}/accesses`, { permission, offerings });
    if (status !== 201) throw new Error(`no access: ${status}`);
    return key;
  };
  const key = await makeKey({ type: 'HASH', type_infos: {} });
  const { hash } = key.type_infos;
  const get = async (url: string, headers: Record<string, string> = { apikey: hash }, remoteAddress = '127.0.0.1') => {
    const { statusCode: status, headers: answered, body } = await app.inject({ url, headers, remoteAddress });
    return { status, headers: answered, text: body };
  };
  const service = (name: string) => {
    const found = PRIVATE_SERVICES.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };

  await t.test('services that are not there', async (t) => {
    const paths = ['/recherche/api', '/navigation/itineraire', '/extraction/telechargement'];
    for (const path of [...paths, ...paths.map((one) => `/private${one}`), '/sandbox/telechargement', '/sandbox']) {
      const { status, headers, text } = await get(path);
      t.match([status, JSON.parse(text)], [404, { error: 'not_found' }], path);
      t.match(headers['content-type'], 'application/json', path);
    }
  });

  for (const { name, list, lists, read, unknown } of PRIVATE_SERVICES) {
    await t.test(name, async (t) => {
      for (const url of [list, read('allowed'), read('absent')]) {
        const anonymous = await get(url, {});
        t.match(anonymous, { status: 401, text: PAGES[401] });
        t.match(anonymous.headers['content-type'], /^text\/html/);
        t.notOk(anonymous.headers['www-authenticate'], 'nobody is asked for a password');
      }
      const document = await get(list);
      t.equal(document.status, 200);
      t.ok(lists(document.text, 'allowed'), 'the list names what the key may use');
      t.notOk(lists(document.text, 'forbidden'), 'and nothing else');
      t.equal((await get(read('allowed'))).status, 200);
      t.match(await get(read('forbidden')), { status: 403, text: PAGES[403] });
      const absent = await get(read('absent'));
      t.equal(absent.status, unknown[0], 'what does not exist is told by the service');
      t.match(absent.text, unknown[1]);
      const fresh = await create<HashKey>(consumer, '/users/me/keys', {
        name: randomUUID(),
        type: 'HASH',
        type_infos: {},
      });
      const empty = await get(list, { apikey: fresh.type_infos.hash });
      t.equal(empty.status, 200, 'a key without access gets a list');
      t.notOk(lists(empty.text, 'allowed'), 'of nothing');
      t.equal((await get(read('allowed'), { apikey: fresh.type_infos.hash })).status, 403);
    });

    await t.test(
      `${name}: addresses are those of the endpoint, without the key; nobody else may keep answers`,
      async (t) => {
        const [path = ''] = list.split('?');
        const prefix = path.split('/').slice(0, 3).join('/');
        const answer = await fetch(`${origin}${list}${list.includes('?') ? '&' : '?'}apikey=${hash}`);
        const text = await answer.text();
        t.notMatch(text, hash);
        const own = text.match(/http:\/\/localhost[^"'<\s]*/g) ?? [];
        t.same(
          own.filter((url) => !url.startsWith(`${origin}${prefix}`) && !url.includes('/annexes/')),
          [],
        );
        for (const url of [list, read('allowed'), read('forbidden'), read('absent')]) {
          for (const headers of [{ apikey: hash }, {}] as Record<string, string>[]) {
            const answer = await get(url, headers);
            t.match(answer.headers['cache-control'], /^private(,|$)/);
            t.notMatch(answer.headers['cache-control'], 'public');
            t.equal(answer.headers['x-content-type-options'], 'nosniff');
            for (const header of ['Authorization', 'apikey', 'x-key']) t.match(answer.headers.vary, header);
          }
        }
      },
    );
  }

  await t.test('every address of the services', async (t) => {
    const BASES = {
      wfs: ['', '/ows', '/wfs', '/geoserver/ows'],
      'wms-v': ['', '/ows', '/wms', '/geoserver/ows'],
      'wms-r': ['', '/wms'],
      wmts: [''],
    };
    for (const [base, aliases] of Object.entries(BASES)) {
      const query = `SERVICE=${base.replace(/-.$/, '')}&REQUEST=GetCapabilities`;
      for (const alias of aliases) {
        for (const slash of ['', '/']) {
          const url = `/private/${base}${alias}${slash}?${query}`;
          t.equal((await get(url, {})).status, 401, url);
          const { status, text } = await get(url);
          t.equal(status, 200, url);
          t.match(text, '>allowed');
        }
      }
    }
    for (const url of ['/private/tms', '/private/tms/', '/private/telechargement', '/private/telechargement/']) {
      t.equal((await get(url, {})).status, 401, url);
      t.equal((await get(url)).status, 200, url);
    }
  });

  await t.test('addresses that are nothing are told to keys only', async (t) => {
    for (const prefix of ['wfs', 'wms-v', 'wms-r', 'wmts', 'tms', 'telechargement', 'altimetrie']) {
      for (const path of [`/private/${prefix}/none/at/all/of/it`, `/private/${prefix}/%6eone`]) {
        t.match(await get(path, {}), { status: 401, text: PAGES[401] }, path);
        const { status, headers } = await get(path);
        t.ok([400, 404].includes(status), `${path}: ${status}`);
        t.match(headers['cache-control'], /^private/);
      }
    }
    t.equal((await app.inject({ method: 'DELETE', url: '/private/wfs' })).statusCode, 401);
    for (const path of ['/private', '/private//wfs', '//private/wfs', '/PRIVATE/wfs']) {
      t.equal((await get(path)).status, 404, `${path} is no service`);
    }
  });

  await t.test('a HEADER key is shown by no header that everybody sends', async (t) => {
    await makeKey({ type: 'HEADER', type_infos: { headers: { 'x-shadowed': 'right' } } });
    const member = await logIn(emulator, 'membre');
    await member.call('GET', '/users/me');
    const shadow = {
      name: 'shadow',
      type: 'HEADER',
      type_infos: { headers: { host: 'localhost:80', 'user-agent': 'a' } },
    };
    t.equal((await member.call('POST', '/users/me/keys', shadow)).status, 400);
    const url = service('TMS').read('allowed');
    t.equal((await get(url, { 'x-shadowed': 'right', 'user-agent': 'a' })).status, 200);
    t.equal((await get(url, { 'user-agent': 'a' })).status, 401);
  });

  await t.test('spellings of the value, and other methods', async (t) => {
    const { read } = service('TMS');
    const url = read('allowed');
    for (const query of ['apikey', 'APIKEY', 'api_key', 'X-Key', '%61pikey']) {
      t.equal((await get(`${url}?${query}=${hash}`, {})).status, 200, query);
    }
    for (const header of ['apikey', 'ApiKey', 'api_key', 'X-Key']) {
      t.equal((await get(url, { [header]: hash })).status, 200, header);
    }
    t.equal((await get(`${url}?apikey=${hash}&apikey=other`, {})).status, 401, 'two values');
    t.equal((await get(`${url}?apikey=${hash}`, { apikey: 'other' })).status, 200, 'the query comes first');
    t.equal((await get(`${url}?apikey=other`)).status, 401);
    const wfs = '/private/wfs?service=WFS&request=GetCapabilities';
    t.equal((await app.inject({ method: 'HEAD', url: wfs })).statusCode, 401);
    t.equal((await app.inject({ method: 'HEAD', url: wfs, headers: { apikey: hash } })).statusCode, 200);
    for (const path of ['/private/wfs', '/private/wms-v', '/private/wms-r', '/private/wmts']) {
      t.equal((await app.inject({ method: 'POST', url: path, payload: {} })).statusCode, 401, path);
    }
    const elevations = '/private/altimetrie/1.0/calcul/alti/rest/elevation.json';
    const payload = { lon: '-1.556', lat: '47.205', resource: 'forbidden' };
    const post = (headers: Record<string, string>) => app.inject({ method: 'POST', url: elevations, headers, payload });
    t.equal((await post({})).statusCode, 401);
    t.equal((await post({ apikey: hash })).statusCode, 403);
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: wfs,
      headers: { origin: 'https://carte.example.org', 'access-control-request-method': 'GET' },
    });
    t.equal(preflight.statusCode, 204, 'browsers ask without the key');
    t.equal(preflight.headers['access-control-allow-origin'], '*');
  });

  await t.test('caches look at the headers of HEADER keys', async (t) => {
    await makeKey({ type: 'HEADER', type_infos: { headers: { 'x-cached': 'right' } } });
    const { status, headers } = await get(service('TMS').read('allowed'), { 'x-cached': 'right' });
    t.equal(status, 200);
    t.match(headers.vary, /, x-cached$/);
  });

  await t.test('open endpoints look at no credential', async (t) => {
    const wrong: Record<string, string>[] = [
      { apikey: 'x' },
      { authorization: 'Basic x' },
      { authorization: 'Bearer x' },
    ];
    for (const headers of wrong) {
      const answer = await get('/wfs?service=WFS&request=GetCapabilities&apikey=y', headers);
      t.equal(answer.status, 200);
      t.notMatch(answer.headers['cache-control'] ?? '', 'private');
      t.equal(answer.headers['x-content-type-options'], 'nosniff');
    }
  });

  await t.test('every layer that a map is made of counts', async (t) => {
    const vector = service('WMS-V');
    const raster = service('WMS-R');
    const wms = (url: string, change: Record<string, string>) => {
      const parameters = new URLSearchParams(url.slice(url.indexOf('?')));
      for (const [name, value] of Object.entries(change)) parameters.set(name, value);
      return `${url.slice(0, url.indexOf('?'))}?${parameters.toString()}`;
    };
    const info = vector.read('allowed');
    const map = raster.read('allowed');
    const rasterInfo = wms(map, { REQUEST: 'GetFeatureInfo', INFO_FORMAT: 'text/plain', I: '1', J: '1' });
    const REFUSED = {
      'a vector layer below': wms(info, { LAYERS: 'forbidden,allowed' }),
      'a vector layer above': wms(info, { LAYERS: 'allowed,forbidden' }),
      'a queried vector layer': wms(info, { LAYERS: 'allowed,forbidden', QUERY_LAYERS: 'forbidden' }),
      'a vector map': wms(info, { REQUEST: 'GetMap', FORMAT: 'image/png', LAYERS: 'allowed,forbidden' }),
      'in a style that does not exist': wms(info, { LAYERS: 'forbidden', STYLES: 'none' }),
      'a raster layer': wms(map, { LAYERS: 'allowed,forbidden', STYLES: '' }),
      'a raster layer in a style that does not exist': wms(map, { LAYERS: 'forbidden', STYLES: 'none' }),
      'a queried raster layer': wms(rasterInfo, { LAYERS: 'allowed,forbidden', QUERY_LAYERS: 'forbidden' }),
      'names in lower case': map.replace('LAYERS=allowed', 'layers=forbidden'),
    };
    for (const [what, url] of Object.entries(REFUSED)) {
      t.match(await get(url), { status: 403, text: PAGES[403] }, what);
    }
    const UNKNOWN = {
      'a vector layer first': wms(info, { LAYERS: 'absent,forbidden' }),
      'a vector layer last': wms(info, { LAYERS: 'forbidden,absent' }),
      'a queried vector layer': wms(info, { LAYERS: 'forbidden', QUERY_LAYERS: 'absent' }),
      'a raster layer': wms(map, { LAYERS: 'forbidden,absent' }),
      'a queried raster layer': wms(rasterInfo, { LAYERS: 'forbidden', QUERY_LAYERS: 'absent' }),
    };
    for (const [what, url] of Object.entries(UNKNOWN)) {
      const answer = await get(url);
      t.match(answer.text, 'LayerNotDefined', `${what} is unknown before another is refused`);
      t.match(answer.text, 'absent');
    }
    for (const url of [info, map]) {
      const twice = await get(`${url}&layers=forbidden`);
      t.match(twice.text, 'InvalidParameterValue', 'a parameter with two values is refused');
      t.match(twice.text, /ServiceException|Exception/);
    }
  });

  await t.test('every way to name a feature type counts', async (t) => {
    const wfs = (query: string) => get(`/private/wfs?service=WFS&version=2.0.0&${query}`);
    const ofAllowed = async (query: string) => {
      const { status, text } = await wfs(`request=GetFeature&outputFormat=application/json&count=1&${query}`);
      t.equal(status, 200, query);
      t.match(text, '"name":"town 1"');
    };
    await ofAllowed('typeNames=allowed:towns');
    await ofAllowed('TYPENAME=allowed:towns');
    // Both layers have a type of this name: it means the one that the key may use.
    await ofAllowed('typeNames=towns');
    await ofAllowed('resourceId=towns.1');
    await ofAllowed('typeNames=x:towns&namespaces=xmlns(x,http://allowed)');
    for (const query of [
      'request=GetFeature&typeNames=forbidden:towns',
      'request=GetFeature&TYPENAME=forbidden:towns&resultType=hits',
      'request=GetFeature&typename=allowed:towns,forbidden:towns',
      'request=GetFeature&typeNames=x:towns&namespaces=xmlns(x,http://forbidden)',
      'request=DescribeFeatureType&typeNames=forbidden:towns',
      'request=DescribeFeatureType&typeNames=allowed:towns,forbidden:towns',
    ]) {
      t.match(await wfs(query), { status: 403, text: PAGES[403] }, query);
    }
    for (const query of ['request=DescribeFeatureType', 'request=ListStoredQueries']) {
      const { text } = await wfs(query);
      t.match(text, 'allowed', query);
      t.notMatch(text, 'forbidden', query);
    }
    const unknown = await wfs('request=GetFeature&typeNames=forbidden:towns,absent:towns');
    t.equal(unknown.status, 400);
    t.match(unknown.text, 'absent:towns');
    // A key that may use nothing: names and ids that stand for something are refused.
    const { type_infos } = await create<HashKey>(consumer, '/users/me/keys', {
      name: randomUUID(),
      type: 'HASH',
      type_infos: {},
    });
    const none = { apikey: type_infos.hash };
    const base = '/private/wfs?service=WFS&version=2.0.0&request=GetFeature';
    for (const query of [
      'resourceId=towns.1',
      'storedquery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById&id=towns.1',
      'typeNames=allowed:towns',
    ]) {
      t.equal((await get(`${base}&${query}`, none)).status, 403, query);
    }
    t.equal((await get(`${base}&resourceId=absent.1`, none)).status, 400);
  });

  await t.test('links of pages and echoes of the query do not hold the key', async (t) => {
    const gml =
      '/private/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=allowed:towns&count=1&startIndex=1';
    const { text } = await get(`${gml}&ApiKey=${hash}&api_key=${hash}`, {});
    t.match(text, /next="http/);
    t.match(text, /previous="http/);
    t.notMatch(text, hash);
    t.notMatch(text, /api_?key/i);
    const open = await get('/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=none:none&apikey=secret', {});
    t.notMatch(open.text, 'secret', 'on open endpoints too');
  });

  await t.test('filters come before the list and before unknown names', async (t) => {
    const elsewhere = await makeKey({ type: 'HASH', type_infos: {}, whitelist: ['192.0.2.0/24'] });
    const headers = { apikey: elsewhere.type_infos.hash };
    for (const { list, read } of PRIVATE_SERVICES) {
      for (const url of [list, read('allowed'), read('absent')]) {
        t.match(await get(url, headers), { status: 403, text: PAGES[403] });
      }
      t.equal((await get(read('allowed'), headers, '192.0.2.77')).status, 200);
    }
    const forwarded = { ...headers, 'x-forwarded-for': '192.0.2.77' };
    const url = service('TMS').read('allowed');
    t.equal((await get(url, forwarded)).status, 403, 'anybody may write X-Forwarded-For');
    const behind = await buildReplica(t, { ...emulator.config, trustedProxies: ['10.0.0.1'] });
    const through = (remoteAddress: string, chain: string) =>
      behind.app.inject({ url, headers: { ...headers, 'x-forwarded-for': chain }, remoteAddress });
    t.equal((await through('10.0.0.1', '192.0.2.77')).statusCode, 200, 'a proxy that is believed');
    t.equal((await through('10.0.0.2', '192.0.2.77')).statusCode, 403, 'another one');
    t.equal((await through('10.0.0.1', '192.0.2.77, 198.51.100.1')).statusCode, 403, 'what the client wrote itself');
  });

  await t.test('neither key, password nor token reaches the log', async (t) => {
    const lines: string[] = [];
    const stream = new Writable({
      write(line, _encoding, done) {
        lines.push(String(line));
        done();
      },
    });
    const logged = await buildApp({ ...deps, log: pino({ level: 'trace' }, stream) });
    t.teardown(() => logged.close());
    const password = `p-${randomUUID()}`;
    const basic = Buffer.from(`login:${password}`).toString('base64');
    for (const { list, read } of PRIVATE_SERVICES) {
      for (const url of [list, read('allowed'), read('forbidden'), read('absent'), '/private/none']) {
        const mark = url.includes('?') ? '&' : '?';
        for (const spelling of ['apikey', 'APIKEY', 'api_key', 'X-Key', '%61pi%6bey']) {
          await logged.inject({
            url: `${url}${mark}${spelling}=${hash}&x=1`,
            headers: { referer: `http://a/?apikey=${hash}` },
          });
        }
        // From elsewhere: who is not known is slowed.
        await logged.inject({ url: `${url}${mark}apikey=${hash}&apikey=${hash}x`, remoteAddress: randomUUID() });
        await logged.inject({ url, headers: { apikey: hash, 'x-key': hash } });
        await logged.inject({ url, headers: { authorization: `Basic ${basic}` }, remoteAddress: randomUUID() });
        await logged.inject({ url, headers: { authorization: `Bearer ${consumer.token}` } });
      }
    }
    await until(
      async () => lines.length,
      (count) => count >= PRIVATE_SERVICES.length * 5 * 9,
    );
    const text = lines.join('');
    for (const secret of [hash, password, basic, consumer.token]) t.notMatch(text, secret);
    t.match(text, 'apikey=***&x=1');
  });

  await t.test('the key is not passed on to other servers', async (t) => {
    const server = await startReceiver(t, (_asked, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('told'),
    );
    const id = allowed.get(PRIVATE_WMS_RASTER) ?? '';
    const { publication } = await deps.prisma.offering.findUniqueOrThrow({ where: { id } });
    const featureInfo = { type: 'server', url: `${server.origin}/ows?LAYERS=one&QUERY_LAYERS=one` };
    await deps.pool.query(
      `UPDATE geopf.offering SET publication = publication || jsonb_build_object('featureInfo', $2::jsonb) WHERE id = $1`,
      [id, JSON.stringify(featureInfo)],
    );
    await deps.pool.query(`UPDATE geopf.epoch SET value = value + 1 WHERE name = 'publication'`);
    const asking = {
      REQUEST: 'GetFeatureInfo',
      QUERY_LAYERS: 'allowed',
      INFO_FORMAT: 'text/plain',
      I: '1',
      J: '1',
      apikey: hash,
    };
    const url = service('WMS-R').read('allowed').replace('REQUEST=GetMap', new URLSearchParams(asking).toString());
    const headers = { referer: `http://a/?apikey=${hash}` };
    t.match(await get(url, headers), { status: 200, text: 'told' });
    const [asked] = server.received;
    t.ok(asked);
    t.notMatch(JSON.stringify(asked), hash);
    t.notMatch(asked?.url, /key/i);
    await deps.prisma.offering.update({ where: { id }, data: { publication: publication ?? undefined } });
    await deps.pool.query(`UPDATE geopf.epoch SET value = value + 1 WHERE name = 'publication'`);
  });

  await t.test('statistics know the key, its owner, the access and the permission', async (t) => {
    const counted = await makeKey({ type: 'HASH', type_infos: {} });
    for (const { read, list } of PRIVATE_SERVICES) {
      for (const url of [read('allowed'), read('forbidden'), list]) {
        await get(url, { apikey: counted.type_infos.hash });
      }
    }
    await deps.traffic.flush();
    const hits = await deps.prisma.hit.findMany({ where: { keyId: counted._id } });
    const accesses = await deps.prisma.access.findMany({ where: { keyId: counted._id } });
    t.same(
      hits.map(({ offeringId }) => offeringId).toSorted(),
      [...offerings].toSorted(),
      'each offering that was read, and no refusal',
    );
    for (const hit of hits) {
      t.match(hit, { userId: CONSUMER, permissionId: permission });
      t.equal(hit.accessId, accesses.find(({ offeringId }) => offeringId === hit.offeringId)?.id);
    }
  });

  const basic = (login: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
  });
  const makeBasic = (login: string) => makeKey({ type: 'BASIC', type_infos: { login, password: 'right' } });

  await t.test('guesses are slowed, and slow nobody who has shown a key from there', async (t) => {
    const url = service('TMS').read('allowed');
    const status = async (headers: Record<string, string>, address: string) =>
      (await get(url, headers, address)).status;
    await makeBasic('guessed');
    await makeBasic('colleague');
    await makeKey({ type: 'HEADER', type_infos: { headers: { 'x-guessed': 'right' } } });
    const fresh = (await makeKey({ type: 'HASH', type_infos: {} })).type_infos.hash;
    const [here, elsewhere] = ['198.51.100.1', '198.51.100.2'];
    t.equal(await status(basic('colleague', 'right'), here), 200);
    t.equal(await status({ apikey: hash }, here), 200);
    const SECRETS: readonly [right: Record<string, string>, wrong: (at: number) => Record<string, string>][] = [
      [basic('guessed', 'right'), (at) => basic('guessed', `wrong ${at}`)],
      [{ apikey: fresh }, () => ({ apikey: randomUUID() })],
      [{ 'x-guessed': 'right' }, () => ({ 'x-guessed': randomUUID() })],
    ];
    for (const [right, wrong] of SECRETS) {
      const what = Object.keys(right).join('');
      const guesses = Array.from({ length: 31 }, (_, at) => status(wrong(at), here));
      t.same(new Set(await Promise.all(guesses)), new Set([401]));
      t.equal(await status(right, here), 401, `${what} is not looked at`);
      t.equal(await status(right, elsewhere), 200, `${what} from elsewhere is`);
      t.equal(await status(right, here), 401, `${what} in use elsewhere is guessed no faster`);
    }
    t.equal(await status(basic('colleague', 'right'), here), 200, 'who has shown a password goes on');
    t.equal(await status({ apikey: hash }, here), 200, 'and who has shown a value');
  });

  await t.test('guesses that are sent at once are no faster, nor from all the addresses of a network', async (t) => {
    await makeBasic('hurried');
    const url = service('TMS').read('allowed');
    const from = (at: number) => `2001:db8:1:1::${at.toString(16)}`;
    const guesses = Array.from({ length: 60 }, (_, at) => get(url, basic('hurried', `wrong ${at}`), from(at + 1)));
    const last = get(url, basic('hurried', 'right'), from(61));
    for (const { status } of await Promise.all(guesses)) t.equal(status, 401);
    t.equal((await last).status, 401);
    t.equal((await get(url, basic('hurried', 'right'), '2001:db8:1:2::1')).status, 200, 'another network');
  });

  await t.test('a login that nobody has takes the time of a wrong password', async (t) => {
    await makeBasic('somebody');
    const url = service('TMS').read('allowed');
    const times: Record<'somebody' | 'nobody', number[]> = { somebody: [], nobody: [] };
    for (let round = 0; round < 9; round += 1) {
      for (const login of ['somebody', 'nobody'] as const) {
        const start = performance.now();
        // Each from an address of its own: guesses are slowed.
        const { status } = await get(url, basic(login, `wrong ${round}`), `203.0.113.${200 + round}`);
        times[login].push(performance.now() - start);
        t.equal(status, 401);
      }
    }
    const median = (values: number[]) => values.toSorted((one, other) => one - other)[4] ?? 0;
    const ratio = median(times.nobody) / median(times.somebody);
    t.ok(ratio > 0.5 && ratio < 2, `${ratio.toFixed(2)} times as long`);
  });

  await t.test('hostile credentials are those of nobody', async (t) => {
    const url = service('WFS').list;
    const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
    const HOSTILE: Record<string, string>[] = [
      { apikey: 'x'.repeat(60_000) },
      { authorization: `Basic ${base64('\0:\0')}` },
      { authorization: `Basic ${base64('\xff\xfe:\xff')}` },
      { authorization: `Basic ${base64(`${'l'.repeat(20_000)}:p`)}` },
      { authorization: `Bearer ${'a'.repeat(20_000)}` },
      { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
    ];
    for (const [at, headers] of HOSTILE.entries()) {
      t.equal((await get(url, headers, `203.0.113.${at}`)).status, 401);
    }
    for (const query of ['apikey=%00', 'apikey=%ff%fe', `apikey=${encodeURIComponent("' OR 1=1 --")}`, 'apikey[]=a']) {
      t.equal((await get(`${url}&${query}`, {}, '203.0.113.99')).status, 401, query);
    }
    const counts = await deps.redis.keys(`${throttlePrefix(`geopf:${deps.instanceId}`)}*`);
    t.ok(counts.length > 0);
    t.same(
      counts.filter(({ length }) => length > 400),
      [],
      'what is not a login is not kept',
    );
  });

  await t.test('offerings tell the addresses of the private services', async (t) => {
    for (const id of offerings) {
      const { body } = await producer.call<{ urls: { url: string }[]; open: boolean }>(
        'GET',
        `/datastores/${DATASTORE}/offerings/${id}`,
      );
      t.equal(body.open, false);
      t.ok(body.urls.length > 0);
      for (const { url } of body.urls) t.match(url, new RegExp(`^${origin}/private/`));
    }
    t.ok(allowed.get(PRIVATE_WFS));
  });
});
