import { join } from 'node:path';
import t, { type Test } from 'tap';
import { polygonWkb, writeDataset } from '../../fixtures/generate/dataset.js';
import { child, readXml } from '../../src/ogc/xml.js';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import {
  fileForm,
  OPEN_WMTS_TMS,
  publish,
  tmsConfiguration,
  waitForAbsence,
  waitForStatus,
} from '../helpers/diffusion.js';
import { deliver, integrate, into } from '../helpers/integration.js';
import { type DecodedFeature, decodeTile } from '../helpers/mvt.js';
import { runExecution, tilesRequest } from '../helpers/pyramids.js';
import { DATASTORE } from '../helpers/seed.js';

/**
 * Journey (d) of spec lifecycle §8, over HTTP only: delivered tables become a pyramid of vector tiles, published in
 * TMS with its style, updated in place, then by reference, and undone.
 */

const ROOT = `/datastores/${DATASTORE}`;
const PATH_OF_STYLE = '/styles/milieux.json';
const SIZE = 4096;
/** Margin of a tile: five 256ths of its side. */
const MARGIN = 80;

const COMPOSITION = [
  { table: 'ecoregions', bottom_level: '9', top_level: '5', filter: "realm = 'Palearctic'", attributes: ['eco_name'] },
  { table: 'pays', bottom_level: '9', top_level: '0', attributes: ['*'] },
];

/** Degrees: a disc whose outline has a thousand small waves. */
function disc(x: number, y: number, radius: number): Buffer {
  return polygonWkb(
    Array.from({ length: 5000 }, (_, at) => {
      const angle = (at * Math.PI) / 2500;
      const r = radius * (1 + 0.01 * Math.sin(angle * 1000));
      return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
    }),
  );
}

const square = (west: number, south: number, side: number) =>
  polygonWkb([
    [west, south],
    [west + side, south],
    [west + side, south + side],
    [west, south + side],
  ]);

type Row = readonly [wkb: Buffer, ...values: (string | number)[]];

/** A GeoPackage of countries, and of ecoregions when there are some. @returns its path */
function geopackage(t: Test, countries: readonly Row[], ecoregions: readonly Row[] = []): string {
  const file = join(t.testdir(), 'milieux.gpkg');
  const features = (rows: readonly Row[]) => rows.map(([wkb, ...values]) => ({ wkb, values }));
  const common = { srid: 4326, geometry: 'Polygon' } as const;
  const pays = {
    ...common,
    name: 'pays',
    fields: { nom: 'string', population: 'integer' },
    features: features(countries),
  } as const;
  const others = {
    ...common,
    name: 'ecoregions',
    fields: { eco_name: 'string', realm: 'string' },
    features: features(ecoregions),
  } as const;
  writeDataset(file, 'GPKG', ecoregions.length === 0 ? [pays] : [pays, others]);
  return file;
}

async function delivered(t: Test, api: ApiUser, file: string): Promise<string> {
  const upload = await deliver(api, [file]);
  t.equal(upload.status, 'CLOSED', Object.values(upload.logs).join('\n'));
  return upload.id;
}

