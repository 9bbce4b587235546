import t from 'tap';
import { BboxError, parseBboxNumbers, parseFiniteNumber, swapAxes } from '../../src/geo/bbox.js';

void t.test('four numbers are read in the order written', async (t) => {
  t.same(parseBboxNumbers('1, -2.5,3e1,+4.'), { minX: 1, minY: -2.5, maxX: 30, maxY: 4 });
  t.same(parseBboxNumbers('1,1,1,1'), { minX: 1, minY: 1, maxX: 1, maxY: 1 }, 'a point is a box');
});

for (const text of [
  'NaN,0,1,1',
  '0,0,Infinity,1',
  '0,0,1e999,1',
  '',
  '0,0,1',
  '0,0,1,1,2',
  '0,,1,1',
  '0x1,0,9,9',
  'a,b,c,d',
]) {
  void t.test(`'${text}' is refused`, async (t) => {
    t.throws(() => parseBboxNumbers(text), BboxError);
  });
}

void t.test('an inverted box is refused on either axis', async (t) => {
  t.throws(() => parseBboxNumbers('2,0,1,1'), /beyond/);
  t.throws(() => parseBboxNumbers('0,2,1,1'), /beyond/);
});

void t.test('axes swap and swap back', async (t) => {
  const box = { minX: 1, minY: 2, maxX: 3, maxY: 4 };
  t.same(swapAxes(box), { minX: 2, minY: 1, maxX: 4, maxY: 3 });
  t.same(swapAxes(swapAxes(box)), box);
});

void t.test('only plain decimal numbers are numbers', async (t) => {
  t.equal(parseFiniteNumber(' 12.5 '), 12.5);
  t.equal(parseFiniteNumber('.5'), 0.5);
  t.equal(parseFiniteNumber('-1E-3'), -0.001);
  for (const text of ['', '.', '0x1f', '1_000', 'NaN', '-Infinity', '1e400', '1 2'])
    t.equal(parseFiniteNumber(text), null);
});

void t.test('a long text takes no longer than its length', async (t) => {
  const digits = '1'.repeat(1_000_000);
  t.equal(parseFiniteNumber(`${digits}x`), null);
  t.equal(parseFiniteNumber(`0.${digits}x`), null);
  t.equal(parseFiniteNumber(`0.${digits}`), 1 / 9);
});
