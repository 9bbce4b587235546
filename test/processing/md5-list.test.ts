import t from 'tap';
import { parseMd5List } from '../../src/processing/md5-list.js';

const DIGEST = '0123456789abcdef0123456789ABCDEF';

void t.test('lines of a list are digests and paths', async (t) => {
  const { lines, faults } = parseMd5List(`\uFEFF${DIGEST}  data/a b.gpkg\r\n\n${DIGEST} *./c.csv\n`);
  t.same(faults, []);
  t.same(lines, [
    { number: 1, digest: DIGEST.toLowerCase(), path: 'data/a b.gpkg' },
    { number: 3, digest: DIGEST.toLowerCase(), path: 'c.csv' },
  ]);
});

void t.test('lines that are none are faults, with their number', async (t) => {
  const { lines, faults } = parseMd5List(`${DIGEST} a.gpkg\nabc  a.gpkg\n${DIGEST}\n`);
  t.same(lines, []);
  t.same(
    faults.map(({ number }) => number),
    [1, 2, 3],
  );
});

void t.test('paths that leave the upload are faults', async (t) => {
  for (const path of ['../a', 'a/../../b', '/etc/passwd', 'a//b', 'a\\b', '..']) {
    const { lines, faults } = parseMd5List(`${DIGEST}  ${path}\n`);
    t.same(lines, [], path);
    t.match(faults, [{ number: 1, reason: /sort de la livraison/ }], path);
  }
});
