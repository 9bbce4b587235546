import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import gdal from 'gdal-async';
import sharp from 'sharp';
import t from 'tap';
import { child, childrenNamed, readXml, type ReadElement } from '../../../src/ogc/xml.js';
import { logIn, until } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { create, fileForm, OPEN_WMS_RASTER, publish, rasterConfiguration } from '../../helpers/diffusion.js';
import { fromWebMercator, toLambert93 } from '../../helpers/lambert93.js';
import { replacePyramid } from '../../helpers/pyramid.js';
import { buildPainted, paintPyramid, type PaintedPyramid } from '../../helpers/raster-layers.js';
import { startReceiver } from '../../helpers/receiver.js';
import { DATASTORE } from '../../helpers/seed.js';

/** Four tiles of level 14 of PM, by Nantes. */
const BOX = { minX: -173_600, minY: 5_975_000, maxX: -169_000, maxY: 5_979_600 };
const EXTENT = { west: -1.56, south: 47.2, east: -1.515, north: 47.23 };

/** Waves of some hundred metres: smooth enough for any interpolation, and different everywhere. */
const waves = (x: number, y: number): readonly number[] => [
  128 + 100 * Math.sin(x / 90),
  128 + 100 * Math.cos(y / 110),
  128 + 100 * Math.sin((x + y) / 200),
];

/** A plane: 10 m a kilometre eastwards, 20 m northwards. */
const slope = (x: number, y: number): readonly number[] => [(x + 173_600) / 100 + (y - 5_975_000) / 50];

const RGB = { channels: 3, nodata: '255,255,255', photometric: 'rgb', interpolation: 'nn' } as const;
const photo: PaintedPyramid = {
  format: 'TIFF_PNG_UINT8',
  pixels: RGB,
  box: BOX,
  levels: ['12', '13', '14', '15'],
  paint: waves,
};
const relief: PaintedPyramid = {
  format: 'TIFF_ZIP_FLOAT32',
  pixels: { channels: 1, nodata: '-99999', photometric: 'gray', interpolation: 'nn' },
  box: BOX,
  levels: ['13', '14'],
  paint: slope,
};

/** Pixels of a level 14 tile are of 9.55 m: a view of theirs. */
const VIEW = { minX: -172_800, minY: 5_976_000, maxX: -170_240, maxY: 5_978_560 };

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixel: (x: number, y: number) => number[];
}

async function decode(body: Buffer): Promise<Decoded> {
  const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return {
    width,
    height,
    channels,
    pixel: (x, y) => [...data.subarray((y * width + x) * channels).subarray(0, channels)],
  };
}

/** Largest difference between an image and what its pixels should be. @param truth by column and row */
function error({ width, height, pixel }: Decoded, truth: (x: number, y: number) => readonly number[]): number {
  let largest = 0;
  for (let y = 0; y < height; y += 7) {
    for (let x = 0; x < width; x += 7) {
      const expected = truth(x, y);
      pixel(x, y).forEach((value, channel) => {
        largest = Math.max(largest, Math.abs(value - (expected[channel] ?? 0)));
      });
    }
  }
  return largest;
}

