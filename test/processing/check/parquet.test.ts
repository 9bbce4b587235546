import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { geoparquet } from '../../../fixtures/generate/deliveries.js';
import { readGeoMetadata } from '../../../src/processing/check/geo-metadata.js';
import { ParquetFault, readParquetFile } from '../../../src/processing/check/parquet-file.js';

const good = Buffer.from(geoparquet('x.parquet').content);

void t.test('the footer of a Parquet file', async (t) => {
  const path = join(t.testdir(), 'x.parquet');
  const read = (content: Buffer) => {
    writeFileSync(path, content);
    return readParquetFile(path, 'x.parquet');
  };
  t.match(await read(good), { rows: 600, columns: ['nom', 'geometry'], geo: /"primary_column":"geometry"/ });
  const footer = good.readUInt32LE(good.length - 8);
  const hollow = Buffer.concat([good.subarray(0, 20), good.subarray(good.length - footer - 8)]);
  await t.rejects(read(hollow), /Le groupe de lignes 1 de x\.parquet sort du fichier, qui est tronqué/);
  await t.rejects(read(Buffer.from('PAR1')), /n'est pas un fichier Parquet/);
  await t.rejects(read(good.subarray(0, good.length - 1)), /est tronqué : il n'a pas de pied/);
  // Lists of 2^28 booleans, structures without end, strings longer than the file.
  for (const thrift of [
    Buffer.from([0x19, 0xf1, 0xff, 0xff, 0xff, 0x7f]),
    Buffer.alloc(2_000_000, 0x1c),
    Buffer.from([0x18, 0xff, 0xff, 0xff, 0x7f]),
    Buffer.from([0x00]),
  ]) {
    const tail = Buffer.alloc(4);
    tail.writeUInt32LE(thrift.length);
    const hostile = Buffer.concat([Buffer.from('PAR1'), thrift, tail, Buffer.from('PAR1')]);
    await t.rejects(read(hostile), ParquetFault);
  }
});

void t.test('a footer of any bytes is refused, never a crash', async (t) => {
  const path = join(t.testdir(), 'x.parquet');
  const start = good.length - 8 - good.readUInt32LE(good.length - 8);
  for (let at = start; at < good.length - 8; at += 1) {
    const spoiled = Buffer.from(good);
    spoiled[at] = (spoiled[at] ?? 0) ^ 0xff;
    writeFileSync(path, spoiled);
    await readParquetFile(path, 'x').catch((error: unknown) => t.type(error, ParquetFault));
  }
});

void t.test('the metadata of a GeoParquet', (t) => {
  const read = (column: object, rest: object = {}) =>
    readGeoMetadata(JSON.stringify({ version: '1.1.0', primary_column: 'g', columns: { g: column }, ...rest }), [
      'g',
      'nom',
    ]);
  const column = { encoding: 'WKB', geometry_types: ['Polygon'] };
  t.match(read(column), { version: '1.1.0', column: 'g', crs: 'OGC:CRS84', box: null });
  t.match(read({ ...column, crs: null, bbox: [1, 2, 0, 3, 4, 9] }), { crs: null, box: [1, 2, 3, 4] });
  t.match(read({ ...column, crs: { type: 'X' } }), { crs: '{"type":"X"}' });
  t.same(read({ encoding: 'XYZ', geometry_types: 'Point', crs: 'EPSG:4326', bbox: [1, 2] }), [
    'encodage inconnu : "XYZ"',
    'geometry_types n’est pas une liste de types',
    'crs n’est pas un objet PROJJSON',
    'bbox ne contient pas quatre ou six nombres',
  ]);
  t.same(read(column, { primary_column: 'autre' }), ['la colonne principale n’est pas décrite']);
  t.same(readGeoMetadata('[', []), ['la clé « geo » ne contient pas un objet JSON']);
  t.same(readGeoMetadata('{"version":"1","primary_column":"__proto__","columns":{}}', []).constructor, Array);
  t.end();
});
