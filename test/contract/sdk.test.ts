import { rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { polygonWkb, writeDataset } from '../../fixtures/generate/dataset.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { pythonWith } from '../helpers/python.js';

/**
 * The official Python SDK, unmodified: its own vector example and its own workflow, with only the
 * URLs, the account and the datastore changed.
 */

const SDK = 'sdk_entrepot_gpf==0.1.46';

const python = await pythonWith(SDK);
const skip = 'missing' in python ? python.missing : false;

void t.test('the SDK delivers, integrates and publishes its vector example', { skip }, async (t) => {
  if ('missing' in python) return;
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
  const sdk = (...args: string[]) => python.run(['-m', 'sdk_entrepot_gpf', '--ini', config, ...args], { cwd: folder });

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

  const type = `${me.body.last_name}__vecteur_wfs_bdd:canton`;
  const page = await fetch(
    `${emulator.origin}/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=${type}&COUNT=1&OUTPUTFORMAT=application/json`,
  );
  t.equal(page.status, 200);
  const { numberMatched } = (await page.json()) as { numberMatched: number };
  t.ok(numberMatched > 0, 'the features of the example are served');
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
