import t from 'tap';
import { clientNetwork, normaliseIpRange, plainAddress } from '../../src/domain/ip-ranges.js';

void t.test('addresses and ranges are written in one way', async (t) => {
  const cases: readonly [text: string, normal: string][] = [
    ['192.168.1.7', '192.168.1.7'],
    [' 192.168.1.7 ', '192.168.1.7'],
    ['192.168.1.7/32', '192.168.1.7'],
    ['192.168.1.7/24', '192.168.1.0/24'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['10.1.2.3/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['2001:db8:1:2:3:4:5:6/33', '2001:db8::/33'],
    ['::/0', '::/0'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['::ffff:192.168.1.7', '192.168.1.7'],
    ['::ffff:192.168.1.7/120', '192.168.1.0/24'],
    ['::ffff:192.168.1.7/64', '::/64'],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ];
  for (const [text, normal] of cases) {
    t.equal(normaliseIpRange(text), normal, text);
    t.equal(normaliseIpRange(normal), normal, `${normal} is normal`);
  }
});

void t.test('anything else is none', async (t) => {
  for (const text of [
    ...['', 'localhost', '192.168.1', '192.168.1.256', '010.0.0.1', '1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/', '/24'],
    ...['::1/129', '1::2::3', 'fe80::1%eth0', '1.2.3.4/24/8', '1.2.3.4/1e1', '1.2.3.4 5.6.7.8', '[::1]', '0x7f000001'],
  ]) {
    t.equal(normaliseIpRange(text), null, text);
  }
});

void t.test('the address of a client', async (t) => {
  t.equal(plainAddress('192.0.2.1'), '192.0.2.1');
  t.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(plainAddress('::FFFF:c000:201'), '192.0.2.1', 'however its IPv6 form is written');
  t.equal(plainAddress('FE80:0:0::1%eth0'), 'fe80::1');
  t.equal(plainAddress(''), '');
  t.equal(clientNetwork('192.0.2.1'), '192.0.2.1');
  t.equal(clientNetwork('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(clientNetwork('2001:db8:0:1:2:3:4:5'), '2001:db8:0:1::/64');
  t.equal(clientNetwork('none'), 'none');
});