await t.test('WMS-RASTER', async (t) => {
  const emulator = await startTestEmulator(t, { HARVEST_ALLOWED_HOSTS: '127.0.0.1' });
  const { deps, origin } = emulator;
  const producer = await logIn(emulator);
  const get = async (query: string, init?: RequestInit, path = '/wms-r') => {
    const response = await fetch(`${origin}${path}${query}`, init);
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body, text: body.toString() };
  };
  type Parameters = Readonly<Record<string, string | undefined>>;
  const request = (parameters: Parameters) => {
    const given = Object.entries({ SERVICE: 'WMS', VERSION: '1.3.0', ...parameters });
    const present = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]]));
    return get(`?${new URLSearchParams(present).toString()}`);
  };
  const bboxOf = ({ minX, minY, maxX, maxY }: typeof VIEW) => [minX, minY, maxX, maxY].join(',');
  const MAP = {
    REQUEST: 'GetMap',
    LAYERS: 'photo',
    STYLES: '',
    CRS: 'EPSG:3857',
    BBOX: bboxOf(VIEW),
    WIDTH: '256',
    HEIGHT: '256',
    FORMAT: 'image/png',
  };
  const map = (parameters: Parameters = {}) => request({ ...MAP, ...parameters });
  const picture = async (parameters: Parameters = {}) => {
    const answer = await map(parameters);
    if (answer.status !== 200) throw new Error(answer.text);
    return decode(answer.body);
  };
  const report = (code: string, text: string) =>
    '<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc" ' +
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.opengis.net/ogc ' +
    'http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd">' +
    `<ServiceException code="${code}">${text}</ServiceException></ServiceExceptionReport>`;
  const style = async (content: object) => {
    const form = fileForm(JSON.stringify(content), { type: 'ROK4-STYLE', name: 'style' });
    return (await create(producer, `/datastores/${DATASTORE}/statics`, form))._id;
  };
  const levels = (storedData: string, top: string, bottom: string) => [
    { stored_data: storedData, top_level: top, bottom_level: bottom },
  ];
  const publishLayer = (configuration: object) => publish(producer, DATASTORE, configuration, OPEN_WMS_RASTER);
  /** Coordinates of the centre of a pixel of a box. */
  const centre = ({ minX, minY, maxX, maxY }: typeof VIEW, side: number, x: number, y: number) =>
    [minX + ((x + 0.5) * (maxX - minX)) / side, maxY - ((y + 0.5) * (maxY - minY)) / side] as const;

  const photoId = await buildPainted(deps, { ...photo, extent: EXTENT });
  const configuration = {
    ...rasterConfiguration('photo', levels(photoId, '12', '15'), {
      keywords: ['sky', 'ground'],
      interpolation: 'LINEAR',
    }),
    metadata: [{ format: 'text/xml', url: 'https://example.org/record.xml', type: 'ISO19115:2003' }],
    attribution: {
      title: 'Survey',
      url: 'https://example.org',
      logo: { format: 'image/png', url: 'https://example.org/logo.png', width: 10, height: 20 },
    },
  };
  const published = await publishLayer(configuration);

  await t.test('maps are of the right pixels in every system, in the axis order of WMS 1.3.0', async (t) => {
    const mercator = await picture();
    t.strictSame([mercator.width, mercator.height, mercator.channels], [256, 256, 3]);
    t.ok(error(mercator, (x, y) => waves(...centre(VIEW, 256, x, y))) < 3);

    const [west, south] = fromWebMercator(VIEW.minX, VIEW.minY);
    const [east, north] = fromWebMercator(VIEW.maxX, VIEW.maxY);
    const degrees = { minX: west, minY: south, maxX: east, maxY: north };
    const inDegrees = (x: number, y: number) => waves(...toWebMercator(...centre(degrees, 300, x, y)));
    const sides = { WIDTH: '300', HEIGHT: '300' };
    const latitudeFirst = await picture({ CRS: 'EPSG:4326', BBOX: [south, west, north, east].join(','), ...sides });
    t.ok(error(latitudeFirst, inDegrees) < 3);
    for (const CRS of ['CRS:84', 'IGNF:WGS84G']) {
      const longitudeFirst = await picture({ CRS, BBOX: [west, south, east, north].join(','), ...sides });
      t.ok(error(longitudeFirst, inDegrees) < 3, CRS);
    }

    const [x0, y0] = toLambert93((west + east) / 2, (south + north) / 2);
    const lambert = { minX: x0 - 800, minY: y0 - 800, maxX: x0 + 800, maxY: y0 + 800 };
    const image = await picture({ CRS: 'EPSG:2154', BBOX: bboxOf(lambert), ...sides });
    const truth = grid((x, y) => toLambert93(...fromWebMercator(x, y)), VIEW);
    t.ok(error(image, (x, y) => waves(...truth(...centre(lambert, 300, x, y)))) < 3);
  });

  await t.test('the world ends at its edges', async (t) => {
    const half = 20_037_508;
    const worlds = {
      square: { tms: 'PM', box: { minX: -half, minY: -half, maxX: half, maxY: half } },
      plate: { tms: '4326', box: { minX: -179, minY: -89, maxX: 179, maxY: 89 } },
    };
    const extent = { west: -180, south: -85, east: 180, north: 85 };
    for (const [name, world] of Object.entries(worlds)) {
      const id = await buildPainted(deps, { ...photo, ...world, levels: ['1'], paint: () => [10, 200, 10], extent });
      await publishLayer(rasterConfiguration(name, levels(id, '1', '1')));
    }
    const green = (colour: number[]) => colour[0] === 10;
    const place = { LAYERS: 'square', CRS: 'CRS:84', BBOX: '-200,-99,200,99', WIDTH: '200', HEIGHT: '99' };
    const degrees = await picture(place);
    const across = Array.from({ length: 200 }, (_, x) => green(degrees.pixel(x, 49)));
    t.strictSame([across.indexOf(true), across.lastIndexOf(true)], [10, 189], '180 degrees');
    const down = Array.from({ length: 99 }, (_, y) => green(degrees.pixel(100, y)));
    t.strictSame([down.indexOf(true), down.lastIndexOf(true)], [7, 91], '85 degrees');
    const wide = [-1.25 * half, -half / 2, 1.25 * half, half / 2].join(',');
    const metres = await picture({ LAYERS: 'plate', CRS: 'EPSG:3857', BBOX: wide, WIDTH: '200', HEIGHT: '100' });
    const columns = Array.from({ length: 200 }, (_, x) => green(metres.pixel(x, 50)));
    t.strictSame([columns.indexOf(true), columns.lastIndexOf(true)], [20, 179], 'half the world');
    const corner = { REQUEST: 'GetFeatureInfo', QUERY_LAYERS: 'square', INFO_FORMAT: 'text/plain' };
    t.equal((await map({ ...corner, ...place, I: '189', J: '91' })).text, '10,200,10');
    t.equal((await map({ ...corner, ...place, I: '190', J: '91' })).text, '255,255,255');
  });

  await t.test('every interpolation takes pixels at their place; the nearest takes them as they are', async (t) => {
    for (const interpolation of ['NEAREST-NEIGHBOUR', 'LINEAR', 'BICUBIC', 'LANCZOS2', 'LANCZOS3', 'LANCZOS4']) {
      const name = interpolation.toLowerCase();
      await publishLayer(rasterConfiguration(name, levels(photoId, '14', '14'), { interpolation }));
      const image = await picture({ LAYERS: name, WIDTH: '500', HEIGHT: '500' });
      // A pixel of the nearest is half a pixel of the level away at most, and of one of its values.
      const tolerated = interpolation === 'NEAREST-NEIGHBOUR' ? 12 : 3;
      t.ok(error(image, (x, y) => waves(...centre(VIEW, 500, x, y))) < tolerated, interpolation);
    }
    const nearest = await picture({ LAYERS: 'nearest-neighbour', WIDTH: '3', HEIGHT: '3', BBOX: bboxOf(smallBox()) });
    const [x, y] = pixelCentre();
    const exact = waves(x, y).map(Math.trunc);
    t.strictSame([nearest.pixel(0, 0), nearest.pixel(1, 1), nearest.pixel(2, 2)], [exact, exact, exact]);
  });

  await t.test(
    'the level is the coarsest one that is fine enough; the first and the last do for what is beyond',
    async (t) => {
      const plainId = await buildPainted(deps, {
        ...photo,
        levels: ['12', '13', '14'],
        paint: (_x, _y, level) => [Number(level), 0, 0],
        extent: EXTENT,
      });
      await publishLayer(rasterConfiguration('plain', levels(plainId, '12', '14')));
      const limits = { bottom_resolution: 15, top_resolution: 25 };
      await publishLayer(rasterConfiguration('limited', levels(plainId, '12', '14'), limits));
      const levelAt = async (LAYERS: string, resolution: number) => {
        const box = {
          minX: -172_000,
          minY: 5_976_500,
          maxX: -172_000 + 8 * resolution,
          maxY: 5_976_500 + 8 * resolution,
        };
        return (await picture({ LAYERS, BBOX: bboxOf(box), WIDTH: '8', HEIGHT: '8' })).pixel(4, 4)[0];
      };
      // A pixel of level 14 is of 9.55 m, one of the map at least 0.8 of it.
      for (const [resolution, level] of [
        [1, 14],
        [10, 14],
        [15, 14],
        [15.5, 13],
        [30, 13],
        [31, 12],
        [200, 12],
      ] as const) {
        t.equal(await levelAt('plain', resolution), level, `${resolution} m`);
        t.equal(await levelAt('limited', resolution), 13, 'the only level between 15 and 25 m');
      }
      const far = { minX: -200_000, minY: 5_950_000, maxX: -140_000, maxY: 6_010_000 };
      const small = await picture({ BBOX: bboxOf(far), WIDTH: '100', HEIGHT: '100' });
      t.strictSame(small.pixel(0, 0), [255, 255, 255], 'no data');
      t.notSame(small.pixel(45, 54), [255, 255, 255]);
      const near = { minX: -171_010, minY: 5_977_000, maxX: -171_000, maxY: 5_977_010 };
      const large = await picture({ BBOX: bboxOf(near), WIDTH: '50', HEIGHT: '50' });
      t.ok(error(large, (x, y) => waves(...centre(near, 50, x, y))) < 4);
      t.equal(
        (await map({ BBOX: bboxOf({ minX: -1e7, minY: 0, maxX: 1e7, maxY: 2e7 }) })).text,
        report('InvalidParameterValue', 'BBOX too big'),
      );
    },
  );

  await t.test('images larger than what is worked on at once have no seams', async (t) => {
    const near = { minX: -171_500, minY: 5_977_000, maxX: -171_000, maxY: 5_977_500 };
    const sides = { WIDTH: '3000', HEIGHT: '3000' };
    const along = await picture({ BBOX: bboxOf(near), ...sides });
    t.ok(error(along, (x, y) => waves(...centre(near, 3000, x, y))) < 4);
    const [west, south] = fromWebMercator(near.minX, near.minY);
    const [east, north] = fromWebMercator(near.maxX, near.maxY);
    const bent = await picture({ CRS: 'CRS:84', BBOX: [west, south, east, north].join(','), ...sides });
    const degrees = { minX: west, minY: south, maxX: east, maxY: north };
    t.ok(error(bent, (x, y) => waves(...toWebMercator(...centre(degrees, 3000, x, y)))) < 4);
  });

  await t.test('formats', async (t) => {
    const truth = (x: number, y: number) => waves(...centre(VIEW, 256, x, y));
    const open = async (parameters: Parameters, name: string) => {
      const answer = await map(parameters);
      t.equal(answer.status, 200, name);
      const path = join(t.testdir(), name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, answer.body);
      return { answer, dataset: gdal.open(path) };
    };
    const pixelsOf = (dataset: gdal.Dataset): Decoded => {
      const { x: width, y: height } = dataset.rasterSize;
      const bands = dataset.bands.map((band) => band.pixels.read(0, 0, width, height));
      return {
        width,
        height,
        channels: bands.length,
        pixel: (x, y) => bands.map((band) => Number(band[y * width + x])),
      };
    };
    const jpeg = await map({ FORMAT: 'image/jpeg' });
    t.equal(jpeg.headers.get('content-type'), 'image/jpeg');
    t.equal(jpeg.headers.get('content-disposition'), 'filename="image.jpg"');
    t.ok(error(await decode(jpeg.body), truth) < 25);
    const rough = await map({ FORMAT: 'image/jpeg', FORMAT_OPTIONS: 'quality:10' });
    t.ok(rough.body.length < jpeg.body.length / 1.5);
    const named = await map({ filename: '../my "map".png' });
    t.equal(named.headers.get('content-disposition'), 'attachment; filename=".._my _map_.png"');
    t.equal(named.headers.get('access-control-allow-origin'), '*');
    t.same((await map()).body, named.body, 'the same bytes for the same request');

    for (const compression of ['raw', 'lzw', 'deflate', 'packbits']) {
      const options = { FORMAT_OPTIONS: `compression:${compression}` };
      const plain = await open({ FORMAT: 'image/tiff', ...options }, `${compression}.tif`);
      t.equal(plain.answer.headers.get('content-type'), 'image/tiff');
      t.ok(error(pixelsOf(plain.dataset), truth) < 3, compression);
      t.equal(plain.dataset.geoTransform, null);
      const placed = await open({ FORMAT: 'image/geotiff', ...options }, `${compression}-geo.tif`);
      t.ok(error(pixelsOf(placed.dataset), truth) < 3);
      t.same(placed.dataset.geoTransform, [VIEW.minX, 10, 0, VIEW.maxY, 0, -10]);
      t.equal(placed.dataset.srs?.getAuthorityCode(), '3857');
    }
    const other = await map({ FORMAT: 'image/tiff', FORMAT_OPTIONS: 'compression:zip' });
    t.equal(other.text, report('InvalidParameterValue', 'Used data and expected format are not consistent'));
  });

  const reliefId = await buildPainted(deps, { ...relief, extent: EXTENT });
  const hypsometry = {
    identifier: 'hypsometry',
    title: 'Heights',
    palette: {
      rgb_continuous: true,
      alpha_continuous: true,
      no_alpha: false,
      colours: [
        { value: 0, red: 0, green: 0, blue: 0, alpha: 255 },
        { value: 200, red: 200, green: 0, blue: 100, alpha: 255 },
      ],
    },
  };
  await publishLayer(
    rasterConfiguration('relief', levels(reliefId, '13', '14'), {
      styles: [
        await style({ identifier: 'plain' }),
        await style(hypsometry),
        await style({ identifier: 'steep', pente: { unit: 'pourcent' } }),
        await style({ identifier: 'shade', estompage: { zenith: 45, azimuth: 315, z_factor: 1 } }),
      ],
    }),
  );

  await t.test('elevations: real numbers, and styles that draw them', async (t) => {
    const RELIEF = { LAYERS: 'relief', STYLES: '' };
    const truth = (x: number, y: number) => slope(...centre(VIEW, 256, x, y))[0] ?? 0;
    const bil = await map({ ...RELIEF, FORMAT: 'image/x-bil;bits=32' });
    t.equal(bil.headers.get('content-type'), 'image/x-bil;bits=32');
    t.equal(bil.body.length, 256 * 256 * 4);
    for (const [x, y] of [
      [0, 0],
      [100, 200],
      [255, 255],
    ] as const) {
      t.ok(Math.abs(bil.body.readFloatLE(4 * (y * 256 + x)) - truth(x, y)) < 0.01);
    }
    const painted = await picture({ ...RELIEF, STYLES: 'hypsometry' });
    t.equal(painted.channels, 4);
    t.ok(error(painted, (x, y) => [truth(x, y), 0, truth(x, y) / 2, 255]) <= 1.5);
    const steep = await map({ ...RELIEF, STYLES: 'steep', FORMAT: 'image/x-bil;bits=32' });
    // 1 % eastwards, 2 % northwards, up to the edge of the image.
    for (const at of [0, 255, 30_000]) t.ok(Math.abs(steep.body.readFloatLE(4 * at) - Math.hypot(1, 2)) < 0.05);
    const shade = await map({ ...RELIEF, STYLES: 'shade', FORMAT: 'image/tiff' });
    t.equal(shade.status, 200);
    const [west, south] = fromWebMercator(VIEW.minX, VIEW.minY);
    const [east, north] = fromWebMercator(VIEW.maxX, VIEW.maxY);
    const degrees = { ...RELIEF, STYLES: 'steep', CRS: 'EPSG:4326', BBOX: [south, west, north, east].join(',') };
    const bent = await map({ ...degrees, FORMAT: 'image/x-bil;bits=32' });
    // On the ground metres of Mercator are shorter.
    t.ok(Math.abs(bent.body.readFloatLE(4 * 30_000) - Math.hypot(1, 2) / Math.cos((47.21 * Math.PI) / 180)) < 0.05);
    const inconsistent = (format: string) =>
      report(
        'InvalidParameterValue',
        `Used data format (1 band(s) FLOAT32) and expected output format (${format}) are not consistent`,
      );
    t.equal((await map(RELIEF)).text, inconsistent('image/png'));
    t.equal((await map({ ...RELIEF, FORMAT: 'image/jpeg' })).text, inconsistent('image/jpeg'));
    t.match((await map({ FORMAT: 'image/x-bil;bits=32' })).text, /3 band\(s\) UINT8/);
    t.match((await map({ LAYERS: 'photo,relief', STYLES: ',' })).text, /own the same sample format/);
  });

  await t.test(
    'the second layer lies over the first, by its transparency; what has no data is transparent',
    async (t) => {
      const isFirst = (col: number) => col % 2 === 0;
      const veil: PaintedPyramid = {
        format: 'TIFF_PNG_UINT8',
        pixels: { channels: 4, nodata: '0,0,0,0', photometric: 'rgb', interpolation: 'nn' },
        box: BOX,
        levels: ['14'],
        paint: () => [255, 0, 0, 51],
        without: (_level, col) => isFirst(col),
      };
      const veilId = await buildPainted(deps, { ...veil, extent: EXTENT });
      await publishLayer(
        rasterConfiguration('veil', levels(veilId, '14', '14'), { interpolation: 'NEAREST-NEIGHBOUR' }),
      );
      const both = await picture({ LAYERS: 'photo,veil', STYLES: ',' });
      t.equal(both.channels, 4);
      let [veiled, bare] = [0, 0];
      const difference = error(both, (x, y) => {
        const [px, py] = centre(VIEW, 256, x, y);
        const hasVeil = !isFirst(Math.floor((px + 20_037_508.342_789_2) / (9.554_628_535_647_032 * 256)));
        if (hasVeil) veiled += 1;
        else bare += 1;
        const [red = 0, green = 0, blue = 0] = waves(px, py);
        return hasVeil ? [red * 0.8 + 51, green * 0.8, blue * 0.8, 255] : [red, green, blue, 255];
      });
      t.ok(difference < 4);
      t.ok(veiled > 100 && bare > 100);
      const alone = await picture({ LAYERS: 'veil' });
      t.strictSame([...new Set(range(256).map((x) => alone.pixel(x, 9).join()))].sort(), ['0,0,0,0', '255,0,0,51']);
      t.match((await map({ LAYERS: 'veil', FORMAT: 'image/jpeg' })).text, /4 band\(s\) UINT8/);
      t.match((await map({ LAYERS: 'photo,veil,relief', STYLES: ',,' })).text, /exceed the limit \(2\)/);
    },
  );

  await t.test('GetFeatureInfo', async (t) => {
    const INFO = {
      ...MAP,
      REQUEST: 'GetFeatureInfo',
      QUERY_LAYERS: 'photo',
      INFO_FORMAT: 'text/plain',
      I: '10',
      J: '20',
    };
    const info = (parameters: Parameters = {}) => request({ ...INFO, ...parameters });
    const expected = waves(...centre(VIEW, 256, 10, 20));
    const plain = await info();
    t.equal(plain.status, 200);
    t.match(plain.headers.get('content-type'), /^text\/plain/);
    plain.text.split(',').forEach((value, channel) => t.ok(Math.abs(Number(value) - (expected[channel] ?? 0)) < 3));
    const json = await info({ INFO_FORMAT: 'application/json' });
    t.same(JSON.parse(json.text), {
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: { pixel: plain.text.split(',') } }],
    });
    t.match((await info({ INFO_FORMAT: 'text/xml' })).text, /<Pixel><Band>\d+<\/Band>/);
    t.match((await info({ INFO_FORMAT: 'text/html' })).text, /<li>\d+<\/li>/);
    const height = await info({ LAYERS: 'relief', QUERY_LAYERS: 'relief', STYLES: 'hypsometry' });
    t.match(height.text, /^\d+\.\d\d$/, 'as the pyramid has it, whatever the style');
    t.ok(Math.abs(Number(height.text) - (slope(...centre(VIEW, 256, 10, 20))[0] ?? 0)) < 0.02);

    const cases: [Parameters, string, string][] = [
      [{ QUERY_LAYERS: undefined }, 'MissingParameterValue', 'QUERY_LAYERS query parameter missing'],
      [{ QUERY_LAYERS: 'photo,relief' }, 'InvalidParameterValue', 'Only one query layer is allowed'],
      [{ QUERY_LAYERS: 'relief' }, 'LayerNotDefined', 'Layer relief unknown'],
      [{ QUERY_LAYERS: 'none' }, 'LayerNotDefined', 'Layer none unknown'],
      [{ INFO_FORMAT: undefined }, 'MissingParameterValue', 'INFO_FORMAT query parameter missing'],
      [{ INFO_FORMAT: 'text/rtf' }, 'InvalidParameterValue', 'INFO_FORMAT text/rtf unknown'],
      [{ I: undefined }, 'MissingParameterValue', 'I query parameter missing'],
      [{ I: '-1' }, 'InvalidPoint', 'I query parameter have to be a positive integer'],
      [{ J: '256' }, 'InvalidPoint', 'J query parameter have to be smaller than height'],
    ];
    for (const [parameters, code, text] of cases) {
      const answer = await info(parameters);
      t.equal(answer.status, 400);
      t.equal(answer.text, report(code, text));
    }
    await publishLayer(
      rasterConfiguration('closed', levels(photoId, '14', '14'), { getfeatureinfo: { stored_data: false } }),
    );
    t.equal(
      (await info({ LAYERS: 'closed', QUERY_LAYERS: 'closed' })).text,
      report('LayerNotQueryable', 'Layer closed not queryable'),
    );

    const server = await startReceiver(t, (_asked, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('told'),
    );
    const getfeatureinfo = { server_url: `${server.origin}/ows?LAYERS=one&QUERY_LAYERS=one` };
    await publishLayer(rasterConfiguration('told', levels(photoId, '14', '14'), { getfeatureinfo }));
    const ofServer = { LAYERS: 'told', QUERY_LAYERS: 'told', FEATURE_COUNT: '3' };
    t.equal((await info(ofServer)).text, 'told');
    const asked = Object.fromEntries(new URL(server.received[0]?.url ?? '', server.origin).searchParams);
    const { CRS, BBOX, WIDTH, HEIGHT, I, J, INFO_FORMAT } = INFO;
    t.match(asked, { CRS, BBOX, WIDTH, HEIGHT, I, J, INFO_FORMAT, LAYERS: 'one', FEATURE_COUNT: '3' });
  });

  await t.test('refusals', async (t) => {
    const cases: [Parameters, string, string][] = [
      [{ SERVICE: undefined }, 'MissingParameterValue', 'SERVICE query parameter missing'],
      [{ SERVICE: 'WFS' }, 'InvalidParameterValue', 'SERVICE query parameter have to be WMS'],
      [{ VERSION: '1.1.1' }, 'VersionNegotiationFailed', 'VERSION query parameter have to be 1.3.0 or empty'],
      [{ REQUEST: undefined }, 'OperationNotSupported', 'REQUEST query parameter unknown'],
      [{ REQUEST: 'GetLegendGraphic' }, 'OperationNotSupported', 'REQUEST query parameter unknown'],
      [{ LAYERS: undefined }, 'MissingParameterValue', 'LAYERS query parameter missing'],
      [{ LAYERS: 'none' }, 'LayerNotDefined', 'Layer none unknown'],
      [{ LAYERS: '<b>' }, 'LayerNotDefined', 'Layer unknown'],
      [{ LAYERS: 'photo\u0000' }, 'LayerNotDefined', 'Layer photo unknown'],
      [{ WIDTH: undefined }, 'MissingParameterValue', 'WIDTH query parameter missing'],
      [{ WIDTH: 'wide' }, 'InvalidParameterValue', 'Invalid WIDTH value'],
      [{ HEIGHT: '0' }, 'InvalidParameterValue', 'HEIGHT query parameter have to be a strictly positive integer'],
      [{ HEIGHT: '10001' }, 'InvalidParameterValue', 'HEIGHT query parameter exceed the limit (10000)'],
      [{ WIDTH: '10000', HEIGHT: '10000' }, 'InvalidParameterValue', 'The image would have more than 67108864 pixels'],
      [{ CRS: undefined }, 'MissingParameterValue', 'CRS query parameter missing'],
      [{ CRS: 'EPSG:1' }, 'InvalidParameterValue', 'CRS EPSG:1 unknown'],
      [{ CRS: 'EPSG:2975' }, 'InvalidParameterValue', 'CRS is not available for the layer photo'],
      [{ FORMAT: undefined }, 'MissingParameterValue', 'FORMAT query parameter missing'],
      [{ FORMAT: 'image/gif' }, 'InvalidParameterValue', 'Format image/gif unknown'],
      [{ FORMAT: '<svg>' }, 'InvalidParameterValue', 'Format unknown'],
      [{ BBOX: undefined }, 'MissingParameterValue', 'BBOX query parameter missing'],
      [{ BBOX: '0,0,1' }, 'InvalidParameterValue', 'BBOX query parameter invalid (require 4 comma separated numbers)'],
      [
        { BBOX: '0,0,NaN,1' },
        'InvalidParameterValue',
        'BBOX query parameter invalid (require 4 comma separated numbers)',
      ],
      [{ BBOX: '1,0,1,1' }, 'InvalidParameterValue', 'BBOX query parameter invalid (max have to be bigger than min)'],
      [{ STYLES: undefined }, 'MissingParameterValue', 'STYLES query parameter missing'],
      [{ STYLES: 'none' }, 'InvalidParameterValue', 'Style none is not available for the layer photo'],
      [
        { STYLES: 'normal,normal' },
        'InvalidParameterValue',
        'STYLES query parameter invalid (comma separated styles identifier, one by requested layer)',
      ],
      [{ exception: 'INIMAGE' }, 'InvalidParameterValue', 'EXCEPTION query parameter invalid (only XML accepted)'],
    ];
    for (const [parameters, code, text] of cases) {
      const answer = await map(parameters);
      t.equal(answer.status, 400, text);
      t.match(answer.headers.get('content-type'), /^text\/xml/);
      t.equal(answer.headers.get('access-control-allow-origin'), '*');
      t.equal(answer.text, report(code, text));
    }
    const query = `?${new URLSearchParams({ SERVICE: 'WMS', ...MAP }).toString()}`;
    t.equal((await get(query)).status, 200, 'no version is 1.3.0');
    t.equal((await get(query, undefined, '/wms-r/wms')).status, 200);
    t.match((await get(`${query}&layers=relief`)).text, /LAYERS query parameter given several times/);
    t.equal((await get(query, { method: 'POST' })).text.includes('OperationNotSupported'), true);
    for (const [path, method] of [
      ['/wms-r/other', 'GET'],
      ['/wms-r', 'PUT'],
    ] as const) {
      const answer = await get('', { method }, path);
      t.equal(answer.status, 400);
      t.strictSame(JSON.parse(answer.text), { error: 'Bad Request', error_description: 'Unknown request path' });
      t.equal(answer.headers.get('access-control-allow-origin'), '*');
    }
    const endless = await map({ BBOX: `${'1'.repeat(60_000)}x,0,1,1` });
    t.match(endless.text, /require 4 comma separated numbers/);
    t.equal(
      (
        await get('', {
          method: 'OPTIONS',
          headers: { origin: 'https://example.org', 'access-control-request-method': 'GET' },
        })
      ).status,
      204,
    );
  });

  await t.test('capabilities', async (t) => {
    const answer = await request({ REQUEST: 'getcapabilities' });
    t.equal(answer.status, 200);
    t.equal(answer.headers.get('cache-control'), 'no-cache');
    const root = readXml(answer.text);
    const service = child(root, 'Service');
    t.strictSame(
      ['LayerLimit', 'MaxWidth', 'MaxHeight'].map((name) => service && child(service, name)?.text),
      ['2', '10000', '10000'],
    );
    const top = path(root, 'Capability', 'Layer');
    t.strictSame(texts(top, 'CRS'), ['CRS:84', 'EPSG:3857', 'EPSG:4326']);
    const layer = childrenNamed(top, 'Layer').find((each) => child(each, 'Name')?.text === 'photo');
    if (layer === undefined) throw new Error('no layer');
    t.equal(layer.attributes['queryable'], '1');
    t.strictSame(texts(layer, 'CRS'), ['EPSG:2154', 'EPSG:4171', 'EPSG:4258']);
    t.match(child(layer, 'BoundingBox')?.attributes, { CRS: 'EPSG:3857' });
    t.strictSame(texts(path(layer, 'KeywordList'), 'Keyword'), ['sky', 'ground']);
    t.strictSame(texts(path(layer, 'EX_GeographicBoundingBox'), 'westBoundLongitude'), ['-1.56']);
    t.equal(path(layer, 'Style', 'Name').text, 'normal');
    t.equal(path(layer, 'Attribution', 'Title').text, 'Survey');
    t.equal(path(layer, 'MetadataURL', 'OnlineResource').attributes['href'], 'https://example.org/record.xml');
    t.equal(Math.round(Number(path(layer, 'MinScaleDenominator').text)), 17_062);
    const relief = childrenNamed(top, 'Layer').find((each) => child(each, 'Name')?.text === 'relief');
    t.strictSame(
      childrenNamed(relief ?? layer, 'Style').map((each) => child(each, 'Name')?.text),
      ['plain', 'hypsometry', 'steep', 'shade'],
    );

    await publishLayer(
      rasterConfiguration('harmonised', levels(photoId, '14', '14'), {
        keywords: ['inspire'],
        styles: [await style({ identifier: 'DEFAULT' })],
        bottom_resolution: 9,
        top_resolution: 20,
      }),
    );
    const inspire = readXml((await request({ REQUEST: 'GetCapabilities', INSPIRE: '1' })).text);
    const shown = childrenNamed(path(inspire, 'Capability', 'Layer'), 'Layer');
    t.strictSame(
      shown.map((each) => child(each, 'Name')?.text),
      ['harmonised'],
    );
    t.strictSame(childrenNamed(shown[0] ?? inspire, 'BoundingBox').length > 2, true);
    t.equal(Math.round(Number(path(shown[0] ?? inspire, 'MaxScaleDenominator').text)), 71_429);
    t.ok(child(path(inspire, 'Capability'), 'ExtendedCapabilities'));
  });

  await t.test('the driver of GDAL reads the service', async (t) => {
    const layerXml = `<GDAL_WMS><Service name="WMS"><Version>1.3.0</Version><ServerUrl>${origin}/wms-r?</ServerUrl>
      <Layers>photo</Layers><CRS>EPSG:2154</CRS><ImageFormat>image/png</ImageFormat></Service>
      <DataWindow><UpperLeftX>355000</UpperLeftX><UpperLeftY>6690000</UpperLeftY><LowerRightX>356024</LowerRightX>
      <LowerRightY>6688976</LowerRightY><SizeX>512</SizeX><SizeY>512</SizeY></DataWindow>
      <BandsCount>3</BandsCount><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY></GDAL_WMS>`;
    const dataset = await gdal.openAsync(layerXml);
    const values = [];
    // One after the other: a second call would wait for the first, and with it this process, which is the server too.
    for (const id of [1, 2, 3]) {
      values.push(await dataset.bands.get(id).pixels.readAsync(0, 0, 512, 512));
    }
    const truth = grid((x, y) => toLambert93(...fromWebMercator(x, y)), VIEW);
    for (const [x, y] of [
      [100, 100],
      [300, 400],
    ] as const) {
      const expected = waves(...truth(355_000 + (x + 0.5) * 2, 6_690_000 - (y + 0.5) * 2));
      values.forEach((band, channel) => t.ok(Math.abs(Number(band[y * 512 + x]) - (expected[channel] ?? 0)) < 3));
    }
  });

  await t.test(
    'a pyramid that was replaced is shown at once; what has changed in a configuration once synchronised',
    async (t) => {
      await replacePyramid(deps, photoId, await paintPyramid({ ...photo, paint: () => [10, 20, 30] }));
      t.strictSame((await picture()).pixel(100, 100), [10, 20, 30]);
      const { status } = await producer.call('DELETE', published.offering);
      t.equal(status, 204);
      await until(
        () => map(),
        ({ text }) => text.includes('Layer photo unknown'),
      );
    },
  );
});

