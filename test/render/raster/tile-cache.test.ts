import t from 'tap';
import { TileCache } from '../../../src/render/raster/tile-cache.js';

void t.test('the tiles used last stay, within a number of bytes', async (t) => {
  const cache = new TileCache(10_000);
  const tile = () => new Uint8Array(2_800);
  for (const key of ['a', 'b', 'c']) cache.set(key, tile());
  t.ok(cache.get('a'));
  cache.set('d', tile());
  t.strictSame(
    ['a', 'b', 'c', 'd'].map((key) => cache.get(key)?.length),
    [2800, undefined, 2800, 2800],
  );
  cache.set('a', null);
  t.equal(cache.get('a'), null, 'known to be absent');
  cache.set('e', tile());
  t.ok(cache.get('c'));
});

void t.test('absent tiles do not pile up', async (t) => {
  const cache = new TileCache(10_000);
  for (let at = 0; at < 1000; at += 1) cache.set(`${at}`, null);
  t.equal(cache.get('0'), undefined);
  t.equal(cache.get('999'), null);
});
