import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { matchContract } from '../../helpers/contract.js';
import { create, fileForm, sentences, styleOn, tmsConfiguration, wfsConfiguration } from '../../helpers/diffusion.js';
import { buildPyramid, pointTile } from '../../helpers/pyramid.js';
import { buildStoredData, datastoreIdOf } from '../../helpers/stored-data.js';

const UNKNOWN = '11111111-1111-4111-8111-111111111111';

await t.test('configurations', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps } = emulator;
  const producer = await logIn(emulator);
  const datastore = await datastoreIdOf(deps);
  const configurations = `/datastores/${datastore}/configurations`;
  const storedData = await buildStoredData(deps);
  const post = (body: object) => producer.call('POST', configurations, body);
  const wms = (layerName: string, relations: object[], more: object = {}) => ({
    type: 'WMS-VECTOR',
    name: layerName,
    layer_name: layerName,
    type_infos: { title: 't', abstract: 'a', used_data: [{ stored_data: storedData, relations }], ...more },
  });

  await t.test('a configuration is born UNPUBLISHED, with its event', async (t) => {
    const body = await create(producer, configurations, {
      ...wfsConfiguration(storedData, 'born'),
      status: 'PUBLISHED',
    });
    t.match(body, {
      status: 'UNPUBLISHED',
      layer_name: 'born',
      tags: {},
      last_event: { title: 'Création', initiator: { last_name: 'Producteur' } },
    });
    const byData = await producer.call('GET', `${configurations}?stored_data=${storedData}&layer_name=BO%25`);
    t.match(byData.body, [{ _id: body._id, name: 'born', layer_name: 'born', type: 'WFS', status: 'UNPUBLISHED' }]);
    matchContract(t, 'ConfigurationStandardDetailResponseDto', body);
    const events = await producer.call<object[]>('GET', `${configurations}/${body._id}/events`);
    matchContract(t, 'EventResponseDto', events.body[0]);
    t.match(events.body, [{ title: 'Création' }]);
  });

  await t.test('a layer name belongs to one configuration per type', async (t) => {
    await create(producer, configurations, wfsConfiguration(storedData, 'taken'));
    const again = await post(wfsConfiguration(storedData, 'taken'));
    t.equal(again.status, 409);
    t.match(sentences(again), /"taken" est déjà utilisé/);
    t.equal((await post(wms('taken', [{ name: 'towns' }]))).status, 201, 'another type may take it');
    t.equal((await post(wfsConfiguration(storedData, '1st'))).status, 400, 'it cannot start with a digit');
  });

  await t.test('of two creations of one layer name at the same time, one is refused', async (t) => {
    const answers = await Promise.all([1, 2].map(() => post(wfsConfiguration(storedData, 'rivals'))));
    t.same(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409],
    );
  });

  await t.test('what it names must exist and fit', async (t) => {
    const unknownTable = await post(wms('a1', [{ name: 'rivers' }]));
    t.equal(unknownTable.status, 400);
    t.match(sentences(unknownTable), /used_data\[0\]\.relations\[0\].*table "rivers" n'existe pas/);
    const { _id: style } = await create<{ _id: string }>(
      producer,
      `/datastores/${datastore}/statics`,
      fileForm(styleOn('mayor'), { type: 'GEOSERVER-STYLE', name: 'by mayor' }),
    );
    const unknownAttribute = await post(wms('a2', [{ name: 'towns', style }]));
    t.equal(unknownAttribute.status, 400);
    t.match(sentences(unknownAttribute), /attribut "mayor".*« by mayor ».*table "towns"/);
    t.equal((await post(wfsConfiguration(UNKNOWN, 'a3'))).status, 404);
    t.equal((await post(wms('a4', [{ name: 'towns', style: UNKNOWN }]))).status, 404);
    const twice = wfsConfiguration(storedData, 'a5');
    twice.type_infos.used_data[0]?.relations.push({ native_name: 'towns', title: 't', abstract: 'a' });
    t.match(sentences(await post(twice)), /nom public "towns" est donné à plusieurs relations/);
    const missing = await post({ ...wms('a6', [{ name: 'towns' }]), type_infos: { title: 't' } });
    t.equal(missing.status, 400);
    t.match(sentences(missing), /type_infos\.abstract.*obligatoire/);
    const inverted = await post(wms('a7', [{ name: 'towns' }], { bbox: { west: 5, south: 1, east: 2, north: 2 } }));
    t.match(sentences(inverted), /west ≤ east/);
  });

  await t.test('data without extent needs a bbox', async (t) => {
    const empty = await buildStoredData(deps, { extent: null });
    const refused = await post(wfsConfiguration(empty, 'empty'));
    t.equal(refused.status, 400);
    t.match(sentences(refused), /type_infos\.bbox.*obligatoire/);
    const body = wfsConfiguration(empty, 'empty');
    const bbox = { west: 1, south: 2, east: 3, north: 4 };
    t.equal((await post({ ...body, type_infos: { ...body.type_infos, bbox } })).status, 201);
  });

  await t.test('data must be generated, and of the datastore', async (t) => {
    const unstable = await buildStoredData(deps);
    await deps.prisma.storedData.update({ where: { id: unstable }, data: { status: 'UNSTABLE' } });
    t.equal((await post(wfsConfiguration(unstable, 'unstable'))).status, 409);
    const others = await deps.prisma.datastore.findFirstOrThrow({ where: { id: { not: datastore } } });
    const foreign = await buildStoredData(deps, { datastoreId: others.id });
    t.equal((await post(wfsConfiguration(foreign, 'foreign'))).status, 404);
  });

  await t.test('the prefix of the datastore is imposed', async (t) => {
    await deps.prisma.datastore.update({ where: { id: datastore }, data: { layerNamePrefix: 'SANDBOX' } });
    t.equal((await post(wfsConfiguration(storedData, 'free'))).status, 400);
    t.equal((await post(wfsConfiguration(storedData, 'SANDBOX'))).status, 400, 'longer than the prefix');
    t.equal((await post(wfsConfiguration(storedData, 'SANDBOX_free'))).status, 201);
    await deps.prisma.datastore.update({ where: { id: datastore }, data: { layerNamePrefix: null } });
  });

  await t.test('VECTOR-TMS: tables with a geometry, names that are unique', async (t) => {
    const vectorTms = (layerName: string, relations: object[]) => ({
      type: 'VECTOR-TMS',
      name: layerName,
      layer_name: layerName,
      type_infos: { keywords: ['towns'], used_data: [{ stored_data: storedData, relations }] },
    });
    const towns = { native_name: 'towns', abstract: 'Small ones.' };
    const body = await create<{ _id: string; type_infos: object }>(
      producer,
      configurations,
      vectorTms('v1', [towns, { native_name: 'roads', public_name: 'ways', abstract: 'a' }]),
    );
    t.match(body.type_infos, { used_data: [{ relations: [towns, { public_name: 'ways' }] }] });
    matchContract(t, 'ConfigurationStandardDetailResponseDto', body);
    const twice = await post(vectorTms('v2', [towns, { native_name: 'roads', public_name: 'towns', abstract: 'a' }]));
    t.match(sentences(twice), /nom public "towns" est donné à plusieurs relations/);
    const faulty = await post(vectorTms('v3', [{ native_name: 'rivers', abstract: 'a' }]));
    t.equal(faulty.status, 400);
    t.match(sentences(faulty), /table "rivers" n'existe pas/);
    const plain = await buildStoredData(deps, { sql: 'CREATE TABLE towns (fid serial PRIMARY KEY, name text)' });
    const flat = { ...vectorTms('v4', []), type_infos: { used_data: [{ stored_data: plain, relations: [towns] }] } };
    t.match(sentences(await post(flat)), /table "towns" n'a pas de géométrie à mettre en tuiles/);
  });

  await t.test('WMTS-TMS: levels of the pyramid, ranges apart, styles of rasters for rasters only', async (t) => {
    const tile = { col: 0, row: 0, bytes: await pointTile(deps, 'towns', 'x') };
    const levels = ['0', '1', '2', '3'].map((id) => ({ id, tiles: [tile] }));
    const pyramid = await buildPyramid(deps, { levels });
    const other = await buildPyramid(deps, { levels });
    const lambert = await buildPyramid(deps, { tms: '2154_10m', levels });
    const range = (stored_data: string, top_level: string, bottom_level: string) => ({
      stored_data,
      top_level,
      bottom_level,
    });
    const body = await create<{ _id: string; type_infos: object }>(
      producer,
      configurations,
      tmsConfiguration('t1', [range(pyramid, '0', '1'), range(other, '2', '3')], {
        keywords: ['a'],
        getfeatureinfo: { stored_data: true },
        styles: [],
      }),
    );
    t.match(body.type_infos, { used_data: [{ top_level: '0', bottom_level: '1' }, {}], getfeatureinfo: {} });
    matchContract(t, 'ConfigurationStandardDetailResponseDto', body);

    const faulty = await post(tmsConfiguration('t2', [range(pyramid, '0', '9'), range(other, '3', '1')]));
    t.equal(faulty.status, 400);
    t.match(sentences(faulty), /used_data\[0\]\.bottom_level.*"9".*niveaux : 0, 1, 2, 3/);
    t.match(sentences(faulty), /used_data\[1\] : le niveau du haut "3" est plus détaillé que celui du bas "1"/);
    const overlapping = await post(tmsConfiguration('t2', [range(pyramid, '0', '2'), range(other, '2', '3')]));
    t.match(sentences(overlapping), /les niveaux 2 sont pris dans les deux pyramides/);
    const mixed = await post(tmsConfiguration('t2', [range(pyramid, '0', '1'), range(lambert, '2', '3')]));
    t.match(sentences(mixed), /même découpage \(PM et 2154_10m\)/);
    const ofTables = await post(tmsConfiguration('t2', [range(storedData, '0', '1')]));
    t.match(sentences(ofTables), /est de type VECTOR-DB : une configuration WMTS-TMS utilise .* ROK4-PYRAMID-VECTOR/);
    t.equal((await post(tmsConfiguration('t2', [range(UNKNOWN, '0', '1')]))).status, 404);
    t.equal((await post(tmsConfiguration('t2', []))).status, 400);

    const style = async (content: string, type: string, name: string) => {
      const form = fileForm(content, { type, name });
      return (await create(producer, `/datastores/${datastore}/statics`, form))._id;
    };
    const rok4 = JSON.stringify({ identifier: 'same' });
    const styles = [
      await style(styleOn('name'), 'GEOSERVER-STYLE', 'sld'),
      await style(rok4, 'ROK4-STYLE', 'one'),
      await style(rok4, 'ROK4-STYLE', 'two'),
    ];
    const styled = sentences(await post(tmsConfiguration('t2', [range(pyramid, '0', '1')], { styles })));
    t.match(styled, /de type GEOSERVER-STYLE au lieu de ROK4-STYLE/);
    t.match(styled, /plusieurs styles ont l'identifiant "same"/);
    t.match(styled, /une pyramide vecteur ne prend pas de style ROK4/);

    const raster = (format: string, channels: number) => {
      const pixels = { channels, nodata: '255', photometric: 'gray', interpolation: 'nn' } as const;
      return buildPyramid(deps, { levels, format, pixels });
    };
    const [grey, colour, relief] = [
      await raster('TIFF_PNG_UINT8', 1),
      await raster('TIFF_PNG_UINT8', 3),
      await raster('TIFF_ZIP_FLOAT32', 1),
    ];
    const beside = (one: string, two: string) =>
      post(tmsConfiguration('t3', [range(one, '0', '1'), range(two, '2', '3')], { styles: styles.slice(1, 2) }));
    t.match(
      sentences(await beside(grey, colour)),
      /même format \(ROK4-PYRAMID-RASTER, PNG, UINT8, 1 canal et ROK4-PYRAMID-RASTER, PNG, UINT8, 3 canaux\)/,
    );
    t.match(sentences(await beside(grey, relief)), /PNG, UINT8, 1 canal et ROK4-PYRAMID-RASTER, ZIP, FLOAT32, 1 canal/);
    t.match(sentences(await beside(grey, pyramid)), /1 canal et ROK4-PYRAMID-VECTOR\)/);
    t.equal((await beside(grey, await raster('TIFF_PNG_UINT8', 1))).status, 201);
    for (const server_url of ['ftp://example.org', 'here', 'http://user:word@example.org/wms']) {
      const asked = await post(tmsConfiguration('t4', [range(grey, '0', '1')], { getfeatureinfo: { server_url } }));
      t.equal(asked.status, 400, server_url);
      t.match(sentences(asked), /server_url" doit être une adresse http ou https/);
    }

    const bare = await buildPyramid(deps, { levels }, { extent: null });
    t.match(sentences(await post(tmsConfiguration('t2', [range(bare, '0', '1')]))), /type_infos\.bbox.*obligatoire/);
  });

  await t.test('types that are not built answer 501, unknown ones 400', async (t) => {
    t.equal((await post({ ...wfsConfiguration(storedData, 'b1'), type: 'SEARCH' })).status, 501);
    t.equal((await post({ ...wfsConfiguration(storedData, 'b2'), type: 'wfs' })).status, 400);
  });

  await t.test('PUT replaces the content and keeps type and layer name', async (t) => {
    const { _id } = await create(producer, configurations, wfsConfiguration(storedData, 'changing'));
    const path = `${configurations}/${_id}`;
    const put = await producer.call('PUT', path, wfsConfiguration(storedData, 'changing', 'New title'));
    t.equal(put.status, 200);
    t.match(put.body, { type_infos: { used_data: [{ relations: [{ title: 'New title' }] }] } });
    t.equal((await producer.call('PUT', path, wfsConfiguration(storedData, 'other'))).status, 400);
    t.equal((await producer.call('PUT', path, wms('changing', [{ name: 'towns' }]))).status, 400);
    const patched = await producer.call('PATCH', path, { name: 'renamed', extra: { key: 'value' } });
    t.match(patched.body, { name: 'renamed', extra: { key: 'value' } });
  });

  await t.test('tags are merged and removed', async (t) => {
    const { _id } = await create(producer, configurations, wfsConfiguration(storedData, 'tagged'));
    const path = `${configurations}/${_id}/tags`;
    t.match((await producer.call('POST', path, { theme: 'towns', year: 2023 })).body, {
      tags: { theme: 'towns', year: '2023' },
    });
    t.equal((await producer.call('DELETE', `${path}?tags[]=theme`)).status, 204);
    const found = await producer.call<{ _id: string }[]>('GET', `${configurations}?tags[year]=2023&fields=tags`);
    t.same(found.body, [{ _id, tags: { year: '2023' } }]);
    matchContract(t, 'ConfigurationStandardListResponseDto', found.body[0], { partial: true });
  });

  await t.test('a stored data it uses cannot be deleted before it', async (t) => {
    const used = await buildStoredData(deps);
    const { _id } = await create(producer, configurations, wfsConfiguration(used, 'using'));
    const refused = await producer.call('DELETE', `/datastores/${datastore}/stored_data/${used}`);
    t.equal(refused.status, 409);
    t.match(sentences(refused), /configuration « using »/);
    t.equal((await producer.call('DELETE', `${configurations}/${_id}`)).status, 204);
    t.equal((await producer.call('DELETE', `/datastores/${datastore}/stored_data/${used}`)).status, 204);
  });
});
