import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { csvtFaults } from '../../../src/processing/csv/csvt.js';
import { RecordSet } from '../../../src/processing/csv/record-set.js';
import { type CsvRecord, scanCsv } from '../../../src/processing/csv/scan.js';

void t.test('records are cut as GDAL cuts them, each with its line', async (t) => {
  const path = join(t.testdir(), 'x.csv');
  const scan = async (content: string | Buffer, watch: readonly number[] = []) => {
    writeFileSync(path, content);
    const records: CsvRecord[] = [];
    const end = await scanCsv(path, { separator: ',', watch }, (record) => records.push(record));
    return { end, records, lines: records.map(({ line, cells }) => [line, cells]) };
  };
  const plain = await scan('a,b\n1,2\n\n"x\ny, ""z""",2\r\n3\r4,5');
  t.same(plain.end, { records: 4, openQuote: null });
  t.same(plain.lines, [
    [2, 2],
    [4, 2],
    [6, 1],
    [7, 2],
  ]);
  const watched = await scan('a,b,c\n1,"é, ""q""",3\n,  ,\n' + `${'z'.repeat(99)},2\n`, [0, 1]);
  t.same(
    watched.records.map(({ watched: cells }) => cells),
    [
      ['1', 'é, q'],
      ['', '  '],
      ['z'.repeat(60), '2'],
    ],
  );
  t.same((await scan('a,b\n1,"2\n3,4\n')).end, { records: 1, openQuote: 2 });
  t.same((await scan('a,b\n1,\0\n')).records, [{ number: 1, line: 2, cells: 2, hasNul: true, watched: [] }]);
  t.same((await scan('')).end, { records: 0, openQuote: null });
  t.same((await scan('a,b')).end, { records: 0, openQuote: null });

  const long = await scan(`a,b\n${'"multi\nline",2\n'.repeat(40_000)}1\n`);
  t.equal(long.end.records, 40_001);
  t.match(long.records.at(-1), { number: 40_001, line: 80_002, cells: 1 });
});

void t.test('a .csvt has one known type per column, on one line', (t) => {
  t.same(csvtFaults('"Integer","String(20)","Real(10.3)",WKT,Date,CoordX\n', 6), []);
  t.same(csvtFaults('Integer(Boolean);DateTime\r\n', 2), []);
  t.same(csvtFaults('integer,text', 3), ['Ligne 1 : type inconnu « text »', 'Ligne 1 : 2 types pour 3 colonnes']);
  t.same(csvtFaults('Integer\n\nReal\n', 1), ['Ligne 3 : une seule ligne est attendue']);
  t.end();
});

void t.test('a set of records', (t) => {
  const set = new RecordSet();
  for (const record of [1, 8, 100_000]) set.add(record);
  t.same(
    [0, 1, 7, 8, 9, 99_999, 100_000, 1e9].map((record) => set.has(record)),
    [false, true, false, true, false, false, true, false],
  );
  t.end();
});
