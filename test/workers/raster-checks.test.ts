import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  corrupt,
  decompressionBomb,
  dimensionBomb,
  empty,
  foreignOverview,
  FORMATS,
  image,
  inCapitals,
  palette,
  truncated,
  virtual,
  withMask,
} from '../../fixtures/generate/raster-faults.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { type Delivered, deliver, type Delivery } from '../helpers/integration.js';

const RASTER = 'Vérification raster';
const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}(INFO|WARNING|ERROR)\|\|[\w-]+\|\|\d+\|\|/;

void t.test('checks of raster deliveries', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const check = (files: readonly Delivered[], srs = 'EPSG:2154'): Promise<Delivery> =>
    deliver(user, files, { type: 'RASTER', srs });
  const refused = async (t: Test, files: readonly Delivered[], ...sentences: RegExp[]): Promise<string> => {
    const { status, logs, extent } = await check(files);
    const log = logs[RASTER] ?? '';
    t.equal(status, 'UNSTABLE', log);
    t.equal(extent, undefined);
    for (const sentence of sentences) t.match(log, sentence);
    for (const line of log.split('\n')) t.match(line, LINE);
    return log;
  };

  for (const format of FORMATS) {
    void t.test(`${format}: sound, and each fault`, async (t) => {
      const folder = t.testdir();
      const good = await check(image(folder, format));
      t.equal(good.status, 'CLOSED', good.logs[RASTER] ?? '');
      const xs = good.extent?.coordinates[0]?.map(([x = 0]) => x) ?? [];
      const ys = good.extent?.coordinates[0]?.map(([, y = 0]) => y) ?? [];
      t.ok(
        Math.abs(Math.min(...xs) - 2.3426) < 1e-3 && Math.abs(Math.max(...ys) - 46.9484) < 1e-3,
        `${xs.join()} ${ys.join()}`,
      );
      t.ok(
        Math.abs(Math.max(...xs) - 2.3468) < 1e-3 && Math.abs(Math.min(...ys) - 46.9462) < 1e-3,
        `${xs.join()} ${ys.join()}`,
      );

      image(folder, 'tif', { name: 'secret' });
      const log = await refused(t, [
        ...image(folder, format, { name: 'a' }),
        ...image(folder, format, { name: 'autre', srid: 3857 }),
        ...truncated(folder, format),
        ...corrupt(folder, format),
        ...empty(folder, format),
        ...image(folder, format, { name: 'ailleurs', geoTransform: null }),
        ...virtual(folder, format, join(folder, 'secret.tif')),
      ]);
      const [extension = ''] = format.split('+');
      t.ok(log.includes(`fichier : a.${extension} : SUCCESS`));
      for (const name of ['autre', 'coupe', 'abime', 'vide', 'ailleurs', 'virtuel']) {
        t.ok(log.includes(`fichier : ${name}.${extension} : FAILURE`), name);
      }
      t.match(log, new RegExp(`ERROR.*Incohérence avec le SRS du fichier data/autre\\.${extension}`));
      t.match(log, /SRS de autre\.\w+ : EPSG:3857/);
      t.match(log, /SRS déclaré : EPSG:2154/);
      t.match(log, /ERROR.*coupe\.\w+ (est illisible à partir de la ligne \d+|n'est pas un fichier)/);
      t.match(log, /ERROR.*abime\.\w+ (est illisible à partir de la ligne \d+|n'est pas un fichier)/);
      for (const name of ['vide', 'virtuel']) {
        t.match(log, new RegExp(`ERROR.*Le fichier data/${name}\\.\\w+ n'est pas un fichier .* lisible`));
      }
      t.match(log, /ERROR.*ailleurs\.\w+ n'est pas géoréférencée/);
      t.notMatch(log, folder);

      const silent = await check(image(folder, format, { name: 'muet', srid: null }), 'IGNF:LAMB93');
      t.equal(silent.status, 'CLOSED', silent.logs[RASTER] ?? '');
      t.match(silent.logs[RASTER], /WARNING.*muet\.\w+ ne déclare pas de SRS : celui de la livraison est retenu/);
    });
  }

  void t.test('a system is the same under the names of EPSG and IGN, with heights or not', async (t) => {
    const files = image(t.testdir(), 'tif', { name: 'haut', srs: 'EPSG:2154+5720' });
    for (const srs of ['EPSG:2154', 'IGNF:LAMB93']) {
      const { status, logs } = await check(files, srs);
      t.equal(status, 'CLOSED', logs[RASTER] ?? '');
    }
  });

  void t.test('the log reads as the platform writes it', async (t) => {
    const { id, logs } = await check(image(t.testdir(), 'tif', { options: ['COMPRESS=LZW'], nodata: 0 }));
    const messages = (logs[RASTER] ?? '').split('\n').map((line) => line.slice('2026-01-01 00:00:00,000'.length));
    t.same(messages, [
      'INFO||gpf-check-raster||7||Récupération des fichiers de la livraison',
      `INFO||cli||255||Vérification GPFCheckRaster (2.14.0) pour la livraison ${id}`,
      'INFO||core||134||1 fichiers à analyser dans la livraison',
      'INFO||core||179||Analyse du fichier : ortho.tif',
      'INFO||core||179||Image de 320 x 240 pixels, 3 bandes Byte, compression : LZW, nodata : 0',
      'INFO||core||179||Résolution : 1 x 1, emprise : 650000, 6649760, 650320, 6650000',
      'INFO||cli||255||Résultat de la vérification du fichier : ortho.tif : SUCCESS',
    ]);
  });

  void t.test('images of a delivery that differ are named one by one against the first', async (t) => {
    const folder = t.testdir();
    const east = [650_320, 1, 0, 6_650_000, 0, -1];
    const log = await refused(
      t,
      [
        ...image(folder, 'tif', { name: 'a', nodata: 0 }),
        ...image(folder, 'tif', { name: 'b', geoTransform: [650_320, 0.5, 0, 6_650_000, 0, -0.5] }),
        ...image(folder, 'tif', { name: 'c', geoTransform: east, bands: 1 }),
        ...image(folder, 'tif', { name: 'd', geoTransform: east, type: 'UInt16' }),
        ...image(folder, 'tif', { name: 'e', geoTransform: [650_320, 1.005, 0, 6_650_000, 0, -1.005], nodata: 0 }),
      ],
      /ERROR.*Écart de résolution : data\/b\.tif 0\.5 x 0\.5, data\/a\.tif \(référence\) 1 x 1 \(tolérance 1 %\)/,
      /WARNING.*Valeur nodata différente : data\/b\.tif aucune, data\/a\.tif \(référence\) 0/,
      /ERROR.*Nombre de bandes différent : data\/c\.tif 1, data\/a\.tif \(référence\) 3/,
      /ERROR.*Type de pixel différent : data\/d\.tif UInt16, data\/a\.tif \(référence\) Byte/,
      /fichier : e\.tif : SUCCESS/,
    );
    t.match(log, /fichier : a\.tif : SUCCESS/);
  });

  void t.test('several images: the extent holds them all', async (t) => {
    const folder = t.testdir();
    const files = [
      ...image(folder, 'tif', { name: 'ouest' }),
      ...image(folder, 'tif', { name: 'est', geoTransform: [750_000, 1, 0, 6_750_000, 0, -1] }),
    ];
    const { extent, logs } = await check(files);
    const xs = extent?.coordinates[0]?.map(([x = 0]) => x) ?? [];
    t.ok(Math.abs(Math.min(...xs) - 2.34) < 0.01 && Math.max(...xs) > 3.6, logs[RASTER] ?? '');
  });

  void t.test('images that are turned, upside down, beyond the system or of other pixels are refused', async (t) => {
    const folder = t.testdir();
    const one = (name: string, source: object) => image(folder, 'tif', { name, ...source });
    await refused(
      t,
      [
        ...one('tourne', { geoTransform: [650_000, 1, 0.2, 6_650_000, 0.2, -1] }),
        ...one('envers', { geoTransform: [650_000, 1, 0, 6_650_000, 0, 1] }),
        ...one('cinq', { bands: 5 }),
        ...one('reel', { bands: 1, type: 'Float64' }),
      ],
      /tourne\.tif est tournée ou inclinée/,
      /envers\.tif commence par le sud/,
      /cinq\.tif a 5 bandes : de 1 à 4 sont attendues/,
      /reel\.tif a des pixels Float64/,
    );
    const { status, logs } = await check(one('pole', { srid: 4326, geoTransform: [0, 1, 0, 200, 0, -1] }), 'EPSG:4326');
    t.equal(status, 'UNSTABLE');
    t.match(logs[RASTER], /L'emprise de l'image data\/pole\.tif sort du domaine du SRS EPSG:4326/);
  });

  void t.test('elevations, 16 bits, names in capitals and auxiliary files are taken', async (t) => {
    const folder = t.testdir();
    for (const source of [
      { name: 'mnt', bands: 1, type: 'Float32', nodata: -99999 },
      { name: 'seize', bands: 4, type: 'UInt16' },
      { name: 'signe', bands: 1, type: 'Int16' },
    ]) {
      const { status, logs } = await check(image(folder, 'tif', source));
      t.equal(status, 'CLOSED', logs[RASTER] ?? '');
    }
    const capitals = await check(inCapitals(image(folder, 'tif+tfw', { name: 'grand' })));
    t.equal(capitals.status, 'CLOSED', capitals.logs[RASTER] ?? '');

    const [png = '', , projection = ''] = image(folder, 'png', { name: 'aux' });
    const auxiliary = `${png}.aux.xml`;
    writeFileSync(
      auxiliary,
      `<PAMDataset><SRS>EPSG:2154</SRS><GeoTransform>650000,1,0,6650000,0,-1</GeoTransform>
       <Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">${projection}</MDI></Metadata>
       <PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>`,
    );
    const placed = await check([png, auxiliary]);
    t.equal(placed.status, 'CLOSED', placed.logs[RASTER] ?? '');
    t.match(placed.logs[RASTER], /nodata : 7/);
    t.notMatch(placed.logs[RASTER], /ne déclare pas de SRS/);
  });

  void t.test('palettes, transparency and masks are told', async (t) => {
    const { status, logs } = await check([...palette(t.testdir())]);
    t.equal(status, 'CLOSED', logs[RASTER] ?? '');
    t.match(logs[RASTER], /INFO.*L'image a une palette de couleurs/);
    const clear = await check(image(t.testdir(), 'tif', { bands: 4, alpha: true }));
    t.match(clear.logs[RASTER], /INFO.*La dernière bande est une transparence/);
    const masked = await check(withMask(t.testdir()));
    t.equal(masked.status, 'CLOSED', masked.logs[RASTER] ?? '');
    t.match(masked.logs[RASTER], /INFO.*L'image a un masque/);
  });

  void t.test('a world file that is none is told', async (t) => {
    const [tif = ''] = image(t.testdir(), 'tif+tfw', { srid: null });
    await refused(
      t,
      [tif, { path: 'data/ortho.tfw', content: 'ceci\nn’est\npas' }],
      /data\/ortho\.tfw n'est pas un fichier de géoréférencement lisible/,
    );
  });

  void t.test('other files, names with __ and names that are shared are told', async (t) => {
    const [tif = ''] = image(t.testdir(), 'tif');
    const bytes = new Uint8Array(readFileSync(tif));
    const { status, logs } = await check([
      { path: 'a/ortho.tif', content: bytes },
      { path: 'b/ortho.tif', content: bytes },
      { path: 'b/__brouillon.tif', content: 'pas une image' },
      { path: 'a/ortho.tif.ovr', content: '<VRTDataset/>' },
      { path: 'a/ortho.tif.msk', content: '<VRTDataset/>' },
      { path: 'lisez-moi.txt', content: 'rien' },
    ]);
    t.equal(status, 'CLOSED', logs[RASTER] ?? '');
    t.match(logs[RASTER], /WARNING.*Plusieurs images portent le même nom : a\/ortho\.tif, b\/ortho\.tif/);
    for (const path of ['b/__brouillon.tif', 'a/ortho.tif.ovr', 'a/ortho.tif.msk', 'lisez-moi.txt']) {
      t.ok(logs[RASTER]?.includes(`Fichier ignoré : ${path}`), path);
    }
    await refused(t, [{ path: 'lisez-moi.txt', content: 'rien' }], /Aucune image dans la livraison/);
  });

  void t.test('bombs end in a refusal that says why, at once', async (t) => {
    const folder = t.testdir();
    await refused(
      t,
      [...dimensionBomb(folder), ...decompressionBomb(folder), ...foreignOverview(folder, '/etc/passwd')],
      /bombe\.tif déclare 1000000 x 1000000 pixels \(3000000000000 octets\) dans un fichier de \d+ octets/,
      /gonfle\.tif est découpée en blocs de 1610612736 octets : le maximum est 536870912/,
      /apercu\.tif désigne un autre fichier à lire à sa place/,
    );
  });
});
