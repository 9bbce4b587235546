import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import gdal from 'gdal-async';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { type Painter, type PatternPlace, quadrants, worldFile, writePattern } from '../../fixtures/generate/raster.js';
import { findTileMatrixSet } from '../../src/domain/tile-matrix-sets.js';
import { tileAt } from '../../src/pyramid/grid.js';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import {
  OPEN_WMS_RASTER,
  OPEN_WMTS_TMS,
  publish,
  rasterConfiguration,
  tmsConfiguration,
  waitForAbsence,
  waitForStatus,
} from '../helpers/diffusion.js';
import { deliver, into } from '../helpers/integration.js';
import { fromWebMercator, toLambert93 } from '../helpers/lambert93.js';
import { rasterRequest, runExecution } from '../helpers/pyramids.js';
import { DATASTORE } from '../helpers/seed.js';

/** Journey (b) of lifecycle §8: an orthophoto, its pyramid, WMTS, TMS and WMS, an update, and the end. */

const PLACE: PatternPlace = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 800, height: 600 };
/** In the north-western quadrant. */
const PATCH: PatternPlace = { ...PLACE, x: PLACE.x + 100, y: PLACE.y - 80, width: 200, height: 120 };
const PATCHED = [5, 6, 7];
const LAYER = 'ortho_2026';
/** Metres from a side of a colour that pixels may differ: resampling, and the blocks of JPEG, 16 pixels wide. */
const BLUR = 30;
/** Of JPEG. */
const TOLERANCE = 6;

/** Metres within a rectangle, negative outside. */
function depth({ x, y, width, height, resolution }: PatternPlace, px: number, py: number): number {
  return Math.min(px - x, x + width * resolution - px, y - py, py - (y - height * resolution));
}

/** The colour of a point of EPSG:3857, or `null` outside, and near a side. */
function colourAt(x: number, y: number, { isPatched }: { isPatched: boolean }): readonly number[] | null {
  const [px, py] = toLambert93(...fromWebMercator(x, y));
  const quarter = { ...PLACE, width: PLACE.width / 2, height: PLACE.height / 2 };
  const inner = [px - (quarter.x + quarter.width), py - (quarter.y - quarter.height)].map(Math.abs);
  if (depth(PLACE, px, py) < BLUR || Math.min(...inner) < BLUR) return null;
  const inPatch = depth(PATCH, px, py);
  if (isPatched && inPatch > BLUR) return PATCHED;
  return isPatched && inPatch > -BLUR ? null : quadrants(PLACE)(px, py);
}

