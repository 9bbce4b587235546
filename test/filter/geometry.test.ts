import t from 'tap';
import { boxGeometry, checkLine, checkRing, flipGeometry, readWkt, toWkt } from '../../src/filter/geometry.js';
import { TokenCursor, tokenize } from '../../src/filter/tokens.js';

const CASES: readonly [wkt: string, flipped: string][] = [
  ['POINT(1 2)', 'POINT(2 1)'],
  ['LINESTRING(1 2,3 4)', 'LINESTRING(2 1,4 3)'],
  ['POLYGON((0 0,0 1,2 1,0 0),(0 0,0 1,2 1,0 0))', 'POLYGON((0 0,1 0,1 2,0 0),(0 0,1 0,1 2,0 0))'],
  ['MULTIPOINT(1 2,3 4)', 'MULTIPOINT(2 1,4 3)'],
  ['MULTILINESTRING((1 2,3 4),(5 6,7 8))', 'MULTILINESTRING((2 1,4 3),(6 5,8 7))'],
  ['MULTIPOLYGON(((0 0,0 1,2 1,0 0)),((0 0,0 1,2 1,0 0)))', 'MULTIPOLYGON(((0 0,1 0,1 2,0 0)),((0 0,1 0,1 2,0 0)))'],
  ['GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))', 'GEOMETRYCOLLECTION(POINT(2 1),LINESTRING(2 1,4 3))'],
];
const read = (wkt: string) => readWkt(new TokenCursor(tokenize(wkt)));

for (const [wkt, flipped] of CASES) {
  void t.test(`${wkt} is read, written and flipped`, async (t) => {
    t.equal(toWkt(read(wkt)), wkt);
    t.equal(toWkt(flipGeometry(read(wkt))), flipped);
    t.same(flipGeometry(flipGeometry(read(wkt))), read(wkt));
  });
}

void t.test('a box without area is what it shrinks to', async (t) => {
  t.equal(toWkt(boxGeometry({ minX: 0, minY: 1, maxX: 2, maxY: 3 })), 'POLYGON((0 1,0 3,2 3,2 1,0 1))');
  t.equal(toWkt(boxGeometry({ minX: 0, minY: 1, maxX: 2, maxY: 1 })), 'LINESTRING(0 1,2 1)');
  t.equal(toWkt(boxGeometry({ minX: 0, minY: 1, maxX: 0, maxY: 1 })), 'POINT(0 1)');
});

void t.test('height and measure are dropped', async (t) => {
  t.equal(toWkt(read('POINT ZM(1 2 3 4)')), 'POINT(1 2)');
  t.equal(toWkt(read('linestring z (1 2 3, 4 5 6)')), 'LINESTRING(1 2,4 5)');
  t.throws(() => read('POINT(1 2 3 4 5)'), /'\)' is expected/);
});

void t.test('lines and rings have enough positions', async (t) => {
  t.throws(() => checkLine([[0, 0]]), /two positions/);
  t.throws(
    () =>
      checkRing([
        [0, 0],
        [0, 1],
        [0, 0],
      ]),
    /four positions/,
  );
  t.throws(
    () =>
      checkRing([
        [0, 0],
        [0, 1],
        [1, 1],
        [0, 2],
      ]),
    /closed/,
  );
});
