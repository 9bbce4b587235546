import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { image } from '../../fixtures/generate/raster-faults.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { deliver, type Delivery } from '../helpers/integration.js';
import { bytes, type PyramidFile, pyramidFiles, VECTOR_TILE } from '../helpers/rok4-pyramid.js';

const ROK4 = 'Vérification pyramide ROK4';
const SLAB = /^pyramide\/ORTHO\/DATA\/12\/.*\.tif$/;

void t.test('checks of delivered pyramids', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const check = (
    files: readonly PyramidFile[],
    typeInfos: object = {},
    srs = 'EPSG:3857',
  ): Promise<Delivery & { log: string }> =>
    deliver(user, files, {
      type: 'ROK4-PYRAMID',
      srs,
      type_infos: { format: 'TIFF_ZIP_UINT8', tms: 'PM', channels_number: 3, ...typeInfos },
    }).then((delivery) => ({ ...delivery, log: delivery.logs[ROK4] ?? '' }));
  /** Delivers a pyramid with one of its files changed, which must be refused. */
  const refused = async (
    t: Test,
    pattern: RegExp,
    change: (file: PyramidFile, files: PyramidFile[]) => void,
    ...sentences: RegExp[]
  ) => {
    const files = pyramidFiles();
    const file = files.find(({ path }) => pattern.test(path));
    if (file === undefined) throw new Error(`no file ${pattern}`);
    change(file, files);
    const { status, log, extent } = await check(files);
    t.equal(status, 'UNSTABLE', log);
    t.equal(extent, undefined);
    for (const sentence of sentences) t.match(log, sentence);
  };
  const rewrite = (edit: (text: string) => string) => (file: PyramidFile) => {
    file.content = bytes(edit(Buffer.from(file.content).toString()));
  };
  const bytesAt =
    (at: number, ...values: number[]) =>
    (file: PyramidFile) =>
      file.content.set(values, at);

  void t.test('sound pyramids of every kind pass and give their extent', async (t) => {
    for (const options of [
      { format: 'TIFF_ZIP_UINT8', channels: 3, masks: true },
      { format: 'TIFF_PNG_UINT8', channels: 4 },
      { format: 'TIFF_PKB_UINT8', channels: 1 },
      { format: 'TIFF_RAW_FLOAT32', channels: 1, nodata: '-99999' },
    ]) {
      const { format, channels } = options;
      const { status, log, extent } = await check(pyramidFiles(options), { format, channels_number: channels });
      t.equal(status, 'CLOSED', log);
      t.match(log, new RegExp(`INFO.*${options.masks === true ? 4 : 2} dalles analysées, (8|16) tuiles décodées`));
      const xs = extent?.coordinates[0]?.map(([x = 0]) => x) ?? [];
      t.ok(Math.abs(Math.min(...xs) - 2.2852) < 1e-3 && Math.abs(Math.max(...xs) - 2.4609) < 1e-3, xs.join());
    }
    const vector = await check(pyramidFiles({ format: 'TIFF_PBF_MVT', tile: VECTOR_TILE }), {
      format: 'TIFF_PBF_MVT',
      channels_number: undefined,
    });
    t.equal(vector.status, 'CLOSED', vector.log);
  });

  void t.test('the pyramid is the declared one', async (t) => {
    const { status, log } = await check(
      pyramidFiles(),
      { format: 'TIFF_PNG_UINT8', tms: 'LAMB93_10cm', channels_number: 4 },
      'EPSG:2154',
    );
    t.equal(status, 'UNSTABLE');
    t.match(log, /Format de la pyramide \(TIFF_ZIP_UINT8\) différent de celui de la livraison \(TIFF_PNG_UINT8\)/);
    t.match(log, /TMS de la pyramide \(PM\) différent de celui de la livraison \(LAMB93_10cm\)/);
    t.match(log, /Nombre de canaux de la pyramide \(3\) différent de celui de la livraison \(4\)/);
    t.match(log, /SRS de la pyramide \(EPSG:3857\) différent de celui de la livraison \(EPSG:2154\)/);
  });

  void t.test('descriptor: one, readable, within its pyramid', async (t) => {
    await refused(t, /json$/, (file, files) => files.splice(files.indexOf(file), 1), /la livraison en contient 0/);
    await refused(
      t,
      /json$/,
      (file, files) => files.push({ path: 'pyramide/AUTRE.json', content: file.content }),
      /la livraison en contient 2/,
      /Descripteur : pyramide\/AUTRE\.json/,
    );
    await refused(
      t,
      /json$/,
      rewrite(() => '{'),
      /Descripteur invalide : n'est pas un objet JSON/,
    );
    await refused(
      t,
      /json$/,
      rewrite((text) => text.replace('ORTHO/DATA/12', '../../../etc')),
      /image_directory" doit être un dossier de la pyramide \(ORTHO\/…\) : \.\.\/\.\.\/\.\.\/etc/,
    );
  });

  void t.test('list: every slab and nothing else, no path outside', async (t) => {
    await refused(
      t,
      /list$/,
      (file, files) => files.splice(files.indexOf(file), 1),
      /pyramide\/ORTHO\.list est absente/,
    );
    await refused(
      t,
      /list$/,
      rewrite((text) =>
        text
          .replace('#\n', '1=/pyramides/AUTRE\n#\n')
          .replace(
            /0\/DATA\/12.*\n/,
            '1/DATA/12/00/00/00.tif\n0/../../etc/passwd\n0//etc/passwd\n0/DATA/9/00/00/00.tif\n',
          ),
      ),
      /Ligne 5 de pyramide\/ORTHO\.list : est un lien vers une dalle d'une autre pyramide/,
      /Ligne 6 de pyramide\/ORTHO\.list : sort de la pyramide : \.\.\/\.\.\/etc\/passwd/,
      /Ligne 7 de pyramide\/ORTHO\.list : sort de la pyramide : \/etc\/passwd/,
      /Ligne 8 de pyramide\/ORTHO\.list : dalle absente : DATA\/9\/00\/00\/00\.tif/,
      /Dalle absente de la liste : pyramide\/ORTHO\/DATA\/12\//,
    );
    await refused(
      t,
      /list$/,
      rewrite(() => 'rien'),
      /Ligne 1 de .* : n'est pas un dossier/,
      /la ligne # manque/,
    );
    await refused(t, SLAB, (file, files) => files.splice(files.indexOf(file), 1), /dalle absente : DATA\/12/);
  });

  void t.test('slabs: header, tables and tiles', async (t) => {
    await refused(t, SLAB, bytesAt(34, 9), /étiquette TIFF inattendue \(hauteur|largeur\)/);
    await refused(t, SLAB, bytesAt(62, 5), /étiquette TIFF inattendue \(compression\) : 5 au lieu de 8/);
    await refused(t, SLAB, bytesAt(0, 0x4d, 0x4d), /n'a pas un en-tête TIFF de pyramide ROK4/);
    await refused(
      t,
      SLAB,
      (file) => (file.content = file.content.slice(0, 2100)),
      /a 2100 octets|est tronquée : la tuile 0 finit/,
    );
    await refused(t, SLAB, (file) => (file.content = file.content.slice(0, 1000)), /a 1000 octets : son en-tête/);
    await refused(t, SLAB, (file) => (file.content = file.content.slice(0, -1)), /est tronquée : la tuile 3 finit/);
    await refused(t, SLAB, bytesAt(2052, 0x20, 8), /tuiles qui se recouvrent ou ne se suivent pas \(tuile 1\)/);
    await refused(t, SLAB, bytesAt(2090, 0xff, 0xff, 0xff, 0xff), /a une tuile 0 qui ne se décompresse pas/);
    const lengthened = (file: PyramidFile) => {
      const longer = Buffer.concat([file.content, Buffer.alloc(600_000)]);
      longer.writeUInt32LE(longer.readUInt32LE(2076) + 600_000, 2076);
      file.content = new Uint8Array(longer);
    };
    await refused(t, SLAB, lengthened, /a une tuile 3 de 60\d{4} octets : le maximum est 458752/);
  });

  void t.test('empty tiles and slabs outside the limits are warned of', async (t) => {
    const files = pyramidFiles();
    const slab = files.find(({ path }) => SLAB.test(path));
    slab?.content.set([0, 0, 0, 0], 2064 + 12);
    const descriptor = files.find(({ path }) => path.endsWith('.json'));
    if (descriptor === undefined) throw new Error('no descriptor');
    rewrite((text) => text.replaceAll(/"(min|max)_col":103\d/g, '"$1_col":7'))(descriptor);
    files.push({ path: 'lisez-moi.txt', content: bytes('rien') });
    const { status, log } = await check(files);
    t.equal(status, 'CLOSED', log);
    t.match(log, /WARNING.*a 1 tuiles vides/);
    t.match(log, /WARNING.*est hors des limites de tuiles du niveau 11/);
    t.match(log, /WARNING.*Fichier ignoré : lisez-moi\.txt/);
  });

  void t.test('JPEG tiles are decoded', async (t) => {
    const format = 'TIFF_JPG90_UINT8';
    const [path = ''] = image(t.testdir(), 'jpg', { width: 256, height: 256 });
    const tile = readFileSync(path);
    const sound = await check(pyramidFiles({ format, tile }), { format });
    t.equal(sound.status, 'CLOSED', sound.log);
    const cut = await check(pyramidFiles({ format, tile: tile.subarray(0, tile.length - 500) }), { format });
    t.equal(cut.status, 'UNSTABLE');
    t.match(cut.log, /a une tuile 0 qui est une image JPEG illisible/);
    const other = await check(pyramidFiles({ format, tile: Buffer.from('GIF89a') }), { format });
    t.match(other.log, /a une tuile 3 qui n'est pas une image JPEG/);
  });
});
