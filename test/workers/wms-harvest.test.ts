import t, { type Test } from 'tap';
import type { Painter } from '../../fixtures/generate/raster.js';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { sentences } from '../helpers/diffusion.js';
import { harvestRequest, storedPixels, TRIANGLE } from '../helpers/harvest.js';
import { type Integrated, into } from '../helpers/integration.js';
import { fromWebMercator } from '../helpers/lambert93.js';
import { runExecution } from '../helpers/pyramids.js';
import type { PixelReader } from '../helpers/raster-pyramids.js';
import { DATASTORE } from '../helpers/seed.js';
import { exception, startWms } from '../helpers/wms-server.js';

/** Maps that are soon drawn. */
const SMALL = { harvest_dimensions: [200, 200] };
const EXECUTIONS = `/datastores/${DATASTORE}/processings/executions`;

/** A colour that tells the place, in metres. */
const chequered: Painter = (x, y) => [
  20 + (Math.abs(Math.floor(x / 10)) % 200),
  20 + (Math.abs(Math.floor(y / 10)) % 200),
  77,
];
const NODATA = [255, 255, 255];

const CORNERS = [
  [TRIANGLE.west, TRIANGLE.south],
  [TRIANGLE.east, TRIANGLE.south],
  [(TRIANGLE.west + TRIANGLE.east) / 2, TRIANGLE.north],
] as const;

/** How far within the triangle a point is, in degrees; negative outside. */
function depth(longitude: number, latitude: number): number {
  const sides = CORNERS.map(([x1, y1], at) => {
    const [x2, y2] = CORNERS[(at + 1) % 3] ?? [0, 0];
    return ((x2 - x1) * (latitude - y1) - (y2 - y1) * (longitude - x1)) / Math.hypot(x2 - x1, y2 - y1);
  });
  return Math.min(...sides);
}

/** Points of the system of the set over the box of the triangle and a bit more, and their depth, in degrees. */
function* points(tms: 'PM' | '4326'): Generator<{ x: number; y: number }> {
  const [west, south, east, north] = [-1.625, 47.197, -1.575, 47.228];
  for (let across = 0; across < 40; across += 1) {
    for (let down = 0; down < 40; down += 1) {
      const longitude = west + ((east - west) * (across + 0.5)) / 40;
      const latitude = south + ((north - south) * (down + 0.5)) / 40;
      if (tms === '4326') yield { x: longitude, y: latitude };
      else {
        const [x, y] = [
          longitude * 111319.49079327358,
          Math.log(Math.tan(((90 + latitude) * Math.PI) / 360)) * 6378137,
        ];
        yield { x, y };
      }
    }
  }
}

/** Degrees of a pixel and a half at the level that tests harvest. */
const EDGE = 1.5e-4;

interface Expected {
  readonly level: string;
  readonly tms?: 'PM' | '4326';
  readonly paint: (centre: [number, number]) => readonly number[];
  /** Outside the area. */
  readonly outside?: (centre: [number, number]) => readonly number[];
  readonly tolerance?: number;
  readonly edge?: number;
}

/** Compares the pixels of a level with what was drawn, outside the area with the value of no data. */
async function compare(t: Test, pixels: PixelReader, expected: Expected): Promise<void> {
  const { level, tms = 'PM', paint, outside = () => NODATA, tolerance = 0, edge = EDGE } = expected;
  const counts = { inside: 0, outside: 0 };
  for (const { x, y } of points(tms)) {
    const found = await pixels.pixelAt(level, x, y);
    if (found === null) continue;
    const [longitude, latitude] = tms === '4326' ? found.centre : fromWebMercator(...found.centre);
    const within = depth(longitude, latitude);
    if (Math.abs(within) < edge) continue;
    const wanted = (within > 0 ? paint : outside)(found.centre);
    const differs = wanted.some((value, channel) => Math.abs(value - (found.values[channel] ?? NaN)) > tolerance);
    if (within > 0) counts.inside += 1;
    else counts.outside += 1;
    if (differs || wanted.length !== found.values.length) t.same(found.values, wanted, `at ${x}, ${y} of ${level}`);
  }
  t.ok(counts.inside > 200 && counts.outside > 200, JSON.stringify(counts));
}

