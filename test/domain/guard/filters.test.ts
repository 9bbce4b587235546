import t from 'tap';
import { keyFilter } from '../../../src/domain/guard/filters.js';

const NONE = { whitelist: [], blacklist: [], userAgent: null, referer: null };
const from = (address: string, userAgent?: string, referer?: string) => ({ address, userAgent, referer });

void t.test('addresses', async (t) => {
  const CASES: readonly [columns: object, address: string, passes: boolean][] = [
    [{}, '192.0.2.1', true],
    [{ whitelist: ['192.0.2.1'] }, '192.0.2.1', true],
    [{ whitelist: ['192.0.2.1'] }, '::ffff:192.0.2.1', true],
    [{ whitelist: ['192.0.2.1'] }, '::FFFF:192.0.2.1', true],
    [{ whitelist: ['192.0.2.1'] }, '192.0.2.2', false],
    [{ whitelist: ['192.0.2.0/25'] }, '192.0.2.127', true],
    [{ whitelist: ['192.0.2.0/25'] }, '192.0.2.128', false],
    [{ whitelist: ['0.0.0.0/0'] }, '203.0.113.1', true],
    [{ whitelist: ['0.0.0.0/0'] }, '2001:db8::1', false],
    [{ whitelist: ['::/0'] }, '2001:db8::1', true],
    [{ whitelist: ['::/0'] }, '192.0.2.1', false],
    [{ whitelist: ['2001:db8::/33'] }, '2001:db8:7fff::1', true],
    [{ whitelist: ['2001:db8::/33'] }, '2001:db8:8000::1', false],
    [{ whitelist: ['fe80::/10'] }, 'fe80::1%eth0', true],
    [{ whitelist: ['192.0.2.1'] }, '', false],
    [{ blacklist: ['192.0.2.0/24'] }, '192.0.2.9', false],
    [{ blacklist: ['192.0.2.0/24'] }, '::ffff:192.0.2.9', false],
    [{ blacklist: ['192.0.2.0/24'] }, '::ffff:c000:209', false],
    [{ blacklist: ['192.0.2.0/24'] }, '198.51.100.1', true],
    [{ blacklist: ['192.0.2.0/24'] }, '2001:db8::1', true],
    [{ whitelist: ['192.0.2.0/24'], blacklist: ['192.0.2.9'] }, '192.0.2.9', false],
    [{ whitelist: ['192.0.2.0/24'], blacklist: ['192.0.2.9'] }, '192.0.2.8', true],
  ];
  for (const [columns, address, passes] of CASES) {
    t.equal(keyFilter({ ...NONE, ...columns })(from(address)), passes, `${JSON.stringify(columns)} ${address}`);
  }
});

void t.test('patterns are looked for in their own header, and all must match', async (t) => {
  const passes = keyFilter({ ...NONE, userAgent: '.*QGIS.*', referer: '^https://carte%.example%.org/' });
  t.ok(passes(from('', 'QGIS/3.40', 'https://carte.example.org/a')));
  t.notOk(passes(from('', 'QGIS/3.40')));
  t.notOk(passes(from('', undefined, 'https://carte.example.org/a')));
  t.notOk(passes(from('', 'https://carte.example.org/a', 'QGIS/3.40')));
  t.notOk(passes(from('', 'QGIS/3.40', 'http://other.org/?https://carte.example.org/')));
});

void t.test('the worst pattern over the longest header takes little time', async (t) => {
  const passes = keyFilter({ ...NONE, userAgent: `${'.*'.repeat(127)}$` });
  const text = 'a'.repeat(4096);
  const slow = keyFilter({ ...NONE, userAgent: `${'a?.*'.repeat(63)}b` });
  const before = process.cpuUsage();
  for (let request = 0; request < 50; request += 1) {
    if (!passes(from('', text)) || slow(from('', text))) t.fail('wrong answer');
  }
  const { user } = process.cpuUsage(before);
  t.ok(user < 500_000, `${user} µs`);
});
