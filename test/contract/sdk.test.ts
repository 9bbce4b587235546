import { readdirSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { QUADRANTS, quadrants, writePattern } from '../../fixtures/generate/raster.js';
import { polygonWkb, writeDataset } from '../../fixtures/generate/dataset.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { pythonWith, type RunPython } from '../helpers/python.js';

/**
 * The official Python SDK, unmodified: its own examples and its own workflows, with only the URLs, the account and the
 * datastore changed.
 */

const SDK = 'sdk_entrepot_gpf==0.1.46';

const python = await pythonWith(SDK);
const skip = 'missing' in python ? python.missing : false;

/** Runs the SDK against an emulator of the test. */
async function startSdk(t: Test, { run }: { run: RunPython }) {
  const emulator = await startTestEmulator(t);
  const api = await logIn(emulator);
  const me = await api.call<{ last_name: string; communities_member: { community: { datastore: string } }[] }>(
    'GET',
    '/users/me',
  );
  const folder = t.testdir();
  const config = join(folder, 'config.ini');
  await mkdir(join(folder, 'tmp'));
  await writeFile(
    config,
    `[store_authentification]
token_url=${emulator.origin}/realms/geoplateforme/protocol/openid-connect/token
login=producteur
password=geopf-local
client_secret=any
nb_attempts=1

[store_api]
root_url=${emulator.origin}/api
datastore=${me.body.communities_member[0]?.community.datastore}
nb_attempts=1

[upload]
nb_sec_between_check_updates=1

[processing_execution]
nb_sec_between_check_updates=1

[configuration]
nb_sec_between_check_updates=1

[offering]
nb_sec_between_check_updates=1
`,
  );
  const sdk = (...args: string[]) => run(['-m', 'sdk_entrepot_gpf', '--ini', config, ...args], { cwd: folder });
  return { origin: emulator.origin, folder, lastName: me.body.last_name, sdk };
}

void t.test('the SDK delivers, integrates and publishes its vector example', { skip }, async (t) => {
  if ('missing' in python) return;
  const { origin, folder, lastName, sdk } = await startSdk(t, python);
  t.match(await sdk('me'), /producteur/i);
  await sdk('example', 'dataset', '1_dataset_vector', folder);
  const dataset = join(folder, '1_dataset_vector');
  // The .shp inside the package lost a byte on its way there, which our check rightly refuses: ours takes its place.
  writeCantons(join(dataset, 'CANTON'));
  await rm(join(dataset, 'CANTON.md5'));
  t.match(await sdk('delivery', join(dataset, 'upload_descriptor.json')), /CANTON/);
  await writeFile(
    join(dataset, 'static.json'),
    JSON.stringify({
      static: [
        {
          file: join(dataset, 'CANTON_style.sld'),
          name: 'style_canton',
          type: 'GEOSERVER-STYLE',
          description: 'Style des cantons',
        },
      ],
    }),
  );
  await sdk('delivery', join(dataset, 'static.json'));

  await sdk('example', 'workflow', 'generic_vecteur.jsonc', folder);
  for (const step of [
    'mise-en-base',
    'configuration-wfs-bdd',
    'publication-wfs-bdd',
    'configuration-wms-bdd',
    'publication-wms-bdd',
  ]) {
    t.ok(await sdk('workflow', '--file', join(folder, 'generic_vecteur.jsonc'), '--step', step), step);
  }

  const type = `${lastName}__vecteur_wfs_bdd:canton`;
  const page = await fetch(
    `${origin}/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=${type}&COUNT=1&OUTPUTFORMAT=application/json`,
  );
  t.equal(page.status, 200);
  const { numberMatched } = (await page.json()) as { numberMatched: number };
  t.ok(numberMatched > 0, 'the features of the example are served');
});

void t.test('the SDK delivers images, makes a pyramid of them and publishes it', { skip }, async (t) => {
  if ('missing' in python) return;
  const { origin, folder, lastName, sdk } = await startSdk(t, python);
  await sdk('example', 'dataset', '3_dataset_raster', folder);
  const dataset = join(folder, '3_dataset_raster');
  // The images inside the package lost bytes on their way there, which our check rightly refuses: ours take their place.
  for (const name of readdirSync(join(dataset, 'ain'))) {
    const [, x = 0, y = 0] = (/-(\d{4})-(\d{4})-LA93/.exec(name) ?? []).map(Number);
    const place = { srid: 2154, x: x * 1000, y: y * 1000, resolution: 1, width: 1000, height: 1000 };
    writePattern(join(dataset, 'ain', name), place, quadrants(place));
  }
  await rm(join(dataset, 'ain.md5'));
  t.match(await sdk('delivery', join(dataset, 'upload_descriptor.jsonc')), /EXAMPLE_DATASET_RASTER/);
  await sdk('example', 'workflow', 'generic_raster.jsonc', folder);
  for (const step of ['pyramide', 'configuration-WMTS', 'publication-WMTS', 'configuration-WMS', 'publication-WMS']) {
    t.ok(await sdk('workflow', '--file', join(folder, 'generic_raster.jsonc'), '--step', step), step);
  }
  const metadata = await fetch(`${origin}/tms/1.0.0/${lastName}__raster_wmts/metadata.json`);
  t.match(await metadata.json(), { format: 'jpeg', minzoom: 0, maxzoom: 18 });
  const map = await fetch(
    `${origin}/wms-r?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=${lastName}__raster_wms&STYLES=&CRS=EPSG:2154` +
      '&BBOX=920000,6563000,922000,6565000&WIDTH=200&HEIGHT=200&FORMAT=image/png',
  );
  t.equal(map.headers.get('content-type'), 'image/png');
  const { data, info } = await sharp(Buffer.from(await map.arrayBuffer()))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixel = (column: number, row: number) => {
    const at = (row * info.width + column) * info.channels;
    return [...data.subarray(at, at + 3)];
  };
  const isNear = (found: number[], wanted: readonly number[]) =>
    wanted.every((value, channel) => Math.abs(value - (found[channel] ?? NaN)) < 12);
  t.ok(isNear(pixel(25, 25), QUADRANTS.northWest), pixel(25, 25).join());
  t.ok(isNear(pixel(175, 175), QUADRANTS.southEast), pixel(175, 175).join());
});

/** A shapefile with the name, columns and system of the SDK's example. */
function writeCantons(folder: string): void {
  const square = (x: number, y: number) =>
    polygonWkb([
      [x, y],
      [x + 5000, y],
      [x + 5000, y + 5000],
      [x, y + 5000],
    ]);
  const layer = {
    name: 'CANTON',
    srid: 2154,
    geometry: 'Polygon',
    fields: { ID: 'string', INSEE_CAN: 'string', INSEE_DEP: 'string', INSEE_REG: 'string' },
    features: [
      { wkb: square(650_000, 6_860_000), values: ['CANTON_1', '01', '75', '11'] },
      { wkb: square(660_000, 6_860_000), values: ['CANTON_2', '02', '92', '11'] },
    ],
  } as const;
  for (const extension of ['shp', 'shx', 'dbf', 'prj', 'cpg']) {
    rmSync(join(folder, `CANTON.${extension}`));
  }
  writeDataset(join(folder, 'CANTON.shp'), 'ESRI Shapefile', [layer], ['ENCODING=UTF-8']);
}
