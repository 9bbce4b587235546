import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readList } from '../../src/pyramid/content-list.js';
import { rasterFormat } from '../../src/pyramid/formats.js';
import { slabPath } from '../../src/pyramid/slab-names.js';
import { type ApiUser, logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { OPEN_WMTS_TMS, publish, sentences, tmsConfiguration } from '../helpers/diffusion.js';
import { deliver } from '../helpers/integration.js';
import {
  COPY_RASTER_PYRAMID,
  COPY_VECTOR_PYRAMID,
  copyRequest,
  openPyramid,
  runExecution,
} from '../helpers/pyramids.js';
import { bytes, pyramidFiles, tileOf, VECTOR_TILE } from '../helpers/rok4-pyramid.js';
import { DATASTORE } from '../helpers/seed.js';

const ROOT = `/datastores/${DATASTORE}`;

type Options = NonNullable<Parameters<typeof pyramidFiles>[0]>;

async function deliverPyramid(user: ApiUser, options: Options, files = pyramidFiles(options)): Promise<string> {
  const { format = 'TIFF_ZIP_UINT8', channels = 3 } = options;
  const isVector = rasterFormat(format) === undefined;
  const { id, status, logs } = await deliver(user, files, {
    type: 'ROK4-PYRAMID',
    srs: 'EPSG:3857',
    type_infos: { format, tms: 'PM', ...(isVector ? {} : { channels_number: channels }) },
  });
  if (status !== 'CLOSED') throw new Error(JSON.stringify(logs));
  return id;
}

void t.test('delivered pyramids become stored data', async (t) => {
  const emulator = await startTestEmulator(t);
  const { deps, origin } = emulator;
  const user = await logIn(emulator);

  await t.test('a raster pyramid, wherever its slabs were, goes where the tools look for them', async (t) => {
    const options = { masks: true, images: 'IMAGE', depth: 4, nodata: '1,2,3,4' };
    const upload = await deliverPyramid(user, options);
    const { status, log, data, storedData } = await runExecution(user, copyRequest(COPY_RASTER_PYRAMID, [upload]));
    t.equal(status, 'SUCCESS', log);
    t.match(log, /4 dalles recopiées, niveaux 11, 12/);
    t.match(data, {
      type: 'ROK4-PYRAMID-RASTER',
      status: 'GENERATED',
      srs: 'EPSG:3857',
      type_infos: {
        tms: 'PM',
        levels: ['11', '12'],
        channels_format: 'UINT8',
        channels_number: 3,
        compression: 'ZIP',
        nodata_value: '1,2,3',
      },
    });
    const xs = data.extent?.coordinates[0]?.map(([x = 0]) => x) ?? [];
    t.ok(Math.abs(Math.min(...xs) - 2.2852) < 1e-3 && Math.abs(Math.max(...xs) - 2.4609) < 1e-3, xs.join());

    const deleted = await user.call('DELETE', `${ROOT}/uploads/${upload}`);
    t.equal(deleted.status, 204);
    const { root, name, descriptor, bytes: tile } = await openPyramid(deps, storedData);
    const slabs = [`11/${slabPath({ col: 518, row: 352 })}`, `12/${slabPath({ col: 1037, row: 704 })}`];
    const listed = readList(await readFile(join(root, `${name}.list`), 'utf8'));
    t.same(new Set(listed.map((slab) => slab.root)), new Set([join(root, name)]));
    t.same(
      listed.map(({ slab }) => slab).toSorted((a, b) => (a < b ? -1 : 1)),
      ['DATA', 'MASK'].flatMap((type) => slabs.map((slab) => `${type}/${slab}`)),
    );
    t.match(descriptor, {
      raster_specifications: { channels: 3, nodata: '1,2,3', photometric: 'rgb', interpolation: 'bicubic' },
      mask_format: 'TIFF_ZIP_UINT8',
      levels: [
        { id: '11', storage: { image_directory: `${name}/DATA/11`, mask_directory: `${name}/MASK/11`, path_depth: 2 } },
        { id: '12' },
      ],
    });
    const format = rasterFormat('TIFF_ZIP_UINT8');
    if (format === undefined) throw new Error('no format');
    t.same(await tile('12', 2075, 1409), tileOf({ format, channels: 3 }));
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    t.equal(files.length, 6);
    t.equal(
      data.size,
      files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0),
    );
  });

  await t.test('pixels of every kind are told', async (t) => {
    const upload = await deliverPyramid(user, { format: 'TIFF_PKB_FLOAT32', channels: 1, nodata: '-99999' });
    const { data } = await runExecution(user, copyRequest(COPY_RASTER_PYRAMID, [upload]));
    t.match(data.type_infos, {
      channels_format: 'FLOAT32',
      channels_number: 1,
      compression: 'PKB',
      nodata_value: '-99999',
    });
  });

  await t.test('a raster pyramid is served, its tiles as they were delivered', async (t) => {
    const upload = await deliverPyramid(user, { format: 'TIFF_PNG_UINT8', channels: 4 });
    const { storedData, log } = await runExecution(user, copyRequest(COPY_RASTER_PYRAMID, [upload]));
    const used = { stored_data: storedData, bottom_level: '12', top_level: '11' };
    await publish(user, DATASTORE, tmsConfiguration('livree_png', [used]), OPEN_WMTS_TMS);
    const format = rasterFormat('TIFF_PNG_UINT8');
    if (format === undefined) throw new Error(log);
    const delivered = tileOf({ format, channels: 4 });
    const query =
      'SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&LAYER=livree_png&STYLE=normal&FORMAT=image/png' +
      '&TILEMATRIXSET=PM&TILEMATRIX=12&TILECOL=2075&TILEROW=1409';
    for (const address of [`/tms/1.0.0/livree_png/12/2075/1409.png`, `/wmts?${query}`]) {
      const tile = await fetch(`${origin}${address}`);
      t.equal(tile.status, 200);
      t.same(Buffer.from(await tile.arrayBuffer()), delivered, address);
    }
  });

  await t.test('a vector pyramid is served with its layers', async (t) => {
    const options = { format: 'TIFF_PBF_MVT', tile: VECTOR_TILE };
    const files = pyramidFiles(options);
    const descriptor = files.find(({ path }) => path.endsWith('.json'));
    if (descriptor === undefined) throw new Error('no descriptor');
    const attributes = [
      { name: 'nom', type: 'text', count: 2, values: ['a', 'b\n'] },
      { name: 'largeur', type: 'integer', count: 5, min: 1, max: 9, more: true },
    ];
    const tables = JSON.stringify([{ name: 'routes', geometry: 'LINESTRING', attributes }]);
    descriptor.content = bytes(
      Buffer.from(descriptor.content).toString().replaceAll('"tables":[]', `"tables":${tables}`),
    );
    const upload = await deliverPyramid(user, options, files);
    const { status, log, data, storedData } = await runExecution(user, copyRequest(COPY_VECTOR_PYRAMID, [upload]));
    t.equal(status, 'SUCCESS', log);
    t.match(data, { type: 'ROK4-PYRAMID-VECTOR', srs: 'EPSG:3857' });
    t.same(data.type_infos, { tms: 'PM', levels: ['11', '12'] });
    const used = { stored_data: storedData, bottom_level: '12', top_level: '11' };
    await publish(user, DATASTORE, tmsConfiguration('livree', [used]), OPEN_WMTS_TMS);
    const tile = await fetch(`${origin}/tms/1.0.0/livree/12/2074/1408.pbf`);
    t.equal(tile.status, 200);
    t.same(Buffer.from(await tile.arrayBuffer()), VECTOR_TILE);
    const metadata = await fetch(`${origin}/tms/1.0.0/livree/metadata.json`);
    t.match(await metadata.json(), {
      vector_layers: [{ id: 'routes', fields: { nom: { values: ['a', 'b\n'] }, largeur: { min: 1, max: 9 } } }],
    });
  });

  await t.test('what cannot be copied is refused at once, every fault told', async (t) => {
    const [raster, vector] = [
      await deliverPyramid(user, {}),
      await deliverPyramid(user, { format: 'TIFF_PBF_MVT', tile: VECTOR_TILE }),
    ];
    const asked = (body: object) => user.call('POST', `${ROOT}/processings/executions`, body);
    const both = await asked(copyRequest(COPY_RASTER_PYRAMID, [raster, vector]));
    t.equal(both.status, 400);
    t.match(sentences(both), /exactement une livraison/);
    t.match(sentences(both), new RegExp(`${vector} contient une pyramide vecteur`));
    const made = await runExecution(user, copyRequest(COPY_RASTER_PYRAMID, [raster]));
    const output = { stored_data: { id: made.storedData } };
    const again = await asked(copyRequest(COPY_RASTER_PYRAMID, [raster], { output }));
    t.equal(again.status, 400);
    t.match(sentences(again), /fait une nouvelle donnée stockée/);
  });
});
