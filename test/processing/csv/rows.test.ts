import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type CsvRow, CsvSplitter, readCsvRows } from '../../../src/processing/csv/rows.js';

/** The rows of a text that comes in pieces of some length. */
function split(text: string, length = text.length): CsvRow[] {
  const splitter = new CsvSplitter();
  const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );
  return [...pieces.flatMap((piece) => [...splitter.push(piece)]), ...splitter.end()];
}

void t.test('cells, quotes, separators and line numbers', (t) => {
  const text = 'id;nom;note\r\n1;"a ""b""; c\nd";\r\n\r\n2;"";l\'eau "vive"\n';
  for (const length of [1, 2, 3, 7, text.length]) {
    t.same(
      split(text, length),
      [
        { line: 1, cells: ['id', 'nom', 'note'] },
        { line: 2, cells: ['1', 'a "b"; c\nd', null] },
        { line: 5, cells: ['2', '', 'l\'eau "vive"'] },
      ],
      `in pieces of ${length}`,
    );
  }
  t.same(split('commune\nA\n\n""\n'), [
    { line: 1, cells: ['commune'] },
    { line: 2, cells: ['A'] },
    { line: 4, cells: [''] },
  ]);
  t.same(split('a,b\n1,\n,2'), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['1', null] },
    { line: 3, cells: [null, '2'] },
  ]);
  t.end();
});

void t.test('what cannot be cut is refused with its line', (t) => {
  t.throws(() => split('a,b\n1,"deux\n'), { message: 'un guillemet est ouvert et jamais refermé', line: 2 });
  t.throws(() => split('a,b\n1,2\n"x"y,2\n'), { line: 3, message: /suivent le guillemet fermant de la colonne 1/ });
  t.end();
});

void t.test('a file, with the mark of UTF-8 or without, or empty', async (t) => {
  const folder = t.testdir();
  const read = async (name: string, content: Buffer) => {
    writeFileSync(join(folder, name), content);
    const rows: CsvRow[] = [];
    for await (const row of readCsvRows(join(folder, name))) rows.push(row);
    return rows.map(({ cells }) => cells);
  };
  t.same(await read('utf8', Buffer.from('\uFEFFid,nom\n1,Œuf\n')), [
    ['id', 'nom'],
    ['1', 'Œuf'],
  ]);
  t.same(await read('vide', Buffer.alloc(0)), []);
});
