import t from 'tap';
import { BusyError, SharedSlots, Slots } from '../src/slots.js';

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

void t.test('waiting ends with its signal, and when it is too long', async (t) => {
  const slots = new Slots(1, 1);
  const leave = await slots.take();
  const leaving = new AbortController();
  const abandoned = slots.take({ signal: leaving.signal });
  leaving.abort(new Error('left'));
  await t.rejects(abandoned, /left/);
  await t.rejects(slots.take({ signal: leaving.signal }), /left/);
  await t.rejects(slots.take({ patienceMs: 5 }), BusyError);
  t.notOk(slots.isIdle);
  leave();
  t.ok(slots.isIdle, 'those who waited in vain hold nothing');
});

void t.test('a client takes its part only', async (t) => {
  const slots = new SharedSlots({ places: 3, part: 2, room: 1 });
  const first = await slots.take('a');
  const second = await slots.take('a');
  const third = slots.take('a');
  await t.rejects(slots.take('a'), BusyError);
  const other = await slots.take('b');
  first();
  first();
  const leaveThird = await third;
  const last = slots.take('b');
  await t.rejects(slots.take('b', { patienceMs: 5 }), BusyError, 'all places are taken');
  second();
  (await last)();
  leaveThird();
  other();
  t.equal(slots.clients, 0, 'nothing is remembered of those who left');
});

void t.test('a client waits for its part and for a place no longer than it has patience', async (t) => {
  const slots = new SharedSlots({ places: 1, part: 1, room: 1 });
  const other = await slots.take('b');
  const first = slots.take('a', { patienceMs: 400 });
  const start = performance.now();
  // Its turn among its own comes when the first one gives up; nothing is left of its patience by then.
  const second = slots.take('a', { patienceMs: 500 });
  await t.rejects(first, BusyError);
  await t.rejects(second, BusyError);
  t.ok(performance.now() - start < 850, 'not twice as long');
  other();
  t.equal(slots.clients, 0);
});
