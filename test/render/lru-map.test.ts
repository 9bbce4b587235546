import t from 'tap';
import { LruMap } from '../../src/render/lru-map.js';

void t.test('the entry used longest ago is forgotten', async (t) => {
  const map = new LruMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  t.equal(map.get('a'), 1);
  map.set('c', 3);
  t.strictSame(
    ['a', 'b', 'c'].map((key) => map.get(key)),
    [1, undefined, 3],
  );
  map.set('a', 4);
  map.set('d', 5);
  t.strictSame([map.get('a'), map.get('c')], [4, undefined]);
});

void t.test('a deleted entry makes room', async (t) => {
  const map = new LruMap<string, number>(1);
  map.set('a', 1);
  map.delete('a');
  map.set('b', 2);
  t.strictSame([map.get('a'), map.get('b')], [undefined, 2]);
});