/** The mean of the four pixels of the level below, as halving makes it. */
function halfOf(paint: Painter, cellSize: number): Expected['paint'] {
  return ([x, y]) => {
    const q = cellSize / 4;
    const four = [paint(x - q, y + q), paint(x + q, y + q), paint(x - q, y - q), paint(x + q, y - q)];
    return [0, 1, 2].map((channel) => Math.trunc(four.reduce((sum, one) => sum + (one[channel] ?? 0), 0) / 4));
  };
}

const CELL_13 = 19.109257071290635;

void t.test('the maps of a service become a pyramid', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const wms = await startWms(t, chequered);
  const parameters = {
    harvest_levels: ['14', '12'],
    harvest_dimensions: [200, 150],
    harvest_extras: 'apikey=very-secret&transparent=false',
    parallelization: 2,
  };
  const { status, log, data, storedData } = await runExecution(user, harvestRequest(wms.url, parameters));
  t.equal(status, 'SUCCESS', log);

  t.match(data, {
    status: 'GENERATED',
    srs: 'EPSG:3857',
    type_infos: {
      tms: 'PM',
      channels_format: 'UINT8',
      channels_number: 3,
      compression: 'PNG',
      nodata_value: '255,255,255',
    },
  });
  t.equal((data.type_infos as unknown as { levels: string[] }).levels.length, 15);
  const ring = data.extent?.coordinates[0] ?? [];
  t.same(new Set(ring.map(([x]) => x)), new Set([TRIANGLE.east, TRIANGLE.west]));
  t.same(new Set(ring.map(([, y]) => y)), new Set([TRIANGLE.south, TRIANGLE.north]));

  const pixels = await storedPixels(emulator.deps, storedData);
  await compare(t, pixels, { level: '14', paint: (centre) => chequered(...centre) });
  await compare(t, pixels, { level: '13', paint: halfOf(chequered, CELL_13), edge: 2 * EDGE });
  await compare(t, pixels, { level: '12', paint: (centre) => chequered(...centre), edge: 4 * EDGE });
  await compare(t, pixels, { level: '11', paint: halfOf(chequered, 4 * CELL_13), edge: 8 * EDGE });

  t.ok(wms.asked.every(({ width, height }) => width <= 200 && height <= 150));
  t.ok(wms.busiest() > 1 && wms.busiest() <= 4, `${wms.busiest()} requests at once`);
  t.match(Object.fromEntries(wms.asked[0]?.parameters ?? []), {
    SERVICE: 'WMS',
    VERSION: '1.3.0',
    REQUEST: 'GetMap',
    LAYERS: 'ortho',
    STYLES: '',
    CRS: 'EPSG:3857',
    FORMAT: 'image/png',
    apikey: 'very-secret',
    transparent: 'false',
  });
  for (const { width, height, pixelAt } of wms.asked) {
    const corners = [pixelAt(0, 0), pixelAt(width, 0), pixelAt(0, height), pixelAt(width, height)];
    const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => fromWebMercator(...corner)[axis] ?? NaN));
    t.ok(Math.min(...(xs ?? [])) < TRIANGLE.east && Math.max(...(ys ?? [])) > TRIANGLE.south);
  }
  t.match(log, /Niveau 14 : 1 dalles à calculer par moissonnage/);
  t.match(log, /Niveau 13 : 1 dalles à calculer par réduction/);
  t.notMatch(log, /very-secret/);
});

