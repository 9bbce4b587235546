import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { matchContract } from '../../helpers/contract.js';
import {
  create,
  fileForm,
  OPEN_WFS,
  OPEN_WMS_VECTOR,
  sentences,
  styleOn,
  waitForAbsence,
  waitForStatus,
  wfsConfiguration,
} from '../../helpers/diffusion.js';
import { buildStoredData, datastoreIdOf, runInSchema } from '../../helpers/stored-data.js';
import { typeNamed } from '../../helpers/feature-type.js';
import { openVisit } from '../../../src/domain/guard/visit.js';
import { publishedFeatureTypes } from '../../../src/domain/published-feature-types.js';
import { publishedWmsLayers } from '../../../src/domain/published.js';

interface OfferingBody {
  _id: string;
  status: string;
  open: boolean;
  urls: { type: string; url: string }[];
}

await t.test('offerings', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const datastore = await datastoreIdOf(deps);
  const root = `/datastores/${datastore}`;
  const storedData = await buildStoredData(deps);
  const configure = (layerName: string) =>
    create(producer, `${root}/configurations`, wfsConfiguration(storedData, layerName));
  const offer = (configuration: string, endpoint = OPEN_WFS) =>
    producer.call<OfferingBody>('POST', `${root}/configurations/${configuration}/offerings`, { endpoint });
  const publish = async (layerName: string) => {
    const configuration = await configure(layerName);
    const { body } = await offer(configuration._id);
    await waitForStatus(producer, `${root}/offerings/${body._id}`, 'PUBLISHED');
    return { configuration: `${root}/configurations/${configuration._id}`, offering: `${root}/offerings/${body._id}` };
  };
  const featureType = async (name: string) => typeNamed(await publishedFeatureTypes(deps, openVisit('/wfs')), name);

  await t.test('a publication answers its URLs at once, then becomes PUBLISHED', async (t) => {
    const configuration = await configure('first');
    const { status, body } = await offer(configuration._id);
    t.equal(status, 201);
    t.equal(body.open, true, 'an open endpoint makes open offerings');
    t.same(body.urls, [
      { type: 'WFS', url: `${origin}/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=first:towns` },
    ]);
    await waitForStatus(producer, `${root}/offerings/${body._id}`, 'PUBLISHED');
    const published = await producer.call('GET', `${root}/configurations/${configuration._id}`);
    t.match(published.body, {
      status: 'PUBLISHED',
      last_event: {
        title: 'Publication',
        text: /^Publication de la couche 'first' sur le point d'accès WFS '.+'$/,
        urls: body.urls,
      },
    });
    t.match(await featureType('first:towns'), {
      title: 'Towns',
      source: {
        columns: [
          { name: 'fid', type: 'integer', nullable: false },
          { name: 'name', type: 'character varying(50)', nullable: false },
          { name: 'population', type: 'integer', nullable: true },
        ],
        geometry: { column: 'geom', type: 'Point', srid: 4326, hasZ: false },
        primaryKey: ['fid'],
      },
      bbox: { west: 1, south: 45, east: 3, north: 46 },
    });
    matchContract(t, 'OfferingStandardDetailResponseDto', body);
    matchContract(t, 'ConfigurationStandardDetailResponseDto', published.body);
    const list = await producer.call('GET', `${root}/offerings?configuration=${configuration._id}&is_open=true`);
    t.match(list.body, [{ _id: body._id, open: true, available: true, layer_name: 'first', type: 'WFS' }]);
  });

  await t.test('the WMS URL keeps its placeholders, and the first relation lies on top', async (t) => {
    const configuration = await create(producer, `${root}/configurations`, {
      type: 'WMS-VECTOR',
      name: 'map',
      layer_name: 'map',
      type_infos: {
        title: 'Map',
        abstract: 'Towns over roads',
        used_data: [{ stored_data: storedData, relations: [{ name: 'towns' }, { name: 'roads' }] }],
      },
    });
    const { body } = await offer(configuration._id, OPEN_WMS_VECTOR);
    t.equal(
      body.urls[0]?.url,
      `${origin}/wms-v?service=WMS&version=1.3.0&request=GetMap&layers=map&bbox={xmin},{ymin},{xmax},{ymax}&styles={styles}&width={width}&height={height}&srs={srs}&format={format}`,
    );
    await waitForStatus(producer, `${root}/offerings/${body._id}`, 'PUBLISHED');
    const layer = (await publishedWmsLayers(deps, openVisit('/wms-v'))).byName.get('map');
    t.same(
      layer?.relations.map((relation) => relation.name),
      ['towns', 'roads'],
    );
  });

  await t.test('a change is invisible until the offering is synchronised', async (t) => {
    const { configuration, offering } = await publish('synced');
    await runInSchema(deps, storedData, 'ALTER TABLE towns ADD COLUMN altitude double precision');
    await producer.call('PUT', configuration, wfsConfiguration(storedData, 'synced', 'Later'));
    t.equal((await featureType('synced:towns'))?.title, 'Towns');
    const put = await producer.call<OfferingBody>('PUT', offering);
    t.equal(put.status, 200);
    t.equal(put.body.urls.length, 1);
    await waitForStatus(producer, offering, 'PUBLISHED');
    const after = await featureType('synced:towns');
    t.equal(after?.title, 'Later');
    t.ok(after?.source.columns.some((column) => column.name === 'altitude'));
    t.match((await producer.call('GET', configuration)).body, { status: 'PUBLISHED' });
    const moves = await deps.prisma.event.findMany({
      where: { entityId: offering.split('/').at(-1) as string, toStatus: { not: null } },
      orderBy: { id: 'asc' },
    });
    t.same(
      moves.map((event) => event.toStatus),
      ['PUBLISHED', 'MODIFYING', 'PUBLISHED'],
    );
  });

  await t.test('synchronisations one behind the other all end', async (t) => {
    const { offering } = await publish('repeated');
    for (let round = 0; round < 10; round += 1) {
      t.equal((await producer.call('PUT', offering)).status, 200);
      await waitForStatus(producer, offering, 'PUBLISHED');
    }
  });

  await t.test('data still shown by a service cannot be deleted before the synchronisation', async (t) => {
    const old = await buildStoredData(deps);
    const { _id } = await create(producer, `${root}/configurations`, wfsConfiguration(old, 'moved'));
    const { body } = await offer(_id);
    const offering = `${root}/offerings/${body._id}`;
    await waitForStatus(producer, offering, 'PUBLISHED');
    await producer.call('PUT', `${root}/configurations/${_id}`, wfsConfiguration(storedData, 'moved'));
    t.equal((await producer.call('DELETE', `${root}/stored_data/${old}`)).status, 409);
    await producer.call('PUT', offering);
    await waitForStatus(producer, offering, 'PUBLISHED');
    t.equal((await producer.call('DELETE', `${root}/stored_data/${old}`)).status, 204);
  });

  await t.test('a publication that cannot be made ends UNSTABLE, and what was shown stays', async (t) => {
    const dropped = await buildStoredData(deps);
    const { _id } = await create(producer, `${root}/configurations`, wfsConfiguration(dropped, 'dropped'));
    const { body } = await offer(_id);
    const offering = `${root}/offerings/${body._id}`;
    await waitForStatus(producer, offering, 'PUBLISHED');
    await runInSchema(deps, dropped, 'ALTER TABLE towns RENAME TO villages');
    await producer.call('PUT', offering);
    await waitForStatus(producer, offering, 'UNSTABLE');
    const configuration = await producer.call('GET', `${root}/configurations/${_id}`);
    t.match(configuration.body, { status: 'PUBLISHED', last_event: { text: /table towns n'existe pas/ } });
    t.ok(await featureType('dropped:towns'));
    await runInSchema(deps, dropped, 'ALTER TABLE villages RENAME TO towns');
    await producer.call('PUT', offering);
    t.ok(await waitForStatus(producer, offering, 'PUBLISHED'), 'an UNSTABLE offering can be synchronised');
  });

  await t.test('a style whose attribute has gone stops the synchronisation', async (t) => {
    const data = await buildStoredData(deps);
    const { _id: style } = await create<{ _id: string }>(
      producer,
      `${root}/statics`,
      fileForm(styleOn('name'), { type: 'GEOSERVER-STYLE', name: 'by name' }),
    );
    const { _id } = await create(producer, `${root}/configurations`, {
      type: 'WMS-VECTOR',
      name: 'styled',
      layer_name: 'styled',
      type_infos: {
        title: 't',
        abstract: 'a',
        used_data: [{ stored_data: data, relations: [{ name: 'towns', style }] }],
      },
    });
    const { body } = await offer(_id, OPEN_WMS_VECTOR);
    const offering = `${root}/offerings/${body._id}`;
    await waitForStatus(producer, offering, 'PUBLISHED');
    const layer = (await publishedWmsLayers(deps, openVisit('/wms-v'))).byName.get('styled');
    t.match(layer?.relations, [{ styleName: 'by name', style: { featureTypeStyles: [{}] } }]);
    await runInSchema(deps, data, 'ALTER TABLE towns DROP COLUMN name');
    await producer.call('PUT', offering);
    await waitForStatus(producer, offering, 'UNSTABLE');
  });

  await t.test('an endpoint takes a configuration of its type, once, within the quota', async (t) => {
    const { _id } = await configure('limits');
    t.equal((await offer(_id, OPEN_WMS_VECTOR)).status, 400);
    t.equal((await offer(_id, '11111111-1111-4111-8111-111111111111')).status, 404);
    t.equal((await offer(_id)).status, 201);
    t.equal((await offer(_id)).status, 409, 'twice on one endpoint');
    const where = { datastoreId_endpointId: { datastoreId: datastore, endpointId: OPEN_WFS } };
    const { quota } = await deps.prisma.datastoreEndpoint.findUniqueOrThrow({ where });
    await deps.prisma.datastoreEndpoint.update({ where, data: { quota: 0 } });
    const other = await configure('over_quota');
    const refused = await offer(other._id);
    t.equal(refused.status, 409);
    t.match(sentences(refused), /quota/);
    await deps.prisma.datastoreEndpoint.update({ where, data: { quota } });
  });

  await t.test('publications asked at the same time make one offering', async (t) => {
    const { _id } = await configure('at_once');
    const answers = await Promise.all(Array.from({ length: 5 }, () => offer(_id)));
    t.same(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409, 409, 409, 409],
    );
  });

  await t.test('a removal asked during a publication wins', async (t) => {
    for (let round = 0; round < 5; round += 1) {
      const configuration = await configure(`short_${round}`);
      const { body } = await offer(configuration._id);
      t.equal((await producer.call('DELETE', `${root}/offerings/${body._id}`)).status, 204);
      await waitForAbsence(producer, `${root}/offerings/${body._id}`);
      await waitForStatus(producer, `${root}/configurations/${configuration._id}`, 'UNPUBLISHED');
      t.equal(await featureType(`short_${round}:towns`), undefined);
    }
  });

  await t.test('a removed offering is gone, then its configuration can go', async (t) => {
    const { configuration, offering } = await publish('removed');
    t.equal((await producer.call('DELETE', configuration)).status, 409);
    t.equal((await producer.call('DELETE', offering)).status, 204);
    await waitForAbsence(producer, offering);
    await waitForStatus(producer, configuration, 'UNPUBLISHED');
    t.equal(await featureType('removed:towns'), undefined);
    t.equal((await producer.call('DELETE', configuration)).status, 204);
    t.equal((await producer.call('GET', configuration)).status, 404);
  });

  await t.test('PATCH keeps an open offering open and available', async (t) => {
    const { offering } = await publish('patched');
    const { body } = await producer.call('PATCH', offering, { open: false, available: 'False', extra: { a: 1 } });
    t.match(body, { open: true, available: true, extra: { a: 1 } });
    t.ok(await featureType('patched:towns'));
  });
});

await t.test('a configuration can be published again while it is being removed', async (t) => {
  const emulator = await startTestEmulator(t, { TIMING: 'realistic' });
  const producer = await logIn(emulator);
  const root = `/datastores/${await datastoreIdOf(emulator.deps)}`;
  const storedData = await buildStoredData(emulator.deps);
  const { _id } = await create(producer, `${root}/configurations`, wfsConfiguration(storedData, 'moving'));
  const offerings = `${root}/configurations/${_id}/offerings`;
  const first = await create<OfferingBody>(producer, offerings, { endpoint: OPEN_WFS });
  t.equal(first.status, 'PUBLISHING');
  await waitForStatus(producer, `${root}/offerings/${first._id}`, 'PUBLISHED');
  await producer.call('DELETE', `${root}/offerings/${first._id}`);
  t.match((await producer.call('GET', `${root}/offerings/${first._id}`)).body, { status: 'UNPUBLISHING' });
  t.equal((await producer.call('DELETE', `${root}/configurations/${_id}`)).status, 409);
  t.equal((await producer.call('PUT', `${root}/offerings/${first._id}`)).status, 409);
  const second = await create<OfferingBody>(producer, offerings, { endpoint: OPEN_WFS });
  await waitForAbsence(producer, `${root}/offerings/${first._id}`);
  await waitForStatus(producer, `${root}/offerings/${second._id}`, 'PUBLISHED');
  t.match((await producer.call('GET', `${root}/configurations/${_id}`)).body, { status: 'PUBLISHED' });
  t.ok(typeNamed(await publishedFeatureTypes(emulator.deps, openVisit('/wfs')), 'moving:towns'));
});