function path(element: ReadElement, ...names: string[]): ReadElement {
  return names.reduce((from, name) => {
    const found = child(from, name);
    if (found === undefined) throw new Error(`no ${name} in ${from.name}`);
    return found;
  }, element);
}

function texts(element: ReadElement, name: string): string[] {
  return childrenNamed(element, name).map(({ text }) => text);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function toWebMercator(longitude: number, latitude: number): [number, number] {
  const radians = Math.PI / 180;
  return [6_378_137 * longitude * radians, 6_378_137 * Math.log(Math.tan(Math.PI / 4 + (latitude * radians) / 2))];
}

/** The inverse of a projection over a small box, by a few steps of Newton. */
function grid(forward: (x: number, y: number) => [number, number], box: typeof VIEW) {
  return (targetX: number, targetY: number): [number, number] => {
    let [x, y] = [(box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2];
    for (let step = 0; step < 6; step += 1) {
      const [fx, fy] = forward(x, y);
      const [ax, ay] = forward(x + 1, y);
      const [bx, by] = forward(x, y + 1);
      const [a, b, c, d] = [ax - fx, bx - fx, ay - fy, by - fy];
      const determinant = a * d - b * c;
      const [dx, dy] = [targetX - fx, targetY - fy];
      x += (d * dx - b * dy) / determinant;
      y += (a * dy - c * dx) / determinant;
    }
    return [x, y];
  };
}

/** The centre of a pixel of level 14, and a box within that pixel. */
function pixelCentre(): [number, number] {
  const cell = 9.554_628_535_647_032;
  const origin = 20_037_508.342_789_2;
  const column = Math.floor((-171_000 + origin) / cell);
  const row = Math.floor((origin - 5_977_000) / cell);
  return [(column + 0.5) * cell - origin, origin - (row + 0.5) * cell];
}

function smallBox(): typeof VIEW {
  const [x, y] = pixelCentre();
  return { minX: x - 4, minY: y - 4, maxX: x + 4, maxY: y + 4 };
}
