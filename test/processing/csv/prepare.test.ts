import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseCsvHeader } from '../../../src/processing/csv/header.js';
import { prepareCsv } from '../../../src/processing/csv/prepare.js';
import { utf8Fault } from '../../../src/processing/utf8.js';

void t.test('a header is split on the separator that GDAL chooses', async (t) => {
  const read = (line: string) => {
    const { separator, columns } = parseCsvHeader(line);
    return [separator, ...columns];
  };
  t.same(read('a,b'), [',', 'a', 'b']);
  t.same(read('"a;b", c '), [',', 'a;b', 'c']);
  t.same(read('a;"b ""c"""'), [';', 'a', 'b "c"']);
  t.same(read('a|b'), ['|', 'a', 'b']);
  t.same(read('a\tb c'), ['\t', 'a', 'b c']);
  t.same(read('a;b,c'), [',', 'a;b', 'c']);
  t.same(read('a b'), [' ', 'a', 'b']);
  t.same(read('a'), [',', 'a']);
  t.same(read(''), [',', '']);
});

void t.test('a CSV becomes UTF-8 beside the delivered file, which stays as it is', async (t) => {
  const folder = t.testdir();
  const delivered = join(folder, 'bytes');
  const path = join(folder, 'x.csv');
  writeFileSync(delivered, Buffer.from('a,b\n1,Œuf à 2 €\n'.replace('Œ', '\x8c').replace('€', '\x80'), 'latin1'));
  symlinkSync(delivered, path);
  t.same(await prepareCsv(path), { name: 'Windows-1252', line: 2 });
  t.equal(readFileSync(path, 'utf8'), 'a,b\n1,Œuf à 2 €\n');
  t.notOk(lstatSync(path).isSymbolicLink());
  t.equal(readFileSync(delivered).length, 16);
  t.equal(await prepareCsv(path), null, 'a second call changes nothing');

  writeFileSync(path, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b\né,2\n', 'utf16le')]));
  t.same(await prepareCsv(path), { name: 'UTF-16', line: 1 });
  t.equal(readFileSync(path, 'utf8'), 'a,b\né,2\n');

  writeFileSync(path, 'a|b|c\n"x|y"|1,2|z\tt\n');
  t.equal(await prepareCsv(path), null);
  t.equal(readFileSync(path, 'utf8'), 'a\tb\tc\n"x|y"\t1,2\tz t\n');
});

void t.test('the first line that is not UTF-8 is found, whatever the blocks', async (t) => {
  const path = join(t.testdir(), 'x');
  const lines = 'é'.repeat(99) + '\n';
  writeFileSync(path, lines.repeat(5000));
  t.equal(await utf8Fault(path), null);
  writeFileSync(path, Buffer.concat([Buffer.from(lines.repeat(4000)), Buffer.from('x\xe9\n', 'latin1')]));
  t.equal(await utf8Fault(path), 4001);
  writeFileSync(path, Buffer.from('é').subarray(0, 1));
  t.equal(await utf8Fault(path), 1);
  writeFileSync(path, '');
  t.equal(await utf8Fault(path), null);
});
