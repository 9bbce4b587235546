import t from 'tap';
import { BusyError, Slots } from '../src/slots.js';

void t.test('so much at once, in the order of arrival', async (t) => {
  const slots = new Slots(2);
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const work = (number: number) =>
    slots.run(async () => {
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

void t.test('what fails gives its place back', async (t) => {
  const slots = new Slots(1);
  await t.rejects(
    slots.run(async () => {
      throw new Error('broken');
    }),
    /broken/,
  );
  t.equal(await slots.run(async () => 'next'), 'next');
});

void t.test('so much waits, and a place is given back once', async (t) => {
  const slots = new Slots(1, 1);
  const leave = await slots.take();
  const next = slots.take();
  await t.rejects(slots.take(), BusyError);
  leave();
  leave();
  const leaveNext = await next;
  const last = slots.take();
  await t.rejects(slots.take(), BusyError, 'the second call gave nothing back');
  leaveNext();
  (await last)();
});
