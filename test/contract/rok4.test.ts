import { access } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { openPyramid, runExecution, tilesRequest } from '../helpers/pyramids.js';
import { pythonBeside } from '../helpers/python.js';
import { buildStoredData } from '../helpers/stored-data.js';

/** The official `rok4` library reads our pyramids: descriptor, list, every tile. It needs GDAL's bindings (python3-gdal). */

const LIBRARY = ['rok4==2.2.3', 'numpy<2'];

/** The program of the format's documentation, in our words. */
const PROGRAM = `
import json, sys
from rok4.pyramid import Pyramid
pyramid = Pyramid.from_descriptor(sys.argv[1])
slabs, tiles, names = 0, 0, set()
listed = pyramid.load_list()
for (kind, level, col, row), info in pyramid.list_generator():
    assert info["slab"] == pyramid.get_slab_path_from_infos(kind, level, col, row, full=False), info
    slabs += 1
    size = pyramid.get_level(level)
    for index in range(size.slab_width * size.slab_height):
        found = pyramid.get_tile_data_vector(level, col * size.slab_width + index % size.slab_width, row * size.slab_height + index // size.slab_width)
        if found is not None:
            tiles += 1
            names.update(found.keys())
print(json.dumps({"format": pyramid.format, "tms": pyramid.tms.name, "listed": listed, "slabs": slabs, "tiles": tiles,
    "layers": sorted(names), "levels": sorted(int(level.id) for level in pyramid.get_levels())}))
`;

const python = await pythonBeside('osgeo', ...LIBRARY);
const skip = 'missing' in python ? python.missing : false;

void t.test('the official library opens a pyramid and every tile', { skip }, async (t) => {
  if ('missing' in python) return;
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const database = await buildStoredData(emulator.deps);
  const levels = { bottom_level: '11', top_level: '0' };
  const composition = [
    { table: 'towns', ...levels },
    { table: 'roads', ...levels },
  ];
  const { data, log, status } = await runExecution(user, tilesRequest([database], { composition }));
  t.equal(status, 'SUCCESS', log);
  const pyramid = await openPyramid(emulator.deps, data._id);
  await access(join(pyramid.root, `${pyramid.name}.list`));

  const folder = t.testdir();
  const program = join(folder, 'read.py');
  writeFileSync(program, PROGRAM);
  writeFileSync(join(folder, 'PM.json'), JSON.stringify(tileMatrixSet('PM')));
  const output = await python.run([program, join(pyramid.root, `${pyramid.name}.json`)], {
    env: { ROK4_TMS_DIRECTORY: folder },
  });
  const read = JSON.parse(output.slice(output.lastIndexOf('\n{') + 1)) as Record<string, unknown>;
  t.match(read, {
    format: 'TIFF_PBF_MVT',
    tms: 'PM',
    layers: ['roads', 'towns'],
    levels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  });
  t.equal(read.listed, read.slabs);
  let tiles = 0;
  for (const { id, tile_limits: limits } of pyramid.descriptor.levels) {
    for (let row = limits.min_row; row <= limits.max_row; row += 1) {
      for (let col = limits.min_col; col <= limits.max_col; col += 1) {
        if ((await pyramid.bytes(id, col, row)) !== null) tiles += 1;
      }
    }
  }
  t.ok(tiles > 20);
  t.equal(read.tiles, tiles, 'as many as we read');
});

/** A set as the platform's tools read it. */
function tileMatrixSet(id: string): object {
  const set = tileMatrixSets().get(id);
  if (set === undefined) throw new Error(`no set ${id}`);
  return {
    id,
    title: id,
    description: id,
    keywords: [],
    crs: set.crs,
    orderedAxes: set.axes,
    tileMatrices: set.levels.map((level) => ({
      id: level.id,
      cellSize: level.cellSize,
      scaleDenominator: level.scaleDenominator,
      pointOfOrigin: level.origin,
      tileWidth: level.tileWidth,
      tileHeight: level.tileHeight,
      matrixWidth: level.matrixWidth,
      matrixHeight: level.matrixHeight,
    })),
  };
}
