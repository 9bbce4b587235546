import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import gdal from 'gdal-async';
import t, { type Test } from 'tap';
import { child, readXml } from '../../src/ogc/xml.js';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import {
  OPEN_VECTOR_TMS,
  OPEN_WFS,
  OPEN_WMS_VECTOR,
  publish,
  waitForStatus,
  wfsConfiguration,
} from '../helpers/diffusion.js';
import { deliver, type Delivered, type Integrated, integrate } from '../helpers/integration.js';
import { decodeTile } from '../helpers/mvt.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData, runInSchema } from '../helpers/stored-data.js';

/** Values of less usual types from their file to the services, and layers whose tables change under them. */

const OCTETS = Buffer.from(Array.from({ length: 100 }, (_, at) => (at * 37) % 256));

const LISTS = JSON.stringify({
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { entiers: [1, -2], mots: ['a & b', 'c,"d"'], objet: { clé: [1, null, '<x>'] }, reels: [0.5, 1e300] },
      geometry: { type: 'Point', coordinates: [2, 45] },
    },
    {
      type: 'Feature',
      properties: { entiers: null, mots: [], objet: null, reels: null },
      geometry: { type: 'Point', coordinates: [2, 46] },
    },
  ],
});

/** Converts a text that GDAL reads to another format. @returns paths of the new files */
function converted(
  t: Test,
  source: { name: string; text: string },
  target: string,
  options: readonly string[],
): string[] {
  const folder = t.testdir({ [source.name]: source.text });
  const dataset = gdal.open(join(folder, source.name));
  gdal.vectorTranslate(join(folder, target), dataset, [...options]).close();
  dataset.close();
  return readdirSync(folder)
    .filter((name) => name !== source.name)
    .map((name) => join(folder, name));
}

async function integrated(t: Test, api: ApiUser, files: readonly Delivered[]): Promise<Integrated> {
  const upload = await deliver(api, files);
  t.equal(upload.status, 'CLOSED', Object.values(upload.logs).join('\n'));
  const result = await integrate(api, upload.id);
  t.equal(result.status, 'SUCCESS', result.log);
  return result;
}

