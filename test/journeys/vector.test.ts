import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import t, { type Test } from 'tap';
import { geopackage } from '../../fixtures/generate/vector.js';
import { type ApiUser, logIn, until } from '../helpers/api.js';
import { startTestEmulator, type TestEmulator } from '../helpers/app.js';
import { readPng } from '../helpers/png.js';

/** Journey (a) of spec lifecycle §8, over HTTP only: a delivered GeoPackage becomes a WFS and a WMS-VECTOR. */

interface Entity {
  _id: string;
  status: string;
  last_event?: { title: string; text?: string };
}
interface Checks {
  asked: unknown[];
  in_progress: unknown[];
  passed: { _id: string; check: { name: string } }[];
  failed: { _id: string }[];
}

const STYLE = `<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">
  <NamedLayer><Name>zones</Name><UserStyle><FeatureTypeStyle>
    <Rule>
      <ogc:Filter><ogc:PropertyIsEqualTo>
        <ogc:PropertyName>categorie</ogc:PropertyName><ogc:Literal>naturelle</ogc:Literal>
      </ogc:PropertyIsEqualTo></ogc:Filter>
      <PolygonSymbolizer><Fill><CssParameter name="fill">#00ff00</CssParameter></Fill></PolygonSymbolizer>
    </Rule>
    <Rule><ElseFilter/>
      <PolygonSymbolizer><Fill><CssParameter name="fill">#0000ff</CssParameter></Fill></PolygonSymbolizer>
    </Rule>
  </FeatureTypeStyle></UserStyle></NamedLayer>
</StyledLayerDescriptor>`;

void t.test('a delivered GeoPackage becomes a WFS and a WMS, and everything can be undone', async (t) => {
  const emulator = await startTestEmulator(t);
  const api = await logIn(emulator);
  const ds = await datastoreOf(api);

  const upload = await deliver(t, api, ds);
  const storedData = await integrate(t, api, ds, upload);

  t.equal((await api.call('DELETE', `${ds}/uploads/${upload}`)).status, 204);
  const deleted = (await api.call<Entity>('GET', `${ds}/uploads/${upload}`)).body;
  t.equal(deleted.status, 'DELETED', 'a deleted upload stays readable');
  t.equal((await api.call('GET', `${ds}/uploads/${upload}/tree`)).status, 404);

  const context = { emulator, api, ds, storedData };
  const published = [await publishWfs(t, context), await publishWms(t, context)];
  await undo(t, context, published);
});

/** In the order of the official clients: offerings, configurations, stored data. */
async function undo(t: Test, { emulator, api, ds, storedData }: Context, published: Published[]): Promise<void> {
  const refused = await api.call('DELETE', `${ds}/stored_data/${storedData}`);
  t.equal(refused.status, 409, 'a stored data in use stays');
  for (const { configuration, offering } of published) {
    t.equal((await api.call('DELETE', `${ds}/configurations/${configuration}`)).status, 409);
    t.equal((await api.call('DELETE', `${ds}/offerings/${offering}`)).status, 204);
    await until(
      () => api.call('GET', `${ds}/offerings/${offering}`),
      ({ status }) => status === 404,
    );
    const path = `${ds}/configurations/${configuration}`;
    await until(
      () => api.call<Entity>('GET', path),
      ({ body }) => body.status === 'UNPUBLISHED',
    );
    t.equal((await api.call('DELETE', path)).status, 204);
    t.equal((await api.call('GET', path)).status, 404);
  }
  t.equal((await api.call('DELETE', `${ds}/stored_data/${storedData}`)).status, 204);
  t.equal((await api.call<Entity>('GET', `${ds}/stored_data/${storedData}`)).body.status, 'DELETED');
  const { rows } = await emulator.deps.pool.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [
    `sd_${storedData.replaceAll('-', '')}`,
  ]);
  t.equal(rows.length, 0, 'its schema is dropped');
  const gone = await fetch(`${emulator.origin}/wfs?SERVICE=WFS&REQUEST=GetFeature&TYPENAMES=journal:zones_protegees`);
  t.equal(gone.status, 400);
  t.match(await gone.text(), /unknown/);
}