void t.test('other sets and formats', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const run = async (url: string, parameters: object) => {
    const { status, log, storedData } = await runExecution(user, harvestRequest(url, parameters));
    if (status !== 'SUCCESS') throw new Error(log);
    return storedPixels(emulator.deps, storedData);
  };

  await t.test('latitude first', async (t) => {
    const paint: Painter = (x, y) => chequered(x * 1e5, y * 1e5);
    const wms = await startWms(t, paint);
    const pixels = await run(wms.url, { tms: '4326', harvest_levels: [13], bottom: 13, top: '11' });
    t.equal(wms.asked[0]?.parameters.get('CRS'), 'EPSG:4326');
    t.match(wms.asked[0]?.parameters.get('BBOX'), /^47\.\d+,-1\.\d+,47\.\d+,-1\.\d+$/);
    await compare(t, pixels, { level: '13', tms: '4326', paint: (centre) => paint(...centre) });
    t.same(
      pixels.descriptor.levels.map(({ id }) => id),
      ['11', '12', '13'],
    );
  });

  await t.test('jpeg', async (t) => {
    const smooth: Painter = (x, y) => [100 + Math.sin(x / 900) * 50, 100 + Math.cos(y / 900) * 50, 90].map(Math.round);
    const wms = await startWms(t, smooth);
    const pixels = await run(wms.url, { harvest_format: 'image/jpeg', compression: 'jpg90', nodata: ['0', '0', '0'] });
    t.equal(pixels.descriptor.raster_specifications?.nodata, '0,0,0');
    await compare(t, pixels, {
      level: '14',
      paint: (centre) => smooth(...centre),
      outside: () => [0, 0, 0],
      tolerance: 12,
      edge: 20 * EDGE,
    });
  });

  for (const compression of ['deflate', 'lzw', 'packbits', 'raw']) {
    await t.test(`tiff ${compression}`, async (t) => {
      const wms = await startWms(t, chequered);
      const format = `image/tiff&format_options=compression:${compression}`;
      const pixels = await run(wms.url, { harvest_format: format, compression: 'zip', samplesperpixel: 3 });
      t.equal(wms.asked[0]?.parameters.get('FORMAT_OPTIONS'), `compression:${compression}`);
      await compare(t, pixels, { level: '14', paint: (centre) => chequered(...centre) });
    });
  }

  const elevation: Painter = (x, y) => [Math.fround(x / 10 + y / 1000)];
  for (const format of ['image/x-bil;bits=32', 'image/tiff']) {
    await t.test(`elevations in ${format}`, async (t) => {
      const hole = (x: number) => x > -178_500;
      const wms = await startWms(t, (x, y) => (hole(x) ? [-99999] : elevation(x, y)));
      const pixels = await run(wms.url, {
        ...{
          harvest_format: format,
          compression: 'zip',
          sampleformat: 'FLOAT32',
          samplesperpixel: 1,
          nodata: ['-99999'],
        },
      });
      await compare(t, pixels, {
        level: '14',
        paint: (centre) => (hole(centre[0]) ? [-99999] : elevation(...centre)),
        outside: () => [-99999],
        tolerance: 0.01,
      });
      // No data is in no mean.
      for (const { x, y } of points('PM')) {
        const value = (await pixels.pixelAt('12', x, y))?.values[0] ?? -99999;
        if (value !== -99999 && (value > -10_000 || value < -20_000)) t.fail(`${value} at ${x}, ${y}`);
      }
    });
  }

  await t.test('transparent maps', async (t) => {
    const isSeen = (x: number) => Math.floor(x / 500) % 2 === 0;
    const wms = await startWms(t, (x, y) => (isSeen(x) ? [...chequered(x, y), 255] : [0, 0, 0, 0]));
    const opaque = await run(wms.url, { harvest_extras: 'transparent=true' });
    await compare(t, opaque, { level: '14', paint: ([x, y]) => (isSeen(x) ? chequered(x, y) : NODATA) });
    const four = await run(wms.url, { harvest_extras: 'transparent=true', samplesperpixel: 4 });
    t.equal(four.descriptor.raster_specifications?.nodata, '255,255,255,0');
    await compare(t, four, {
      level: '14',
      paint: ([x, y]) => (isSeen(x) ? [...chequered(x, y), 255] : [255, 255, 255, 0]),
      outside: () => [255, 255, 255, 0],
    });
  });

  await t.test('small answers are empty', async (t) => {
    const isEmpty = (x: number) => x > -178_000;
    const wms = await startWms(t, chequered);
    wms.behaviour = ({ pixelAt, width }, response) => {
      if (!isEmpty(pixelAt(width / 2, 0)[0])) return false;
      response.writeHead(200, { 'content-type': 'image/png' }).end('vide');
      return true;
    };
    const { status, log } = await runExecution(
      user,
      harvestRequest(wms.url, { harvest_threshold: 100, harvest_dimensions: [64, 64] }),
    );
    t.equal(status, 'SUCCESS', log);
    t.match(log, /\d+ images moissonnées, dont [1-9]\d* vides/);
  });
});

