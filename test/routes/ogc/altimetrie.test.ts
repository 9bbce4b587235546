import { join } from 'node:path';
import t from 'tap';
import { type PatternPlace, ramp, writePattern } from '../../../fixtures/generate/raster.js';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import {
  OPEN_ALTIMETRY,
  OPEN_WFS,
  publish,
  sentences,
  waitForAbsence,
  waitForStatus,
} from '../../helpers/diffusion.js';
import { deliver, ended } from '../../helpers/integration.js';
import { toLambert93 } from '../../helpers/lambert93.js';
import { buildPyramid, rasterTile, replacePyramid, type TestPyramid } from '../../helpers/pyramid.js';
import { launchExecution } from '../../helpers/pyramids.js';
import { DATASTORE } from '../../helpers/seed.js';

const RASTER_TO_PYRAMID = '2ae50661-986c-4f47-a3f0-e380417b522c';
const ROOT = `/datastores/${DATASTORE}`;
const NODATA = -99999;

/** Near Nantes, on the pixels of the grid. */
const PLACE: PatternPlace = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 300, height: 260 };
const hills = ramp(PLACE);
const isHole = (x: number, y: number) =>
  x > PLACE.x + 100 && x < PLACE.x + 140 && y < PLACE.y - 100 && y > PLACE.y - 150;

/** Elevation of a place in the delivered model, that of the pixel that it is in. */
function expected(lon: number, lat: number): number {
  const [x, y] = toLambert93(lon, lat);
  const [column, row] = [Math.floor(x - PLACE.x), Math.floor(PLACE.y - y)];
  if (column < 0 || column >= PLACE.width || row < 0 || row >= PLACE.height) return NODATA;
  const centre: [number, number] = [PLACE.x + column + 0.5, PLACE.y - row - 0.5];
  return isHole(...centre) ? NODATA : Math.round((hills(...centre)[0] ?? NODATA) * 100) / 100;
}

const FLOATS = {
  format: 'TIFF_ZIP_FLOAT32',
  pixels: { channels: 1, nodata: '-99999', photometric: 'gray', interpolation: 'bicubic' },
} as const;
const NUMBERS = {
  format: 'TIFF_PNG_UINT8',
  pixels: { channels: 1, nodata: '0', photometric: 'gray', interpolation: 'nn' },
} as const;

/** A polygon of degrees. */
const boxOf = (west: number, south: number, east: number, north: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});

/** The tile of PM of level 12 that a place is in, and where it is in it. */
function mercator(lon: number, lat: number) {
  const side = 2 ** 12;
  const phi = (lat * Math.PI) / 180;
  const x = ((lon + 180) / 360) * side;
  const y = ((1 - Math.log(Math.tan(phi) + 1 / Math.cos(phi)) / Math.PI) / 2) * side;
  const [col, row] = [Math.floor(x), Math.floor(y)];
  return { col, row, column: Math.floor((x - col) * 256), line: Math.floor((y - row) * 256) };
}

