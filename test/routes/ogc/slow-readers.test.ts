import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type pg from 'pg';
import t, { type Test } from 'tap';
import { FEATURE_CONNECTIONS } from '../../../src/domain/feature-pool.js';
import { child, readXml } from '../../../src/ogc/xml.js';
import { logIn, until } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { featureType, SCHEMA } from '../../helpers/feature-type.js';
import { publishWmsLayer } from '../../helpers/publish.js';
import { publishFeatureType } from '../../helpers/publish-wfs.js';
import { publishRecord } from '../../helpers/records.js';
import { createShapes, filled, holdTable, shapeRelation } from '../../helpers/shapes.js';

/** Clients that ask for much and read slowly: what they hold of the database others do not have. */

const FEATURES = 20_000;
const PAGE = 'request=GetFeature&typeNames=demo:grand&outputFormat=application/json';
/** The first feature of the page only: it needs a connection, for a moment. */
const SMALL = `/wfs?${PAGE}&count=1`;
const LARGE = `/wfs?${PAGE}`;

async function startServices(t: Test, overrides: Readonly<Record<string, string>> = {}) {
  const emulator = await startApi(t, { WFS_MAX_FEATURES: '100000', ...overrides });
  const { pool } = emulator.deps;
  await pool.query(`CREATE SCHEMA ${SCHEMA};
    CREATE TABLE ${SCHEMA}.grand (gid integer PRIMARY KEY, texte text);
    INSERT INTO ${SCHEMA}.grand SELECT n, repeat('x', 1000) FROM generate_series(1, ${FEATURES}) AS n`);
  await publishFeatureType(pool, featureType('grand', ['gid integer not null', 'texte text'], null));
  return { ...emulator, pool };
}

type Services = Awaited<ReturnType<typeof startServices>>;

/** A connection that takes nothing of its answer until told. */
interface Reader {
  readonly socket: Socket;
  /** Settles when the server has closed it. */
  readonly closed: Promise<unknown>;
}

async function askWithoutReading(t: Test, { app, origin }: Services, path: string, times: number): Promise<Reader[]> {
  return Promise.all(
    Array.from({ length: times }, async () => {
      const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1' });
      t.teardown(() => socket.destroy());
      socket.on('error', () => undefined).pause();
      const closed = new Promise((resolve) => {
        app.server.on('connection', (peer: Socket) => {
          if (peer.remotePort === socket.localPort) peer.once('close', resolve);
        });
      });
      await once(socket, 'connect');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      return { socket, closed };
    }),
  );
}

/** What came to readers whom the server has left. */
async function receivedBy(readers: readonly Reader[]): Promise<string[]> {
  await Promise.all(readers.map(({ closed }) => closed));
  return Promise.all(readers.map(({ socket }) => text(socket).catch(() => '')));
}

