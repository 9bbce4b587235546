import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { shapefileFaults } from '../../src/processing/shapefile.js';

/**
 * Writes the shapefile in a process of its own: one that ends as soon as this test, with GDAL in it, dies now and then
 * in the end of that library.
 */
function writeShapefile(folder: string): string[] {
  const fixtures = new URL('../../fixtures/generate/vector.js', import.meta.url).href;
  const script = `import { shapefile } from '${fixtures}'; shapefile(process.argv[1]);`;
  spawnSync(process.execPath, ['--input-type=module', '--eval', script, folder]);
  return readdirSync(folder).map((name) => join(folder, name));
}

void t.test('lengths, shapes and encoding of a shapefile', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'sites.shp');
  const sound = writeShapefile(folder).map((file) => [file, readFileSync(file)] as const);
  const restore = () => {
    for (const [file, bytes] of sound) writeFileSync(file, bytes);
  };
  /** Faults after a change of one of its files. */
  const faults = async (extension: string, change: (bytes: Buffer) => Buffer) => {
    restore();
    const changed = join(folder, `sites.${extension}`);
    writeFileSync(changed, change(readFileSync(changed)));
    return shapefileFaults(path);
  };
  t.same(await faults('shp', (bytes) => bytes), []);
  t.match(await faults('shx', (bytes) => bytes.subarray(0, -8)), [
    /sites\.shx est tronqué : 124 octets au lieu de 132/,
  ]);
  t.match(await faults('dbf', (bytes) => bytes.subarray(0, -90)), [/sites\.dbf est tronqué/]);
  const other = await faults('shp', (bytes) => {
    bytes.writeInt32LE(5, 100 + 28 + 8);
    return bytes;
  });
  t.same(other, ['Forme de type 5 au lieu de 1 dans sites.shp, objet 1']);
  const endless = await faults('shp', (bytes) => {
    bytes.writeInt32BE(0, 100 + 4);
    return bytes;
  });
  t.same(endless, [], 'left to GDAL');
  const latin1 = await faults('dbf', (bytes) => Buffer.from(bytes.toString('latin1').replace('Ã©', 'é '), 'latin1'));
  t.same(latin1, ["Le fichier sites.dbf n'est pas encodé en UTF-8 comme l'annonce son .cpg (objet 0)"]);
  restore();
  truncateSync(path, 50);
  t.match(await shapefileFaults(path), [/sites\.shp n'a pas l'en-tête d'un shapefile/]);
});
