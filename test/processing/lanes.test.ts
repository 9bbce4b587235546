import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { inLanes } from '../../src/processing/lanes.js';

void t.test('every item is taken once', async (t) => {
  const taken: number[] = [];
  await inLanes([1, 2, 3, 4, 5], 3, async (items) => {
    for (const item of items) {
      await setImmediate();
      taken.push(item);
    }
  });
  t.same(
    taken.toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5],
  );
});

void t.test('after an error lanes end what they do, and begin nothing', async (t) => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = inLanes([1, 2, 3, 4, 5, 6], 2, async (items) => {
    for (const item of items) {
      begun.push(item);
      if (item === 1) throw new Error('lost');
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      ended.push(item);
    }
  });
  await t.rejects(work, { message: 'lost' });
  t.same({ begun, ended }, { begun: [1, 2], ended: [2] });
});