/** Asks as another client of the same machine. */
async function askFrom(localAddress: string, { origin }: Services, path: string) {
  const request = get({ host: '127.0.0.1', port: new URL(origin).port, path, localAddress });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** Connections that are out of the pool. */
const taken = (pool: pg.Pool) => pool.totalCount - pool.idleCount;

/** Waits until the pool has every connection that it keeps, and none is asked for. */
function untilReturned(pool: pg.Pool): Promise<unknown> {
  return until(
    async () => taken(pool) + pool.waitingCount,
    (count) => count === 0,
  );
}

void t.test('who reads slowly holds six connections at most, and others go on', async (t) => {
  const emulator = await startServices(t);
  const { pool } = emulator;
  const user = await logIn(emulator);
  const readers = await askWithoutReading(t, emulator, LARGE, 50);
  await until(
    async () => taken(pool),
    (count) => count >= 6,
  );
  t.equal((await user.call('GET', '/users/me')).status, 200);
  const other = await askFrom('127.0.0.2', emulator, SMALL);
  t.match([other.status, other.body], [200, '"features"']);
  await until(
    async () => [taken(pool), pool.waitingCount],
    ([count, waiting]) => count === 6 && waiting === 0,
  );

  readers.push(...(await askWithoutReading(t, emulator, LARGE, 20)));
  const refused = await until(
    () => askFrom('127.0.0.1', emulator, SMALL),
    ({ status }) => status === 503,
  );
  t.match(refused.headers['retry-after'], /^\d+$/);
  t.match(child(readXml(refused.body), 'Exception')?.attributes['exceptionCode'], 'NoApplicableCode');
  t.equal((await askFrom('127.0.0.3', emulator, SMALL)).status, 200, 'others are not refused for it');

  for (const { socket } of readers) socket.destroy();
  const after = await askFrom('127.0.0.1', emulator, SMALL);
  t.equal(after.status, 200, 'those who leave make room');
});

void t.test('who takes nothing is cut, and sees it', async (t) => {
  const emulator = await startServices(t, { READER_PATIENCE: '300' });
  const { pool } = emulator;
  const readers = await askWithoutReading(t, emulator, LARGE, 30);
  await until(
    async () => taken(pool),
    (count) => count >= 6,
  );
  const answers = await receivedBy(readers);
  await untilReturned(pool);
  const begun = answers.filter((answer) => answer.startsWith('HTTP/1.1 200'));
  t.ok(begun.length >= 1, `${begun.length} had begun`);
  t.ok(
    begun.every((answer) => !answer.endsWith('\r\n0\r\n\r\n')),
    'never a short document that looks whole',
  );
  t.ok(
    answers.every((answer) => answer === '' || /^HTTP\/1.1 (200|503)/.test(answer)),
    'the others were refused',
  );
  const whole = JSON.parse((await askFrom('127.0.0.1', emulator, LARGE)).body) as { features: unknown[] };
  t.equal(whole.features.length, FEATURES, 'who reads gets everything');
});

void t.test('who sends something meanwhile is cut all the same', async (t) => {
  const emulator = await startServices(t, { READER_PATIENCE: '300' });
  const [reader] = await askWithoutReading(t, emulator, LARGE, 1);
  const chatting = setInterval(() => reader?.socket.write('GET'), 20);
  t.teardown(() => clearInterval(chatting));
  await reader?.closed;
  await untilReturned(emulator.pool);
});

void t.test('a search of the catalogue too', async (t) => {
  const emulator = await startServices(t, { READER_PATIENCE: '300' });
  const { pool } = emulator;
  await publishRecord(await logIn(emulator), { identifier: 'fiche', title: 'Longue' });
  await pool.query(`INSERT INTO geopf.catalogue_record
    SELECT made.* FROM geopf.catalogue_record AS record, generate_series(1, 200) AS n,
      jsonb_populate_record(record, jsonb_build_object(
        'id', record.id + n, 'document', record.document || repeat(' ', 100000))) AS made`);
  const search = `/csw?${new URLSearchParams({
    ...{ service: 'CSW', version: '2.0.2', request: 'GetRecords', typeNames: 'csw:Record', resultType: 'results' },
    ...{ elementSetName: 'full', outputSchema: 'own', maxRecords: '200' },
  }).toString()}`;
  const readers = await askWithoutReading(t, emulator, search, 8);
  await until(
    async () => taken(pool),
    (count) => count >= 4,
  );
  const other = await askFrom('127.0.0.2', emulator, search);
  t.match([other.status, other.body.slice(-100)], [200, '</csw:GetRecordsResponse>']);
  t.ok(other.body.length > 20_000_000);
  const answers = await receivedBy(readers);
  await untilReturned(pool);
  t.ok(answers.every((answer) => !answer.includes('</csw:GetRecordsResponse>')));
});

void t.test('features under a point are not looked for on the connections of others', async (t) => {
  const emulator = await startServices(t);
  const { config, deps, pool } = emulator;
  await createShapes(config.databaseUrl ?? '');
  for (const [name, table] of [
    ['carres', 'squares'],
    ['lignes', 'lines'],
  ] as const) {
    await publishWmsLayer(deps, { name, relations: [shapeRelation(table, `<Rule>${filled('#ff0000')}</Rule>`)] });
  }
  const infoOf = (layer: string) =>
    `/wms-v?${new URLSearchParams({
      ...{ SERVICE: 'WMS', VERSION: '1.3.0', REQUEST: 'GetFeatureInfo', LAYERS: layer, QUERY_LAYERS: layer },
      ...{ STYLES: '', CRS: 'EPSG:2154', BBOX: '695000,6595000,755000,6615000', WIDTH: '300', HEIGHT: '100' },
      ...{ INFO_FORMAT: 'application/json', I: '50', J: '50' },
    }).toString()}`;
  const held = await holdTable(config.databaseUrl ?? '', 'squares');
  const asked = Array.from({ length: 40 }, () => askFrom('127.0.0.1', emulator, infoOf('carres')));
  await until(
    async () => taken(deps.featurePool),
    (count) => count === FEATURE_CONNECTIONS,
  );
  const other = await askFrom('127.0.0.2', emulator, infoOf('lignes'));
  t.match([other.status, other.body], [200, 'FeatureCollection'], 'others have some of these too');
  t.equal((await askFrom('127.0.0.1', emulator, SMALL)).status, 200);
  t.equal(pool.waitingCount, 0);
  await held.release();
  t.same(
    [...new Set((await Promise.all(asked)).map(({ status, body }) => `${status} ${body.includes('feature')}`))],
    ['200 true'],
  );
  await untilReturned(deps.featurePool);
});