void t.test('delivered tables become tiles, and everything can be undone', async (t) => {
  const emulator = await startTestEmulator(t);
  const { origin } = emulator;
  const api = await logIn(emulator);
  const get = async (path: string) => {
    const response = await fetch(`${origin}${path}`);
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };
  const document = async (path: string) => JSON.parse((await get(path)).body.toString()) as Record<string, unknown>;
  /** The features of a tile by layer, or the status of the refusal. */
  const tile = async (layer: string, address: string) => {
    const { status, body } = await get(`/tms/1.0.0/${layer}/${address}.pbf`);
    return status === 200 ? decodeTile(body) : status;
  };
  const names = (found: Awaited<ReturnType<typeof tile>>, layer = 'pays') =>
    typeof found === 'number' ? found : found[layer]?.map(({ properties }) => properties.nom ?? properties.eco_name);

  const upload = await delivered(
    t,
    api,
    geopackage(
      t,
      [[disc(3, 46, 2), 'Rondie', 12]],
      [
        [square(2.9, 45.9, 0.05), 'Chênaie', 'Palearctic'],
        [square(3.1, 45.9, 0.05), 'Cerrado', 'Neotropic'],
      ],
    ),
  );
  const base = await integrate(api, upload);
  t.equal(base.status, 'SUCCESS', base.log);
  const made = await runExecution(api, tilesRequest([base.storedData], { composition: COMPOSITION }));
  t.equal(made.status, 'SUCCESS', made.log);
  const levels = Array.from({ length: 10 }, (_, level) => String(level));
  t.match(made.data, { status: 'GENERATED', type: 'ROK4-PYRAMID-VECTOR', srs: 'EPSG:3857', type_infos: { tms: 'PM' } });
  t.same((made.data.type_infos as unknown as { levels: string[] }).levels, levels);

  const style = {
    version: 8,
    sources: { milieux: { type: 'vector', tiles: [`${origin}/tms/1.0.0/milieux/{z}/{x}/{y}.pbf`], maxzoom: 9 } },
    layers: [{ id: 'pays', type: 'fill', source: 'milieux', 'source-layer': 'pays' }],
  };
  const form = fileForm(JSON.stringify(style), { paths: PATH_OF_STYLE, published: 'true' });
  const annex = await api.call<{ _id: string }>('POST', `${ROOT}/annexes`, form);
  t.equal(annex.status, 201);
  const { body: datastore } = await api.call<{ technical_name: string }>('GET', ROOT);
  const styleUrl = `/annexes/${datastore.technical_name}${PATH_OF_STYLE}`;

  const configuration = (pyramid: string) => ({
    ...tmsConfiguration('milieux', [{ stored_data: pyramid, bottom_level: '9', top_level: '0' }]),
    metadata: [{ format: 'application/json', url: `${origin}${styleUrl}`, type: 'Other' }],
  });
  const published = await publish(api, DATASTORE, configuration(made.storedData), OPEN_WMTS_TMS);
  const { body: offering } = await api.call<{ urls: { type: string; url: string }[] }>('GET', published.offering);
  t.same(
    offering.urls.map(({ type }) => type),
    ['WMTS', 'TMS'],
  );
  t.equal(offering.urls[1]?.url, `${origin}/tms/1.0.0/milieux`);

  await t.test('the documents lead to the style and describe the tiles', async (t) => {
    const root = readXml((await get('/tms/1.0.0/milieux')).body.toString());
    const address = child(root, 'Metadata')?.attributes.href ?? '';
    t.same(await (await fetch(address)).json(), style, 'the style is where the layer says');
    const hrefs = child(root, 'TileSets')?.children.map(({ attributes }) => attributes.href);
    t.same(
      hrefs,
      levels.map((level) => `${origin}/tms/1.0.0/milieux/${level}`),
    );
    const { vector_layers: layers, ...metadata } = await document('/tms/1.0.0/milieux/metadata.json');
    t.match(metadata, { name: 'milieux', minzoom: 0, maxzoom: 9, crs: 'EPSG:3857', format: 'pbf' });
    t.match(metadata.tiles, [`${origin}/tms/1.0.0/milieux/{z}/{x}/{y}.pbf`]);
    const [west, , east] = metadata.bounds as number[];
    t.ok(Math.abs((west ?? 0) - 1) < 0.05 && Math.abs((east ?? 0) - 5) < 0.05, 'the extent of the data');
    const sorted = (layers as { id: string }[]).toSorted((one, other) => one.id.localeCompare(other.id));
    t.match(sorted, [
      {
        id: 'ecoregions',
        minzoom: 5,
        maxzoom: 9,
        fieldsCount: 1,
        fields: { eco_name: { attribute: 'eco_name', count: 1, values: ['Chênaie'] } },
      },
      {
        id: 'pays',
        geometry: /POLYGON/,
        minzoom: 0,
        maxzoom: 9,
        fieldsCount: 3,
        fields: { population: { attribute: 'population', count: 1, min: 12, max: 12 } },
      },
    ]);
  });

  await t.test('tiles are filtered, clipped and simplified', async (t) => {
    const world = await tile('milieux', '0/0/0');
    if (typeof world === 'number') throw new Error(`the world answers ${world}`);
    t.same(Object.keys(world), ['pays'], 'ecoregions begin at level 5');
    const country = world.pays?.[0];
    t.same(country?.properties, { fid: 1, nom: 'Rondie', population: 12 });
    t.ok(pointsOf(country).length < 60, 'the waves cannot be seen: they are gone');
    const [x, y] = middleOf(country);
    t.ok(Math.abs(x - SIZE * (183 / 360)) < 2 && y > 1400 && y < 1600, 'at its place, rows counted from the top');

    const middle = await tile('milieux', '9/260/182');
    if (typeof middle === 'number') throw new Error(`the middle answers ${middle}`);
    t.same(
      middle.ecoregions?.map(({ properties }) => properties),
      [{ eco_name: 'Chênaie' }],
    );
    const inside = pointsOf(middle.pays?.[0]);
    t.ok(inside.length >= 4 && inside.length < 10, 'a square remains of a disc around the tile');
    t.ok(
      inside.every(({ x: column, y: row }) => [column, row].every((each) => each >= -MARGIN && each <= SIZE + MARGIN)),
      'within the margin of the tile',
    );
    const border = await tile('milieux', '9/263/182');
    t.ok(typeof border !== 'number' && pointsOf(border.pays?.[0]).length > 60, 'the waves can be seen on the border');
    t.equal(await tile('milieux', '9/300/182'), 404);
    t.equal(await tile('milieux', '10/520/364'), 404);
  });

  const east = '9/276/182';
  await t.test('an update in place is seen without synchronisation', async (t) => {
    t.equal(await tile('milieux', east), 404);
    const more = await delivered(t, api, geopackage(t, [[square(14, 45.9, 0.4), 'Carrie', 30]]));
    const grown = await integrate(api, more, into(base.storedData));
    t.equal(grown.data.status, 'GENERATED', grown.log);
    const inputs = [base.storedData, made.storedData];
    const again = await runExecution(api, tilesRequest(inputs, { composition: COMPOSITION }, into(made.storedData)));
    t.equal(again.status, 'SUCCESS', again.log);
    t.same(names(await tile('milieux', east)), ['Carrie'], 'beyond the limits of the first calculation');
    t.same(names(await tile('milieux', '5/16/11')), ['Rondie']);
    t.same(names(await tile('milieux', '0/0/0')), ['Rondie', 'Carrie']);
    await api.call('PUT', published.offering);
    await waitForStatus(api, published.offering, 'PUBLISHED');
    const { bounds, vector_layers: layers } = await document('/tms/1.0.0/milieux/metadata.json');
    t.ok(Math.abs(((bounds as number[])[2] ?? 0) - 14.4) < 0.01, 'the documents follow the synchronisation');
    t.match(
      (layers as { id: string }[]).find(({ id }) => id === 'pays'),
      { fields: { population: { max: 30 } } },
    );
  });

  const area = 'POLYGON((13.9 45.8,14.5 45.8,14.5 46.4,13.9 46.4,13.9 45.8))';
  const last = await delivered(t, api, geopackage(t, [[square(14.1, 46, 0.1), 'Enclave', 1]]));
  const filled = await integrate(api, last, into(base.storedData));
  t.equal(filled.data.status, 'GENERATED', filled.log);
  const referring = await runExecution(
    api,
    tilesRequest([base.storedData, made.storedData], { composition: COMPOSITION, area }),
  );
  t.equal(referring.status, 'SUCCESS', referring.log);

  await t.test('an update by reference leaves the first pyramid as it is', async (t) => {
    const dependencies = async (id: string) =>
      (
        await api.call<{ use: { _id: string }[]; used_by: { _id: string }[] }>(
          'GET',
          `${ROOT}/stored_data/${id}/dependencies`,
        )
      ).body;
    t.match(await dependencies(referring.storedData), { use: [{ _id: made.storedData }], used_by: [] });
    t.match(await dependencies(made.storedData), { use: [], used_by: [{ _id: referring.storedData }] });
    const other = await publish(
      api,
      DATASTORE,
      tmsConfiguration('milieux-2', [{ stored_data: referring.storedData, bottom_level: '9', top_level: '0' }]),
      OPEN_WMTS_TMS,
    );
    t.same(names(await tile('milieux', east)), ['Carrie']);
    t.same(names(await tile('milieux-2', east)), ['Carrie', 'Enclave']);
    t.same(await tile('milieux-2', '9/260/182'), await tile('milieux', '9/260/182'), 'kept');
    await remove(t, api, published);
    const refused = await api.call('DELETE', `${ROOT}/stored_data/${made.storedData}`);
    t.equal(refused.status, 409, 'it is used, though not published any more');
    t.same(names(await tile('milieux-2', east)), ['Carrie', 'Enclave']);
    await remove(t, api, other);
  });

  await t.test('everything can be undone', async (t) => {
    for (const path of ['/tms/1.0.0/milieux', `/tms/1.0.0/milieux-2/${east}.pbf`]) {
      t.equal((await get(path)).status, 400, 'the layer is not known any more');
    }
    for (const id of [referring.storedData, made.storedData, base.storedData]) {
      t.equal((await api.call('DELETE', `${ROOT}/stored_data/${id}`)).status, 204);
    }
    t.equal((await api.call('DELETE', `${ROOT}/uploads/${upload}`)).status, 204);
    t.equal((await get(styleUrl)).status, 200);
    t.equal((await api.call('DELETE', `${ROOT}/annexes/${annex.body._id}`)).status, 204);
    t.equal((await get(styleUrl)).status, 404);
  });
});

/** Withdraws a layer, in the order of the official clients. */
async function remove(t: Test, api: ApiUser, { configuration, offering }: Awaited<ReturnType<typeof publish>>) {
  t.equal((await api.call('DELETE', offering)).status, 204);
  await waitForAbsence(api, offering);
  await waitForStatus(api, configuration, 'UNPUBLISHED');
  t.equal((await api.call('DELETE', configuration)).status, 204);
}

function pointsOf(feature: DecodedFeature | undefined) {
  return feature?.geometry.flat() ?? [];
}

/** Middle of the box of a feature. */
function middleOf(feature: DecodedFeature | undefined): [number, number] {
  const points = pointsOf(feature);
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  return [middle(points.map(({ x }) => x)), middle(points.map(({ y }) => y))];
}