await t.test('altimetry', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${origin}/altimetrie${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const body = (isJson ? JSON.parse(text) : null) as Record<string, unknown> & {
      elevations: { lon: number; lat: number; z: number; acc: string; measures: Record<string, unknown>[] }[];
    };
    return { status: response.status, headers: response.headers, text, body };
  };
  const post = (path: string, body: unknown) =>
    get(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const elevations = (query: Record<string, string>) =>
    get(`/1.0/calcul/alti/rest/elevation.json?${new URLSearchParams({ resource: 'terrain', ...query }).toString()}`);

  const path = join(t.testdir(), 'mnt.tif');
  writePattern(path, PLACE, (x, y) => (isHole(x, y) ? [NODATA] : hills(x, y)), {
    bands: 1,
    type: 'Float32',
    nodata: NODATA,
  });
  const upload = await deliver(producer, [path], { type: 'RASTER', srs: 'EPSG:2154' });
  const launched = await launchExecution(producer, {
    processing: RASTER_TO_PYRAMID,
    inputs: { upload: [upload.id] },
    output: { stored_data: { name: 'mnt', storage_tags: ['PYRAMIDE'] } },
    parameters: { tms: '2154_1m', compression: 'zip', bottom: '17', top: '15', mask: 'true' },
  });
  const { status, log, storedData: mnt } = await ended(producer, launched);
  t.equal(status, 'SUCCESS', log);

  const centre = mercator(-1.6255, 47.217);
  const around = boxOf(-1.8, 47, -1.5, 47.4);
  const cell = { col: centre.col, row: centre.row };
  const flat = (z: number): Promise<TestPyramid> =>
    rasterTile(FLOATS, (x) => (x < 10 ? NODATA : z)).then((bytes) => ({
      ...FLOATS,
      levels: [{ id: '12', tiles: [{ ...cell, bytes }] }],
    }));
  const coarse = await buildPyramid(deps, await flat(7.125), { extent: around });
  const halves = await rasterTile(NUMBERS, (x) => (x < 20 ? 0 : x < 128 ? 1 : 2));
  const sources = await buildPyramid(
    deps,
    { ...NUMBERS, levels: [{ id: '12', tiles: [{ ...cell, bytes: halves }] }] },
    { extent: around },
  );

  const mapped = { mapping: { 1: 'à 20 cm', 2: 'à 1 m' }, stored_data: sources };
  const typeInfos = {
    title: 'Terrain',
    abstract: 'Deux modèles',
    keywords: ['MNT', 'Altitude'],
    used_data: [
      { title: 'Fin', stored_data: mnt, source: { value: 'Lidar' }, accuracy: { value: 'à 10 cm' } },
      { title: 'Large', stored_data: coarse, source: mapped, accuracy: mapped },
    ],
  };
  const configuration = (layerName: string, infos: object = {}) => ({
    type: 'ALTIMETRY',
    name: layerName,
    layer_name: layerName,
    type_infos: { ...typeInfos, ...infos },
  });
  const published = await publish(producer, DATASTORE, configuration('terrain'), OPEN_ALTIMETRY);

  /** Places all over the model, its hole and its surroundings. */
  const places = Array.from({ length: 400 }, (_, at) => ({
    lon: -1.6285 + (at % 20) * 0.0003,
    lat: 47.2155 + Math.floor(at / 20) * 0.00015,
  }));
  const inside = places.filter(({ lon, lat }) => expected(lon, lat) !== NODATA);
  const lists = (chosen: readonly { lon: number; lat: number }[], delimiter = '|') => ({
    lon: chosen.map(({ lon }) => lon).join(delimiter),
    lat: chosen.map(({ lat }) => lat).join(delimiter),
  });

  await t.test('the address of an offering and the resources', async (t) => {
    const offering = await producer.call<{ urls: object[] }>('GET', published.offering);
    t.same(offering.body.urls, [{ type: 'ALTIMETRY', url: `${origin}/altimetrie/resources/terrain` }]);
    const list = await get('/resources');
    t.equal(list.status, 200);
    t.equal(list.headers.get('access-control-allow-origin'), '*');
    t.match(list.body, { resources: [{ _id: 'terrain', title: 'Terrain', bbox: { west: Number, north: Number } }] });
    t.same((await get('/resources?keywords=MNT&keywords=altitude')).body, list.body);
    t.same((await get('/resources?keywords=MNS')).body, { resources: [] });
    const detail = await get('/resources/terrain');
    t.match(detail.body, {
      _id: 'terrain',
      keywords: ['MNT', 'Altitude'],
      used_data: [
        { title: 'Fin', source: { value: 'Lidar' } },
        { title: 'Large', accuracy: { mapping: mapped.mapping } },
      ],
    });
    t.notMatch(detail.text, mnt);
    const unknown = await get('/resources/nulle');
    t.equal(unknown.status, 404);
    t.same(unknown.body, { error: { code: 'NOT_FOUND', description: `La ressource "nulle" n'existe pas.` } });
  });

  await t.test('elevations are those of the pixels of the model', async (t) => {
    t.ok(inside.length > 100 && inside.length < 300, `${inside.length} of 400`);
    const {
      status: code,
      body,
      headers,
    } = await post('/1.0/calcul/alti/rest/elevation.json', {
      resource: 'terrain',
      ...lists(inside, ';'),
      delimiter: ';',
    });
    t.equal(code, 200);
    t.equal(headers.get('cache-control'), 'no-cache');
    t.same(
      body.elevations,
      inside.map((place) => ({ ...place, z: expected(place.lon, place.lat), acc: 'à 10 cm' })),
    );
  });

  await t.test('the first source with data gives the elevation, and tells its accuracy', async (t) => {
    const outside = places.filter(({ lon, lat }) => expected(lon, lat) === NODATA);
    const { body } = await elevations({ ...lists(outside.slice(0, 150)) });
    for (const { lon, lat, z, acc } of body.elevations) {
      const { column } = mercator(lon, lat);
      t.same([z, acc], [7.13, column < 128 ? 'à 20 cm' : 'à 1 m']);
    }
    const hole = places.find(({ lon, lat }) => isHole(...toLambert93(lon, lat)));
    t.ok(hole !== undefined && body.elevations.length === 150);
    const far = await elevations({ lon: '-1.7|2.5|180', lat: '47.39|-90|90', measures: 'true' });
    t.same(
      far.body.elevations.map(({ z, acc }) => [z, acc]),
      Array(3).fill([NODATA, 'à 10 cm']),
    );
  });

  await t.test('measures tell what every source says', async (t) => {
    const [place] = inside;
    if (place === undefined) throw new Error('no place');
    const { column } = mercator(place.lon, place.lat);
    const text = column < 128 ? 'à 20 cm' : 'à 1 m';
    const { body } = await elevations({ ...lists([place]), measures: 'true' });
    const z = expected(place.lon, place.lat);
    t.same(body.elevations, [
      {
        ...place,
        z,
        acc: 'à 10 cm',
        measures: [
          { z, source_name: 'Lidar', source_measure: 'Fixed value', acc: 'à 10 cm', title: 'Fin' },
          { z: 7.13, source_name: text, source_measure: 'Pixel value', acc: text, title: 'Large' },
        ],
      },
    ]);
    // On the left of the tile: no elevation, and no source.
    const left = { lon: (centre.col / 4096) * 360 - 180 + 1e-4, lat: place.lat };
    const none = await elevations({ ...lists([left]), measures: 'true' });
    t.match(none.body.elevations, [{ z: NODATA, acc: 'à 10 cm', measures: [{ z: NODATA }, { z: NODATA, acc: '' }] }]);
  });

  await t.test('only elevations, indented, in XML, without version', async (t) => {
    const two = inside.slice(0, 2);
    const z = two.map(({ lon, lat }) => expected(lon, lat));
    const bare = await elevations({ ...lists(two, ','), delimiter: ',', zonly: 'true', indent: 'true' });
    t.equal(bare.text, JSON.stringify({ elevations: z }, null, 4));
    const query = new URLSearchParams({ resource: 'terrain', ...lists(two) }).toString();
    const xml = await get(`/calcul/alti/rest/elevation.xml?${query}`);
    t.equal(xml.status, 200);
    t.match(xml.headers.get('content-type'), /^application\/xml/);
    t.match(xml.text, `<z>${z[0]}</z><acc>à 10 cm</acc></elevation><elevation><lon>${two[1]?.lon}</lon>`);
    const posted = await post('/calcul/alti/rest/elevation.json', {
      resource: 'terrain',
      ...lists(two),
      zonly: 'true',
    });
    t.same(posted.body, { elevations: z });
  });

  await t.test('profiles', async (t) => {
    const [start, end] = [inside[0], inside.at(-1)];
    if (start === undefined || end === undefined) throw new Error('no line');
    const line = { resource: 'terrain', ...lists([start, end]) };
    const { status: code, body } = await post('/1.0/calcul/alti/rest/elevationLine.json', { ...line, sampling: '50' });
    t.equal(code, 200);
    t.equal(body.elevations.length, 50);
    t.match([body.elevations[0], body.elevations.at(-1)], [start, end]);
    for (const { lon, lat, z } of body.elevations) {
      const model = expected(lon, lat);
      t.equal(z, model === NODATA ? 7.13 : model);
    }
    const steps = body.elevations.slice(1).map(({ z }, at) => z - (body.elevations[at]?.z ?? 0));
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const { positive, negative } = body.height_differences as { positive: number; negative: number };
    t.ok(Math.abs(positive - sum(steps.filter((step) => step > 0))) < 1e-9);
    t.ok(Math.abs(negative + sum(steps.filter((step) => step < 0))) < 1e-9);

    const query = new URLSearchParams(line).toString();
    const own = await get(`/calcul/alti/rest/elevationLine.json?${query}&zonly=true`);
    t.match(own.body.elevations, [start, end], 'its own points, in full');
    const accurate = await get(`/calcul/alti/rest/elevationLine.json?${query}&profile_mode=accurate&sampling=10`);
    t.equal(accurate.body.elevations.length, 20);
    const xml = await get(`/1.0/calcul/alti/rest/elevationLine.xml?${query}&sampling=3`);
    t.match(xml.text, /<height_differences><positive>[\d.]+<\/positive><negative>/);
  });

  await t.test('as many points as may be asked for, each tile decoded once', async (t) => {
    const [start, end] = [inside[0], inside.at(-1)];
    if (start === undefined || end === undefined) throw new Error('no line');
    const line = { resource: 'terrain', ...lists([start, end]), sampling: '5000', profile_mode: 'accurate' };
    const { status: code, body } = await post('/1.0/calcul/alti/rest/elevationLine.json', line);
    t.equal(code, 200);
    t.equal(body.elevations.length, 10_000);
  });

  await t.test('refusals', async (t) => {
    const refused = (answer: { status: number; body: Record<string, unknown> }, code: number, message: RegExp) => {
      t.equal(answer.status, code);
      t.match(answer.body, { error: { code: String, description: message } });
    };
    refused(await elevations({ lon: '1', lat: '1', resource: 'nulle' }), 400, /La ressource "nulle" n'existe pas/);
    refused(await elevations({ lon: '1|2', lat: '1' }), 400, /autant de valeurs/);
    refused(
      await get('/1.0/calcul/alti/rest/elevation.json?lon=1&lon=2&lat=1&resource=terrain'),
      400,
      /une seule fois/,
    );
    refused(await get('/1.0/calcul/alti/rest/elevation.json?lon=1&lat=1&resource=%00'), 400, /n'existe pas/);
    refused(await post('/calcul/alti/rest/elevation.json', []), 400, /objet JSON/);
    refused(
      await post('/calcul/alti/rest/elevation.json', { lon: { a: 1 }, lat: 1, resource: 'terrain' }),
      400,
      /"lon"/,
    );
    refused(await get('/calcul/alti/rest/elevation.json', { method: 'POST' }), 400, /objet JSON/);
    const json = { 'content-type': 'application/json' };
    refused(await get('/calcul/alti/rest/elevation.json', { method: 'POST', headers: json, body: '{' }), 400, /JSON/);
    const text = { 'content-type': 'text/plain' };
    refused(await get('/calcul/alti/rest/elevation.json', { method: 'POST', headers: text, body: 'x' }), 415, /JSON/);
    refused(await get('/1.0/calcul/alti/rest/elevation.png?lon=1&lat=1'), 404, /adresse/);
    refused(await elevations({ lon: Array(2000).fill('1.234').join('|'), lat: '1' }), 414, /8192 octets/);
    const xml = await get('/1.0/calcul/alti/rest/elevation.xml?lat=1&resource=terrain');
    t.equal(xml.status, 400);
    t.match(xml.text, /<error><code>BAD_PARAMETER<\/code><description>Le paramètre "lon" est obligatoire/);
  });

  await t.test('a page elsewhere may post', async (t) => {
    const asked = await fetch(`${origin}/altimetrie/1.0/calcul/alti/rest/elevation.json`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    t.equal(asked.status, 204);
    t.match(asked.headers.get('access-control-allow-methods'), /POST/);
  });

  await t.test('a box limits where a pyramid is used', async (t) => {
    const [place, other] = [inside[0], inside.at(-1)];
    if (place === undefined || other === undefined) throw new Error('no place');
    const bbox = { west: place.lon - 1e-5, south: place.lat - 1e-5, east: place.lon + 1e-5, north: place.lat + 1e-5 };
    const [fine] = typeInfos.used_data;
    const boxed = configuration('boxed', { used_data: [{ ...fine, bbox }] });
    const { configuration: path, offering } = await publish(producer, DATASTORE, boxed, OPEN_ALTIMETRY);
    const { body } = await elevations({ ...lists([place, other]), resource: 'boxed', zonly: 'true' });
    t.same(body.elevations, [expected(place.lon, place.lat), NODATA]);
    t.equal((await producer.call('DELETE', offering)).status, 204);
    await waitForAbsence(producer, offering);
    t.equal((await elevations({ ...lists([place]), resource: 'boxed' })).status, 400);
    t.equal((await producer.call('DELETE', path)).status, 204);
  });

  await t.test('what replaces a pyramid in place is read at once', async (t) => {
    await replacePyramid(deps, coarse, await flat(9));
    const { body } = await elevations({ lon: '-1.6255', lat: '47.2155', zonly: 'true' });
    t.same(body.elevations, [9]);
  });

  await t.test('its data are kept, its answers counted', async (t) => {
    t.equal((await producer.call('DELETE', `${ROOT}/stored_data/${sources}`)).status, 409);
    await deps.traffic.flush();
    const { body } = await producer.call<{ total: { hits: number } }>('GET', `${published.offering}/stats`);
    t.ok(body.total.hits > 5);
  });

  await t.test('configurations that cannot be', async (t) => {
    const rgb = {
      format: 'TIFF_PNG_UINT8',
      pixels: { channels: 3, nodata: '0,0,0', photometric: 'rgb', interpolation: 'nn' },
    } as const;
    const ortho = await buildPyramid(deps, {
      ...rgb,
      levels: [{ id: '12', tiles: [{ ...cell, bytes: await rasterTile(rgb, [1, 2, 3]) }] }],
    });
    const [fine] = typeInfos.used_data;
    const refused = await producer.call(
      'POST',
      `${ROOT}/configurations`,
      configuration('bad', {
        bbox: { west: 3, south: 2, east: 1, north: 4 },
        used_data: [
          { ...fine, stored_data: ortho, bbox: { west: 1, south: 5, east: 2, north: 4 } },
          {
            ...fine,
            source: { mapping: { a: 'x', 300: 'y' }, stored_data: mnt },
            accuracy: { mapping: {}, stored_data: sources },
          },
        ],
      }),
    );
    t.equal(refused.status, 400);
    for (const fault of [
      /"type_infos.bbox" doit vérifier/,
      /"type_infos.used_data\[0\].bbox" doit vérifier/,
      /used_data\[0\].stored_data : la pyramide .* doit avoir un seul canal réel \(FLOAT32\), elle a 3 canaux UINT8/,
      /used_data\[1\].source.stored_data : .* un seul canal entier \(UINT8\), elle a 1 canal FLOAT32/,
      /used_data\[1\].source.mapping : "a" n'est pas une valeur de pixel/,
      /used_data\[1\].source.mapping : "300" n'est pas une valeur de pixel/,
      /used_data\[1\].accuracy.mapping : au moins une valeur/,
    ]) {
      t.match(sentences(refused), fault);
    }
    const shapeless = await producer.call(
      'POST',
      `${ROOT}/configurations`,
      configuration('shapeless', { used_data: [{ stored_data: mnt, source: {}, accuracy: { value: 'x' } }] }),
    );
    t.equal(shapeless.status, 400);
    t.match(sentences(shapeless), /type_infos.used_data\[0\].title/);
    const elsewhere = await producer.call('POST', `${published.configuration}/offerings`, { endpoint: OPEN_WFS });
    t.equal(elsewhere.status, 400);
    const unknown = await producer.call(
      'POST',
      `${ROOT}/configurations`,
      configuration('unknown', { used_data: [{ ...fine, stored_data: '00000000-0000-4000-8000-00000000dead' }] }),
    );
    t.equal(unknown.status, 404);
  });

  await t.test('a pyramid that is gone makes the offering unstable, the service goes on', async (t) => {
    await deps.prisma.storedData.update({ where: { id: coarse }, data: { filesKey: null } });
    t.equal((await producer.call('PUT', published.offering)).status, 200);
    await waitForStatus(producer, published.offering, 'UNSTABLE');
    t.equal((await elevations(lists(inside.slice(0, 1)))).status, 200);
  });
});
