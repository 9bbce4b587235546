import t from 'tap';
import { readRanges } from '../../src/routes/ranges.js';

void t.test('byte ranges', async (t) => {
  const of = (header?: string, size = 100) => readRanges(header, size);
  t.same(of('bytes=0-9'), [{ start: 0, end: 9 }]);
  t.same(of('Bytes = 0-9 , 90- ,, -5'), [
    { start: 0, end: 9 },
    { start: 90, end: 99 },
    { start: 95, end: 99 },
  ]);
  t.same(of('bytes=0-9,500-600'), [{ start: 0, end: 9 }], 'what is outside is left out');
  t.same(of('bytes=-500'), [{ start: 0, end: 99 }]);
  t.same(of('bytes=99-99999999999999999999'), [{ start: 99, end: 99 }]);
  for (const header of ['bytes=100-', 'bytes=-0', 'bytes=100-200,300-', 'bytes=99999999999999999999-']) {
    t.equal(of(header), 'outside', header);
  }
  t.equal(of('bytes=0-', 0), 'outside', 'an empty file has no range');
  for (const header of [
    undefined,
    '',
    'bytes=',
    'bytes=,',
    'bytes=-',
    'bytes=4-2',
    'bytes=a-b',
    'bytes=1-2;3-4',
    'lines=1-2',
    'bytes=0-9,x',
    'bytes=0-99,0-99',
    `bytes=${'0-0,'.repeat(51)}`,
  ]) {
    t.equal(of(header), null, header ?? 'no header');
  }
  t.equal((of(`bytes=${'0-0,'.repeat(50)}`) as unknown[]).length, 50);
});
