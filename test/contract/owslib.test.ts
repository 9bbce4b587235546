import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { OPEN_WMTS_TMS, publish, tmsConfiguration } from '../helpers/diffusion.js';
import { buildPyramid, rasterTile } from '../helpers/pyramid.js';
import { pythonWith } from '../helpers/python.js';
import { DATASTORE } from '../helpers/seed.js';

/** OWSLib reads our WMTS: layers, sets, limits, tiles. */

const PHOTO = {
  format: 'TIFF_JPG_UINT8',
  pixels: { channels: 3, nodata: '255,255,255', photometric: 'rgb', interpolation: 'nn' },
} as const;

const SCRIPT = `
import json, sys
from owslib.wmts import WebMapTileService
wmts = WebMapTileService(sys.argv[1])
layer = wmts.contents["photo"]
link = layer.tilematrixsetlinks["PM_4_4"]
limits = link.tilematrixlimits["4"]
tile = wmts.gettile(layer="photo", tilematrixset="PM_4_4", tilematrix="4", row=5, column=8, format="image/jpeg", style="normal").read()
print(json.dumps({
  "title": layer.title, "box": layer.boundingBoxWGS84, "formats": layer.formats, "infoformats": layer.infoformats,
  "styles": {name: style["isDefault"] for name, style in layer.styles.items()},
  "limits": [limits.mintilerow, limits.maxtilerow, limits.mintilecol, limits.maxtilecol],
  "sets": {name: [s.crs, len(s.tilematrix)] for name, s in wmts.tilematrixsets.items()},
  "corner": wmts.tilematrixsets["PM"].tilematrix["0"].topleftcorner, "tile": tile.hex(),
}))
`;

const python = await pythonWith('OWSLib==0.29.3');
const skip = 'missing' in python ? python.missing : false;

void t.test('OWSLib reads the WMTS', { skip }, async (t) => {
  if ('missing' in python) return;
  const emulator = await startTestEmulator(t);
  const producer = await logIn(emulator);
  const bytes = await rasterTile(PHOTO, [200, 100, 50]);
  const pyramid = await buildPyramid(emulator.deps, {
    ...PHOTO,
    levels: [{ id: '4', tiles: [{ col: 8, row: 5, bytes }] }],
  });
  const used = [{ stored_data: pyramid, bottom_level: '4', top_level: '4' }];
  await publish(producer, DATASTORE, tmsConfiguration('photo', used), OPEN_WMTS_TMS);
  const folder = await mkdtemp(join(tmpdir(), 'geopf-owslib-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const script = join(folder, 'read.py');
  await writeFile(script, SCRIPT);
  t.same(JSON.parse(await python.run([script, `${emulator.origin}/wmts`])), {
    title: 'Tiles',
    box: [2, 48, 3, 49],
    formats: ['image/jpeg'],
    infoformats: ['text/plain', 'text/xml', 'text/html', 'application/json'],
    styles: { normal: true },
    limits: [5, 5, 8, 8],
    sets: { PM: ['EPSG:3857', 22], PM_4_4: ['EPSG:3857', 1] },
    corner: [-20037508.3427892, 20037508.3427892],
    tile: bytes.toString('hex'),
  });
});
