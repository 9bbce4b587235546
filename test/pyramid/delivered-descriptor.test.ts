import t from 'tap';
import { readDeliveredDescriptor } from '../../src/pyramid/delivered-descriptor.js';
import { pyramidFiles } from '../helpers/rok4-pyramid.js';

type Json = Record<string, unknown>;
interface Level extends Json {
  storage: Json;
  tile_limits: Json;
}
interface Descriptor extends Json {
  raster_specifications: Json;
  levels: [Level, Level];
}

/** A sound descriptor, changed. */
function faultsOf(change: (descriptor: Descriptor) => void, options: Parameters<typeof pyramidFiles>[0] = {}): string {
  const file = pyramidFiles(options).find(({ path }) => path.endsWith('.json'));
  const descriptor = JSON.parse(Buffer.from(file?.content ?? []).toString()) as Descriptor;
  change(descriptor);
  return readDeliveredDescriptor(JSON.stringify(descriptor), 'ORTHO').faults.join('\n');
}

void t.test('sound descriptors are read', (t) => {
  t.equal(
    faultsOf(() => undefined),
    '',
  );
  t.equal(
    faultsOf(() => undefined, { masks: true }),
    '',
  );
  t.equal(
    faultsOf((d) => {
      d.levels[0].tiles_per_width = 64;
      d.levels[0].tiles_per_height = 64;
      // More values than channels are left out.
      d.raster_specifications.nodata = '0,128,255,999';
    }),
    '',
  );
  t.equal(
    faultsOf(() => undefined, { format: 'TIFF_PBF_MVT', tile: Buffer.from('x') }),
    '',
  );
  t.end();
});

void t.test('each member is judged', (t) => {
  const cases: [string, (descriptor: Descriptor) => void, RegExp][] = [
    ['unknown set', (d) => (d.tile_matrix_set = 'LUNE'), /"tile_matrix_set" est un TMS inconnu : LUNE/],
    ['unknown format', (d) => (d.format = 'TIFF_WEBP_UINT8'), /"format" doit être l'une des valeurs/],
    ['no raster', (d) => delete (d as Json).raster_specifications, /"raster_specifications" est obligatoire/],
    ['channels', (d) => (d.raster_specifications.channels = 5), /channels" doit être inférieur ou égal à 4/],
    ['nodata number', (d) => (d.raster_specifications.nodata = 255), /nodata" doit être une chaîne/],
    ['nodata short', (d) => (d.raster_specifications.nodata = '255,255'), /nodata" doit donner 3 valeurs/],
    ['nodata 999', (d) => (d.raster_specifications.nodata = '255,999,0'), /nodata" doit donner des valeurs.*UINT8/],
    ['nodata -5', (d) => (d.raster_specifications.nodata = '255,255,-5'), /nodata" doit donner des valeurs.*UINT8/],
    ['nodata text', (d) => (d.raster_specifications.nodata = '255,blanc,0'), /nodata" doit être une chaîne de nombres/],
    ['photometric', (d) => (d.raster_specifications.photometric = 'cmyk'), /photometric" doit être l'une/],
    ['mask format', (d) => (d.mask_format = 'TIFF_RAW_UINT8'), /"mask_format" doit être TIFF_ZIP_UINT8/],
    ['mask folders', (d) => (d.mask_format = 'TIFF_ZIP_UINT8'), /levels\[0\].storage.mask_directory" doit accompagner/],
    ['no level', (d) => (d.levels = [] as never), /"levels" doit contenir au moins un niveau/],
    ['level number', (d) => (d.levels[0].id = 11), /levels\[0\]\.id" doit être une chaîne/],
    ['level unknown', (d) => (d.levels[0].id = '99'), /levels\[0\]\.id" n'est pas un niveau du TMS PM : 99/],
    ['level twice', (d) => (d.levels[0].id = '12'), /contient plusieurs fois le niveau 12/],
    ['tiles', (d) => (d.levels[0].tiles_per_width = 0), /tiles_per_width" doit être supérieur ou égal à 1/],
    ['huge slab', (d) => (d.levels[0].tiles_per_width = 1e9), /tiles_per_width" demande un index trop grand/],
    ['slab of 65 rows', (d) => (d.levels[1].tiles_per_height = 65), /tiles_per_height.*au plus 64 x 64 tuiles, pas 65/],
    ['limits', (d) => (d.levels[0].tile_limits.max_row = 2048), /max_row" doit être inférieur ou égal à 2047/],
    [
      'limits upside down',
      (d) => (d.levels[0].tile_limits.max_row = 1),
      /max_row" doit être supérieur ou égal à min_row/,
    ],
    ['storage', (d) => (d.levels[0].storage.type = 'S3'), /storage\.type" doit être FILE/],
    ['depths', (d) => (d.levels[0].storage.path_depth = 3), /même path_depth/],
    ['folders', (d) => (d.levels[0].storage.image_directory = 'ORTHO/DATA/12'), /un même dossier/],
  ];
  for (const [name, change, sentence] of cases) t.match(faultsOf(change), sentence, name);
  for (const path of ['/etc', '../ORTHO/DATA/11', 'ORTHO/../../x', 'ORTHO/DATA//11', 'AUTRE/DATA/11', 'ORTHO']) {
    const change = (d: Descriptor) => (d.levels[0].storage.image_directory = path);
    t.match(faultsOf(change), /image_directory" doit être un dossier de la pyramide/, path);
  }
  t.end();
});

void t.test('what is no object, and nonsense, is refused without an exception', (t) => {
  for (const text of ['', '[]', 'null', '{', '{"levels":[1,null,{}]}', '{"__proto__":{}}', '{"levels":{"a":1}}']) {
    const { descriptor, faults } = readDeliveredDescriptor(text, 'ORTHO');
    t.equal(descriptor, null);
    t.ok(faults.length > 0, text);
  }
  t.end();
});
