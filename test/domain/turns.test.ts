import t from 'tap';
import { Turns } from '../../src/domain/turns.js';

void t.test('so much at once, in the order of arrival', async (t) => {
  const turns = new Turns(2);
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const work = (number: number) =>
    turns.take(async () => {
      begun.push(number);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return number;
    });
  t.strictSame(await Promise.all([0, 1, 2, 3, 4].map(work)), [0, 1, 2, 3, 4]);
  t.equal(most, 2);
  t.strictSame(begun, [0, 1, 2, 3, 4]);
});

void t.test('what fails gives its turn back', async (t) => {
  const turns = new Turns(1);
  await t.rejects(
    turns.take(async () => {
      throw new Error('broken');
    }),
    /broken/,
  );
  t.equal(await turns.take(async () => 'next'), 'next');
});