void t.test('services that fail', async (t) => {
  const emulator = await startTestEmulator(t, { HARVEST_TIMEOUT: '2000' });
  const user = await logIn(emulator);
  const harvest = (url: string, parameters: object = {}) =>
    runExecution(user, harvestRequest(url, { ...SMALL, harvest_extras: 'apikey=very-secret', ...parameters }));
  const asServiceSays = async (behaviour: Awaited<ReturnType<typeof startWms>>['behaviour']) => {
    const wms = await startWms(t, chequered);
    wms.behaviour = behaviour;
    const run = await harvest(wms.url);
    t.notMatch(run.log, /very-secret/);
    return { ...run, asked: wms.asked.length };
  };

  await t.test('for a while', async (t) => {
    const { status, log, storedData } = await asServiceSays((_map, response, rank) => {
      switch (rank) {
        case 1:
          response.writeHead(500, { 'content-type': 'text/xml' }).end(exception('En panne, apikey=very-secret'));
          return true;
        case 2:
          response.writeHead(200, { 'content-type': 'image/png', 'content-length': 5000 }).write('début');
          setImmediate(() => response.destroy());
          return true;
        case 3:
          response.writeHead(200, { 'content-type': 'image/png' }).end('un morceau');
          return true;
        case 4:
          return true;
        default:
          return false;
      }
    });
    t.equal(status, 'SUCCESS', log);
    t.match(log, /WARNING.*Le service a répondu 500 : .*En panne, apikey=\*\*\* : nouvelle tentative/);
    t.match(log, /WARNING.*n'a pas répondu \(connexion interrompue\)/);
    t.match(log, /WARNING.*image illisible de 10 octets/);
    t.match(log, /WARNING.*délai de 2000 ms dépassé/);
    await compare(t, await storedPixels(emulator.deps, storedData), {
      level: '14',
      paint: (centre) => chequered(...centre),
    });
  });

  await t.test('for ever', async (t) => {
    const { status, log, data, asked, storedData } = await asServiceSays((_map, response) => {
      response.writeHead(503).end('Maintenance');
      return true;
    });
    t.equal(status, 'FAILURE');
    t.equal(data.status, 'UNSTABLE');
    t.match(log, /ERROR.*Le service a répondu 503 : Maintenance \(5 tentatives\)/);
    t.ok(asked >= 5 && asked <= 10, `${asked} requests`);
    const { filesKey } = await emulator.deps.prisma.storedData.findUniqueOrThrow({ where: { id: storedData } });
    t.equal(filesKey, null);
  });

  const answers: readonly (readonly [name: string, head: readonly [number, string], body: string, said: RegExp])[] = [
    ['with an exception', [200, 'text/xml'], exception('Couche inconnue'), /LayerNotDefined Couche inconnue/],
    [
      'with an exception and a status',
      [400, 'text/xml'],
      exception('Couche inconnue'),
      /a répondu 400.*Couche inconnue/,
    ],
    ['with a page', [200, 'text/html'], '<html><b>Perdu</b></html>', /de type text\/html au lieu d'une image : Perdu/],
    ['for want of a key', [403, 'text/plain'], 'Interdit', /403 : Interdit.*"harvest_extras"/],
    ['with an entity bomb', [200, 'text/xml'], '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /au lieu d'une image/],
  ];
  for (const [name, [code, type], body, said] of answers) {
    await t.test(name, async (t) => {
      const { status, log } = await asServiceSays((_map, response) => {
        response.writeHead(code, { 'content-type': type }).end(body);
        return true;
      });
      t.equal(status, 'FAILURE');
      t.match(log, said);
      t.notMatch(log, /nouvelle tentative/);
    });
  }

  await t.test('with a redirection', async (t) => {
    const other = await startWms(t, chequered);
    const { status, log } = await asServiceSays((_map, response) => {
      response.writeHead(302, { location: other.url }).end();
      return true;
    });
    t.equal(status, 'FAILURE');
    t.match(log, /redirections ne sont pas suivies/);
    t.same(other.asked, []);
  });

  await t.test('with images of another size, kind or length', async (t) => {
    const wms = await startWms(t, chequered);
    const drawn = await startWms(t, chequered);
    const small = await fetch(`${drawn.url}?BBOX=0,0,9,9&WIDTH=9&HEIGHT=9&CRS=EPSG:3857&FORMAT=image/png`);
    const image = Buffer.from(await small.arrayBuffer());
    const bodies = [
      [image, 'image/png', 'image/png', /image de 9 x 9 pixels au lieu de/],
      [image, 'image/jpeg', 'image/jpeg', /une image png au lieu de jpeg/],
      [Buffer.alloc(8_000_000), 'image/png', 'image/png', /réponse de plus de \d+ octets/],
    ] as const;
    for (const [body, type, format, said] of bodies) {
      wms.behaviour = (_map, response) => {
        response.writeHead(200, { 'content-type': type }).end(body);
        return true;
      };
      const { status, log } = await harvest(wms.url, { harvest_format: format });
      t.equal(status, 'FAILURE');
      t.match(log, said);
    }
    wms.behaviour = () => false;
    const { log } = await harvest(wms.url, { harvest_format: 'image/tiff', compression: 'zip', samplesperpixel: 2 });
    t.match(log, /image de 3 canaux Byte, 2 canaux Byte sont attendus/);
  });
});

void t.test('only what the configuration allows is harvested', async (t) => {
  const emulator = await startTestEmulator(t, { HARVEST_ALLOWED_HOSTS: '' });
  const user = await logIn(emulator);
  const wms = await startWms(t, chequered);
  for (const host of [new URL(wms.url).host, `localhost:${new URL(wms.url).port}`, '1.1.1.1']) {
    const { status, log } = await runExecution(user, harvestRequest(`http://${host}/wms`));
    t.equal(status, 'FAILURE');
    t.match(log, /ERROR.*Le moissonnage de .* n'est pas autorisé.*HARVEST_ALLOWED_HOSTS/);
  }
  t.same(wms.asked, []);
  const own = await runExecution(user, harvestRequest(`${emulator.origin}/wms-v`));
  t.match(own.log, /ERROR.*LayerNotDefined/, 'the emulator itself is');
});

void t.test('keys are shown to nobody', async (t) => {
  const emulator = await startTestEmulator(t);
  const [user, admin] = [await logIn(emulator), await logIn(emulator, 'admin')];
  const answer = await user.call<{ _id: string; parameters: object }>(
    'POST',
    EXECUTIONS,
    harvestRequest('http://127.0.0.1/wms?token=hidden', { harvest_extras: 'apikey=very-secret&styles=a' }),
  );
  t.equal(answer.status, 201);
  const { _id: id } = answer.body;
  const shown = { harvest_url: 'http://127.0.0.1/wms?token=***', harvest_extras: 'apikey=***&styles=***' };
  t.match(answer.body.parameters, shown);
  for (const [reader, path] of [
    [user, EXECUTIONS],
    [admin, '/administrator/processings/executions'],
  ] as const) {
    const { status, body } = await reader.call<{ parameters: object }>('GET', `${path}/${id}`);
    t.equal(status, 200);
    t.match(body.parameters, shown);
    t.notMatch(JSON.stringify(body), /very-secret|hidden/);
  }
  const { parameters } = await emulator.deps.prisma.processingExecution.findUniqueOrThrow({ where: { id } });
  t.match(parameters, { harvest_extras: 'apikey=very-secret&styles=a' }, 'the job has them');
});

void t.test('what can only fail is refused, every fault told', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const refusal = async (parameters: object, more: object = {}) => {
    const answer = await user.call('POST', EXECUTIONS, harvestRequest('http://127.0.0.1/wms', parameters, more));
    t.equal(answer.status, 400);
    return sentences(answer);
  };
  const all = await refusal({
    harvest_url: 'ftp://a/b',
    harvest_area: 'POINT(1 2)',
    harvest_extras: 'apikey=a&BBOX=1',
    harvest_levels: ['14', '15', '99'],
    top: 'x',
    nodata: ['a', 300],
    compression: 'jpg90',
    samplesperpixel: 1,
    harvest_dimensions: [0, 100_000],
  });
  for (const said of [
    /"harvest_url" doit être une URL/,
    /"harvest_area" doit être un WKT de type POLYGON/,
    /"harvest_extras" ne peut pas donner BBOX/,
    /niveau 99 du paramètre "harvest_levels"/,
    /niveau x du paramètre "top"/,
    /"nodata" doit contenir 1 ou 1 valeurs/,
    /"nodata" doit contenir des entiers de 0 à 255/,
    /jpg90 demande 3 canaux/,
    /"harvest_dimensions"/,
  ]) {
    t.match(all, said);
  }
  t.match(await refusal({ harvest_url: 'http://moi:secret@a/' }), /identifiants/);
  t.match(await refusal({ harvest_levels: ['13', '14'] }), /du bas vers le haut.*"bottom" doit être le premier/);
  t.match(await refusal({ top: '15' }), /ne peut pas être sous/);
  t.match(
    await refusal({ tms: undefined, compression: undefined }),
    /"tms" est obligatoire.*"compression" est obligatoire/,
  );
  t.match(await refusal({ sampleformat: 'FLOAT32' }), /ne porte pas de canaux FLOAT32/);
  t.match(
    await refusal({ harvest_format: 'image/x-bil;bits=32' }),
    /La compression png ne convient pas à des canaux FLOAT32/,
  );
});

void t.test('a pyramid is updated by a harvest', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const first = await startWms(t, chequered);
  const whole = 'POLYGON((-1.70 47.15,-1.50 47.15,-1.50 47.30,-1.70 47.30,-1.70 47.15))';
  const base = await run(user, first.url, { harvest_area: whole });
  const red: Painter = () => [250, 10, 10];
  const second = await startWms(t, red);
  const update = { tms: undefined, compression: undefined };

  await t.test('by reference', async (t) => {
    const { storedData, log } = await run(user, second.url, update, { inputs: { stored_data: [base.storedData] } });
    const pixels = await storedPixels(emulator.deps, storedData);
    await comparePlaces(t, pixels, red);
    const former = await storedPixels(emulator.deps, base.storedData);
    const [found] = points('PM');
    if (found !== undefined) t.not((await former.pixelAt('14', found.x, found.y))?.values.join(), red(0, 0).join());
    const deletion = await user.call('DELETE', `/datastores/${DATASTORE}/stored_data/${base.storedData}`);
    t.equal(deletion.status, 409, log);
  });

  await t.test('what it inherits cannot change', async (t) => {
    const body = harvestRequest(
      second.url,
      { tms: '4326', compression: 'jpg', harvest_levels: ['15'], bottom: '15', nodata: [0] },
      { inputs: { stored_data: [base.storedData] } },
    );
    const answer = await user.call('POST', EXECUTIONS, body);
    t.equal(answer.status, 400);
    for (const said of [
      /"tms" vaut PM/,
      /"compression" vaut png/,
      /niveau 15 .* pyramide mise à jour/,
      /"nodata" vaut/,
    ]) {
      t.match(sentences(answer), said);
    }
  });

  await t.test('in place', async (t) => {
    const { storedData } = await run(user, second.url, update, into(base.storedData));
    t.equal(storedData, base.storedData);
    await comparePlaces(t, await storedPixels(emulator.deps, storedData), red);
  });
});

async function run(user: ApiUser, url: string, parameters: object, more: object = {}): Promise<Integrated> {
  const ended = await runExecution(user, harvestRequest(url, parameters, more));
  if (ended.status !== 'SUCCESS') throw new Error(ended.log);
  return ended;
}

/** Within the triangle what was harvested last, outside what was there. */
function comparePlaces(t: Test, pixels: PixelReader, inside: Painter): Promise<void> {
  return compare(t, pixels, {
    level: '14',
    paint: (centre) => inside(...centre),
    outside: (centre) => chequered(...centre),
  });
}
