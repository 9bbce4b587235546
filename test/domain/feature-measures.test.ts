import t from 'tap';
import { extentOfBoxes } from '../../src/domain/feature-measures.js';

void t.test('the rectangle around more boxes than a function takes arguments', (t) => {
  const boxes = Array.from({ length: 300_000 }, (_, at) => [at % 100, 10, (at % 100) + 1, 11] as const);
  t.same(extentOfBoxes(boxes as never)?.coordinates[0], [
    [100, 10],
    [100, 11],
    [0, 11],
    [0, 10],
    [100, 10],
  ]);
  t.equal(extentOfBoxes([]), undefined);
  t.end();
});
