import t from 'tap';
import { csvGeometry } from '../../src/processing/csv/geometry.js';
import { baseName, extensionOf, readContents } from '../../src/processing/formats.js';
import type { DeliveredFile } from '../../src/processing/upload-tree.js';

const file = (path: string, kind: DeliveredFile['kind'] = 'DATA'): DeliveredFile => ({
  path,
  kind,
  localPath: '/x',
  size: 1,
});

void t.test('a delivery is sorted by format, companions and hidden files left out', async (t) => {
  const contents = readContents(
    [
      'b/ROUTE.SHP',
      'b/ROUTE.SHX',
      'b/ROUTE.DBF',
      'a.gpkg',
      'c.csv',
      'c.csvt',
      'd.geojson',
      'lisez-moi.txt',
      'e.sql',
      'f.GeoParquet',
      'b/route.shp.xml',
      'b/c.csvt',
      't.update',
      '__caché.gpkg',
      '__dossier/f.gpkg',
    ].map((path) => file(path)),
  );
  t.same(
    contents.datasets.map(({ format, file: { path } }) => [format, path]),
    [
      ['GeoPackage', 'a.gpkg'],
      ['Shapefile', 'b/ROUTE.SHP'],
      ['CSV', 'c.csv'],
      ['GeoJSON', 'd.geojson'],
    ],
  );
  const paths = (files: readonly DeliveredFile[]) => files.map(({ path }) => path);
  t.same(paths(contents.sql), ['e.sql']);
  t.same(paths(contents.parquet), ['f.GeoParquet']);
  t.same(paths(contents.changes), ['t.update']);
  t.same(paths(contents.orphans), ['b/c.csvt']);
  t.same(paths(contents.others), ['__caché.gpkg', '__dossier/f.gpkg', 'lisez-moi.txt']);
  t.same(readContents([file('a.gpkg', 'MD5')]).datasets, []);
});

void t.test('names of files give extensions and tables', async (t) => {
  t.equal(extensionOf('a.b/Zone.GeoJSON'), 'geojson');
  t.equal(extensionOf('a.b/.csv'), '');
  t.equal(extensionOf('a.b/constructor'), '');
  t.equal(baseName('x/zone.2024.csv'), 'zone.2024');
});

void t.test('the geometry of a CSV is a text column, or else a pair of coordinates', async (t) => {
  t.same(csvGeometry(['id', 'The_Geom', 'lon', 'lat']), { kind: 'text', column: 'The_Geom' });
  t.same(csvGeometry(['Longitude', 'LATITUDE']), { kind: 'point', x: 'Longitude', y: 'LATITUDE' });
  t.equal(csvGeometry(['x', 'nom']), null);
});