async function deliver(t: Test, api: ApiUser, ds: string): Promise<string> {
  const created = await api.call<Entity & { size: number; open: boolean }>('POST', `${ds}/uploads`, {
    name: 'Zones',
    description: 'Zones et sites',
    type: 'VECTOR',
    srs: 'EPSG:4326',
  });
  t.equal(created.status, 201);
  t.match(created.body, { status: 'OPEN', size: 0, open: false, tags: {}, last_event: { title: 'Création' } });
  const upload = `${ds}/uploads/${created.body._id}`;

  const [file] = geopackage(t.testdir());
  const content = readFileSync(file as string);
  t.equal((await api.call('POST', `${upload}/data?path=data/zones.gpkg`, form(content, 'zones.gpkg'))).status, 204);
  const sum = createHash('md5').update(content).digest('hex');
  const list = Buffer.from(`${sum}  data/zones.gpkg\n`);
  t.equal((await api.call('POST', `${upload}/md5`, form(list, 'zones.gpkg.md5'))).status, 204);
  t.match((await api.call('GET', `${upload}/tree`)).body, [
    { type: 'DIRECTORY', name: 'data', size: content.length, children: [{ type: 'FILE', name: 'zones.gpkg' }] },
    { type: 'FILE', name: 'zones.gpkg.md5' },
  ]);

  t.equal((await api.call('POST', `${upload}/close`)).status, 204);
  t.equal((await api.call('POST', `${upload}/close`)).status, 409, 'closing twice is refused');
  const { body: checks } = await until(
    () => api.call<Checks>('GET', `${upload}/checks`),
    ({ body }) => body.asked.length + body.in_progress.length === 0,
  );
  t.same(checks.failed, [], await logsOf(api, ds, checks.failed));
  t.same(checks.passed.map(({ check }) => check.name).sort(), ['Vérification standard', 'Vérification vecteur']);
  const closed = (await api.call<Entity & { extent: object }>('GET', upload)).body;
  t.match(closed, { status: 'CLOSED', size: content.length + list.length, extent: { type: 'Polygon' } });

  const vector = checks.passed.find(({ check }) => check.name === 'Vérification vecteur');
  const logs = await api.call<string[]>('GET', `${ds}/checks/executions/${vector?._id}/logs`);
  t.match(logs.headers.get('content-range'), /^1-\d+\/\d+$/);
  t.match(logs.body.join('\n'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}INFO\|\|/);
  t.match(logs.body.join('\n'), /Nombre de layers : 2/);
  return created.body._id;
}

/** What failed checks say, as the message of an assertion. */
async function logsOf(api: ApiUser, ds: string, executions: readonly { _id: string }[]): Promise<string> {
  const logs = executions.map(({ _id }) => api.call<string[]>('GET', `${ds}/checks/executions/${_id}/logs?limit=100`));
  return (await Promise.all(logs)).flatMap(({ body }) => body).join('\n');
}

async function integrate(t: Test, api: ApiUser, ds: string, upload: string): Promise<string> {
  const created = await api.call<Entity & { output: { stored_data: Entity } }>('POST', `${ds}/processings/executions`, {
    processing: '0de8c60b-9938-4be9-aa36-9026b77c3c96',
    inputs: { upload: [upload] },
    output: { stored_data: { name: 'Zones', storage_tags: ['VECTEUR'] } },
    parameters: { srs: 'EPSG:3857' },
  });
  t.equal(created.status, 201);
  t.match(created.body, { status: 'CREATED', output: { stored_data: { status: 'CREATED' } } });
  const id = created.body.output.stored_data._id;
  const execution = `${ds}/processings/executions/${created.body._id}`;
  t.equal((await api.call('POST', `${execution}/launch`)).status, 204);
  t.equal((await api.call('POST', `${execution}/launch`)).status, 409, 'launching twice is refused');
  const ended = await until(
    () => api.call<Entity>('GET', execution),
    ({ body }) => ['SUCCESS', 'FAILURE', 'ABORTED'].includes(body.status),
  );
  const logs = (await api.call<string[]>('GET', `${execution}/logs?limit=100`)).body;
  t.match(ended.body, { status: 'SUCCESS', launch: String, start: String, finish: String }, logs.join('\n'));

  const storedData = (await api.call<Entity>('GET', `${ds}/stored_data/${id}`)).body;
  t.match(storedData, {
    status: 'GENERATED',
    type: 'VECTOR-DB',
    srs: 'EPSG:3857',
    storage: { type: 'POSTGRESQL' },
    extent: { type: 'Polygon' },
    size: Number,
  });
  const { relations } = (
    storedData as unknown as {
      type_infos: { relations: { name: string; attributes: Record<string, string>; primary_key: string[] }[] };
    }
  ).type_infos;
  const zones = relations.find(({ name }) => name === 'zones_protegees');
  t.match(zones, {
    type: 'TABLE',
    primary_key: ['fid'],
    attributes: { geom: 'geometry(Polygon,3857)', surface: 'double precision', releve: 'date' },
  });
  t.ok('categorie' in (zones?.attributes ?? {}), 'accents leave the column names');
  t.ok(relations.some(({ name }) => name === 'sites'));

  const { body: events } = await api.call<{ title: string }[]>('GET', `${ds}/stored_data/${id}/events?limit=100`);
  t.equal(events.at(-1)?.title, 'Génération');
  return id;
}

interface Published {
  configuration: string;
  offering: string;
}
interface Context {
  emulator: TestEmulator;
  api: ApiUser;
  ds: string;
  storedData: string;
}

async function publish(t: Test, { api, ds }: Context, endpoint: string, configuration: object): Promise<Published> {
  const created = await api.call<Entity>('POST', `${ds}/configurations`, configuration);
  t.equal(created.status, 201);
  t.equal(created.body.status, 'UNPUBLISHED');
  const offering = await api.call<Entity & { urls: { url: string }[] }>(
    'POST',
    `${ds}/configurations/${created.body._id}/offerings`,
    { endpoint, open: true },
  );
  t.equal(offering.status, 201);
  t.ok(offering.body.urls.length > 0, 'the URLs are known at once');
  await until(
    () => api.call<Entity>('GET', `${ds}/offerings/${offering.body._id}`),
    ({ body }) => body.status === 'PUBLISHED',
  );
  t.equal((await api.call<Entity>('GET', `${ds}/configurations/${created.body._id}`)).body.status, 'PUBLISHED');
  return { configuration: created.body._id, offering: offering.body._id };
}