void t.test('values and structures', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const api = await logIn(emulator);
  const serve = async (storedData: string, layer: string, table: string) => {
    const relations = [{ native_name: table, title: table, abstract: table }];
    const configuration = {
      ...wfsConfiguration(storedData, layer),
      type_infos: { used_data: [{ stored_data: storedData, relations }] },
    };
    await publish(api, DATASTORE, configuration, OPEN_WFS);
    const url = `${origin}/wfs?SERVICE=WFS&VERSION=2.0.0&TYPENAMES=${layer}:${table}`;
    return {
      ask: (more: string) => fetch(`${url}&${more}`),
      features: async () => {
        const response = await fetch(`${url}&REQUEST=GetFeature&OUTPUTFORMAT=application/json`);
        t.equal(response.status, 200);
        type Collection = { features: { geometry: { type: string }; properties: Record<string, unknown> }[] };
        return ((await response.json()) as Collection).features;
      },
      members: async () => {
        const response = await fetch(`${url}&REQUEST=GetFeature`);
        t.equal(response.status, 200);
        return readXml(await response.text()).children.map((member) => {
          const feature = member.children[0];
          return (name: string) => feature && child(feature, name)?.text;
        });
      },
    };
  };

  await t.test('lists and JSON documents', async (t) => {
    const { storedData } = await integrated(t, api, [{ path: 'listes.geojson', content: LISTS }]);
    const wfs = await serve(storedData, 'listes', 'listes');
    const properties = (await wfs.features()).map((feature) => feature.properties);
    t.match(properties[0], {
      entiers: [1, -2],
      mots: ['a & b', 'c,"d"'],
      objet: { clé: [1, null, '<x>'] },
      reels: [0.5, 1e300],
    });
    t.match(properties[1], { entiers: null, objet: null });
    const [first, second] = await wfs.members();
    t.equal(first?.('entiers'), '{1,-2}');
    t.equal(first?.('mots'), '{"a & b","c,\\"d\\""}');
    t.same(JSON.parse(first?.('objet') ?? ''), { clé: [1, null, '<x>'] });
    t.equal(second?.('entiers'), undefined);
    const filter = encodeURIComponent("entiers = '{1,-2}'");
    const found = await wfs.ask(`REQUEST=GetFeature&OUTPUTFORMAT=application/json&CQL_FILTER=${filter}`);
    t.match(await found.json(), { numberMatched: 1 });
  });

  await t.test('bytes, and the values of FlatGeobuf', async (t) => {
    const point = { type: 'Point', coordinates: [2, 45, 7] };
    const properties = { petit: 1, grand: 9_007_199_254_740_991, instant: '2024-01-31T10:11:12+02:00', texte: 'Œuf' };
    const text = JSON.stringify({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties, geometry: point }],
    });
    const sql = `SELECT *, 1.5 AS reel, X'${OCTETS.toString('hex')}' AS octets FROM source`;
    const files = converted(t, { name: 'source.geojson', text }, 'valeurs.fgb', [
      ...['-f', 'FlatGeobuf', '-a_srs', 'EPSG:4326', '-dialect', 'SQLITE', '-sql', sql],
    ]);
    const { storedData, data } = await integrated(t, api, files);
    t.match(data.type_infos?.relations[0]?.attributes, {
      petit: 'integer',
      grand: 'bigint',
      instant: 'timestamp with time zone',
      reel: 'double precision',
      octets: 'bytea',
      geom: 'geometry(PointZ,4326)',
    });
    const wfs = await serve(storedData, 'octets', 'valeurs');
    const octets = OCTETS.toString('base64');
    t.match(await wfs.features(), [
      { geometry: point, properties: { ...properties, instant: '2024-01-31T08:11:12Z', reel: 1.5, octets } },
    ]);
    const [first] = await wfs.members();
    t.equal(first?.('octets'), octets);
    t.equal(first?.('texte'), 'Œuf');
    t.match(await (await wfs.ask('REQUEST=DescribeFeatureType')).text(), /name="octets"[^>]*type="xsd:base64Binary"/);
    const refused = await wfs.ask(`REQUEST=GetFeature&CQL_FILTER=${encodeURIComponent("octets = 'AA=='")}`);
    t.equal(refused.status, 400);
    t.match(await refused.text(), /is not a value of octets/);
  });

  await t.test('a shapefile of multi-patches', async (t) => {
    const text = [
      'WKT,n',
      '"TIN Z(((0 0 1,1 0 1,0 1 1,0 0 1)),((1 0 1,1 1 2,0 1 1,1 0 1)))",1',
      '"MULTIPOLYGON Z(((0 0 1,1 0 1,1 1 2,0 1 1,0 0 1)),((5 5 1,6 5 1,6 6 2,5 5 1)))",2',
    ].join('\n');
    const files = converted(t, { name: 'source.csv', text }, 'toits.shp', [
      ...['-f', 'ESRI Shapefile', '-lco', 'SHPT=MULTIPATCH', '-a_srs', 'EPSG:4326'],
    ]);
    const { storedData } = await integrated(t, api, files);
    const wfs = await serve(storedData, 'toits', 'toits');
    t.match(await wfs.features(), [{ geometry: { type: 'MultiPolygon' } }, { geometry: { type: 'MultiPolygon' } }]);
    t.equal((await wfs.members()).length, 2);
  });

  await t.test(
    'a column that is dropped breaks each service with its own exception, until the synchronisation',
    async (t) => {
      const storedData = await buildStoredData(deps);
      const used = { stored_data: storedData };
      const relation = { native_name: 'towns', title: 'Towns', abstract: 'Small ones.' };
      const layers = {
        WFS: [OPEN_WFS, relation],
        'WMS-VECTOR': [OPEN_WMS_VECTOR, { name: 'towns' }],
        'VECTOR-TMS': [OPEN_VECTOR_TMS, relation],
      } as const;
      const offerings: string[] = [];
      for (const [type, [endpoint, used_relation]] of Object.entries(layers)) {
        const type_infos = { title: 't', abstract: 'a', used_data: [{ ...used, relations: [used_relation] }] };
        const body = { type, name: 'broken', layer_name: 'broken', type_infos };
        offerings.push((await publish(api, DATASTORE, body, endpoint)).offering);
      }
      const answer = async (path: string) => {
        const response = await fetch(`${origin}${path}`);
        const body = Buffer.from(await response.arrayBuffer());
        return { status: response.status, type: response.headers.get('content-type'), body, text: body.toString() };
      };
      const feature = '/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=broken:towns';
      const view = 'CRS=CRS:84&BBOX=1.5,44.5,2.5,45.5&WIDTH=100&HEIGHT=100&STYLES=&FORMAT=image/png';
      const map = `/wms-v?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=broken&${view}`;
      const info = `/wms-v?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS=broken&QUERY_LAYERS=broken&${view}&I=50&J=50&INFO_FORMAT=application/json`;
      const tile = '/vector-tms/1.0.0/broken.towns/5/16/11.pbf';
      const refusals = async () => {
        for (const format of ['application/json', 'application/gml+xml; version=3.2']) {
          const wfs = await answer(`${feature}&OUTPUTFORMAT=${encodeURIComponent(format)}`);
          t.equal(wfs.status, 400, format);
          t.match(wfs.text, /ExceptionReport.*structure of the data has changed/s);
        }
        const found = await answer(info);
        t.match(found.type, /xml/);
        t.match(found.text, /ServiceException.*structure of the data has changed/s);
        const made = await answer(tile);
        t.equal(made.status, 500);
        t.match(made.type, /^text\/plain/);
        t.match(made.text, /structure of the data has changed/);
      };
      await runInSchema(deps, storedData, 'ALTER TABLE towns DROP COLUMN population');
      await refusals();
      t.equal((await answer(map)).type, 'image/png', 'a map reads no more than it draws');
      for (const offering of offerings) {
        await api.call('PUT', offering);
        await waitForStatus(api, offering, 'PUBLISHED');
      }
      t.match(JSON.parse((await answer(`${feature}&OUTPUTFORMAT=application/json`)).text), { numberMatched: 3 });
      t.match(JSON.parse((await answer(info)).text), { features: [{ properties: { name: 'town 2' } }] });
      t.equal(decodeTile((await answer(tile)).body)['broken.towns']?.length, 3);

      await runInSchema(deps, storedData, 'DROP TABLE towns');
      await refusals();
      t.match((await answer(map)).text, /ServiceException/);
      for (const offering of offerings) {
        await api.call('PUT', offering);
        await waitForStatus(api, offering, 'UNSTABLE');
      }
    },
  );
});