/** An image in EPSG:3857, read pixel by pixel. */
interface Picture {
  readonly origin: readonly [x: number, y: number];
  readonly cell: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Compares an image with the pattern. @returns number of pixels compared */
function compare(t: Test, picture: Picture, { isPatched }: { isPatched: boolean }): number {
  const { origin, cell, width, height, channels, data } = picture;
  let [compared, wrong] = [0, ''];
  for (let row = 0; row < height; row += 3) {
    for (let column = 0; column < width; column += 3) {
      const wanted = colourAt(origin[0] + (column + 0.5) * cell, origin[1] - (row + 0.5) * cell, { isPatched });
      if (wanted === null) continue;
      compared += 1;
      const at = (row * width + column) * channels;
      const found = [...data.subarray(at, at + 3)];
      if (wanted.some((value, channel) => Math.abs(value - (found[channel] ?? NaN)) > TOLERANCE)) {
        wrong ||= `${column}, ${row}: ${found.join()} instead of ${wanted.join()}`;
      }
    }
  }
  t.equal(wrong, '');
  return compared;
}

async function decode(response: Response, type: string): Promise<Omit<Picture, 'origin' | 'cell'>> {
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.headers.get('content-type') !== type) throw new Error(bytes.toString());
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

void t.test('an orthophoto is delivered, published, updated and removed', async (t) => {
  const emulator = await startTestEmulator(t);
  const { origin } = emulator;
  const user = await logIn(emulator);
  const folder = t.testdir();

  /** Delivers a TIFF that only its world file places. */
  const deliverImage = async (name: string, place: PatternPlace, paint: Painter) => {
    const path = join(folder, `${name}.tif`);
    writePattern(path, place, paint, { placed: false });
    const files = [
      { path: `data/${name}.tif`, content: new Uint8Array(readFileSync(path)) },
      { path: `data/${name}.tfw`, content: worldFile(place) },
    ];
    const upload = await deliver(user, files, { type: 'RASTER', srs: 'EPSG:2154' });
    t.equal(upload.status, 'CLOSED', JSON.stringify(upload.logs));
    return upload.id;
  };
  const upload = await deliverImage('ortho', PLACE, quadrants(PLACE));
  const parameters = { tms: 'PM', compression: 'jpg', interpolation: 'bicubic', bottom: '16' };
  const made = await runExecution(user, rasterRequest([upload], parameters));
  t.equal(made.status, 'SUCCESS', made.log);
  const execution = await user.call<{ parameters: object }>('GET', made.path);
  t.match(execution.body.parameters, { width: 16, height: 16, mask: false, parallelization: 1 });
  t.equal((await user.call('DELETE', `/datastores/${DATASTORE}/uploads/${upload}`)).status, 204);

  const used = [{ stored_data: made.storedData, bottom_level: '16', top_level: '10' }];
  const tiles = await publish(user, DATASTORE, tmsConfiguration(LAYER, used), OPEN_WMTS_TMS);
  const maps = await publish(user, DATASTORE, rasterConfiguration(LAYER, used), OPEN_WMS_RASTER);

  const level = findTileMatrixSet('PM').levels[16];
  if (level === undefined) throw new Error('no level 16');
  const first = tileAt(level, -181_750, 5_978_100);
  const tileOrigin = (col: number, row: number) =>
    [level.origin[0] + col * 256 * level.cellSize, level.origin[1] - row * 256 * level.cellSize] as const;
  const wmts = (col: number, row: number) => {
    const query = {
      ...{ SERVICE: 'WMTS', VERSION: '1.0.0', REQUEST: 'GetTile', LAYER, STYLE: 'normal', FORMAT: 'image/jpeg' },
      ...{ TILEMATRIXSET: 'PM', TILEMATRIX: '16', TILECOL: String(col), TILEROW: String(row) },
    };
    return fetch(`${origin}/wmts?${new URLSearchParams(query).toString()}`);
  };
  const tms = (col: number, row: number) => fetch(`${origin}/tms/1.0.0/${LAYER}/16/${col}/${row}.jpeg`);
  const box = [-181_900, 5_977_200, -180_700, 5_978_200] as const;
  const map = async (): Promise<Picture> => {
    const query = {
      ...{ SERVICE: 'WMS', VERSION: '1.3.0', REQUEST: 'GetMap', LAYERS: LAYER, STYLES: '', CRS: 'EPSG:3857' },
      ...{ BBOX: box.join(), WIDTH: '600', HEIGHT: '500', FORMAT: 'image/png' },
    };
    const response = await fetch(`${origin}/wms-r?${new URLSearchParams(query).toString()}`);
    return { ...(await decode(response, 'image/png')), origin: [box[0], box[3]], cell: 2 };
  };
  const readTiles = async (t: Test, read: typeof wmts, state: { isPatched: boolean }) => {
    let compared = 0;
    for (let row = first.row - 1; row <= first.row + 2; row += 1) {
      for (let col = first.col - 1; col <= first.col + 2; col += 1) {
        const response = await read(col, row);
        if (response.status === 404) continue;
        const picture = await decode(response, 'image/jpeg');
        compared += compare(t, { ...picture, origin: tileOrigin(col, row), cell: level.cellSize }, state);
      }
    }
    return compared;
  };
  const shows = async (t: Test, state: { isPatched: boolean }) => {
    t.ok((await readTiles(t, wmts, state)) > 3000, 'WMTS');
    t.ok((await readTiles(t, tms, state)) > 3000, 'TMS');
    const count = compare(t, await map(), state);
    t.ok(count > 2000, `WMS: ${count} pixels`);
  };

  await t.test('its pixels are at their place in every service', (t) => shows(t, { isPatched: false }));

  await t.test('the drivers of GDAL read the services', async (t) => {
    const sources = {
      WMTS: `WMTS:${origin}/wmts?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetCapabilities,layer=${LAYER}`,
      TMS: await (await fetch(`${origin}/tms/1.0.0/${LAYER}/gdal.xml`)).text(),
      WMS: `<GDAL_WMS><Service name="WMS"><Version>1.3.0</Version><ServerUrl>${origin}/wms-r?</ServerUrl>
        <Layers>${LAYER}</Layers><CRS>EPSG:3857</CRS><ImageFormat>image/png</ImageFormat></Service>
        <DataWindow><UpperLeftX>${box[0]}</UpperLeftX><UpperLeftY>${box[3]}</UpperLeftY>
        <LowerRightX>${box[2]}</LowerRightX><LowerRightY>${box[1]}</LowerRightY><SizeX>600</SizeX><SizeY>500</SizeY>
        </DataWindow><BandsCount>3</BandsCount></GDAL_WMS>`,
    };
    for (const [name, source] of Object.entries(sources)) {
      const dataset = await gdal.openAsync(source);
      const [x0 = 0, cell = 1, , y0 = 0] = dataset.geoTransform ?? [];
      const { x: columns, y: rows } = dataset.rasterSize;
      // A layer is no larger than its data, those of TMS are the whole world.
      const left = Math.max(0, Math.floor((box[0] - x0) / cell));
      const top = Math.max(0, Math.floor((y0 - box[3]) / cell));
      const width = Math.min(columns - left, Math.floor((box[2] - box[0]) / cell));
      const height = Math.min(rows - top, Math.floor((box[3] - box[1]) / cell));
      const data = new Uint8Array(width * height * 3);
      // One after the other: a second call would wait for the first, and with it this process, which is the server too.
      for (const offset of [0, 1, 2]) {
        const spaces = { pixel_space: 3, line_space: 3 * width, offset };
        await dataset.bands.get(offset + 1).pixels.readAsync(left, top, width, height, data, spaces);
      }
      dataset.close();
      const place = { origin: [x0 + left * cell, y0 - top * cell] as const, cell };
      t.ok(compare(t, { ...place, width, height, channels: 3, data }, { isPatched: false }) > 3000, name);
    }
  });

  await t.test('an injection is seen by every service, without a synchronisation', async (t) => {
    const patch = await deliverImage('patch', PATCH, () => PATCHED);
    const updated = await runExecution(user, rasterRequest([patch], {}, into(made.storedData)));
    t.equal(updated.status, 'SUCCESS', updated.log);
    await shows(t, { isPatched: true });
  });

  await t.test('offerings are removed, then their configurations and the pyramid', async (t) => {
    t.equal((await user.call('DELETE', `/datastores/${DATASTORE}/stored_data/${made.storedData}`)).status, 409);
    for (const { offering, configuration } of [tiles, maps]) {
      t.equal((await user.call('DELETE', offering)).status, 204);
      await waitForAbsence(user, offering);
      await waitForStatus(user, configuration, 'UNPUBLISHED');
      t.equal((await user.call('DELETE', configuration)).status, 204);
    }
    const gone = [() => wmts(first.col, first.row), () => tms(first.col, first.row)];
    for (const read of gone) {
      await until(read, ({ status }) => status >= 400);
    }
    await until(
      async () => (await fetch(`${origin}/wms-r?SERVICE=WMS&REQUEST=GetCapabilities`)).text(),
      (text) => !text.includes(LAYER),
    );
    const deleted = await user.call('DELETE', `/datastores/${DATASTORE}/stored_data/${made.storedData}`);
    t.equal(deleted.status, 204);
    t.same(await emulator.deps.storage.list(`stored-data/${made.storedData}`), []);
  });
});