async function publishWfs(t: Test, context: Context): Promise<Published> {
  const published = await publish(t, context, 'ae012611-13eb-4a18-8d04-9b7604a031cc', {
    type: 'WFS',
    name: 'Zones',
    layer_name: 'journal',
    type_infos: {
      used_data: [
        {
          stored_data: context.storedData,
          relations: [{ native_name: 'zones_protegees', title: 'Zones', abstract: 'Zones protégées' }],
        },
      ],
    },
  });
  const wfs = `${context.emulator.origin}/wfs?SERVICE=WFS&VERSION=2.0.0`;
  const capabilities = await (await fetch(`${wfs}&REQUEST=GetCapabilities`)).text();
  t.match(capabilities, '<Name>journal:zones_protegees</Name>');
  t.match(capabilities, 'urn:ogc:def:crs:EPSG::3857');

  const page = await fetch(
    `${wfs}&REQUEST=GetFeature&TYPENAMES=journal:zones_protegees&OUTPUTFORMAT=application/json&SRSNAME=EPSG:4326&CQL_FILTER=${encodeURIComponent("categorie = 'naturelle'")}`,
  );
  const collection = (await page.json()) as {
    numberMatched: number;
    features: { id: string; geometry: { coordinates: number[][][] }; properties: Record<string, unknown> }[];
  };
  t.equal(collection.numberMatched, 1);
  t.match(collection.features[0], {
    id: 'zones_protegees.1',
    properties: { nom: 'Forêt de l’Étoile', surface: 12.5, releve: '2024-05-01' },
  });
  const [x, y] = collection.features[0]?.geometry.coordinates[0]?.[0] ?? [];
  t.ok(Math.abs((x ?? 0) - 2.35) < 0.11 && Math.abs((y ?? 0) - 48.85) < 0.11, 'GeoJSON is lon, lat');

  const gml = await (await fetch(`${wfs}&REQUEST=GetFeature&TYPENAMES=journal:zones_protegees&COUNT=2`)).text();
  t.match(gml, /numberMatched="3"/);
  t.match(gml, /numberReturned="2"/);
  t.match(gml, 'gml:id="zones_protegees.1"');
  return published;
}

async function publishWms(t: Test, context: Context): Promise<Published> {
  const { api, ds, emulator } = context;
  const sld = form(Buffer.from(STYLE), 'zones.sld');
  sld.set('type', 'GEOSERVER-STYLE');
  sld.set('name', 'zones');
  const style = await api.call<Entity>('POST', `${ds}/statics`, sld);
  t.equal(style.status, 201);
  t.match(style.body, { type: 'GEOSERVER-STYLE', type_infos: { used_attributes: ['categorie'] } });

  const published = await publish(t, context, 'ae022611-13eb-4a18-8d04-9b7604a031cc', {
    type: 'WMS-VECTOR',
    name: 'Zones',
    layer_name: 'journal',
    type_infos: {
      title: 'Zones',
      abstract: 'Zones protégées',
      used_data: [{ stored_data: context.storedData, relations: [{ name: 'zones_protegees', style: style.body._id }] }],
    },
  });
  const map = `${emulator.origin}/wms-v?SERVICE=WMS&VERSION=1.3.0&LAYERS=journal&STYLES=&WIDTH=100&HEIGHT=100`;
  // The two northern zones, latitude first: 1.3.0 with EPSG:4326.
  const image = await fetch(`${map}&REQUEST=GetMap&CRS=EPSG:4326&BBOX=48.7,2.2,49.1,2.8&FORMAT=image/png`);
  t.equal(image.headers.get('content-type'), 'image/png');
  const picture = readPng(Buffer.from(await image.arrayBuffer()));
  t.equal(picture.color(25, 62), '#00ff00', 'the natural zone is green');
  t.equal(picture.color(75, 37), '#0000ff', 'the other one falls to ElseFilter');
  t.equal(picture.color(2, 2), '#ffffff', 'the rest is the background');

  const info = await fetch(
    `${map}&REQUEST=GetFeatureInfo&QUERY_LAYERS=journal&CRS=EPSG:4326&BBOX=48.7,2.2,49.1,2.8&FORMAT=image/png&I=25&J=62&INFO_FORMAT=application/json`,
  );
  t.match(await info.json(), { features: [{ properties: { nom: 'Forêt de l’Étoile' } }] });
  return published;
}

async function datastoreOf(api: ApiUser): Promise<string> {
  const me = await api.call<{ communities_member: { community: { datastore: string } }[] }>('GET', '/users/me');
  return `/datastores/${me.body.communities_member[0]?.community.datastore}`;
}

function form(content: Buffer, name: string): FormData {
  const data = new FormData();
  data.set('file', new Blob([new Uint8Array(content)]), basename(name));
  return data;
}
