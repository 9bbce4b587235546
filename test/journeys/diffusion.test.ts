import t from 'tap';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { create, fileForm, OPEN_WFS, OPEN_WMS_VECTOR, waitForStatus, wfsConfiguration } from '../helpers/diffusion.js';
import { readPng } from '../helpers/png.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData, runInSchema } from '../helpers/stored-data.js';

const ROOT = `/datastores/${DATASTORE}`;

/** Two squares of two degrees that share the degree around (2, 46). */
const OVERLAPPING = `
  CREATE TABLE west (fid serial PRIMARY KEY, geom geometry(Polygon, 4326));
  INSERT INTO west (geom) VALUES (ST_MakeEnvelope(0, 45, 2.5, 47, 4326));
  CREATE TABLE east (fid serial PRIMARY KEY, geom geometry(Polygon, 4326));
  INSERT INTO east (geom) VALUES (ST_MakeEnvelope(1.5, 45, 4, 47, 4326));`;

const EXTENT = {
  type: 'Polygon',
  coordinates: [
    [
      [4, 45],
      [4, 47],
      [0, 47],
      [0, 45],
      [4, 45],
    ],
  ],
};

await t.test('what the services show follows the publications', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);

  await t.test('the first relation of a layer covers the others, until another order is synchronised', async (t) => {
    const stored_data = await buildStoredData(deps, { sql: OVERLAPPING, extent: EXTENT });
    const red = await createStyle(producer, 'red', '#ff0000');
    const blue = await createStyle(producer, 'blue', '#0000ff');
    const west = { name: 'west', style: red };
    const east = { name: 'east', style: blue };
    const configuration = (relations: object[]) => ({
      type: 'WMS-VECTOR',
      name: 'squares',
      layer_name: 'squares',
      type_infos: { title: 'Squares', abstract: 'Two', used_data: [{ stored_data, relations }] },
    });
    const { _id } = await create(producer, `${ROOT}/configurations`, configuration([west, east]));
    const offering = await publish(producer, _id, OPEN_WMS_VECTOR);
    const map = async () => {
      const query = 'SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=squares&STYLES=&CRS=CRS:84&BBOX=0,45,4,47';
      const response = await fetch(`${origin}/wms-v?${query}&WIDTH=200&HEIGHT=100&FORMAT=image/png`);
      const picture = readPng(Buffer.from(await response.arrayBuffer()));
      return [20, 100, 180].map((x) => picture.color(x, 50));
    };
    t.same(await map(), ['#ff0000', '#ff0000', '#0000ff'], 'the first relation is on top');
    await producer.call('PUT', `${ROOT}/configurations/${_id}`, configuration([east, west]));
    t.same(await map(), ['#ff0000', '#ff0000', '#0000ff'], 'a change of the configuration alone shows nothing');
    await producer.call('PUT', offering);
    await waitForStatus(producer, offering, 'PUBLISHED');
    t.same(await map(), ['#ff0000', '#0000ff', '#0000ff'], 'the synchronisation turns the order');
    await producer.call('PUT', `${ROOT}/statics/${blue}`, fileForm(plainStyle('#00ff00')));
    t.same(await map(), ['#ff0000', '#0000ff', '#0000ff'], 'a replaced style waits for the synchronisation too');
    await producer.call('PUT', offering);
    await waitForStatus(producer, offering, 'PUBLISHED');
    t.same(await map(), ['#ff0000', '#00ff00', '#00ff00']);
  });

  await t.test('rows show at once, columns after a synchronisation, nothing after the removal', async (t) => {
    const storedData = await buildStoredData(deps);
    const { _id } = await create(producer, `${ROOT}/configurations`, wfsConfiguration(storedData, 'live'));
    const offering = await publish(producer, _id, OPEN_WFS);
    const page = async () => {
      const query = 'SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=live:towns&OUTPUTFORMAT=application/json';
      const response = await fetch(`${origin}/wfs?${query}`);
      const text = await response.text();
      if (!response.ok) return { status: response.status, text };
      const { features } = JSON.parse(text) as { features: { properties: object }[] };
      return { count: features.length, attributes: Object.keys(features[0]?.properties ?? {}) };
    };
    t.same(await page(), { count: 3, attributes: ['name', 'population'] });
    await runInSchema(
      deps,
      storedData,
      `ALTER TABLE towns ADD COLUMN mayor text;
       INSERT INTO towns (name, geom) VALUES ('new', ST_SetSRID(ST_MakePoint(2, 45), 4326))`,
    );
    t.same(await page(), { count: 4, attributes: ['name', 'population'] });
    await producer.call('PUT', offering);
    await waitForStatus(producer, offering, 'PUBLISHED');
    t.same(await page(), { count: 4, attributes: ['name', 'population', 'mayor'] });
    await producer.call('DELETE', offering);
    await waitForStatus(producer, `${ROOT}/configurations/${_id}`, 'UNPUBLISHED');
    t.match(await page(), { status: 400, text: /live:towns unknown/ });
  });
});

async function publish(producer: ApiUser, configuration: string, endpoint: string): Promise<string> {
  const path = `${ROOT}/configurations/${configuration}/offerings`;
  const { _id } = await create(producer, path, { endpoint });
  await waitForStatus(producer, `${ROOT}/offerings/${_id}`, 'PUBLISHED');
  return `${ROOT}/offerings/${_id}`;
}

async function createStyle(producer: ApiUser, name: string, color: string): Promise<string> {
  const form = fileForm(plainStyle(color), { type: 'GEOSERVER-STYLE', name });
  return (await create<{ _id: string }>(producer, `${ROOT}/statics`, form))._id;
}

function plainStyle(color: string): string {
  return `<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld">
    <NamedLayer><Name>n</Name><UserStyle><FeatureTypeStyle><Rule><PolygonSymbolizer>
      <Fill><CssParameter name="fill">${color}</CssParameter></Fill>
    </PolygonSymbolizer></Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`;
}
