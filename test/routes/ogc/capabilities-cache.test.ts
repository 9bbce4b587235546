import t from 'tap';
import { CapabilitiesCache } from '../../../src/routes/ogc/capabilities-cache.js';

void t.test('others have their turns while layers are described; a document is written once', async (t) => {
  const cache = new CapabilitiesCache<number>();
  const published = { layers: Array.from({ length: 1000 }, (_, at) => at) };
  let described = 0;
  let writes = 0;
  const description = {
    describe: () => (described += 1),
    write: () => {
      writes += 1;
      return `document ${writes}`;
    },
  };
  const making = cache.get(published, 'a', description);
  const meanwhile = await new Promise<number>((resolve) => setImmediate(() => resolve(described)));
  t.ok(meanwhile < 500, `${meanwhile} were described before another's turn`);
  t.equal((await making).toString(), 'document 1');
  t.equal(described, 1000);
  t.equal((await cache.get(published, 'a', description)).toString(), 'document 1');
  t.equal((await cache.get(published, 'b', description)).toString(), 'document 2');
  for (const key of ['c', 'd', 'a', 'e']) await cache.get(published, key, description);
  t.equal((await cache.get(published, 'a', description)).toString(), 'document 1', 'the last used are kept');
  t.equal((await cache.get(published, 'b', description)).toString(), 'document 6');
  t.equal((await cache.get({ layers: [] }, 'a', description)).toString(), 'document 7');
});
