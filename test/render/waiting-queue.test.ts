import t from 'tap';
import { RenderError } from '../../src/render/map-request.js';
import type { MapDrawing } from '../../src/render/render-process.js';
import { type Waiting, WaitingQueue } from '../../src/render/waiting-queue.js';

function waiting(key: string, refused: string[] = []): Waiting {
  const drawing = { key } as MapDrawing;
  return { drawing, resolve: () => undefined, reject: ({ fault }) => refused.push(`${key} ${fault}`) };
}

void t.test('first come, first served, but for what is put back', async (t) => {
  const queue = new WaitingQueue(10, 60_000);
  for (const key of ['a', 'b']) queue.add(waiting(key));
  queue.putBack(waiting('z'));
  t.strictSame(
    [1, 2, 3, 4].map(() => (queue.take()?.drawing as MapDrawing | undefined)?.key),
    ['z', 'a', 'b', undefined],
  );
});

void t.test('a full queue refuses, and takes again once there is room', async (t) => {
  const queue = new WaitingQueue(1, 60_000);
  queue.add(waiting('a'));
  t.throws(() => queue.add(waiting('b')), /too many maps/);
  queue.take();
  t.doesNotThrow(() => queue.add(waiting('c')));
  queue.take();
});

void t.test('who waits too long is refused and gone', async (t) => {
  const queue = new WaitingQueue(10, 10);
  const refused: string[] = [];
  await new Promise<void>((resolve) => {
    queue.add({ ...waiting('a', refused), reject: ({ fault }) => resolve(void refused.push(fault)) });
  });
  t.strictSame(refused, ['timeout']);
  t.equal(queue.take(), undefined);
});

void t.test('who leaves makes room at once', async (t) => {
  const queue = new WaitingQueue(1, 60_000);
  const refused: string[] = [];
  const leaving = new AbortController();
  queue.add({ ...waiting('a', refused), signal: leaving.signal });
  leaving.abort();
  t.strictSame(refused, ['a abandoned']);
  t.throws(() => queue.add({ ...waiting('b'), signal: leaving.signal }), /the client left/);
  queue.add(waiting('c'));
  t.equal((queue.take()?.drawing as MapDrawing | undefined)?.key, 'c');
});

void t.test('who leaves once the map is begun is not refused', async (t) => {
  const queue = new WaitingQueue(1, 60_000);
  const refused: string[] = [];
  const leaving = new AbortController();
  queue.add({ ...waiting('a', refused), signal: leaving.signal });
  queue.take();
  leaving.abort();
  t.strictSame(refused, []);
});

void t.test('all can be refused at once', async (t) => {
  const queue = new WaitingQueue(10, 60_000);
  const refused: string[] = [];
  for (const key of ['a', 'b']) queue.add(waiting(key, refused));
  queue.rejectAll(new RenderError('closed', 'x'));
  t.strictSame(refused, ['a closed', 'b closed']);
});
